package io.nudge.cpu;

import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Device;
import io.nudge.tensor.Memory;
import io.nudge.tensor.Operations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The backend on the CPU. Its memory is the Java heap; its work is done when a call returns. Large products go to
 * OpenBLAS where that loads, and large operations are shared among threads; {@link CpuOptions} says what can be chosen.
 *
 * <p>Thread-safe, as every backend. The number of threads does not change the results, but for the products that
 * OpenBLAS computes.
 *
 * <pre>{@code
 * try (Backend backend = CpuBackend.open()) {
 *     System.out.println(backend.device());
 * }
 * }</pre>
 */
public final class CpuBackend extends Backend {
    private final Engine engine;

    private CpuBackend(Engine engine) {
        super(device(engine.describe()));
        this.engine = engine;
    }

    /**
     * Opens the CPU as the system properties say.
     *
     * @return the backend, to be closed by the caller
     * @throws IllegalArgumentException if a property of {@link CpuOptions} has a value that it cannot have
     */
    public static CpuBackend open() {
        return open(CpuOptions.fromProperties());
    }

    /**
     * Opens the CPU.
     *
     * @param options how it is to compute
     * @return the backend, to be closed by the caller
     * @throws io.nudge.tensor.BackendUnavailableException if OpenBLAS was asked for and does not load
     */
    public static CpuBackend open(CpuOptions options) {
        return new CpuBackend(Engine.open(options));
    }

    static Device device(String detail) {
        return new Device("cpu", 0, processor(), detail);
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException | RuntimeException e) { // not Linux
            return System.getProperty("os.arch");
        }
    }

    @Override
    protected Memory allocate(DType type, long elements) {
        return CpuMemory.allocate(type, elements);
    }

    @Override
    protected Operations rawOperations() {
        return new CpuOperations(
                engine.multiplier, new Pass(engine.workers, engine.floats, engine.doubles), engine.packing);
    }

    /** Nothing to wait for. */
    @Override
    protected void await() {}

    @Override
    protected void release() {
        engine.close();
    }
}

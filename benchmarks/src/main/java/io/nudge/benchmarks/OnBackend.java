package io.nudge.benchmarks;

import io.nudge.math.RandomStream;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A benchmark on a backend: opens it, keeps what the benchmark makes on it, and closes all in the end. Every measured method ends
 * with {@link #await}, since operations may be asynchronous. Each of JMH's threads has a backend and tensors of its own.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(OnBackend.FORKS)
@Warmup(iterations = 5, time = 1000, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public abstract class OnBackend {
    static final int FORKS = 3;
    static final long SEED = 1;
    private static final int VALUES_AT_ONCE = 1 << 20;

    @Param("cpu")
    String backend;

    @Param({"float32", "float64"})
    String type;

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private Backend open;
    private Operations operations;
    private long streams;

    /** For JMH. */
    protected OnBackend() {}

    /**
     * Opens the backend and makes what the benchmark works on.
     *
     * @throws Exception if that fails
     */
    @Setup
    public void open() throws Exception {
        streams = 0;
        open = own(Backends.open(backend));
        operations = open.operations();
        try {
            prepare();
            await();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Checks that what was measured was the work that was meant, and closes all.
     *
     * @throws Exception if that fails
     */
    @TearDown
    public void finish() throws Exception {
        try {
            check();
        } finally {
            close();
        }
    }

    private void close() throws Exception {
        while (!owned.isEmpty()) {
            owned.pop().close();
        }
    }

    /** Makes what the benchmark works on. */
    abstract void prepare();

    /** Throws if the work was not what was meant to be measured. */
    void check() {}

    /** A new folder; who asked for it removes it when all is measured. */
    static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("nudge-benchmark");
        } catch (IOException e) {
            throw new UncheckedIOException("files cannot be made in the folder for temporary files", e);
        }
    }

    final Backend backend() {
        return open;
    }

    final Operations operations() {
        return operations;
    }

    final DType type() {
        return DType.named(type);
    }

    /** Waits for the device; the last thing that a measured method does, once. */
    final void await() {
        open.synchronize();
    }

    /** Takes something to be closed in the end, the last first. */
    final <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    /** Zeros, to be written to. */
    final Tensor zeros(long... dimensions) {
        return own(open.zeros(Shape.of(dimensions), type()));
    }

    /** A tensor filled by {@link #fill}. */
    final Tensor random(double limit, long... dimensions) {
        return fill(zeros(dimensions), limit);
    }

    /** Fills a tensor with the same numbers from U(−limit, limit) in every run, on every backend. */
    final Tensor fill(Tensor tensor, double limit) {
        RandomStream random = RandomStream.of(SEED, RandomStream.Use.DATA, streams++);
        Tensor flat = tensor.reshape(Shape.of(tensor.size()));
        for (long from = 0; from < flat.size(); from += VALUES_AT_ONCE) {
            double[] values = new double[(int) Math.min(VALUES_AT_ONCE, flat.size() - from)];
            for (int i = 0; i < values.length; i++) {
                values[i] = limit * (2 * random.uniform() - 1);
            }
            flat.rows(from, values.length).write(values);
        }
        return tensor;
    }
}

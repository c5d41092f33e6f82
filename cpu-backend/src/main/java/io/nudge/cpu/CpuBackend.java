package io.nudge.cpu;

import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Device;
import io.nudge.tensor.Memory;
import io.nudge.tensor.Operations;

/**
 * The backend on the CPU. Its memory is the Java heap; its work is done when a call returns.
 *
 * <p>Thread-safe, as every backend. Example: {@code try (Backend backend = CpuBackend.open()) { … }}
 */
public final class CpuBackend extends Backend {
    private final Product product;

    private CpuBackend(Product product) {
        super(describe(product.name()));
        this.product = product;
    }

    /**
     * Opens the CPU.
     *
     * @return the backend, to be closed by the caller
     */
    public static CpuBackend open() {
        return open(new PlainProduct());
    }

    /** Opens the CPU with a given way to compute products. */
    static CpuBackend open(Product product) {
        return new CpuBackend(product);
    }

    static Device describe(String detail) {
        return new Device("cpu", 0, System.getProperty("os.arch"), detail);
    }

    @Override
    protected Memory allocate(DType type, long elements) {
        return CpuMemory.allocate(type, elements);
    }

    @Override
    protected Operations rawOperations() {
        return new CpuOperations(product);
    }

    /** Nothing to wait for. */
    @Override
    protected void await() {}

    @Override
    protected void release() {
        product.close();
    }
}

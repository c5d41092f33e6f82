package io.nudge.cuda;

import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import java.nio.LongBuffer;
import jcuda.Pointer;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * Launches kernels. Every parameter of a kernel is 8 bytes, or an array of such at the end, so that the arguments are written one after the other into one
 * block of host memory, which begins with the addresses of their places as the driver wants them. A launch makes no
 * objects; the driver takes the arguments over before it returns.
 */
final class Launcher {
    /** Threads in every block. */
    static final int THREADS = 256;

    /** The most blocks of a grid: the loops in the kernels take all sizes. */
    static final int BLOCKS = 1024;

    private static final int SLOTS = 160;

    private final Calls calls;
    private final CUstream stream;
    private final Uses uses;
    private final Waiting waiting;
    private final Factors factors;
    private final Pointer parameters;
    private final LongBuffer slots;
    private Kernel kernel;
    private Kernel.Variant variant;
    private int count;
    private long last;

    Launcher(Calls calls, CUstream stream, Uses uses, Waiting waiting, Factors factors, Closing closing) {
        this.calls = calls;
        this.stream = stream;
        this.uses = uses;
        this.waiting = waiting;
        this.factors = factors;
        Pinned memory = new Pinned(calls, 2 * SLOTS * Long.BYTES);
        closing.add(() -> memory.free(calls));
        parameters = memory.pointer;
        slots = memory.longs();
        long first = Address.of(parameters) + (long) SLOTS * Long.BYTES;
        for (int i = 0; i < SLOTS; i++) {
            slots.put(i, first + (long) i * Long.BYTES);
        }
    }

    /** Begins a launch; arguments follow in the order of the kernel's parameters. */
    Launcher of(Kernel newKernel, DType type) {
        return of(newKernel, Kernel.Variant.of(type));
    }

    /** The same for an entry's variant. */
    Launcher of(Kernel newKernel, Kernel.Variant newVariant) {
        kernel = newKernel;
        variant = newVariant;
        count = 0;
        last = 0;
        return this;
    }

    /** Sets an address that comes after all other arguments. */
    Launcher endingWith(long address) {
        last = address;
        return this;
    }

    /** Adds a tensor that is written. */
    Launcher into(Tensor tensor) {
        factors.written(tensor);
        return with(tensor);
    }

    /** Adds a tensor: where it begins. */
    Launcher with(Tensor tensor) {
        return with(uses.of(tensor).address(tensor.offset()));
    }

    /** Adds a whole number or an address. */
    Launcher with(long value) {
        slots.put(SLOTS + count++, value);
        return this;
    }

    /** Adds a number; the kernel rounds it to its type. */
    Launcher with(double value) {
        return with(Double.doubleToRawLongBits(value));
    }

    /** Adds where the kernel notes bad data. */
    Launcher withRecord() {
        return with(waiting.record());
    }

    /** Launches as many blocks as there are units of work, up to the limit. */
    void blocks(long units) {
        launch((int) Math.min(units, BLOCKS), THREADS, 0);
    }

    /** Launches a block for every unit of work. */
    void allBlocks(long units) {
        launch((int) Math.min(units, Integer.MAX_VALUE), THREADS, 0);
    }

    /** Launches one thread. */
    void alone() {
        launch(1, 1, 0);
    }

    /** Launches one block with shared memory. */
    void alone(int threads, long sharedBytes) {
        launch(1, threads, (int) sharedBytes);
    }

    private void launch(int blocks, int threads, int sharedBytes) {
        if (last != 0) {
            with(last);
        }
        calls.launched(kernel.name(variant));
        calls.driver(
                JCudaDriver.cuLaunchKernel(
                        kernel.function(variant), blocks, 1, 1, threads, 1, 1, sharedBytes, stream, parameters, null),
                "cuLaunchKernel");
    }
}

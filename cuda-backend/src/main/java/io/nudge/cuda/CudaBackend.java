package io.nudge.cuda;

import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Device;
import io.nudge.tensor.Memory;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Recorder;
import io.nudge.tensor.Tensor;
import java.util.List;

/**
 * The backend on an NVIDIA GPU. Its work is asynchronous, on one stream: what is asked for is done in the order of the
 * calls, and reading a value waits for it. A recorded step is a CUDA graph, one launch a run.
 *
 * <p>Thread-safe, as every backend; the calling thread's own CUDA context is left as it is.
 *
 * <pre>{@code
 * try (Backend backend = CudaBackend.open(0, CudaOptions.fromProperties().withPrecision(Precision.TF32))) {
 *     System.out.println(backend.device());
 * }
 * }</pre>
 */
public final class CudaBackend extends Backend {
    private static final int NAMED = 5;
    private static final double MIB = 1 << 20;

    private final Engine engine;

    private CudaBackend(int ordinal, Engine engine) {
        super(new Device(Emulation.backend(), ordinal, engine.name(), engine.detail()));
        this.engine = engine;
        engine.serves(this::lastAsked);
    }

    /**
     * Opens a device as the system properties say.
     *
     * @param ordinal which, from 0
     * @return the backend, to be closed by the caller
     * @throws io.nudge.tensor.BackendUnavailableException if it cannot be had; the message says why and what to do
     * @throws IllegalArgumentException if a property of {@link CudaOptions} has a value that it cannot have
     */
    public static CudaBackend open(int ordinal) {
        return open(ordinal, CudaOptions.fromProperties());
    }

    /**
     * Opens a device.
     *
     * @param ordinal which, from 0
     * @param options how it is to compute
     * @return the backend, to be closed by the caller
     * @throws io.nudge.tensor.BackendUnavailableException if it cannot be had; the message says why and what to do
     */
    public static CudaBackend open(int ordinal, CudaOptions options) {
        return new CudaBackend(ordinal, Engine.open(ordinal, options));
    }

    /** What it works with; for tests. */
    Engine engine() {
        return engine;
    }

    /**
     * How much of the device's memory this backend has, and how often it asked for it.
     *
     * @return numbers of this moment; between two calls of other threads, they may not fit together
     */
    public DeviceMemoryUse deviceMemory() {
        return engine.allocator.use();
    }

    /**
     * Has the driver compile all kernels, where otherwise each file is when one of its kernels is launched first.
     *
     * @return how many files there are
     */
    int loadKernels() {
        engine.serves(() -> "loading the kernels");
        engine.enter();
        try {
            return engine.modules.loadAll();
        } finally {
            engine.leave();
            engine.serves(this::lastAsked);
        }
    }

    @Override
    protected void enter() {
        engine.enter();
    }

    @Override
    protected void leave() {
        engine.leave();
    }

    @Override
    protected Memory allocate(DType type, long elements) {
        if (elements == 0) {
            return new CudaMemory(engine, type, 0, null);
        }
        if (elements > Long.MAX_VALUE / type.bytes()) {
            throw outOfMemory(type, elements);
        }
        long bytes = elements * type.bytes();
        Block block = engine.allocator.takeIfThereIs(bytes);
        if (block == null) {
            throw outOfMemory(type, elements);
        }
        boolean cleared = false;
        try {
            engine.clear(block, bytes);
            cleared = true;
            return new CudaMemory(engine, type, elements, block);
        } finally {
            if (!cleared) {
                engine.allocator.give(block);
            }
        }
    }

    /** What is kept is free too. */
    @Override
    protected long freeBytes() {
        return engine.freeMemory() + engine.allocator.use().cached();
    }

    /** From another CUDA backend, whatever its device: the driver goes through the host where the devices cannot reach each other. */
    @Override
    protected boolean receive(Tensor from, Tensor to) {
        if (!(from.backend() instanceof CudaBackend other)) {
            return false;
        }
        Peers.copy(other.engine, from, engine, to);
        return true;
    }

    private OutOfMemoryError outOfMemory(DType type, long elements) {
        DeviceMemoryUse use = engine.allocator.use();
        List<String> largest = largestTensors(NAMED);
        return new OutOfMemoryError("a tensor of " + elements + " elements of " + type + " takes "
                + mebibytes((double) elements * type.bytes()) + " MiB, but of the memory of " + device().name() + ", "
                + mebibytes((double) engine.totalMemory()) + " MiB, only " + mebibytes((double) engine.freeMemory())
                + " MiB are free; this backend has " + mebibytes((double) use.inUse()) + " MiB, "
                + (largest.isEmpty() ? "none of it in tensors" : "the largest in " + String.join(", ", largest)) + "; "
                + Remedy.ofMemory());
    }

    private static String mebibytes(double bytes) {
        return bytes < MIB
                ? String.format(java.util.Locale.ROOT, "%.3f", bytes / MIB)
                : Long.toString(Math.round(bytes / MIB));
    }

    @Override
    protected Operations rawOperations() {
        return new CudaOperations(engine, () -> ZeroFactor.keepsOut(this));
    }

    @Override
    protected Recorder startRecording() {
        return new CudaRecorder(engine);
    }

    @Override
    protected void await() {
        engine.untilDone();
    }

    @Override
    protected void release() {
        engine.close();
    }
}

package io.nudge.cuda;

import io.nudge.cuda.CudaOptions.ProductChoice;
import io.nudge.tensor.BackendUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import jcuda.driver.CUdevice;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/** All that a backend has on its device: a context, one stream for all work, memory, kernels, and what multiplies. */
final class Engine {
    private static final Logger LOG = System.getLogger("io.nudge");

    final Calls calls;
    final CUstream stream = new CUstream();
    final Allocator allocator;
    final Staging staging;
    final Uses uses = new Uses();
    final Waiting waiting;
    final Factors factors;
    final Launcher launcher;
    final Modules modules;
    final Kernels kernels;
    final Scratch scratch;
    final Products products;
    final WholeTraining wholeTraining;
    final FusedLayers fusedLayers;

    /** Of the pinned memory for small copies, and for all that come back. */
    static final int HALF = 1 << 20;

    /** Of devices whose tensor cores take TF32, bfloat16 and float16, the least major number. */
    private static final int TENSOR_CORES = 8;

    final Context context;
    private final Closing closing = new Closing();
    private final String detail;
    private final String name;
    private Supplier<String> purpose;
    private Uploads uploads;
    private boolean entered;
    private boolean closed;

    private Engine(int ordinal, CudaOptions options) {
        purpose = () -> "opening " + Emulation.backend() + ":" + ordinal;
        calls = new Calls(() -> purpose.get());
        CUdevice device = Devices.get(ordinal);
        context = Context.retain(ordinal, device, calls);
        closing.add(() -> context.release(calls));
        calls.in(context);
        boolean made = false;
        try {
            enter();
            closing.add(this::leave);
            calls.driver(JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "cuStreamCreate");
            closing.add(() -> calls.onClose(JCudaDriver.cuStreamDestroy(stream), "cuStreamDestroy"));
            allocator = new Allocator(calls, stream, options.caching());
            closing.add(allocator::releaseCached);
            waiting = new Waiting(calls, stream, allocator, closing);
            staging = new Staging(calls, stream, HALF, closing);
            Multiplier multiplier = multiplier(device, options);
            factors = new Factors(this, options.precision(), multiplier.isCublas());
            launcher = new Launcher(calls, stream, uses, waiting, factors, closing);
            modules = new Modules(calls, allocator, closing);
            kernels = new Kernels(modules, Devices.major(device) >= TENSOR_CORES);
            scratch = new Scratch(calls, stream, allocator, closing);
            products = products(device, multiplier);
            wholeTraining = new WholeTraining(this, options.whole(), Devices.sharedMemory(device));
            fusedLayers = new FusedLayers(this, options.fused());
            name = Devices.name(device);
            detail = Devices.detail(device) + ", " + products.describe();
            made = true;
        } finally {
            if (!made) {
                close();
            }
        }
        leave();
    }

    private static Multiplier multiplier(CUdevice device, CudaOptions options) {
        options.precision()
                .problem("the " + Devices.name(device), Devices.capability(device), Devices.major(device))
                .ifPresent(Engine::refuse);
        Multiplier multiplier = Multiplier.of(options.product());
        multiplier.problem().ifPresent(Engine::refuse);
        if (!multiplier.isCublas() && options.product() == ProductChoice.AUTO) {
            LOG.log(Level.INFO, multiplier.text());
        }
        return multiplier;
    }

    private Products products(CUdevice device, Multiplier multiplier) {
        return multiplier.isCublas()
                ? new CublasProducts(calls, stream, uses, allocator, Devices.major(device), factors, closing)
                : new KernelProducts(launcher, kernels, scratch, factors.precision());
    }

    /** Opens a device; the thread's context is the same afterwards. */
    static Engine open(int ordinal, CudaOptions options) {
        Devices.problem().ifPresent(Engine::refuse);
        if (ordinal < 0 || ordinal >= Devices.count()) {
            throw new BackendUnavailableException("there is no device " + Emulation.backend() + ":" + ordinal
                    + "; there are " + Devices.count() + ", from " + Emulation.backend() + ":0 on");
        }
        Devices.problem(ordinal).ifPresent(Engine::refuse);
        return new Engine(ordinal, options);
    }

    private static void refuse(String problem) {
        throw new BackendUnavailableException("CUDA cannot be used: " + problem);
    }

    String name() {
        return name;
    }

    String detail() {
        return detail;
    }

    /** For large copies to the device; there are none before the first. */
    Uploads uploads() {
        if (uploads == null) {
            uploads = new Uploads(calls, stream, closing);
        }
        return uploads;
    }

    /** Waits until all work asked for so far is done, and tells what was found wrong meanwhile. */
    void untilDone() {
        if (uploads != null) {
            uploads.untilDone();
        }
        waiting.untilDone();
        waiting.tell();
    }

    /** Sets memory to zero, after all work asked for before. */
    void clear(Block block, long bytes) {
        calls.driver(JCudaDriver.cuMemsetD8Async(block.pointer, (byte) 0, bytes, stream), "cuMemsetD8Async");
    }

    /** What no program has, in bytes. */
    long freeMemory() {
        return memory()[0];
    }

    long totalMemory() {
        return memory()[1];
    }

    private long[] memory() {
        long[] free = new long[1];
        long[] total = new long[1];
        calls.driver(JCudaDriver.cuMemGetInfo(free, total), "cuMemGetInfo");
        return new long[] {free[0], total[0]};
    }

    /** Says what messages are to name as the purpose of a call from now on. */
    void serves(Supplier<String> newPurpose) {
        purpose = newPurpose;
    }

    /** Makes the device's context the thread's; after a fault nothing is asked of the device any more. */
    void enter() {
        if (!closed && !calls.faulted()) {
            context.push(calls);
            entered = true;
        }
    }

    /** Gives the thread its own context back. */
    void leave() {
        if (entered) {
            entered = false;
            context.pop();
        }
    }

    /** Gives all back, and leaves the context for good. */
    void close() {
        closed = true;
        closing.run();
    }
}

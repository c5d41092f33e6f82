package io.nudge.emulator;

import static io.nudge.emulator.Calls.ONES;
import static io.nudge.emulator.Calls.device;
import static io.nudge.emulator.Calls.fails;
import static io.nudge.emulator.Calls.reported;
import static io.nudge.emulator.Calls.saxpy;
import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUctx_flags;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunc_cache;
import jcuda.driver.CUfunction;
import jcuda.driver.CUlimit;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.Test;

/** Contexts: current ones of each thread, primary ones, lost ones. */
@EmulatedDevice(devices = 2)
class ContextTest {
    @Test
    void contextsStackUpPerThread() throws InterruptedException {
        try (Cuda cuda = new Cuda()) {
            CUcontext found = new CUcontext();
            cuCtxGetCurrent(found);
            assertThat(found).isEqualTo(cuda.context);
            Thread thread = new Thread(() -> {
                fails(CUresult.CUDA_ERROR_INVALID_CONTEXT, () -> cuCtxSynchronize());
                cuCtxSetCurrent(cuda.context);
                cuCtxSynchronize();
            });
            AtomicInteger failures = new AtomicInteger();
            thread.setUncaughtExceptionHandler((t, e) -> failures.incrementAndGet());
            thread.start();
            thread.join();
            assertThat(failures.get()).isZero();
            CUdevice device = new CUdevice();
            cuCtxGetDevice(device);
            CUcontext primary = new CUcontext();
            cuDevicePrimaryCtxRetain(primary, device);
            cuCtxPushCurrent(primary);
            cuCtxPopCurrent(found);
            assertThat(found).isEqualTo(primary);
            cuDevicePrimaryCtxRelease(device);
        }
    }

    @Test
    void aFaultPoisonsTheContext() {
        Cuda cuda = new Cuda();
        CUdeviceptr p = cuda.allocate(16);
        Cuda.launch(cuda.function("faults", "edge"), 1, 32, 0, null, p, 4);
        fails(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, () -> cuCtxSynchronize());
        fails(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, () -> cuMemAlloc(new CUdeviceptr(), 4));
        assertThat(Emulator.takeReports()).extracting(Report::kind).containsExactly("out-of-bounds");
        cuCtxDestroy(cuda.context);
        Emulator.takeReports();
        try (Cuda fresh = new Cuda()) {
            fresh.floats(ONES);
        }
    }

    private static CUcontext primary(int device) {
        CUcontext context = new CUcontext();
        cuDevicePrimaryCtxRetain(context, device(device));
        return context;
    }

    private static boolean isActive(int device) {
        int[] active = new int[1];
        cuDevicePrimaryCtxGetState(device(device), new int[1], active);
        return active[0] == 1;
    }

    @Test
    void primaryContextLivesAsLongAsItIsRetained() {
        cuInit(0);
        assertThat(isActive(0)).isFalse();
        CUcontext first = primary(0);
        assertThat(primary(0)).isEqualTo(first);
        cuDevicePrimaryCtxRelease(device(0));
        assertThat(isActive(0)).isTrue();
        cuDevicePrimaryCtxRelease(device(0));
        assertThat(isActive(0)).isFalse();
        fails(CUresult.CUDA_ERROR_INVALID_CONTEXT, () -> cuDevicePrimaryCtxRelease(device(0)));
        fails(CUresult.CUDA_ERROR_INVALID_CONTEXT, () -> cuCtxSetCurrent(first));
    }

    @Test
    void resetOfTheDeviceEndsAFaultAndLeavesTheUses() {
        cuInit(0);
        cuCtxSetCurrent(primary(0));
        CUmodule module = new CUmodule();
        cuModuleLoadData(module, Cuda.ptx("faults"));
        CUfunction edge = new CUfunction();
        cuModuleGetFunction(edge, module, "edge");
        CUdeviceptr p = new CUdeviceptr();
        cuMemAlloc(p, 16);
        Cuda.launch(edge, 1, 32, 0, null, p, 4);
        fails(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, () -> cuCtxSynchronize());
        cuDevicePrimaryCtxReset(device(0));
        fails(CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED, () -> cuCtxSynchronize());
        cuCtxSetCurrent(primary(0));
        cuMemAlloc(p, 16);
        cuMemFree(p);
        cuDevicePrimaryCtxRelease(device(0));
        cuDevicePrimaryCtxRelease(device(0));
        assertThat(isActive(0)).isFalse();
        reported();
    }

    @Test
    void primaryContextCannotBeDestroyed() {
        cuInit(0);
        CUcontext context = primary(0);
        fails(CUresult.CUDA_ERROR_INVALID_CONTEXT, () -> cuCtxDestroy(context));
        cuDevicePrimaryCtxRelease(device(0));
    }

    @Test
    void aContextDestroyedElsewhereSaysSo() throws InterruptedException {
        Cuda cuda = new Cuda();
        Thread thread = new Thread(() -> cuCtxDestroy(cuda.context));
        thread.start();
        thread.join();
        fails(CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED, () -> cuMemAlloc(new CUdeviceptr(), 4));
        fails(CUresult.CUDA_ERROR_INVALID_CONTEXT, () -> cuCtxPushCurrent(cuda.context));
    }

    @Test
    void destroyingTheCurrentContextTakesItFromTheStack() {
        try (Cuda cuda = new Cuda()) {
            CUcontext second = new CUcontext();
            cuCtxCreate(second, 0, device(1));
            cuCtxDestroy(second);
            CUcontext found = new CUcontext();
            cuCtxGetCurrent(found);
            assertThat(found).isEqualTo(cuda.context);
        }
    }

    @Test
    void settingNoContextTakesTheCurrentOneAway() {
        try (Cuda cuda = new Cuda()) {
            cuCtxSetCurrent(new CUcontext());
            fails(CUresult.CUDA_ERROR_INVALID_CONTEXT, () -> cuCtxSynchronize());
            fails(CUresult.CUDA_ERROR_INVALID_CONTEXT, () -> cuCtxPopCurrent(new CUcontext()));
            cuCtxSetCurrent(cuda.context);
        }
    }

    @Test
    void limitsAndConfigurationsAreKept() {
        try (Cuda cuda = new Cuda()) {
            long[] limit = new long[1];
            cuCtxSetLimit(CUlimit.CU_LIMIT_STACK_SIZE, 4096);
            cuCtxGetLimit(limit, CUlimit.CU_LIMIT_STACK_SIZE);
            assertThat(limit[0]).isEqualTo(4096);
            fails(CUresult.CUDA_ERROR_UNSUPPORTED_LIMIT, () -> cuCtxGetLimit(limit, 77));
            int[] config = new int[1];
            cuCtxSetCacheConfig(CUfunc_cache.CU_FUNC_CACHE_PREFER_L1);
            cuCtxGetCacheConfig(config);
            assertThat(config[0]).isEqualTo(CUfunc_cache.CU_FUNC_CACHE_PREFER_L1);
            cuCtxGetApiVersion(cuda.context, config);
            assertThat(config[0]).isEqualTo(3020);
        }
    }

    @Test
    void flagsAreCheckedAndToldBack() {
        cuInit(0);
        CUcontext context = new CUcontext();
        fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuCtxCreate(context, 3, device(0)));
        cuCtxCreate(context, CUctx_flags.CU_CTX_SCHED_BLOCKING_SYNC, device(0));
        int[] flags = new int[1];
        cuCtxGetFlags(flags);
        assertThat(flags[0]).isEqualTo(CUctx_flags.CU_CTX_SCHED_BLOCKING_SYNC);
        cuCtxDestroy(context);
    }

    @Test
    @SuppressWarnings("deprecation") // what JCuda still has for old programs has to work
    void attachedContextGoesWithItsLastUse() {
        cuInit(0);
        CUcontext context = new CUcontext();
        cuCtxCreate(context, 0, device(0));
        cuCtxAttach(new CUcontext(), 0);
        cuCtxDetach(context);
        cuCtxSynchronize();
        cuCtxDetach(context);
        fails(CUresult.CUDA_ERROR_INVALID_CONTEXT, () -> cuCtxSynchronize());
    }

    @Test
    void peersReachMemoryOnceAccessIsEnabled() {
        Cuda cuda = new Cuda();
        CUcontext other = new CUcontext();
        cuCtxCreate(other, 0, device(1));
        CUdeviceptr there = new CUdeviceptr();
        cuMemAlloc(there, 16);
        cuMemcpyHtoD(there, Pointer.to(ONES), 16);
        cuCtxPopCurrent(other);
        cuCtxEnablePeerAccess(other, 0);
        fails(CUresult.CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED, () -> cuCtxEnablePeerAccess(other, 0));
        fails(CUresult.CUDA_ERROR_INVALID_CONTEXT, () -> cuCtxEnablePeerAccess(cuda.context, 0));
        CUdeviceptr here = cuda.floats(ONES);
        saxpy(cuda, null, 2, there, here);
        assertThat(cuda.floats(here, 4)).containsOnly(3);
        cuCtxDisablePeerAccess(other);
        fails(CUresult.CUDA_ERROR_PEER_ACCESS_NOT_ENABLED, () -> cuCtxDisablePeerAccess(other));
        saxpy(cuda, null, 2, there, here);
        fails(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, () -> cuCtxSynchronize());
        assertThat(reported()).containsExactly("wrong-context");
        cuCtxDestroy(other);
        cuCtxDestroy(cuda.context);
        assertThat(reported()).containsOnly("leak");
    }
}

package io.nudge.emulator;

import static io.nudge.emulator.Calls.fails;
import static io.nudge.emulator.Calls.reported;
import static io.nudge.emulator.Calls.stream;
import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmemAllocationType;
import jcuda.driver.CUmemLocation;
import jcuda.driver.CUmemLocationType;
import jcuda.driver.CUmemPoolProps;
import jcuda.driver.CUmemoryPool;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import org.junit.jupiter.api.Test;

/** Memory that streams and graphs allocate and free. */
@EmulatedDevice(memory = "1MB")
class PoolTest {
    private static final int SEEDS = 20;
    private static final int NON_BLOCKING = 1;

    private static CUdeviceptr allocate(long bytes, CUstream stream) {
        CUdeviceptr p = new CUdeviceptr();
        cuMemAllocAsync(p, bytes, stream);
        return p;
    }

    /** What is reported at any of several seeds; the program may fail. */
    private static List<String> reportedAtSomeSeed(Consumer<Cuda> program) {
        List<String> kinds = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            Emulator.set("seed", Integer.toString(seed));
            Emulator.set("check.leaks", "false");
            try {
                program.accept(new Cuda());
            } catch (CudaException e) {
                assertThat(e).hasMessage("CUDA_ERROR_ILLEGAL_ADDRESS");
            }
            kinds.addAll(reported());
            Emulator.reset();
        }
        return kinds;
    }

    @Test
    void memoryIsAllocatedUsedAndFreedInOrder() {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(NON_BLOCKING);
            CUdeviceptr p = allocate(16, s);
            cuMemsetD32Async(p, Float.floatToIntBits(2.5f), 4, s);
            float[] result = new float[4];
            cuMemcpyDtoHAsync(Pointer.to(result), p, 16, s);
            assertThat(result).containsOnly(2.5f);
            cuMemFreeAsync(p, s);
            cuStreamSynchronize(s);
            cuStreamDestroy(s);
        }
    }

    @Test
    void useBeforeTheStreamHasAllocatedIsReported() {
        assertThat(reportedAtSomeSeed(cuda -> {
                    CUstream a = stream(NON_BLOCKING);
                    CUstream b = stream(NON_BLOCKING);
                    CUdeviceptr p = allocate(16, a);
                    cuMemsetD32Async(p, 1, 4, b);
                    cuStreamSynchronize(b);
                }))
                .isNotEmpty()
                .containsOnly("use-before-allocation");
    }

    @Test
    void useAfterTheStreamHasFreedIsReported() {
        assertThat(reportedAtSomeSeed(cuda -> {
                    CUstream a = stream(NON_BLOCKING);
                    CUdeviceptr p = allocate(16, a);
                    cuMemFreeAsync(p, a);
                    cuMemsetD32Async(p, 1, 4, a);
                    cuStreamSynchronize(a);
                }))
                .hasSize(SEEDS)
                .containsOnly("use-after-free");
    }

    @Test
    void secondFreeIsReported() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = allocate(16, CU_STREAM_LEGACY);
            cuMemFreeAsync(p, CU_STREAM_LEGACY);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemFreeAsync(p, CU_STREAM_LEGACY));
            cuCtxSynchronize();
        }
        assertThat(reported()).containsExactly("double-free");
    }

    @Test
    void memoryThatAStreamGivesBackIsUsedAgain() {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(NON_BLOCKING);
            for (int i = 0; i < 10; i++) {
                cuMemFreeAsync(allocate(600 << 10, s), s);
            }
            CUdeviceptr kept = allocate(600 << 10, s);
            fails(CUresult.CUDA_ERROR_OUT_OF_MEMORY, () -> allocate(600 << 10, s));
            cuMemFree(kept);
            cuStreamDestroy(s);
        }
    }

    /** Waiting for room is the driver's own business: the program knows no more of the stream than before. */
    @Test
    void waitingForMemoryPutsNothingInOrder() {
        try (Cuda cuda = new Cuda()) {
            CUstream first = stream(NON_BLOCKING);
            CUstream second = stream(NON_BLOCKING);
            CUdeviceptr both = cuda.allocate(16);
            cuMemsetD32Async(both, 1, 4, first);
            cuMemFreeAsync(allocate(600 << 10, first), first);
            cuda.allocate(600 << 10);
            cuMemsetD32Async(both, 2, 4, second);
            cuStreamDestroy(first);
            cuStreamDestroy(second);
        }
        assertThat(reported()).containsExactly("global-race");
    }

    @Test
    void poolsHaveASizeAndOutliveTheirHandle() {
        try (Cuda cuda = new Cuda()) {
            CUmemPoolProps props = new CUmemPoolProps();
            props.allocType = CUmemAllocationType.CU_MEM_ALLOCATION_TYPE_PINNED;
            props.location = new CUmemLocation();
            props.location.type = CUmemLocationType.CU_MEM_LOCATION_TYPE_DEVICE;
            CUmemoryPool pool = new CUmemoryPool();
            cuMemPoolCreate(pool, props);
            CUdeviceptr p = new CUdeviceptr();
            cuMemAllocFromPoolAsync(p, 16, pool, CU_STREAM_LEGACY);
            cuMemPoolTrimTo(pool, 0);
            cuMemPoolDestroy(pool);
            fails(
                    CUresult.CUDA_ERROR_INVALID_VALUE,
                    () -> cuMemAllocFromPoolAsync(new CUdeviceptr(), 16, pool, CU_STREAM_LEGACY));
            cuMemsetD8(p, (byte) 0, 16);
            cuMemFreeAsync(p, CU_STREAM_LEGACY);
        }
    }

    @Test
    void graphAllocatesAtTheSameAddressWithEveryLaunch() {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(NON_BLOCKING);
            CUdeviceptr result = cuda.ints(0);
            cuStreamBeginCapture(s, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
            CUdeviceptr p = allocate(4, s);
            cuMemsetD32Async(p, 7, 1, s);
            cuMemcpyDtoDAsync(result, p, 4, s);
            cuMemFreeAsync(p, s);
            CUgraph graph = new CUgraph();
            cuStreamEndCapture(s, graph);
            CUgraphExec exec = new CUgraphExec();
            cuGraphInstantiate(exec, graph, 0);
            cuGraphLaunch(exec, s);
            cuGraphLaunch(exec, s);
            cuStreamSynchronize(s);
            assertThat(cuda.ints(result, 1)).containsExactly(7);
            fails(CUresult.CUDA_ERROR_NOT_SUPPORTED, () -> cuGraphInstantiate(new CUgraphExec(), graph, 0));
            fails(CUresult.CUDA_ERROR_NOT_SUPPORTED, () -> cuGraphClone(new CUgraph(), graph));
            cuGraphExecDestroy(exec);
            cuGraphDestroy(graph);
            cuStreamDestroy(s);
        }
    }

    @Test
    void graphIsNotLaunchedAgainBeforeItsMemoryIsFreed() {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(NON_BLOCKING);
            cuStreamBeginCapture(s, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
            CUdeviceptr p = allocate(4, s);
            cuMemsetD32Async(p, 7, 1, s);
            CUgraph graph = new CUgraph();
            cuStreamEndCapture(s, graph);
            CUgraphExec exec = new CUgraphExec();
            cuGraphInstantiate(exec, graph, 0);
            cuGraphLaunch(exec, s);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuGraphLaunch(exec, s));
            cuMemFreeAsync(p, s);
            cuGraphLaunch(exec, s);
            cuStreamSynchronize(s);
            assertThat(cuda.ints(p, 1)).containsExactly(7);
            cuMemFreeAsync(p, s);
            cuStreamSynchronize(s);
            cuGraphExecDestroy(exec);
            cuGraphDestroy(graph);
            cuStreamDestroy(s);
        }
    }
}

package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUDA_KERNEL_NODE_PARAMS;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver, used as JCuda's samples use it, and its errors. */
@EmulatedDevice
class DriverTest {
    private static final float[] ONES = {1, 1, 1, 1};

    private static void fails(int code, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(CudaException.class).hasMessage(CUresult.stringFor(code));
    }

    private static CUstream stream(int flags) {
        CUstream stream = new CUstream();
        cuStreamCreate(stream, flags);
        return stream;
    }

    private static CUevent event() {
        CUevent event = new CUevent();
        cuEventCreate(event, 0);
        return event;
    }

    private static void saxpy(Cuda cuda, CUstream stream, float alpha, CUdeviceptr x, CUdeviceptr y) {
        Cuda.launch(cuda.function("kernels", "saxpy"), 1, 32, 0, stream, alpha, x, y, 4);
    }

    @Test
    @EmulatedDevice(computeCapability = "8.6", memory = "64MB", devices = 2)
    void deviceIsAsItIsAskedFor() {
        try (Cuda cuda = new Cuda()) {
            int[] value = new int[1];
            cuDeviceGetCount(value);
            assertThat(value[0]).isEqualTo(2);
            CUdevice device = new CUdevice();
            cuDeviceGet(device, 1);
            cuDeviceGetAttribute(value, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device);
            assertThat(value[0]).isEqualTo(6);
            long[] total = new long[1];
            long[] free = new long[1];
            cuMemGetInfo(free, total);
            assertThat(total[0]).isEqualTo(64 << 20);
            cuda.allocate(1 << 20);
            cuMemGetInfo(free, total);
            assertThat(free[0]).isEqualTo(63 << 20);
            fails(CUresult.CUDA_ERROR_OUT_OF_MEMORY, () -> cuda.allocate(64 << 20));
            fails(CUresult.CUDA_ERROR_INVALID_DEVICE, () -> cuDeviceGet(new CUdevice(), 2));
        }
    }

    @Test
    void needsInitialisationAndAContext() {
        setExceptionsEnabled(true);
        fails(CUresult.CUDA_ERROR_NOT_INITIALIZED, () -> cuDeviceGetCount(new int[1]));
        cuInit(0);
        fails(CUresult.CUDA_ERROR_INVALID_CONTEXT, () -> cuMemAlloc(new CUdeviceptr(), 4));
    }

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
    void wrongHandlesAreRefused() {
        try (Cuda cuda = new Cuda()) {
            CUstream gone = stream(0);
            cuStreamDestroy(gone);
            fails(CUresult.CUDA_ERROR_INVALID_HANDLE, () -> cuStreamSynchronize(gone));
            CUevent event = event();
            cuEventDestroy(event);
            fails(CUresult.CUDA_ERROR_INVALID_HANDLE, () -> cuEventRecord(event, null));
            fails(CUresult.CUDA_ERROR_NOT_FOUND, () -> cuda.function("kernels", "noSuchKernel"));
        }
    }

    @Test
    void launchesAreChecked() {
        try (Cuda cuda = new Cuda()) {
            CUfunction f = cuda.function("kernels", "bitonicSort");
            CUdeviceptr p = cuda.floats(ONES);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> Cuda.launch(f, 0, 32, 0, null, p, 4));
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> Cuda.launch(f, 1, 2048, 0, null, p, 4));
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> Cuda.launch(f, 1, 32, 49 << 10, null, p, 4));
            cuFuncSetAttribute(f, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 64 << 10);
            Cuda.launch(f, 1, 4, 49 << 10, null, p, 4);
            cuCtxSynchronize();
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

    @Test
    void modulesAreRefusedWithLineAndCode() {
        try (Cuda cuda = new Cuda()) {
            String header = ".version 7.0\n.target sm_75\n.address_size 64\n";
            fails(
                    CUresult.CUDA_ERROR_INVALID_PTX,
                    () -> cuda.load(header + ".visible .entry k()\n{\n\tfrobnicate.s32 %r1;\n\tret;\n}\n"));
            assertThat(Emulator.takeReports())
                    .singleElement()
                    .satisfies(r -> assertThat(r.text()).contains("line 6", "frobnicate.s32"));
            fails(CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION, () -> cuda.load(header.replace("7.0", "9.0")));
            fails(CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, () -> cuda.load(header.replace("sm_75", "sm_120")));
            Emulator.takeReports();
            fails(CUresult.CUDA_ERROR_FILE_NOT_FOUND, () -> cuModuleLoad(new CUmodule(), "no/such/file.ptx"));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void streamsAndEventsOrderWork(long seed) {
        Emulator.set("seed", Long.toString(seed));
        try (Cuda cuda = new Cuda()) {
            CUstream a = stream(0);
            CUstream b = stream(1);
            CUevent event = event();
            CUevent end = event();
            CUdeviceptr x = cuda.floats(ONES);
            CUdeviceptr y = cuda.floats(ONES);
            for (int i = 0; i < 5; i++) {
                saxpy(cuda, a, 2, x, y);
                cuEventRecord(event, a);
                cuStreamWaitEvent(b, event, 0);
                saxpy(cuda, b, 1, y, x);
                cuEventRecord(end, b);
                cuStreamWaitEvent(a, end, 0);
            }
            cuEventSynchronize(end);
            float[] time = new float[1];
            cuEventElapsedTime(time, event, end);
            assertThat(time[0]).isNotNegative();
            float expectedX = 1;
            float expectedY = 1;
            for (int i = 0; i < 5; i++) {
                expectedY += 2 * expectedX;
                expectedX += expectedY;
            }
            assertThat(cuda.floats(x, 4)).containsOnly(expectedX);
            cuEventDestroy(event);
            cuEventDestroy(end);
            cuStreamDestroy(a);
            cuStreamDestroy(b);
        }
    }

    @Test
    void workIsLateAndAPollBringsItOn() {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(1);
            CUdeviceptr x = cuda.floats(ONES);
            saxpy(cuda, s, 1, x, x);
            setExceptionsEnabled(false);
            int first = cuStreamQuery(s);
            int polls = 0;
            while (cuStreamQuery(s) == CUresult.CUDA_ERROR_NOT_READY) {
                polls++;
                assertThat(polls).isLessThan(10_000);
            }
            setExceptionsEnabled(true);
            assertThat(first).isIn(CUresult.CUDA_ERROR_NOT_READY, CUresult.CUDA_SUCCESS);
            assertThat(Emulator.counter("launches")).isEqualTo(1);
            cuStreamDestroy(s);
        }
    }

    @Test
    void hostFunctionsRunInOrderAndWithoutBeingWaitedFor() throws InterruptedException {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(0);
            CUdeviceptr x = cuda.floats(ONES);
            CountDownLatch latch = new CountDownLatch(1);
            saxpy(cuda, s, 1, x, x);
            cuLaunchHostFunc(s, data -> latch.countDown(), null);
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(Emulator.counter("launches")).isEqualTo(1);
            cuStreamSynchronize(s);
            cuStreamDestroy(s);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void captureForksAndJoins(long seed) {
        Emulator.set("seed", Long.toString(seed));
        try (Cuda cuda = new Cuda()) {
            CUstream a = stream(1);
            CUstream b = stream(1);
            CUevent fork = event();
            CUevent join = event();
            CUdeviceptr x = cuda.floats(ONES);
            CUdeviceptr y = cuda.floats(ONES);
            CUdeviceptr z = cuda.floats(ONES);
            cuda.module("kernels"); // no module can be loaded while a stream is captured
            cuStreamBeginCapture(a, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
            saxpy(cuda, a, 1, x, x);
            cuEventRecord(fork, a);
            cuStreamWaitEvent(b, fork, 0);
            saxpy(cuda, a, 1, x, y);
            saxpy(cuda, b, 1, x, z);
            cuEventRecord(join, b);
            cuStreamWaitEvent(a, join, 0);
            saxpy(cuda, a, 1, z, y);
            CUgraph graph = new CUgraph();
            cuStreamEndCapture(a, graph);
            long[] nodes = new long[1];
            cuGraphGetNodes(graph, null, nodes);
            assertThat(nodes[0]).isEqualTo(4);
            assertThat(Emulator.counter("launches")).isZero();
            CUgraphExec exec = new CUgraphExec();
            cuGraphInstantiate(exec, graph, 0);
            cuGraphLaunch(exec, a);
            cuGraphLaunch(exec, b);
            cuCtxSynchronize();
            assertThat(cuda.floats(x, 1)).containsExactly(4);
            assertThat(cuda.floats(z, 1)).containsExactly(1 + 2 + 4);
            assertThat(cuda.floats(y, 1)).containsExactly(1 + 2 + 3 + 4 + 7);
            assertThat(Emulator.counter("graph-launches")).isEqualTo(2);
            cuGraphExecDestroy(exec);
            cuGraphDestroy(graph);
            cuEventDestroy(fork);
            cuEventDestroy(join);
            cuStreamDestroy(a);
            cuStreamDestroy(b);
        }
    }

    @Test
    void captureForbidsWhatCudaForbids() {
        try (Cuda cuda = new Cuda()) {
            CUstream a = stream(0);
            CUdeviceptr x = cuda.floats(ONES);
            cuda.module("kernels");
            Runnable begin = () -> {
                cuStreamBeginCapture(a, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
                saxpy(cuda, a, 1, x, x);
            };
            Runnable end = () ->
                    fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, () -> cuStreamEndCapture(a, new CUgraph()));
            begin.run();
            fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, () -> cuStreamSynchronize(a));
            end.run();
            begin.run();
            fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, () -> cuMemAlloc(new CUdeviceptr(), 4));
            end.run();
            begin.run();
            fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, () -> cuMemcpyHtoD(x, Pointer.to(ONES), 16));
            end.run();
            begin.run();
            fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, () -> cuMemcpyHtoDAsync(x, Pointer.to(ONES), 16, a));
            end.run();
            fails(CUresult.CUDA_ERROR_ILLEGAL_STATE, () -> cuStreamEndCapture(a, new CUgraph()));
            CUstream b = stream(1);
            CUevent fork = event();
            begin.run();
            cuEventRecord(fork, a);
            cuStreamWaitEvent(b, fork, 0);
            saxpy(cuda, b, 1, x, x);
            fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED, () -> cuStreamEndCapture(a, new CUgraph()));
            cuEventDestroy(fork);
            cuStreamDestroy(a);
            cuStreamDestroy(b);
        }
    }

    @Test
    void graphsAreBuiltByHandAndChanged() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr x = cuda.floats(ONES);
            CUdeviceptr y = cuda.floats(ONES);
            CUstream s = stream(0);
            CUgraph graph = new CUgraph();
            cuGraphCreate(graph, 0);
            CUDA_KERNEL_NODE_PARAMS p = new CUDA_KERNEL_NODE_PARAMS();
            p.func = cuda.function("kernels", "saxpy");
            p.gridDimX = 1;
            p.gridDimY = 1;
            p.gridDimZ = 1;
            p.blockDimX = 32;
            p.blockDimY = 1;
            p.blockDimZ = 1;
            p.kernelParams = Cuda.parameters(3f, x, y, 4);
            CUgraphNode node = new CUgraphNode();
            cuGraphAddKernelNode(node, graph, null, 0, p);
            CUgraphExec exec = new CUgraphExec();
            cuGraphInstantiate(exec, graph, 0);
            cuGraphLaunch(exec, s);
            cuCtxSynchronize();
            assertThat(cuda.floats(y, 1)).containsExactly(4);
            p.kernelParams = Cuda.parameters(10f, x, y, 4);
            cuGraphExecKernelNodeSetParams(exec, node, p);
            cuGraphLaunch(exec, s);
            cuCtxSynchronize();
            assertThat(cuda.floats(y, 1)).containsExactly(14);
            cuStreamDestroy(s);
            cuGraphExecDestroy(exec);
            cuGraphDestroy(graph);
        }
    }

    @Test
    void callsFailOnDemand() {
        try (Cuda cuda = new Cuda()) {
            Emulator.fail("cuMemAlloc", 2, CUresult.CUDA_ERROR_OUT_OF_MEMORY);
            cuda.allocate(4);
            fails(CUresult.CUDA_ERROR_OUT_OF_MEMORY, () -> cuda.allocate(4));
            cuda.allocate(4);
        }
    }

    @Test
    void memoryIsAllocatedAndFreedInStreams() {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(1);
            CUdeviceptr p = new CUdeviceptr();
            cuMemAllocAsync(p, 16, s);
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
    void whatIsNotThereSaysSo() {
        try (Cuda cuda = new Cuda()) {
            fails(CUresult.CUDA_ERROR_NOT_SUPPORTED, () -> cuMemAllocManaged(new CUdeviceptr(), 16, 1));
        }
    }
}

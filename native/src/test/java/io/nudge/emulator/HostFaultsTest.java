package io.nudge.emulator;

import static io.nudge.emulator.FaultsTest.counting;
import static io.nudge.emulator.FaultsTest.pinned;
import static io.nudge.emulator.Planted.finds;
import static io.nudge.emulator.Planted.findsPerhapsWith;
import static io.nudge.emulator.Planted.refuses;
import static io.nudge.emulator.Planted.report;
import static jcuda.driver.CUresult.CUDA_ERROR_ILLEGAL_ADDRESS;
import static jcuda.driver.CUresult.CUDA_ERROR_INVALID_HANDLE;
import static jcuda.driver.CUresult.CUDA_ERROR_INVALID_VALUE;
import static jcuda.driver.CUresult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
import static jcuda.driver.CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;
import jcuda.Pointer;
import jcuda.driver.CUDA_MEMCPY2D;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUgraph;
import jcuda.driver.CUmemorytype;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import org.junit.jupiter.api.Test;

/** Faults planted in what the host does: streams, captures, memory, cuBLAS. Each is found at a hundred seeds, and its twin passes. */
@EmulatedDevice
class HostFaultsTest {
    private static final String MODULE = "faults";
    private static final CUstream LEGACY = new CUstream(); // JCuda takes no null here

    /** The host changes a pinned buffer before the copy from it has run: wrong values arrive, at some seed. */
    @Test
    void bufferReusedDuringAnAsyncCopy() {
        assertThat(wrongAtSomeSeed(false)).isTrue();
        assertThat(wrongAtSomeSeed(true)).isFalse();
    }

    private static boolean wrongAtSomeSeed(boolean waits) {
        boolean wrong = false;
        for (int seed = 1; seed <= Planted.SEEDS; seed++) {
            Emulator.set("seed", Integer.toString(seed));
            Cuda cuda = new Cuda();
            CUstream stream = new CUstream();
            cuStreamCreate(stream, 1);
            Pointer host = pinned(64);
            host.getByteBuffer(0, 64)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()
                    .put(counting(16));
            CUdeviceptr device = cuda.allocate(64);
            cuMemcpyHtoDAsync(device, host, 64, stream);
            if (waits) {
                cuStreamSynchronize(stream);
            }
            host.getByteBuffer(0, 64)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()
                    .put(new float[16]);
            cuStreamSynchronize(stream);
            wrong |= !Arrays.equals(cuda.floats(device, 16), counting(16));
            cuStreamDestroy(stream);
            cuMemFreeHost(host);
            cuda.close();
        }
        return wrong;
    }

    private static CUstream stream() {
        CUstream stream = new CUstream();
        cuStreamCreate(stream, 1);
        return stream;
    }

    private static CUevent event() {
        CUevent event = new CUevent();
        JCudaDriver.cuEventCreate(event, 0);
        return event;
    }

    /** A second stream reads what a first one writes, with or without waiting for it. */
    private static void twoStreams(Cuda cuda, boolean waits) {
        CUstream first = stream();
        CUstream second = stream();
        CUevent event = event();
        CUdeviceptr a = cuda.floats(new float[32]);
        CUdeviceptr b = cuda.floats(new float[32]);
        Cuda.launch(cuda.function(MODULE, "noEdge"), 1, 32, 0, first, a, 32);
        JCudaDriver.cuEventRecord(event, first);
        if (waits) {
            JCudaDriver.cuStreamWaitEvent(second, event, 0);
        }
        Cuda.launch(cuda.function(MODULE, "copy"), 1, 32, 0, second, a, b, 32);
        cuCtxSynchronize();
        JCudaDriver.cuEventDestroy(event);
        cuStreamDestroy(first);
        cuStreamDestroy(second);
    }

    @Test
    void missingStreamWait() {
        finds(
                report("global-race", "kernel ", "allocation 1 of 128 bytes"),
                0,
                cuda -> twoStreams(cuda, false),
                cuda -> twoStreams(cuda, true));
    }

    /** Does something with a stream while it is being captured. */
    private static void capturing(Consumer<CUstream> what) {
        CUstream stream = stream();
        JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
        what.accept(stream);
        CUgraph graph = new CUgraph();
        JCudaDriver.cuStreamEndCapture(stream, graph);
        JCudaDriver.cuGraphDestroy(graph);
        cuStreamDestroy(stream);
    }

    @Test
    void waitingInACapture() {
        refuses(
                CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
                cuda -> capturing(JCudaDriver::cuStreamSynchronize),
                cuda -> capturing(stream -> assertThat(stream).isNotNull()));
    }

    @Test
    void allocatingInACapture() {
        refuses(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, cuda -> capturing(stream -> cuda.allocate(64)), cuda -> {
            CUdeviceptr p = cuda.allocate(64);
            capturing(stream -> JCudaDriver.cuMemsetD32Async(p, 0, 16, stream));
        });
    }

    private static void fork(Cuda cuda, boolean joins) {
        CUdeviceptr p = cuda.allocate(64);
        CUstream other = stream();
        CUevent event = event();
        capturing(stream -> {
            JCudaDriver.cuEventRecord(event, stream);
            JCudaDriver.cuStreamWaitEvent(other, event, 0);
            JCudaDriver.cuMemsetD32Async(p, 0, 16, other);
            JCudaDriver.cuEventRecord(event, other);
            if (joins) {
                JCudaDriver.cuStreamWaitEvent(stream, event, 0);
            }
        });
        JCudaDriver.cuEventDestroy(event);
        cuStreamDestroy(other);
    }

    @Test
    void forkThatNobodyJoins() {
        refuses(CUDA_ERROR_STREAM_CAPTURE_UNJOINED, cuda -> fork(cuda, false), cuda -> fork(cuda, true));
    }

    private static void recordInAnotherContext(Cuda cuda, boolean returns) {
        CUevent event = event();
        CUcontext other = new CUcontext();
        JCudaDriver.cuCtxCreate(other, 0, new CUdevice());
        if (returns) {
            JCudaDriver.cuCtxDestroy(other);
        }
        JCudaDriver.cuEventRecord(event, null);
        JCudaDriver.cuEventDestroy(event);
        assertThat(cuda).isNotNull();
    }

    @Test
    void eventOfAnotherContext() {
        refuses(
                CUDA_ERROR_INVALID_HANDLE,
                cuda -> recordInAnotherContext(cuda, false),
                cuda -> recordInAnotherContext(cuda, true));
    }

    private static CUdeviceptr allocateIn(CUstream stream) {
        CUdeviceptr p = new CUdeviceptr();
        JCudaDriver.cuMemAllocAsync(p, 128, stream);
        return p;
    }

    private static void freedInStream(Cuda cuda, boolean tooEarly) {
        CUstream stream = stream();
        CUdeviceptr p = allocateIn(stream);
        if (tooEarly) {
            JCudaDriver.cuMemFreeAsync(p, stream);
        }
        Cuda.launch(cuda.function(MODULE, "noEdge"), 1, 32, 0, stream, p, 32);
        if (!tooEarly) {
            JCudaDriver.cuMemFreeAsync(p, stream);
        }
        cuStreamSynchronize(stream);
        cuStreamDestroy(stream);
    }

    @Test
    void useAfterAFreeInTheStream() {
        finds(
                report("use-after-free", "kernel noEdge, block (0,0,0), thread (", "of 128 bytes"),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                cuda -> freedInStream(cuda, true),
                cuda -> freedInStream(cuda, false));
    }

    private static void freedByAnotherStream(Cuda cuda, boolean waits) {
        CUstream user = stream();
        CUstream other = stream();
        CUevent event = event();
        CUdeviceptr p = allocateIn(user);
        Cuda.launch(cuda.function(MODULE, "noEdge"), 1, 32, 0, user, p, 32);
        JCudaDriver.cuEventRecord(event, user);
        if (waits) {
            JCudaDriver.cuStreamWaitEvent(other, event, 0);
        }
        JCudaDriver.cuMemFreeAsync(p, other);
        cuCtxSynchronize();
        JCudaDriver.cuEventDestroy(event);
        cuStreamDestroy(user);
        cuStreamDestroy(other);
    }

    /** Whether the kernel or the free comes first is up to the seed. */
    @Test
    void freeByAnotherStreamDuringUse() {
        findsPerhapsWith(
                report("use-after-free", "kernel noEdge, block (0,0,0), thread (", "allocation 1 of 128 bytes"),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                cuda -> freedByAnotherStream(cuda, false),
                cuda -> freedByAnotherStream(cuda, true));
    }

    private static void freedByTheHost(Cuda cuda, boolean waits) {
        CUstream user = stream();
        CUdeviceptr p = allocateIn(user);
        cuStreamSynchronize(user);
        Cuda.launch(cuda.function(MODULE, "noEdge"), 1, 32, 0, user, p, 32);
        if (waits) {
            cuStreamSynchronize(user);
        }
        JCudaDriver.cuMemFree(p);
        cuCtxSynchronize();
        cuStreamDestroy(user);
    }

    /** cuMemFree does not wait for the streams that use memory of a pool. */
    @Test
    void freeByTheHostDuringUse() {
        findsPerhapsWith(
                report("use-after-free", "kernel noEdge, block (0,0,0), thread (", "allocation 1 of 128 bytes"),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                cuda -> freedByTheHost(cuda, false),
                cuda -> freedByTheHost(cuda, true));
    }

    @Test
    void freedTwiceInTheStream() {
        finds(
                report("double-free", "cuMemFreeAsync", "was freed before"),
                CUDA_ERROR_INVALID_VALUE,
                cuda -> {
                    CUdeviceptr p = allocateIn(LEGACY);
                    JCudaDriver.cuMemFreeAsync(p, LEGACY);
                    JCudaDriver.cuMemFreeAsync(p, LEGACY);
                },
                cuda -> JCudaDriver.cuMemFreeAsync(allocateIn(LEGACY), LEGACY));
    }

    private static void copy2D(Cuda cuda, long pitch) {
        CUDA_MEMCPY2D copy = new CUDA_MEMCPY2D();
        copy.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_HOST;
        copy.srcHost = Pointer.to(counting(16));
        copy.srcPitch = 16;
        copy.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
        copy.dstDevice = cuda.allocate(64);
        copy.dstPitch = pitch;
        copy.WidthInBytes = 16;
        copy.Height = 4;
        JCudaDriver.cuMemcpy2D(copy);
    }

    @Test
    void copyWithAWrongPitch() {
        finds(
                report("out-of-bounds", "copy HtoD, target", "allocation 1 of 64 bytes"),
                CUDA_ERROR_INVALID_VALUE,
                cuda -> copy2D(cuda, 32),
                cuda -> copy2D(cuda, 16));
    }

    private static void withBlas(Cuda cuda, Consumer<cublasHandle> what) {
        cublasHandle handle = new cublasHandle();
        JCublas2.setExceptionsEnabled(false);
        JCublas2.cublasCreate(handle);
        what.accept(handle);
        cuCtxSynchronize();
        JCublas2.cublasDestroy(handle);
        assertThat(cuda).isNotNull();
    }

    private static void product(Cuda cuda, CUdeviceptr a, int lda, CUdeviceptr c) {
        Pointer one = Blas.host(Numbers.F32, 1);
        Pointer zero = Blas.host(Numbers.F32, 0);
        withBlas(
                cuda,
                handle -> assertThat(JCublas2.cublasSgemm(
                                handle, 0, 0, 2, 2, 2, one, a, lda, cuda.floats(1, 2, 3, 4), 2, zero, c, 2))
                        .isZero());
    }

    @Test
    void productOfUninitialisedMemory() {
        finds(
                report("uninitialised-read", "cublasSgemm: byte 0 of allocation 1 of 16 bytes"),
                0,
                cuda -> product(cuda, cuda.allocate(16), 2, cuda.allocate(16)),
                cuda -> product(cuda, cuda.floats(1, 2, 3, 4), 2, cuda.allocate(16)));
    }

    @Test
    void productWithAWrongLeadingDimension() {
        finds(
                report("out-of-bounds", "cublasSgemm: ", "beyond the end of allocation 1 of 16 bytes"),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                cuda -> product(cuda, cuda.floats(1, 2, 3, 4), 3, cuda.allocate(16)),
                cuda -> product(cuda, cuda.floats(1, 2, 3, 4), 2, cuda.allocate(16)));
    }

    @Test
    void productOverItsOwnInput() {
        finds(
                report("overlap", "cublasSgemm: the result overlaps matrix A"),
                0,
                cuda -> {
                    CUdeviceptr a = cuda.floats(1, 2, 3, 4);
                    product(cuda, a, 2, a);
                },
                cuda -> product(cuda, cuda.floats(1, 2, 3, 4), 2, cuda.allocate(16)));
    }

    @Test
    void leakOfEachKind() {
        leaks("streams never destroyed", cuda -> stream(), cuda -> cuStreamDestroy(stream()));
        leaks("events never destroyed", cuda -> event(), cuda -> JCudaDriver.cuEventDestroy(event()));
        leaks("pinned host memory of 64 bytes", cuda -> pinned(64), cuda -> cuMemFreeHost(pinned(64)));
        leaks(
                "modules never destroyed",
                cuda -> cuda.module(MODULE),
                cuda -> assertThat(cuda.module(MODULE)).isNotNull());
        leaks("graphs never destroyed", cuda -> JCudaDriver.cuGraphCreate(new CUgraph(), 0), cuda -> {
            CUgraph graph = new CUgraph();
            JCudaDriver.cuGraphCreate(graph, 0);
            JCudaDriver.cuGraphDestroy(graph);
        });
        leaks(
                "contexts never destroyed",
                cuda -> assertThat(cuda).isNotNull(),
                cuda -> assertThat(cuda).isNotNull());
        leaks(
                "cuBLAS handles never destroyed",
                cuda -> JCublas2.cublasCreate(new cublasHandle()),
                cuda -> withBlas(cuda, handle -> {}));
    }

    private static void leaks(String text, Planted.Program faulty, Planted.Program right) {
        finds(
                report("leak", text),
                0,
                cuda -> {
                    faulty.run(cuda);
                    Emulator.checkLeaks();
                },
                right);
    }
}

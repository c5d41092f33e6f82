package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.jcublas.cublasStatus.CUBLAS_STATUS_INVALID_VALUE;
import static jcuda.jcublas.cublasStatus.CUBLAS_STATUS_NOT_INITIALIZED;
import static org.assertj.core.api.Assertions.assertThat;

import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasPointerMode;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Handles of cuBLAS, and what its work does with streams, graphs and memory. */
@EmulatedDevice
class CublasTest {
    private static final int N = cublasOperation.CUBLAS_OP_N;
    private Cuda cuda;
    private cublasHandle handle;

    @BeforeEach
    void open() {
        cuda = new Cuda();
        JCublas2.setExceptionsEnabled(false);
        handle = new cublasHandle();
        assertThat(JCublas2.cublasCreate(handle)).isZero();
    }

    @AfterEach
    void close() {
        JCublas2.cublasDestroy(handle);
        cuda.close();
    }

    private static Pointer host(float value) {
        return Pointer.to(new float[] {value});
    }

    @Test
    void readsAndWritesAreChecked() {
        CUdeviceptr small = cuda.floats(1, 2, 3);
        CUdeviceptr c = cuda.allocate(16);
        JCublas2.cublasSgemm(handle, N, N, 2, 2, 2, host(1), small, 2, cuda.floats(1, 2, 3, 4), 2, host(0), c, 2);
        JCudaDriver.setExceptionsEnabled(false);
        assertThat(cuCtxSynchronize()).isEqualTo(700);
        JCudaDriver.setExceptionsEnabled(true);
        assertThat(Emulator.takeReports()).singleElement().satisfies(r -> {
            assertThat(r.kind()).isEqualTo("out-of-bounds");
            assertThat(r.text()).contains("cublasSgemm", "12 bytes");
        });
        JCublas2.cublasDestroy(handle);
        Emulator.reset();
        open();
    }

    @Test
    void isCaptured() {
        CUstream stream = new CUstream();
        JCudaDriver.cuStreamCreate(stream, 1);
        JCublas2.cublasSetStream(handle, new cudaStream_t(stream));
        CUdeviceptr x = cuda.floats(1, 2);
        JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
        assertThat(JCublas2.cublasSaxpy(handle, 2, host(1), x, 1, x, 1)).isZero();
        CUgraph graph = new CUgraph();
        JCudaDriver.cuStreamEndCapture(stream, graph);
        CUgraphExec exec = new CUgraphExec();
        JCudaDriver.cuGraphInstantiate(exec, graph, 0);
        JCudaDriver.cuGraphLaunch(exec, stream);
        JCudaDriver.cuGraphLaunch(exec, stream);
        cuCtxSynchronize();
        assertThat(cuda.floats(x, 2)).containsExactly(4, 8);
        JCudaDriver.cuGraphExecDestroy(exec);
        JCudaDriver.cuGraphDestroy(graph);
        JCudaDriver.cuStreamDestroy(stream);
    }

    @Test
    void settingsAreKept() {
        int[] value = new int[1];
        JCublas2.cublasSetMathMode(handle, cublasMath.CUBLAS_PEDANTIC_MATH);
        JCublas2.cublasGetMathMode(handle, value);
        assertThat(value[0]).isEqualTo(cublasMath.CUBLAS_PEDANTIC_MATH);
        JCublas2.cublasSetPointerMode(handle, cublasPointerMode.CUBLAS_POINTER_MODE_DEVICE);
        JCublas2.cublasGetPointerMode(handle, value);
        assertThat(value[0]).isEqualTo(cublasPointerMode.CUBLAS_POINTER_MODE_DEVICE);
        JCublas2.cublasSetAtomicsMode(handle, 1);
        JCublas2.cublasGetAtomicsMode(handle, value);
        assertThat(value[0]).isEqualTo(1);
        assertThat(JCublas2.cublasSetSmCountTarget(handle, 4)).isZero();
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThat(JCublas2.cublasSetMathMode(handle, 4)).isEqualTo(CUBLAS_STATUS_INVALID_VALUE);
        assertThat(JCublas2.cublasSetMathMode(handle, -16)).isEqualTo(CUBLAS_STATUS_INVALID_VALUE);
        assertThat(JCublas2.cublasSetPointerMode(handle, 2)).isEqualTo(CUBLAS_STATUS_INVALID_VALUE);
        assertThat(JCublas2.cublasSetAtomicsMode(handle, -1)).isEqualTo(CUBLAS_STATUS_INVALID_VALUE);
        assertThat(JCublas2.cublasSetSmCountTarget(handle, -1)).isEqualTo(CUBLAS_STATUS_INVALID_VALUE);
    }

    @Test
    void tellsItsVersion() {
        int[] version = new int[1];
        JCublas2.cublasGetVersion(handle, version);
        int[] parts = new int[3];
        for (int i = 0; i < 3; i++) {
            int[] part = new int[1];
            assertThat(JCublas2.cublasGetProperty(i, part)).isZero();
            parts[i] = part[0];
        }
        assertThat(version[0]).isEqualTo(parts[0] * 10000 + parts[1] * 100 + parts[2]);
        assertThat(JCublas2.cublasGetProperty(3, version)).isEqualTo(CUBLAS_STATUS_INVALID_VALUE);
    }

    @Test
    void statusesHaveNames() {
        assertThat(JCublas2.cublasGetStatusName(CUBLAS_STATUS_INVALID_VALUE)).isEqualTo("CUBLAS_STATUS_INVALID_VALUE");
        assertThat(JCublas2.cublasGetStatusString(CUBLAS_STATUS_INVALID_VALUE)).contains("invalid value");
    }

    @Test
    void aHandleIsGoneWhenItIsDestroyed() {
        cublasHandle other = new cublasHandle();
        JCublas2.cublasCreate(other);
        assertThat(JCublas2.cublasDestroy(other)).isZero();
        assertThat(JCublas2.cublasSetMathMode(other, 0)).isEqualTo(CUBLAS_STATUS_NOT_INITIALIZED);
        assertThat(JCublas2.cublasDestroy(other)).isEqualTo(CUBLAS_STATUS_NOT_INITIALIZED);
    }

    @Test
    void aHandleWantsAContext() {
        JCudaDriver.cuCtxPopCurrent(new CUcontext());
        assertThat(JCublas2.cublasCreate(new cublasHandle())).isEqualTo(CUBLAS_STATUS_NOT_INITIALIZED);
        JCudaDriver.cuCtxPushCurrent(cuda.context);
    }

    @Test
    void callsCanBeMadeToFail() {
        Emulator.fail("cublasSscal", 2, 14);
        CUdeviceptr x = cuda.floats(1);
        assertThat(JCublas2.cublasSscal(handle, 1, host(2), x, 1)).isZero();
        assertThat(JCublas2.cublasSscal(handle, 1, host(2), x, 1)).isEqualTo(14);
        assertThat(JCublas2.cublasSscal(handle, 1, host(2), x, 1)).isZero();
        assertThat(cuda.floats(x, 1)).containsExactly(4);
        assertThat(Emulator.counter("calls.cublasSscal")).isEqualTo(3);
        assertThat(Emulator.counter("library.cublasSscal")).isEqualTo(2);
    }

    @Test
    void aWorkspaceIsAlignedAndIsWrittenTo() {
        CUdeviceptr workspace = cuda.allocate(1024);
        assertThat(JCublas2.cublasSetWorkspace(handle, workspace.withByteOffset(16), 512))
                .isEqualTo(CUBLAS_STATUS_INVALID_VALUE);
        JCudaDriver.cuMemsetD32(workspace, 1, 256);
        assertThat(JCublas2.cublasSetWorkspace(handle, workspace, 1024)).isZero();
        CUdeviceptr x = cuda.floats(2);
        CUdeviceptr c = cuda.allocate(4);
        JCublas2.cublasSgemm(handle, N, N, 1, 1, 1, host(1), x, 1, x, 1, host(0), c, 1);
        assertThat(cuda.ints(workspace, 1)).doesNotContain(1);
        assertThat(cuda.floats(c, 1)).containsExactly(4);
    }

    @Test
    void anotherStreamBeginsWithTheStandardWorkspace() {
        CUdeviceptr workspace = cuda.allocate(1024);
        JCudaDriver.cuMemsetD32(workspace, 1, 256);
        JCublas2.cublasSetWorkspace(handle, workspace, 1024);
        JCublas2.cublasSetStream(handle, null);
        CUdeviceptr x = cuda.floats(2);
        JCublas2.cublasSgemm(handle, N, N, 1, 1, 1, host(1), x, 1, x, 1, host(0), cuda.allocate(4), 1);
        assertThat(cuda.ints(workspace, 1)).containsExactly(1);
    }

    /** A result on the host cannot be waited for in a capture, which is lost. */
    @Test
    void aResultOnTheHostIsNotCaptured() {
        CUstream stream = new CUstream();
        JCudaDriver.cuStreamCreate(stream, 1);
        JCublas2.cublasSetStream(handle, new cudaStream_t(stream));
        CUdeviceptr x = cuda.floats(1, 2);
        JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED);
        assertThat(JCublas2.cublasSdot(handle, 2, x, 1, x, 1, host(0)))
                .isEqualTo(cublasStatus.CUBLAS_STATUS_EXECUTION_FAILED);
        JCudaDriver.setExceptionsEnabled(false);
        assertThat(JCudaDriver.cuStreamEndCapture(stream, new CUgraph()))
                .isEqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
        JCudaDriver.cuStreamDestroy(stream);
    }

    @Test
    void workRunsWhenSomebodyWaits() {
        CUdeviceptr x = cuda.floats(1);
        JCublas2.cublasSscal(handle, 1, host(2), x, 1);
        cuCtxSynchronize();
        assertThat(Emulator.counter("library.cublasSscal")).isEqualTo(1);
    }
}

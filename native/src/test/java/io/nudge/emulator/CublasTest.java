package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasPointerMode;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** cuBLAS against the same sums in Java. */
@EmulatedDevice
class CublasTest {
    private static final int N = cublasOperation.CUBLAS_OP_N;
    private static final int T = cublasOperation.CUBLAS_OP_T;
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

    private static float[] random(int n, long seed) {
        Random random = new Random(seed);
        float[] result = new float[n];
        for (int i = 0; i < n; i++) {
            result[i] = random.nextFloat() - 0.5f;
        }
        return result;
    }

    private static Pointer host(float value) {
        return Pointer.to(new float[] {value});
    }

    @Test
    void sgemmInAllForms() {
        int m = 5;
        int n = 7;
        int k = 9;
        int ld = 11;
        float[] a = random(ld * ld, 1);
        float[] b = random(ld * ld, 2);
        float[] c = random(ld * ld, 3);
        CUdeviceptr da = cuda.floats(a);
        CUdeviceptr db = cuda.floats(b);
        for (int opA : new int[] {N, T}) {
            for (int opB : new int[] {N, T}) {
                CUdeviceptr dc = cuda.floats(c);
                assertThat(JCublas2.cublasSgemm(handle, opA, opB, m, n, k, host(2), da, ld, db, ld, host(3), dc, ld))
                        .isZero();
                float[] result = cuda.floats(dc, ld * n);
                for (int j = 0; j < n; j++) {
                    for (int i = 0; i < ld; i++) {
                        double sum = 0;
                        for (int l = 0; l < k; l++) {
                            sum += (double) a[opA == N ? l * ld + i : i * ld + l]
                                    * b[opB == N ? j * ld + l : l * ld + j];
                        }
                        double expected = i < m ? 2 * sum + 3 * c[j * ld + i] : c[j * ld + i];
                        assertThat((double) result[j * ld + i]).isCloseTo(expected, within(1e-5));
                    }
                }
            }
        }
    }

    @Test
    void betaOfZeroDoesNotReadTheResult() {
        CUdeviceptr c = cuda.allocate(4);
        JCublas2.cublasSgemm(handle, N, N, 1, 1, 2, host(1), cuda.floats(2, 3), 1, cuda.floats(4, 5), 2, host(0), c, 1);
        assertThat(cuda.floats(c, 1)).containsExactly(23);
    }

    @Test
    void tensorCoresRoundTheirInputs() {
        float fine = 1 + 0x1p-12f;
        CUdeviceptr a = cuda.floats(fine);
        CUdeviceptr one = cuda.floats(1);
        CUdeviceptr c = cuda.allocate(4);
        JCublas2.cublasSetMathMode(handle, cublasMath.CUBLAS_TF32_TENSOR_OP_MATH);
        JCublas2.cublasSgemm(handle, N, N, 1, 1, 1, host(1), a, 1, one, 1, host(0), c, 1);
        assertThat(cuda.floats(c, 1)).containsExactly(1);
        JCublas2.cublasSetMathMode(handle, cublasMath.CUBLAS_DEFAULT_MATH);
        int f32 = cudaDataType.CUDA_R_32F;
        JCublas2.cublasGemmEx_new(
                handle,
                N,
                N,
                1,
                1,
                1,
                host(1),
                a,
                f32,
                1,
                one,
                f32,
                1,
                host(0),
                c,
                f32,
                1,
                cublasComputeType.CUBLAS_COMPUTE_32F,
                -1);
        assertThat(cuda.floats(c, 1)).containsExactly(fine);
    }

    @Test
    void vectors() {
        CUdeviceptr x = cuda.floats(1, -2, 3);
        CUdeviceptr y = cuda.floats(4, 5, 6);
        float[] result = new float[1];
        JCublas2.cublasSdot(handle, 3, x, 1, y, 1, Pointer.to(result));
        assertThat(result[0]).isEqualTo(12);
        JCublas2.cublasSasum(handle, 3, x, 1, Pointer.to(result));
        assertThat(result[0]).isEqualTo(6);
        JCublas2.cublasSaxpy(handle, 3, host(2), x, 1, y, 1);
        assertThat(cuda.floats(y, 3)).containsExactly(6, 1, 12);
        JCublas2.cublasSscal(handle, 3, host(-1), y, 1);
        assertThat(cuda.floats(y, 3)).containsExactly(-6, -1, -12);
        int[] index = new int[1];
        JCublas2.cublasIsamax(handle, 3, y, 1, Pointer.to(index));
        assertThat(index[0]).isEqualTo(3);
        CUdeviceptr norm = cuda.allocate(4);
        JCublas2.cublasSetPointerMode(handle, cublasPointerMode.CUBLAS_POINTER_MODE_DEVICE);
        JCublas2.cublasSnrm2(handle, 2, cuda.floats(3, 4), 1, norm);
        assertThat(cuda.floats(norm, 1)).containsExactly(5);
        JCublas2.cublasSetPointerMode(handle, cublasPointerMode.CUBLAS_POINTER_MODE_HOST);
        CUdeviceptr r = cuda.allocate(8);
        JCublas2.cublasSgemv(handle, T, 3, 2, host(1), cuda.floats(1, 2, 3, 4, 5, 6), 3, x, 1, host(0), r, 1);
        assertThat(cuda.floats(r, 2)).containsExactly(1 - 4 + 9, 4 - 10 + 18);
        CUdeviceptr t = cuda.allocate(24);
        JCublas2.cublasSgeam(
                handle,
                T,
                N,
                2,
                3,
                host(1),
                cuda.floats(1, 2, 3, 4, 5, 6),
                3,
                host(0),
                cuda.floats(new float[6]),
                2,
                t,
                2);
        assertThat(cuda.floats(t, 6)).containsExactly(1, 4, 2, 5, 3, 6);
    }

    @Test
    void argumentsAreChecked() {
        CUdeviceptr p = cuda.floats(new float[64]);
        int invalid = cublasStatus.CUBLAS_STATUS_INVALID_VALUE;
        assertThat(JCublas2.cublasSgemm(handle, N, N, -1, 1, 1, host(1), p, 1, p, 1, host(0), p, 1))
                .isEqualTo(invalid);
        assertThat(JCublas2.cublasSgemm(handle, 9, N, 1, 1, 1, host(1), p, 1, p, 1, host(0), p, 1))
                .isEqualTo(invalid);
        assertThat(JCublas2.cublasSgemm(handle, N, N, 4, 1, 1, host(1), p, 3, p, 1, host(0), p, 4))
                .isEqualTo(invalid);
        assertThat(JCublas2.cublasSgemm(handle, T, N, 4, 1, 5, host(1), p, 4, p, 5, host(0), p, 4))
                .isEqualTo(invalid);
        assertThat(JCublas2.cublasSgemm(handle, N, N, 4, 1, 1, host(1), p, 4, p, 1, host(0), p, 3))
                .isEqualTo(invalid);
        assertThat(JCublas2.cublasSgemm(new cublasHandle(), N, N, 1, 1, 1, host(1), p, 1, p, 1, host(0), p, 1))
                .isEqualTo(cublasStatus.CUBLAS_STATUS_NOT_INITIALIZED);
        assertThat(JCublas2.cublasSgemm(handle, N, N, 0, 1, 1, host(1), p, 1, p, 1, host(0), p, 1))
                .isZero();
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
}

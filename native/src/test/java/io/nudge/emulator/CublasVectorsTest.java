package io.nudge.emulator;

import static io.nudge.emulator.Blas.host;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.runtime.cudaStream_t;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The functions of vectors, and those of a matrix with a vector, against the same in float64. */
@EmulatedDevice
class CublasVectorsTest {
    private static final Numbers S = Numbers.F32;
    private static final Numbers D = Numbers.F64;
    private static final int N = 5;
    private Blas blas;

    @BeforeEach
    void open() {
        blas = new Blas();
    }

    @AfterEach
    void close() {
        blas.close();
    }

    /** The place of an element, as BLAS counts: from the end where the increment is negative. */
    private static int at(int i, int inc) {
        return inc < 0 ? (N - 1 - i) * -inc : i * inc;
    }

    private static int length(int inc) {
        return (N - 1) * Math.abs(inc) + 1;
    }

    private void same(Numbers type, CUdeviceptr p, double[] expected, double size) {
        double[] result = blas.get(type, p, expected.length);
        for (int i = 0; i < result.length; i++) {
            assertThat(result[i]).as("element %s", i).isCloseTo(expected[i], within(20 * type.unit() * size));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, -1, -3})
    void axpy(int inc) {
        for (Numbers type : new Numbers[] {S, D}) {
            double[] x = type.random(length(inc), 1);
            double[] y = type.random(N, 2);
            CUdeviceptr px = blas.put(type, x);
            CUdeviceptr py = blas.put(type, y);
            if (type == S) {
                JCublas2.cublasSaxpy(blas.handle, N, host(S, 2), px, inc, py, 1);
                JCublas2.cublasSaxpy_v2_64(blas.handle, N, host(S, 1), px, inc, py, 1);
            } else {
                JCublas2.cublasDaxpy(blas.handle, N, host(D, 2), px, inc, py, 1);
                JCublas2.cublasDaxpy_v2_64(blas.handle, N, host(D, 1), px, inc, py, 1);
            }
            for (int i = 0; i < N; i++) {
                y[i] += 3 * x[at(i, inc)];
            }
            same(type, py, y, 4);
        }
    }

    @Test
    void scalTouchesOnlyItsElements() {
        CUdeviceptr x = blas.put(S, 1, 2, 3, 4, 5);
        JCublas2.cublasSscal(blas.handle, 3, host(S, 10), x, 2);
        assertThat(blas.get(S, x, 5)).containsExactly(10, 2, 30, 4, 50);
        CUdeviceptr y = blas.put(D, 1, 2, 3);
        JCublas2.cublasDscal_v2_64(blas.handle, 2, host(D, -1), y, 1);
        assertThat(blas.get(D, y, 3)).containsExactly(-1, -2, 3);
    }

    @Test
    void copyAndSwap() {
        CUdeviceptr x = blas.put(S, 1, 2, 3);
        CUdeviceptr y = blas.put(S, 4, 5, 6);
        JCublas2.cublasSswap(blas.handle, 3, x, 1, y, -1);
        assertThat(blas.get(S, x, 3)).containsExactly(6, 5, 4);
        assertThat(blas.get(S, y, 3)).containsExactly(3, 2, 1);
        JCublas2.cublasScopy(blas.handle, 3, x, -1, y, 1);
        assertThat(blas.get(S, y, 3)).containsExactly(4, 5, 6);
        CUdeviceptr d = blas.put(D, 1, 2);
        CUdeviceptr e = blas.cuda.allocate(16);
        JCublas2.cublasDcopy(blas.handle, 2, d, 1, e, 1);
        JCublas2.cublasDswap_v2_64(blas.handle, 1, e, 1, e.withByteOffset(8), 1);
        assertThat(blas.get(D, e, 2)).containsExactly(2, 1);
    }

    @Test
    void dot() {
        double[] result = {0};
        JCublas2.cublasDdot(blas.handle, 3, blas.put(D, 1, 2, 3), 1, blas.put(D, 4, 5, 6), -1, Pointer.to(result));
        assertThat(result[0]).isEqualTo(6 + 10 + 12);
        float[] single = {1};
        JCublas2.cublasSdot_v2_64(blas.handle, 0, new CUdeviceptr(), 1, new CUdeviceptr(), 1, Pointer.to(single));
        assertThat(single[0]).isZero();
    }

    @Test
    void norms() {
        float[] result = {0};
        CUdeviceptr x = blas.put(S, 3, 7, -4, 7);
        JCublas2.cublasSnrm2(blas.handle, 2, x, 2, Pointer.to(result));
        assertThat(result[0]).isEqualTo(5);
        JCublas2.cublasSasum(blas.handle, 2, x, 2, Pointer.to(result));
        assertThat(result[0]).isEqualTo(7);
        double[] large = {0};
        JCublas2.cublasDnrm2(blas.handle, 2, blas.put(D, 3e200, 4e200), 1, Pointer.to(large));
        assertThat(large[0]).isCloseTo(5e200, within(1e185));
        JCublas2.cublasDasum_v2_64(blas.handle, 2, blas.put(D, -1, 2), 1, Pointer.to(large));
        assertThat(large[0]).isEqualTo(3);
    }

    @Test
    void placesAreCountedFromOneAndTheFirstWins() {
        CUdeviceptr x = blas.put(S, 1, -5, 5, 1);
        int[] result = {0};
        JCublas2.cublasIsamax(blas.handle, 4, x, 1, Pointer.to(result));
        assertThat(result[0]).isEqualTo(2);
        JCublas2.cublasIsamin(blas.handle, 4, x, 1, Pointer.to(result));
        assertThat(result[0]).isEqualTo(1);
        JCublas2.cublasIdamax(blas.handle, 2, blas.put(D, 1, 2, 3), 2, Pointer.to(result));
        assertThat(result[0]).isEqualTo(2);
        JCublas2.cublasIdamin(blas.handle, 2, blas.put(D, 2, 1), 1, Pointer.to(result));
        assertThat(result[0]).isEqualTo(2);
        JCublas2.cublasIsamax(blas.handle, 0, x, 1, Pointer.to(result));
        assertThat(result[0]).isZero();
    }

    @Test
    void resultsOnTheDevice() {
        blas.pointersOnDevice();
        CUdeviceptr norm = blas.cuda.allocate(4);
        JCublas2.cublasSnrm2(blas.handle, 2, blas.put(S, 3, 4), 1, norm);
        assertThat(blas.get(S, norm, 1)).containsExactly(5);
    }

    @ParameterizedTest
    @EnumSource
    void exForms(Numbers type) {
        Numbers factor = type == D ? D : S;
        int compute = factor.type;
        CUdeviceptr x = blas.put(type, 1, 2, 3);
        CUdeviceptr y = blas.put(type, 4, 5, 6);
        assertThat(JCublas2.cublasAxpyEx(
                        blas.handle, 3, host(factor, 2), factor.type, x, type.type, 1, y, type.type, 1, compute))
                .isZero();
        assertThat(blas.get(type, y, 3)).containsExactly(6, 9, 12);
        assertThat(JCublas2.cublasScalEx(blas.handle, 3, host(factor, 0.5), factor.type, y, type.type, 1, compute))
                .isZero();
        assertThat(blas.get(type, y, 3)).containsExactly(3, 4.5, 6);
        byte[] result = new byte[type.bytes];
        assertThat(JCublas2.cublasDotEx(
                        blas.handle, 3, x, type.type, 1, y, type.type, 1, Pointer.to(result), type.type, compute))
                .isZero();
        assertThat(type.decode(result)).containsExactly(30);
        assertThat(JCublas2.cublasNrm2Ex_64(
                        blas.handle, 2, blas.put(type, 3, 4), type.type, 1, Pointer.to(result), type.type, compute))
                .isZero();
        assertThat(type.decode(result)).containsExactly(5);
    }

    private static double[] product(double[] a, double[] x, int op, int m, int n, int lda) {
        double[] result = new double[op == 0 ? m : n];
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < m; i++) {
                result[op == 0 ? i : j] += a[j * lda + i] * x[op == 0 ? j : i];
            }
        }
        return result;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void gemv(int op) {
        int m = 7;
        int n = 4;
        int lda = 9;
        for (Numbers type : new Numbers[] {S, D}) {
            double[] a = type.random(lda * n, 1);
            double[] x = type.random(op == 0 ? n : m, 2);
            double[] y = type.random(op == 0 ? m : n, 3);
            double[] expected = product(a, x, op, m, n, lda);
            for (int i = 0; i < expected.length; i++) {
                expected[i] = 2 * expected[i] - y[i];
            }
            CUdeviceptr py = blas.put(type, y);
            if (type == S) {
                JCublas2.cublasSgemv(
                        blas.handle, op, m, n, host(S, 2), blas.put(S, a), lda, blas.put(S, x), 1, host(S, -1), py, 1);
            } else {
                JCublas2.cublasDgemv_v2_64(
                        blas.handle, op, m, n, host(D, 2), blas.put(D, a), lda, blas.put(D, x), 1, host(D, -1), py, 1);
            }
            same(type, py, expected, 2 * 7 + 1);
        }
    }

    @Test
    void gemvInBatches() {
        CUdeviceptr a = blas.put(S, 1, 2, 3, 4, 5, 6, 7, 8);
        CUdeviceptr x = blas.put(S, 1, 10);
        CUdeviceptr y = blas.cuda.allocate(16);
        JCublas2.cublasSgemvStridedBatched(blas.handle, 0, 2, 2, host(S, 1), a, 2, 4, x, 1, 0, host(S, 0), y, 1, 2, 2);
        assertThat(blas.get(S, y, 4)).containsExactly(31, 42, 75, 86);
        JCublas2.cublasSgemvBatched(
                blas.handle,
                1,
                2,
                2,
                host(S, 1),
                blas.addresses(a, a.withByteOffset(16)),
                2,
                blas.addresses(x, x),
                1,
                host(S, 0),
                blas.addresses(y, y.withByteOffset(8)),
                1,
                2);
        assertThat(blas.get(S, y, 4)).containsExactly(21, 43, 65, 87);
    }

    @Test
    void ger() {
        CUdeviceptr a = blas.put(S, 1, 1, 0, 1, 1, 0);
        JCublas2.cublasSger(blas.handle, 2, 2, host(S, 2), blas.put(S, 1, 2), 1, blas.put(S, 3, 4), -1, a, 3);
        assertThat(blas.get(S, a, 6)).containsExactly(9, 17, 0, 7, 13, 0);
        CUdeviceptr d = blas.put(D, 0);
        JCublas2.cublasDger(blas.handle, 1, 1, host(D, 1), blas.put(D, 3), 1, blas.put(D, 4), 1, d, 1);
        assertThat(blas.get(D, d, 1)).containsExactly(12);
    }

    @Test
    void geamTransposesAddsAndWorksInPlace() {
        CUdeviceptr a = blas.put(S, 1, 2, 3, 4, 5, 6);
        CUdeviceptr c = blas.cuda.allocate(24);
        JCublas2.cublasSgeam(blas.handle, 1, 0, 2, 3, host(S, 1), a, 3, host(S, 0), new CUdeviceptr(), 2, c, 2);
        assertThat(blas.get(S, c, 6)).containsExactly(1, 4, 2, 5, 3, 6);
        JCublas2.cublasSgeam(blas.handle, 0, 1, 2, 3, host(S, 10), c, 2, host(S, 1), a, 3, c, 2);
        assertThat(blas.get(S, c, 6)).containsExactly(11, 44, 22, 55, 33, 66);
        CUdeviceptr d = blas.cuda.allocate(8);
        JCublas2.cublasDgeam(
                blas.handle, 0, 0, 1, 1, host(D, 2), blas.put(D, 3), 1, host(D, 1), blas.put(D, 4), 1, d, 1);
        assertThat(blas.get(D, d, 1)).containsExactly(10);
    }

    @Test
    void dgmmScalesRowsOrColumns() {
        CUdeviceptr a = blas.put(S, 1, 2, 3, 4);
        CUdeviceptr c = blas.cuda.allocate(16);
        JCublas2.cublasSdgmm(blas.handle, 0, 2, 2, a, 2, blas.put(S, 10, 100), 1, c, 2);
        assertThat(blas.get(S, c, 4)).containsExactly(10, 200, 30, 400);
        JCublas2.cublasSdgmm(blas.handle, 1, 2, 2, a, 2, blas.put(S, 10, 100), -1, c, 2);
        assertThat(blas.get(S, c, 4)).containsExactly(100, 200, 30, 40);
        CUdeviceptr d = blas.cuda.allocate(16);
        JCublas2.cublasDdgmm(blas.handle, 0, 2, 1, blas.put(D, 1, 2), 2, blas.put(D, 3), 0, d, 2);
        assertThat(blas.get(D, d, 2)).containsExactly(3, 6);
    }

    @Test
    void vectorsAndMatricesGoToTheDeviceAndBack() {
        CUdeviceptr p = blas.put(S, new double[6]);
        JCublas2.cublasSetVector(3, 4, Pointer.to(new float[] {1, 2, 3}), 1, p, 2);
        assertThat(blas.get(S, p, 6)).containsExactly(1, 0, 2, 0, 3, 0);
        float[] host = new float[4];
        JCublas2.cublasGetMatrix(1, 2, 4, p, 4, Pointer.to(host), 3);
        assertThat(host).containsExactly(1, 0, 0, 3);
        JCublas2.cublasSetMatrix_64(2, 2, 4, Pointer.to(new float[] {1, 2, 3, 4}), 2, p, 3);
        assertThat(blas.get(S, p, 6)).containsExactly(1, 2, 2, 3, 4, 0);
    }

    @Test
    void anAsynchronousCopyFromPinnedMemoryReadsItWhenItRuns() {
        CUstream stream = new CUstream();
        JCudaDriver.cuStreamCreate(stream, 1);
        Pointer pinned = new Pointer();
        JCudaDriver.cuMemHostAlloc(pinned, 8, 0);
        pinned.getByteBuffer(0, 8).putLong(0, 0);
        CUdeviceptr p = blas.cuda.allocate(8);
        assertThat(JCublas2.cublasSetVectorAsync(2, 4, pinned, 1, p, 1, new cudaStream_t(stream)))
                .isZero();
        assertThat(Emulator.counter("copies.HtoD")).isZero();
        JCudaDriver.cuStreamSynchronize(stream);
        assertThat(Emulator.counter("copies.HtoD")).isEqualTo(1);
        JCudaDriver.cuStreamDestroy(stream);
        JCudaDriver.cuMemFreeHost(pinned);
    }
}

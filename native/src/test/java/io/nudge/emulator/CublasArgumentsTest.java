package io.nudge.emulator;

import static io.nudge.emulator.Blas.host;
import static jcuda.jcublas.cublasStatus.CUBLAS_STATUS_INVALID_VALUE;
import static jcuda.jcublas.cublasStatus.CUBLAS_STATUS_NOT_INITIALIZED;
import static jcuda.jcublas.cublasStatus.CUBLAS_STATUS_NOT_SUPPORTED;
import static jcuda.jcublas.cublasStatus.CUBLAS_STATUS_SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.driver.CUdeviceptr;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasHandle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cuBLAS says of arguments that are wrong, as its manual lists them, function by function. */
@EmulatedDevice
class CublasArgumentsTest {
    private static final int INVALID = CUBLAS_STATUS_INVALID_VALUE;
    private static final Pointer ONE = host(Numbers.F32, 1);
    private Blas blas;
    private CUdeviceptr p;
    private CUdeviceptr q;
    private CUdeviceptr r;

    @BeforeEach
    void open() {
        blas = new Blas();
        p = blas.put(Numbers.F32, new double[64]);
        q = blas.put(Numbers.F32, new double[64]);
        r = blas.put(Numbers.F32, new double[64]);
    }

    @AfterEach
    void close() {
        Emulator.drain();
        blas.close();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 4, 3, 2, 4, 2, 4, 0", // all is well
        "1, 0, 4, 3, 2, 2, 2, 4, 0",
        "0, 1, 4, 3, 2, 4, 3, 4, 0",
        "2, 2, 4, 3, 2, 2, 3, 4, 0",
        "0, 0, 0, 3, 2, 1, 2, 1, 0", // nothing to do
        "0, 0, 4, 0, 2, 4, 2, 4, 0",
        "3, 0, 4, 3, 2, 4, 2, 4, 7", // operations that are none
        "0, -1, 4, 3, 2, 4, 2, 4, 7",
        "0, 0, -1, 3, 2, 4, 2, 4, 7", // less than nothing
        "0, 0, 4, -1, 2, 4, 2, 4, 7",
        "0, 0, 4, 3, -1, 4, 2, 4, 7",
        "0, 0, 4, 3, 2, 3, 2, 4, 7", // columns that overlap
        "1, 0, 4, 3, 2, 1, 2, 4, 7",
        "0, 0, 4, 3, 2, 4, 1, 4, 7",
        "0, 1, 4, 3, 2, 4, 2, 4, 7",
        "0, 0, 4, 3, 2, 4, 2, 3, 7",
        "0, 0, 0, 3, 2, 0, 2, 1, 7",
        "0, 0, 0, 0, 0, 1, 1, 0, 7",
    })
    void gemm(int opA, int opB, int m, int n, int k, int lda, int ldb, int ldc, int status) {
        assertThat(JCublas2.cublasSgemm(blas.handle, opA, opB, m, n, k, ONE, p, lda, q, ldb, ONE, r, ldc))
                .isEqualTo(status);
        assertThat(JCublas2.cublasSgemm_v2_64(blas.handle, opA, opB, m, n, k, ONE, p, lda, q, ldb, ONE, r, ldc))
                .isEqualTo(status);
        assertThat(JCublas2.cublasGemmEx_new(
                        blas.handle,
                        opA,
                        opB,
                        m,
                        n,
                        k,
                        ONE,
                        p,
                        0,
                        lda,
                        q,
                        0,
                        ldb,
                        ONE,
                        r,
                        0,
                        ldc,
                        cublasComputeType.CUBLAS_COMPUTE_32F,
                        -1))
                .isEqualTo(status);
        assertThat(JCublas2.cublasSgemmStridedBatched(
                        blas.handle, opA, opB, m, n, k, ONE, p, lda, 0, q, ldb, 0, ONE, r, ldc, 0, 1))
                .isEqualTo(status);
        CUdeviceptr addresses = blas.addresses(p, q, r);
        assertThat(JCublas2.cublasSgemmBatched(
                        blas.handle,
                        opA,
                        opB,
                        m,
                        n,
                        k,
                        ONE,
                        addresses,
                        lda,
                        addresses.withByteOffset(8),
                        ldb,
                        ONE,
                        addresses.withByteOffset(16),
                        ldc,
                        1))
                .isEqualTo(status);
    }

    @Test
    void gemmWithoutMatrices() {
        CUdeviceptr none = new CUdeviceptr();
        assertThat(JCublas2.cublasSgemm(blas.handle, 0, 0, 1, 1, 1, ONE, none, 1, q, 1, ONE, r, 1))
                .isEqualTo(INVALID);
        assertThat(JCublas2.cublasSgemm(blas.handle, 0, 0, 1, 1, 1, ONE, p, 1, none, 1, ONE, r, 1))
                .isEqualTo(INVALID);
        assertThat(JCublas2.cublasSgemm(blas.handle, 0, 0, 1, 1, 1, ONE, p, 1, q, 1, ONE, none, 1))
                .isEqualTo(INVALID);
    }

    @Test
    void gemmWithFactorsInTheWrongPlace() {
        assertThat(JCublas2.cublasSgemm(blas.handle, 0, 0, 1, 1, 1, p, p, 1, q, 1, ONE, r, 1))
                .isEqualTo(INVALID);
        assertThat(Emulator.takeReports()).extracting(Report::kind).containsExactly("device-pointer");
        blas.pointersOnDevice();
        assertThat(JCublas2.cublasSgemm(blas.handle, 0, 0, 1, 1, 1, p, p, 1, q, 1, ONE, r, 1))
                .isEqualTo(INVALID);
        assertThat(Emulator.takeReports()).extracting(Report::kind).containsExactly("host-pointer");
    }

    @Test
    void gemmWithoutAHandle() {
        assertThat(JCublas2.cublasSgemm(new cublasHandle(), 0, 0, 1, 1, 1, ONE, p, 1, q, 1, ONE, r, 1))
                .isEqualTo(CUBLAS_STATUS_NOT_INITIALIZED);
    }

    @Test
    void batchesOfLessThanNothingAndResultsThatOverlap() {
        assertThat(JCublas2.cublasSgemmStridedBatched(
                        blas.handle, 0, 0, 2, 2, 2, ONE, p, 2, 4, q, 2, 4, ONE, r, 2, 4, -1))
                .isEqualTo(INVALID);
        assertThat(JCublas2.cublasSgemmStridedBatched(
                        blas.handle, 0, 0, 2, 2, 2, ONE, p, 2, 4, q, 2, 4, ONE, r, 2, 3, 2))
                .isEqualTo(INVALID);
        assertThat(JCublas2.cublasSgemmStridedBatched(
                        blas.handle, 0, 0, 2, 2, 2, ONE, p, 2, 0, q, 2, 0, ONE, r, 2, 4, 2))
                .isEqualTo(CUBLAS_STATUS_SUCCESS);
        assertThat(JCublas2.cublasSgemmBatched(blas.handle, 0, 0, 2, 2, 2, ONE, p, 2, q, 2, ONE, r, 2, -1))
                .isEqualTo(INVALID);
        assertThat(JCublas2.cublasSgemmBatched(blas.handle, 0, 0, 2, 2, 2, ONE, p, 2, q, 2, ONE, r, 2, 0))
                .isEqualTo(CUBLAS_STATUS_SUCCESS);
    }

    @ParameterizedTest
    @CsvSource({
        "2, 2, 0, 64, 0", // float16 throughout, computed in float16
        "2, 2, 2, 64, 0",
        "0, 0, 0, 64, 15",
        "14, 14, 14, 64, 15",
        "2, 2, 0, 68, 0",
        "14, 14, 14, 68, 0",
        "2, 14, 0, 68, 15",
        "0, 0, 2, 68, 15",
        "2, 2, 14, 68, 15",
        "1, 1, 1, 68, 15",
        "0, 0, 0, 70, 15",
        "1, 1, 0, 70, 15",
        "2, 2, 2, 77, 15",
        "0, 0, 0, 77, 0",
        "0, 0, 0, 66, 15",
        "4, 4, 4, 68, 15", // complex numbers: cuBLAS has them, the emulated one says so
        "3, 3, 10, 72, 15",
    })
    void typesThatDoNotGoTogether(int typeA, int typeB, int typeC, int compute, int status) {
        CUdeviceptr c = blas.put(Numbers.F64, new double[4]);
        Pointer zeros = Pointer.to(new byte[16]);
        int expected = typeC == 0 && compute == 64 ? CUBLAS_STATUS_NOT_SUPPORTED : status;
        assertThat(JCublas2.cublasGemmEx_new(
                        blas.handle, 0, 0, 1, 1, 1, zeros, p, typeA, 1, q, typeB, 1, zeros, c, typeC, 1, compute, -1))
                .isEqualTo(expected);
    }

    /** The older form names the type to compute in, which JCuda's natives turn into a compute type. */
    @Test
    void theOlderFormOfGemmEx() {
        assertThat(JCublas2.cublasGemmEx(
                        blas.handle, 0, 0, 1, 1, 1, ONE, p, 0, 1, q, 0, 1, ONE, r, 0, 1, cudaDataType.CUDA_R_32F, -1))
                .isZero();
        assertThat(JCublas2.cublasGemmEx(
                        blas.handle, 0, 0, 1, 1, 1, ONE, p, 0, 1, q, 0, 1, ONE, r, 0, 1, cudaDataType.CUDA_R_64F, -1))
                .isEqualTo(CUBLAS_STATUS_NOT_SUPPORTED);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 4, 3, 4, 1, 1, 0",
        "1, 4, 3, 4, -1, 2, 0",
        "0, 0, 3, 1, 1, 1, 0",
        "3, 4, 3, 4, 1, 1, 7",
        "0, -1, 3, 4, 1, 1, 7",
        "0, 4, -1, 4, 1, 1, 7",
        "0, 4, 3, 3, 1, 1, 7",
        "0, 4, 3, 4, 0, 1, 7",
        "0, 4, 3, 4, 1, 0, 7",
    })
    void gemv(int op, int m, int n, int lda, int incx, int incy, int status) {
        assertThat(JCublas2.cublasSgemv(blas.handle, op, m, n, ONE, p, lda, q, incx, ONE, r, incy))
                .isEqualTo(status);
        assertThat(JCublas2.cublasSgemvStridedBatched(
                        blas.handle, op, m, n, ONE, p, lda, 0, q, incx, 0, ONE, r, incy, 0, 1))
                .isEqualTo(status);
        CUdeviceptr addresses = blas.addresses(p, q, r);
        assertThat(JCublas2.cublasSgemvBatched(
                        blas.handle,
                        op,
                        m,
                        n,
                        ONE,
                        addresses,
                        lda,
                        addresses.withByteOffset(8),
                        incx,
                        ONE,
                        addresses.withByteOffset(16),
                        incy,
                        1))
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "4, 3, 1, 1, 4, 0",
        "4, 3, -1, 2, 5, 0",
        "-1, 3, 1, 1, 4, 7",
        "4, -1, 1, 1, 4, 7",
        "4, 3, 0, 1, 4, 7",
        "4, 3, 1, 0, 4, 7",
        "4, 3, 1, 1, 3, 7"
    })
    void ger(int m, int n, int incx, int incy, int lda, int status) {
        assertThat(JCublas2.cublasSger(blas.handle, m, n, ONE, p, incx, q, incy, r, lda))
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 4, 3, 4, 4, 4, 0",
        "1, 0, 4, 3, 3, 4, 4, 0",
        "0, 5, 4, 3, 4, 4, 4, 7",
        "0, 0, -1, 3, 4, 4, 4, 7",
        "0, 0, 4, -1, 4, 4, 4, 7",
        "0, 0, 4, 3, 3, 4, 4, 7",
        "1, 0, 4, 3, 2, 4, 4, 7",
        "0, 0, 4, 3, 4, 3, 4, 7",
        "0, 0, 4, 3, 4, 4, 3, 7",
    })
    void geam(int opA, int opB, int m, int n, int lda, int ldb, int ldc, int status) {
        assertThat(JCublas2.cublasSgeam(blas.handle, opA, opB, m, n, ONE, p, lda, ONE, q, ldb, r, ldc))
                .isEqualTo(status);
    }

    @Test
    void geamInPlaceOnlyWithoutTransposing() {
        assertThat(JCublas2.cublasSgeam(blas.handle, 0, 0, 4, 4, ONE, p, 4, ONE, q, 4, p, 4))
                .isZero();
        assertThat(JCublas2.cublasSgeam(blas.handle, 1, 0, 4, 4, ONE, p, 4, ONE, q, 4, p, 4))
                .isEqualTo(INVALID);
        assertThat(JCublas2.cublasSgeam(blas.handle, 0, 0, 4, 4, ONE, p, 4, ONE, q, 5, q, 4))
                .isEqualTo(INVALID);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 4, 3, 4, 4, 0",
        "1, 4, 3, 4, 4, 0",
        "2, 4, 3, 4, 4, 7",
        "0, -1, 3, 4, 4, 7",
        "0, 4, -1, 4, 4, 7",
        "0, 4, 3, 3, 4, 7",
        "0, 4, 3, 4, 3, 7"
    })
    void dgmm(int side, int m, int n, int lda, int ldc, int status) {
        assertThat(JCublas2.cublasSdgmm(blas.handle, side, m, n, p, lda, q, 1, r, ldc))
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 0, 0",
        "1, 1, 1, 1, 0",
        "0, 2, 2, 0, 0",
        "0, 14, 14, 0, 0",
        "2, 2, 2, 0, 15",
        "0, 2, 14, 0, 15",
        "0, 0, 0, 1, 15",
        "4, 4, 4, 4, 15"
    })
    void axpyEx(int typeAlpha, int typeX, int typeY, int execution, int status) {
        assertThat(JCublas2.cublasAxpyEx(
                        blas.handle, 2, Pointer.to(new byte[8]), typeAlpha, p, typeX, 1, q, typeY, 1, execution))
                .isEqualTo(status);
    }

    @Test
    void copiesBetweenHostAndDevice() {
        Pointer host = Pointer.to(new float[16]);
        assertThat(JCublas2.cublasSetVector(4, 4, host, 1, p, 2)).isZero();
        assertThat(JCublas2.cublasSetVector(-1, 4, host, 1, p, 1)).isEqualTo(INVALID);
        assertThat(JCublas2.cublasSetVector(4, 0, host, 1, p, 1)).isEqualTo(INVALID);
        assertThat(JCublas2.cublasSetVector(4, 4, host, 0, p, 1)).isEqualTo(INVALID);
        assertThat(JCublas2.cublasGetMatrix(2, 2, 4, p, 2, host, 2)).isZero();
        assertThat(JCublas2.cublasGetMatrix(2, 2, 4, p, 1, host, 2)).isEqualTo(INVALID);
        assertThat(JCublas2.cublasGetMatrix(2, 2, 4, p, 2, host, 1)).isEqualTo(INVALID);
        assertThat(JCublas2.cublasGetMatrix(0, 2, 4, p, 1, host, 1)).isZero();
    }
}

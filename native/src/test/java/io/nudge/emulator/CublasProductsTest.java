package io.nudge.emulator;

import static io.nudge.emulator.Blas.host;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import jcuda.driver.CUdeviceptr;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every form of gemm against sums in float64, in every type, mode and transposition, within the error that a sum of k may have. */
@EmulatedDevice
class CublasProductsTest {
    private static final int[][] SHAPES = {{1, 1, 1}, {5, 7, 9}, {33, 13, 65}, {100, 7, 300}, {16, 6, 16}};
    private static final int COUNT = 3;
    private static final double ALPHA = 0.75;
    private static final double BETA = -0.5;
    private static final List<Integer> OPERATIONS = List.of(0, 1, 2);
    private Blas blas;

    @BeforeEach
    void open() {
        blas = new Blas();
    }

    @AfterEach
    void close() {
        blas.close();
    }

    static Stream<ProductMode> modes() {
        return Stream.of(
                ProductMode.of(Numbers.F32, Numbers.F32, cublasComputeType.CUBLAS_COMPUTE_32F),
                ProductMode.of(Numbers.F32, Numbers.F32, cublasComputeType.CUBLAS_COMPUTE_32F_PEDANTIC),
                ProductMode.of(Numbers.F64, Numbers.F64, cublasComputeType.CUBLAS_COMPUTE_64F),
                ProductMode.of(Numbers.F64, Numbers.F64, cublasComputeType.CUBLAS_COMPUTE_64F_PEDANTIC),
                ProductMode.of(Numbers.F16, Numbers.F16, cublasComputeType.CUBLAS_COMPUTE_32F),
                ProductMode.of(Numbers.F16, Numbers.F32, cublasComputeType.CUBLAS_COMPUTE_32F),
                ProductMode.of(Numbers.BF16, Numbers.BF16, cublasComputeType.CUBLAS_COMPUTE_32F),
                ProductMode.of(Numbers.BF16, Numbers.F32, cublasComputeType.CUBLAS_COMPUTE_32F),
                ProductMode.fast(cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32, Numbers::tf32),
                ProductMode.fast(cublasComputeType.CUBLAS_COMPUTE_32F_FAST_16F, Numbers.F16::round),
                ProductMode.fast(cublasComputeType.CUBLAS_COMPUTE_32F_FAST_16BF, Numbers.BF16::round),
                ProductMode.half(cublasComputeType.CUBLAS_COMPUTE_16F),
                ProductMode.half(cublasComputeType.CUBLAS_COMPUTE_16F_PEDANTIC));
    }

    /** Products of one shape, with gaps between columns and between matrices, and what has to come out. */
    private final class Products {
        final ProductMode mode;
        final int opA;
        final int opB;
        final int m;
        final int n;
        final int k;
        final int lda;
        final int ldb;
        final int ldc;
        final int strideA;
        final int strideB;
        final int strideC;
        final double[] a;
        final double[] b;
        final double[] c;
        final CUdeviceptr deviceA;
        final CUdeviceptr deviceB;
        final CUdeviceptr deviceC;

        Products(ProductMode mode, int[] shape, int opA, int opB, int count) {
            this.mode = mode;
            this.opA = opA;
            this.opB = opB;
            m = shape[0];
            n = shape[1];
            k = shape[2];
            lda = (opA == 0 ? m : k) + 2;
            ldb = (opB == 0 ? k : n) + 1;
            ldc = m + 3;
            strideA = lda * (opA == 0 ? k : m) + 5;
            strideB = ldb * (opB == 0 ? n : k);
            strideC = ldc * n + 1;
            a = mode.in().random(strideA * count, 1);
            b = mode.in().random(strideB * count, 2);
            c = mode.out().random(strideC * count, 3);
            deviceA = blas.put(mode.in(), a);
            deviceB = blas.put(mode.in(), b);
            deviceC = blas.put(mode.out(), c);
        }

        CUdeviceptr[] each(CUdeviceptr first, long bytes) {
            CUdeviceptr[] result = new CUdeviceptr[COUNT];
            Arrays.setAll(result, i -> first.withByteOffset(i * bytes));
            return result;
        }

        private double at(double[] matrix, int op, int start, int row, int column, int ld) {
            return matrix[start + (op == 0 ? column * ld + row : row * ld + column)];
        }

        /** The products have the values that they should, and nothing between them was touched. */
        void check(int count) {
            double[] result = blas.get(mode.out(), deviceC, c.length);
            double[] roundedA = Arrays.stream(a).map(mode.rounding()).toArray();
            double[] roundedB = Arrays.stream(b).map(mode.rounding()).toArray();
            double[] expected = c.clone();
            double[] bound = new double[c.length];
            for (int p = 0; p < count; p++) {
                for (int j = 0; j < n; j++) {
                    for (int i = 0; i < m; i++) {
                        double sum = 0;
                        double size = 0;
                        for (int l = 0; l < k; l++) {
                            double term = at(roundedA, opA, p * strideA, i, l, lda)
                                    * at(roundedB, opB, p * strideB, l, j, ldb);
                            sum += term;
                            size += Math.abs(term);
                        }
                        int at = p * strideC + j * ldc + i;
                        expected[at] = ALPHA * sum + BETA * c[at];
                        size = Math.abs(ALPHA) * size + Math.abs(BETA * c[at]);
                        bound[at] = (k + 3) * mode.unit() * size
                                + mode.out().unit() * Math.abs(expected[at])
                                + Float.MIN_NORMAL;
                    }
                }
            }
            for (int i = 0; i < result.length; i++) {
                if (!(Math.abs(result[i] - expected[i]) <= bound[i])) {
                    fail(
                            "element %s of %s, %s x %s x %s, operations %s and %s: %s for %s",
                            i, mode, m, n, k, opA, opB, result[i], expected[i]);
                }
            }
        }
    }

    private void forEachShape(ProductMode mode, int count, Consumer<Products> test) {
        for (int[] shape : SHAPES) {
            for (int opA : OPERATIONS) {
                for (int opB : OPERATIONS) {
                    Products p = new Products(mode, shape, opA, opB, count);
                    test.accept(p);
                    p.check(count);
                    for (CUdeviceptr matrix : List.of(p.deviceA, p.deviceB, p.deviceC)) {
                        blas.cuda.free(matrix);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void gemmEx(ProductMode mode) {
        forEachShape(
                mode,
                1,
                p -> assertThat(JCublas2.cublasGemmEx_new(
                                blas.handle,
                                p.opA,
                                p.opB,
                                p.m,
                                p.n,
                                p.k,
                                host(mode.factor(), ALPHA),
                                p.deviceA,
                                mode.in().type,
                                p.lda,
                                p.deviceB,
                                mode.in().type,
                                p.ldb,
                                host(mode.factor(), BETA),
                                p.deviceC,
                                mode.out().type,
                                p.ldc,
                                mode.compute(),
                                -1))
                        .isZero());
    }

    @ParameterizedTest
    @MethodSource("modes")
    void gemmEx64(ProductMode mode) {
        forEachShape(
                mode,
                1,
                p -> assertThat(JCublas2.cublasGemmEx_64_new(
                                blas.handle,
                                p.opA,
                                p.opB,
                                p.m,
                                p.n,
                                p.k,
                                host(mode.factor(), ALPHA),
                                p.deviceA,
                                mode.in().type,
                                p.lda,
                                p.deviceB,
                                mode.in().type,
                                p.ldb,
                                host(mode.factor(), BETA),
                                p.deviceC,
                                mode.out().type,
                                p.ldc,
                                mode.compute(),
                                -1))
                        .isZero());
    }

    @ParameterizedTest
    @MethodSource("modes")
    void gemmStridedBatchedEx(ProductMode mode) {
        forEachShape(
                mode,
                COUNT,
                p -> assertThat(JCublas2.cublasGemmStridedBatchedEx_new(
                                blas.handle,
                                p.opA,
                                p.opB,
                                p.m,
                                p.n,
                                p.k,
                                host(mode.factor(), ALPHA),
                                p.deviceA,
                                mode.in().type,
                                p.lda,
                                p.strideA,
                                p.deviceB,
                                mode.in().type,
                                p.ldb,
                                p.strideB,
                                host(mode.factor(), BETA),
                                p.deviceC,
                                mode.out().type,
                                p.ldc,
                                p.strideC,
                                COUNT,
                                mode.compute(),
                                -1))
                        .isZero());
    }

    @ParameterizedTest
    @MethodSource("modes")
    void gemmBatchedEx(ProductMode mode) {
        forEachShape(
                mode,
                COUNT,
                p -> assertThat(JCublas2.cublasGemmBatchedEx_new(
                                blas.handle,
                                p.opA,
                                p.opB,
                                p.m,
                                p.n,
                                p.k,
                                host(mode.factor(), ALPHA),
                                blas.addresses(p.each(p.deviceA, (long) p.strideA * mode.in().bytes)),
                                mode.in().type,
                                p.lda,
                                blas.addresses(p.each(p.deviceB, (long) p.strideB * mode.in().bytes)),
                                mode.in().type,
                                p.ldb,
                                host(mode.factor(), BETA),
                                blas.addresses(p.each(p.deviceC, (long) p.strideC * mode.out().bytes)),
                                mode.out().type,
                                p.ldc,
                                COUNT,
                                mode.compute(),
                                -1))
                        .isZero());
    }

    private static final ProductMode SINGLE =
            ProductMode.of(Numbers.F32, Numbers.F32, cublasComputeType.CUBLAS_COMPUTE_32F);
    private static final ProductMode DOUBLE =
            ProductMode.of(Numbers.F64, Numbers.F64, cublasComputeType.CUBLAS_COMPUTE_64F);

    @Test
    void gemm() {
        forEachShape(
                SINGLE,
                1,
                p -> assertThat(JCublas2.cublasSgemm(
                                blas.handle,
                                p.opA,
                                p.opB,
                                p.m,
                                p.n,
                                p.k,
                                host(Numbers.F32, ALPHA),
                                p.deviceA,
                                p.lda,
                                p.deviceB,
                                p.ldb,
                                host(Numbers.F32, BETA),
                                p.deviceC,
                                p.ldc))
                        .isZero());
        forEachShape(
                DOUBLE,
                1,
                p -> assertThat(JCublas2.cublasDgemm(
                                blas.handle,
                                p.opA,
                                p.opB,
                                p.m,
                                p.n,
                                p.k,
                                host(Numbers.F64, ALPHA),
                                p.deviceA,
                                p.lda,
                                p.deviceB,
                                p.ldb,
                                host(Numbers.F64, BETA),
                                p.deviceC,
                                p.ldc))
                        .isZero());
    }

    @Test
    void gemm64() {
        forEachShape(
                SINGLE,
                1,
                p -> assertThat(JCublas2.cublasSgemm_v2_64(
                                blas.handle,
                                p.opA,
                                p.opB,
                                p.m,
                                p.n,
                                p.k,
                                host(Numbers.F32, ALPHA),
                                p.deviceA,
                                p.lda,
                                p.deviceB,
                                p.ldb,
                                host(Numbers.F32, BETA),
                                p.deviceC,
                                p.ldc))
                        .isZero());
        forEachShape(
                DOUBLE,
                1,
                p -> assertThat(JCublas2.cublasDgemm_v2_64(
                                blas.handle,
                                p.opA,
                                p.opB,
                                p.m,
                                p.n,
                                p.k,
                                host(Numbers.F64, ALPHA),
                                p.deviceA,
                                p.lda,
                                p.deviceB,
                                p.ldb,
                                host(Numbers.F64, BETA),
                                p.deviceC,
                                p.ldc))
                        .isZero());
    }

    @Test
    void gemmStridedBatched() {
        forEachShape(
                SINGLE,
                COUNT,
                p -> assertThat(JCublas2.cublasSgemmStridedBatched(
                                blas.handle,
                                p.opA,
                                p.opB,
                                p.m,
                                p.n,
                                p.k,
                                host(Numbers.F32, ALPHA),
                                p.deviceA,
                                p.lda,
                                p.strideA,
                                p.deviceB,
                                p.ldb,
                                p.strideB,
                                host(Numbers.F32, BETA),
                                p.deviceC,
                                p.ldc,
                                p.strideC,
                                COUNT))
                        .isZero());
        forEachShape(
                DOUBLE,
                COUNT,
                p -> assertThat(JCublas2.cublasDgemmStridedBatched(
                                blas.handle,
                                p.opA,
                                p.opB,
                                p.m,
                                p.n,
                                p.k,
                                host(Numbers.F64, ALPHA),
                                p.deviceA,
                                p.lda,
                                p.strideA,
                                p.deviceB,
                                p.ldb,
                                p.strideB,
                                host(Numbers.F64, BETA),
                                p.deviceC,
                                p.ldc,
                                p.strideC,
                                COUNT))
                        .isZero());
    }

    @Test
    void gemmBatched() {
        forEachShape(
                SINGLE,
                COUNT,
                p -> assertThat(JCublas2.cublasSgemmBatched(
                                blas.handle,
                                p.opA,
                                p.opB,
                                p.m,
                                p.n,
                                p.k,
                                host(Numbers.F32, ALPHA),
                                blas.addresses(p.each(p.deviceA, 4L * p.strideA)),
                                p.lda,
                                blas.addresses(p.each(p.deviceB, 4L * p.strideB)),
                                p.ldb,
                                host(Numbers.F32, BETA),
                                blas.addresses(p.each(p.deviceC, 4L * p.strideC)),
                                p.ldc,
                                COUNT))
                        .isZero());
        forEachShape(
                DOUBLE,
                COUNT,
                p -> assertThat(JCublas2.cublasDgemmBatched(
                                blas.handle,
                                p.opA,
                                p.opB,
                                p.m,
                                p.n,
                                p.k,
                                host(Numbers.F64, ALPHA),
                                blas.addresses(p.each(p.deviceA, 8L * p.strideA)),
                                p.lda,
                                blas.addresses(p.each(p.deviceB, 8L * p.strideB)),
                                p.ldb,
                                host(Numbers.F64, BETA),
                                blas.addresses(p.each(p.deviceC, 8L * p.strideC)),
                                p.ldc,
                                COUNT))
                        .isZero());
    }

    @Test
    void sgemmEx() {
        ProductMode mode = ProductMode.of(Numbers.BF16, Numbers.F32, cublasComputeType.CUBLAS_COMPUTE_32F);
        forEachShape(
                mode,
                1,
                p -> assertThat(JCublas2.cublasSgemmEx(
                                blas.handle,
                                p.opA,
                                p.opB,
                                p.m,
                                p.n,
                                p.k,
                                host(Numbers.F32, ALPHA),
                                p.deviceA,
                                mode.in().type,
                                p.lda,
                                p.deviceB,
                                mode.in().type,
                                p.ldb,
                                host(Numbers.F32, BETA),
                                p.deviceC,
                                mode.out().type,
                                p.ldc))
                        .isZero());
    }
}

package io.nudge.emulator;

import static io.nudge.emulator.Blas.host;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import jcuda.driver.CUdeviceptr;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasMath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How products round: their inputs by mode, their sums by compute type, their results by type; and what factors mean. */
@EmulatedDevice
class CublasRoundingTest {
    private static final int TENSOR_MATH = 1; // CUBLAS_TENSOR_OP_MATH, which is deprecated
    private Blas blas;

    @BeforeEach
    void open() {
        blas = new Blas();
    }

    @AfterEach
    void close() {
        blas.close();
    }

    /** The result of 1 by 1 by 1 in float32 with a plain product, by which it shows how inputs were rounded. */
    private double productOfOne(double value) {
        CUdeviceptr c = blas.cuda.allocate(4);
        assertThat(JCublas2.cublasSgemm(
                        blas.handle,
                        0,
                        0,
                        1,
                        1,
                        1,
                        host(Numbers.F32, 1),
                        blas.put(Numbers.F32, value),
                        1,
                        blas.put(Numbers.F32, 1),
                        1,
                        host(Numbers.F32, 0),
                        c,
                        1))
                .isZero();
        return blas.get(Numbers.F32, c, 1)[0];
    }

    @Test
    void theMathModeSaysHowInputsAreRounded() {
        double tie = 1 + 0x1p-11; // of TF32: goes away from zero
        double fine = 1 + 0x1p-20;
        assertThat(productOfOne(fine)).isEqualTo(fine);
        JCublas2.cublasSetMathMode(blas.handle, cublasMath.CUBLAS_TF32_TENSOR_OP_MATH);
        assertThat(productOfOne(fine)).isEqualTo(1);
        assertThat(productOfOne(tie)).isEqualTo(1 + 0x1p-10);
        JCublas2.cublasSetMathMode(
                blas.handle,
                cublasMath.CUBLAS_TF32_TENSOR_OP_MATH | cublasMath.CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION);
        assertThat(productOfOne(fine)).isEqualTo(1);
        JCublas2.cublasSetMathMode(blas.handle, TENSOR_MATH);
        assertThat(productOfOne(tie)).isEqualTo(1); // float16 has as many places, and takes ties to even
        assertThat(productOfOne(1e6)).isInfinite();
        JCublas2.cublasSetMathMode(blas.handle, cublasMath.CUBLAS_PEDANTIC_MATH);
        assertThat(productOfOne(fine)).isEqualTo(fine);
    }

    @Test
    @EmulatedDevice(computeCapability = "7.5")
    void turingHasNoTf32() {
        JCublas2.cublasSetMathMode(blas.handle, cublasMath.CUBLAS_TF32_TENSOR_OP_MATH);
        assertThat(productOfOne(1 + 0x1p-20)).isEqualTo(1 + 0x1p-20);
    }

    /** Sums that float16 cannot hold come out right in float32, and stay what float16 has in float16. */
    @Test
    void theComputeTypeSaysWhatSumsAreIn() {
        int k = 64;
        double[] ones = new double[k];
        Arrays.fill(ones, 1);
        double[] large = ones.clone();
        large[0] = 2048;
        CUdeviceptr a = blas.put(Numbers.F16, large);
        CUdeviceptr b = blas.put(Numbers.F16, ones);
        CUdeviceptr c = blas.cuda.allocate(4);
        int type = Numbers.F16.type;
        JCublas2.cublasGemmEx_new(
                blas.handle,
                1,
                0,
                1,
                1,
                k,
                host(Numbers.F32, 1),
                a,
                type,
                k,
                b,
                type,
                k,
                host(Numbers.F32, 0),
                c,
                Numbers.F32.type,
                1,
                cublasComputeType.CUBLAS_COMPUTE_32F,
                -1);
        assertThat(blas.get(Numbers.F32, c, 1)).containsExactly(2111);
        JCublas2.cublasGemmEx_new(
                blas.handle,
                1,
                0,
                1,
                1,
                k,
                host(Numbers.F16, 1),
                a,
                type,
                k,
                b,
                type,
                k,
                host(Numbers.F16, 0),
                c,
                type,
                1,
                cublasComputeType.CUBLAS_COMPUTE_16F,
                -1);
        assertThat(blas.get(Numbers.F16, c, 1)).containsExactly(2064 + 48); // 2063 becomes 2064 after the first sixteen
    }

    /** All numbers of float16 and bfloat16 come through a product with 1 as they were, but for -0. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void shortNumbersAreConvertedExactly(Numbers type) {
        int n = 1 << 16;
        byte[] all = new byte[2 * n];
        for (int i = 0; i < n; i++) {
            all[2 * i] = (byte) i;
            all[2 * i + 1] = (byte) (i >> 8);
        }
        CUdeviceptr c = blas.cuda.allocate(2L * n);
        JCublas2.cublasGemmEx_new(
                blas.handle,
                0,
                0,
                n,
                1,
                1,
                host(Numbers.F32, 1),
                blas.cuda.bytes(all),
                type.type,
                n,
                blas.put(type, 1),
                type.type,
                1,
                host(Numbers.F32, 0),
                c,
                type.type,
                n,
                cublasComputeType.CUBLAS_COMPUTE_32F,
                -1);
        double[] expected =
                Arrays.stream(type.decode(all)).map(v -> v + 0).toArray(); // a sum that begins with 0 is not -0
        assertThat(Arrays.mismatch(blas.get(type, c, n), expected)).isNegative();
    }

    /** Scaled by a third, the products have to be rounded: to the nearest, ties to even, to subnormals and to infinity. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void resultsAreRoundedToTheNearest(Numbers type) {
        double[] values = new double[4000];
        double[] expected = new double[values.length];
        float third = 1f / 3;
        for (int i = 0; i < values.length; i++) {
            values[i] = type.round(Math.scalb(1 + i / 4000.0, i % 34 - 18));
            expected[i] = type.round((float) values[i] * third);
        }
        CUdeviceptr c = blas.cuda.allocate(2L * values.length);
        JCublas2.cublasGemmEx_new(
                blas.handle,
                0,
                0,
                values.length,
                1,
                1,
                host(Numbers.F32, third),
                blas.put(type, values),
                type.type,
                values.length,
                blas.put(type, 1),
                type.type,
                1,
                host(Numbers.F32, 0),
                c,
                type.type,
                values.length,
                cublasComputeType.CUBLAS_COMPUTE_32F,
                -1);
        assertThat(blas.get(type, c, values.length)).containsExactly(expected);
    }

    @Test
    void betaOfZeroDoesNotReadTheResult() {
        CUdeviceptr c = blas.cuda.allocate(4);
        JCublas2.cublasSgemm(
                blas.handle,
                0,
                0,
                1,
                1,
                2,
                host(Numbers.F32, 1),
                blas.put(Numbers.F32, 2, 3),
                1,
                blas.put(Numbers.F32, 4, 5),
                2,
                host(Numbers.F32, 0),
                c,
                1);
        assertThat(blas.get(Numbers.F32, c, 1)).containsExactly(23);
    }

    @Test
    void aProductOverNothingScalesTheResult() {
        CUdeviceptr c = blas.put(Numbers.F32, 2, 3);
        JCublas2.cublasSgemm(
                blas.handle,
                0,
                0,
                2,
                1,
                0,
                host(Numbers.F32, 1),
                new CUdeviceptr(),
                2,
                new CUdeviceptr(),
                1,
                host(Numbers.F32, 3),
                c,
                2);
        assertThat(blas.get(Numbers.F32, c, 2)).containsExactly(6, 9);
    }

    @Test
    void factorsOnTheDeviceAreReadWhenTheProductRuns() {
        CUdeviceptr factors = blas.put(Numbers.F32, 1, 0);
        CUdeviceptr c = blas.cuda.allocate(4);
        CUdeviceptr x = blas.put(Numbers.F32, 2);
        blas.pointersOnDevice();
        JCublas2.cublasSgemm(blas.handle, 0, 0, 1, 1, 1, factors, x, 1, x, 1, factors.withByteOffset(4), c, 1);
        assertThat(blas.get(Numbers.F32, c, 1)).containsExactly(4);
        CUdeviceptr unset = blas.cuda.allocate(4);
        JCublas2.cublasSgemm(blas.handle, 0, 0, 1, 1, 1, unset, x, 1, x, 1, factors.withByteOffset(4), c, 1);
        Emulator.drain();
        assertThat(Emulator.takeReports()).extracting(Report::kind).containsExactly("uninitialised-read");
    }

    /** As in the reference implementation of BLAS: then whatever they hold does not come into the result. */
    @Test
    void whereTheFactorOnTheDeviceIsZeroTheMatricesAreNotRead() {
        CUdeviceptr factors = blas.put(Numbers.F32, 0, 1);
        CUdeviceptr c = blas.put(Numbers.F32, 7);
        CUdeviceptr unset = blas.cuda.allocate(4);
        CUdeviceptr nan = blas.put(Numbers.F32, Double.NaN);
        blas.pointersOnDevice();
        JCublas2.cublasSgemm(blas.handle, 0, 0, 1, 1, 1, factors, unset, 1, nan, 1, factors.withByteOffset(4), c, 1);
        assertThat(blas.get(Numbers.F32, c, 1)).containsExactly(7);
        assertThat(Emulator.takeReports()).isEmpty();
    }

    @Test
    void theSameProductHasTheSameBits() {
        double[] values = Numbers.F32.random(200 * 200, 7);
        CUdeviceptr a = blas.put(Numbers.F32, values);
        byte[] first = null;
        for (int i = 0; i < 3; i++) {
            CUdeviceptr c = blas.cuda.allocate(4 * 200 * 200);
            JCublas2.cublasSgemm(
                    blas.handle,
                    0,
                    1,
                    200,
                    200,
                    200,
                    host(Numbers.F32, 1),
                    a,
                    200,
                    a,
                    200,
                    host(Numbers.F32, 0),
                    c,
                    200);
            byte[] bytes = blas.bytes(c, 4 * 200 * 200);
            assertThat(first == null ? bytes : first).isEqualTo(bytes);
            first = bytes;
        }
    }
}

package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nudge.cuda.CudaOptions.ProductChoice;
import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.tensor.BackendUnavailableException;
import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@EmulatedDevice
class PrecisionTest {
    /** Of 1 + 2⁻¹² TF32 keeps 1. */
    private static final double FINE = 1 + 0x1p-12;

    @AfterEach
    void clearProperties() {
        System.clearProperty(CudaOptions.PRECISION);
        System.clearProperty(CudaOptions.PRODUCT);
        System.clearProperty(CudaOptions.CACHE);
        System.clearProperty(CudaOptions.WHOLE);
        System.clearProperty(CudaOptions.FUSED);
    }

    private static double[] product(CudaOptions options, DType type) {
        return product(options, type, FINE);
    }

    private static double[] product(CudaOptions options, DType type, double first) {
        try (CudaBackend backend = CudaBackend.open(0, options);
                Tensor a = backend.matrix(new double[][] {{first, 2}}, type);
                Tensor b = backend.matrix(new double[][] {{3}, {5}}, type);
                Tensor c = a.matmul(b)) {
            return c.doubles();
        }
    }

    @Test
    void strictProductsAreThoseOfFloat32() {
        assertThat(product(new CudaOptions(Precision.STRICT, ProductChoice.AUTO, true, true, true), DType.FLOAT32))
                .containsExactly(3 * FINE + 10);
    }

    @Test
    void tf32RoundsTheFactors() {
        assertThat(product(new CudaOptions(Precision.TF32, ProductChoice.CUBLAS, true, true, true), DType.FLOAT32))
                .containsExactly(13);
    }

    /** Of 1 + 2⁻¹⁰ float16 keeps all, bfloat16 1; of 1 + 2⁻¹² neither. */
    @ParameterizedTest
    @EnumSource(names = {"CUBLAS", "KERNELS"})
    void halvesRoundTheFactorsWhateverMultiplies(ProductChoice product) {
        CudaOptions bfloat16 = new CudaOptions(Precision.BFLOAT16, product, true, true, true);
        CudaOptions float16 = new CudaOptions(Precision.FLOAT16, product, true, true, true);
        assertThat(product(bfloat16, DType.FLOAT32, 1 + 0x1p-10)).containsExactly(13);
        assertThat(product(float16, DType.FLOAT32, 1 + 0x1p-10)).containsExactly(13 + 3 * 0x1p-10);
        assertThat(product(float16, DType.FLOAT32, FINE)).containsExactly(13);
        assertThat(product(bfloat16, DType.FLOAT32, 1e38)[0]).isCloseTo(3e38, within(3e38 * 0x1p-8));
        assertThat(product(float16, DType.FLOAT32, 65520)).containsExactly(Double.POSITIVE_INFINITY);
    }

    @ParameterizedTest
    @EnumSource(names = {"TF32", "BFLOAT16", "FLOAT16"})
    void float64IsNotTouchedByIt(Precision precision) {
        for (ProductChoice product : List.of(ProductChoice.CUBLAS, ProductChoice.KERNELS)) {
            assertThat(product(new CudaOptions(precision, product, true, true, true), DType.FLOAT64)[0])
                    .isCloseTo(3 * FINE + 10, within(1e-15));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BFLOAT16, 7.5, 8.0, 'float16, tf32 or strict'",
        "BFLOAT16, 6.1, 8.0, tf32 or strict",
        "FLOAT16, 6.1, 7.0, tf32 or strict"
    })
    void aDeviceThatIsTooOldForItIsRefusedWithWhatItCanDo(
            Precision precision, String has, String needs, String others) {
        Emulator.set("capability", has);
        Emulator.reset();
        CudaOptions options = new CudaOptions(precision, ProductChoice.KERNELS, true, true, true);
        assertThatThrownBy(() -> CudaBackend.open(0, options))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContainingAll(
                        precision + " products need a device of compute capability " + needs,
                        "has " + has,
                        "choose " + others + " with -D" + CudaOptions.PRECISION);
    }

    @ParameterizedTest
    @EnumSource
    void theDeviceSaysWhichItIs(Precision precision) {
        System.setProperty(CudaOptions.PRECISION, precision.toString());
        try (CudaBackend backend = CudaBackend.open(0)) {
            assertThat(backend.device().detail()).contains("float32 products " + precision);
        }
    }

    @Test
    void propertiesChoose() {
        assertThat(CudaOptions.fromProperties())
                .isEqualTo(new CudaOptions(Precision.STRICT, ProductChoice.AUTO, true, true, true));
        System.setProperty(CudaOptions.PRECISION, "tf32");
        System.setProperty(CudaOptions.PRODUCT, "kernels");
        System.setProperty(CudaOptions.CACHE, "off");
        System.setProperty(CudaOptions.WHOLE, "off");
        System.setProperty(CudaOptions.FUSED, "off");
        assertThat(CudaOptions.fromProperties())
                .isEqualTo(new CudaOptions(Precision.TF32, ProductChoice.KERNELS, false, false, false));
    }

    @Test
    void optionsCanBeChangedOneByOne() {
        assertThat(CudaOptions.fromProperties()
                        .withPrecision(Precision.TF32)
                        .withProduct(ProductChoice.KERNELS)
                        .withCaching(false)
                        .withWhole(false)
                        .withFused(false))
                .isEqualTo(new CudaOptions(Precision.TF32, ProductChoice.KERNELS, false, false, false));
    }

    @Test
    void ownKernelsMultiplyStrictlyAndSaySo() {
        CudaOptions options = new CudaOptions(Precision.TF32, ProductChoice.KERNELS, true, true, true);
        assertThat(product(options, DType.FLOAT32)).containsExactly(3 * FINE + 10);
        try (CudaBackend backend = CudaBackend.open(0, options)) {
            assertThat(backend.device().detail())
                    .contains("products by Nudge's own kernels, float32 products strict")
                    .doesNotContain("cuBLAS");
        }
    }

    @Test
    void aPropertyThatMakesNoSenseIsRefusedWithWhatDoes() {
        System.setProperty(CudaOptions.PRECISION, "fast");
        assertThatThrownBy(CudaOptions::fromProperties)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(CudaOptions.PRECISION, "'fast'", "strict, tf32, bfloat16 or float16");
        System.clearProperty(CudaOptions.PRECISION);
        System.setProperty(CudaOptions.PRODUCT, "mkl");
        assertThatThrownBy(CudaOptions::fromProperties)
                .hasMessageContainingAll(CudaOptions.PRODUCT, "auto, cublas or kernels");
        System.clearProperty(CudaOptions.PRODUCT);
        System.setProperty(CudaOptions.CACHE, "none");
        assertThatThrownBy(CudaOptions::fromProperties).hasMessageContainingAll(CudaOptions.CACHE, "on or off");
        System.clearProperty(CudaOptions.CACHE);
        System.setProperty(CudaOptions.WHOLE, "half");
        assertThatThrownBy(CudaOptions::fromProperties).hasMessageContainingAll(CudaOptions.WHOLE, "on or off");
    }
}

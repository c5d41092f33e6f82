package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@EmulatedDevice
class PrecisionTest {
    /** Of 1 + 2⁻¹² TF32 keeps 1. */
    private static final double FINE = 1 + 0x1p-12;

    @AfterEach
    void clearProperties() {
        System.clearProperty(CudaOptions.PRECISION);
        System.clearProperty(CudaOptions.CACHE);
    }

    private static double[] product(CudaOptions options, DType type) {
        try (CudaBackend backend = CudaBackend.open(0, options);
                Tensor a = backend.matrix(new double[][] {{FINE, 2}}, type);
                Tensor b = backend.matrix(new double[][] {{3}, {5}}, type);
                Tensor c = a.matmul(b)) {
            return c.doubles();
        }
    }

    @Test
    void strictProductsAreThoseOfFloat32() {
        assertThat(product(new CudaOptions(Precision.STRICT, true), DType.FLOAT32))
                .containsExactly(3 * FINE + 10);
    }

    @Test
    void tf32RoundsTheFactors() {
        assertThat(product(new CudaOptions(Precision.TF32, true), DType.FLOAT32))
                .containsExactly(13);
    }

    @Test
    void float64IsNotTouchedByIt() {
        assertThat(product(new CudaOptions(Precision.TF32, true), DType.FLOAT64)[0])
                .isCloseTo(3 * FINE + 10, within(1e-15));
    }

    @Test
    void theDeviceSaysWhichItIs() {
        System.setProperty(CudaOptions.PRECISION, "tf32");
        try (CudaBackend backend = CudaBackend.open(0)) {
            assertThat(backend.device().detail()).contains("float32 products tf32");
        }
    }

    @Test
    void propertiesChoose() {
        assertThat(CudaOptions.fromProperties()).isEqualTo(new CudaOptions(Precision.STRICT, true));
        System.setProperty(CudaOptions.PRECISION, "tf32");
        System.setProperty(CudaOptions.CACHE, "off");
        assertThat(CudaOptions.fromProperties()).isEqualTo(new CudaOptions(Precision.TF32, false));
        assertThat(CudaOptions.fromProperties().withPrecision(Precision.STRICT))
                .isEqualTo(new CudaOptions(Precision.STRICT, false));
    }

    @Test
    void aPropertyThatMakesNoSenseIsRefusedWithWhatDoes() {
        System.setProperty(CudaOptions.PRECISION, "fast");
        assertThatThrownBy(CudaOptions::fromProperties)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(CudaOptions.PRECISION, "'fast'", "strict or tf32");
        System.clearProperty(CudaOptions.PRECISION);
        System.setProperty(CudaOptions.CACHE, "none");
        assertThatThrownBy(CudaOptions::fromProperties).hasMessageContainingAll(CudaOptions.CACHE, "on or off");
    }
}

package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Kernels of float32 have the exponential that the CPU has. */
class ExponentialTest {
    /** What CUDA's own functions in float32 are made of, each rounded as a device likes. */
    @Test
    void noneIsMadeByTheDevicesApproximation() {
        assertThat(Ptx.names())
                .filteredOn(name -> !name.endsWith(".f64"))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(Ptx.text(name)).as(name).doesNotContain("ex2.approx"));
    }

    /** A fused operation has other bits. */
    @Test
    void activationsAreNotContracted() {
        assertThat(Ptx.text("activate.f32"))
                .contains("mul.rn.f32", "add.rn.f32")
                .doesNotContain("fma.rn.f32");
    }
}

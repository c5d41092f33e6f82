package io.nudge.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How sizes are written, and the work that they stand for, counted by hand. */
class SizesTest {
    @Test
    void aLayer() {
        LayerSize layer = LayerSize.parse("30x784@10");
        assertThat(layer).isEqualTo(new LayerSize(30, 784, 10));
        assertThat(layer.flops()).isEqualTo(470_400); // 2 · 30 · 784 · 10
    }

    @Test
    void aMatrix() {
        assertThat(MatrixSize.parse("128x512")).isEqualTo(new MatrixSize(128, 512));
        assertThat(MatrixSize.parse("128x512").elements()).isEqualTo(65_536);
    }

    @Test
    void aNetwork() {
        NetworkSize network = NetworkSize.parse("784-30-10@10");
        assertThat(network.layers()).containsExactly(784, 30, 10);
        assertThat(network.batch()).isEqualTo(10);
        assertThat(network.forwardFlops()).isEqualTo(476_400); // 2 · 10 · (784 · 30 + 30 · 10)
        assertThat(network.stepFlops())
                .isEqualTo(958_800); // twice that for W a and δ aᵀ, and 2 · 10 · 30 · 10 for Wᵀ δ
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "30x784", "30x784@", "30x784@10@10", "784-30-10"})
    void anythingElseIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LayerSize.parse(text))
                .withMessageContaining(text);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkSize.parse(text))
                .withMessageContaining(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "128", "128x512@10", "128×512"})
    void anyOtherMatrixIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixSize.parse(text))
                .withMessageContaining(text);
    }
}

package io.nudge.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final Architecture DIGITS = Architecture.sigmoid(784, 30, 10);

    @Test
    void weightsComeBeforeBiasesLayerByLayer() {
        assertThat(DIGITS.weightOffset(1)).isEqualTo(0);
        assertThat(DIGITS.weightOffset(2)).isEqualTo(30 * 784);
        assertThat(DIGITS.weightCount()).isEqualTo(30 * 784 + 10 * 30);
        assertThat(DIGITS.biasOffset(1)).isEqualTo(DIGITS.weightCount());
        assertThat(DIGITS.biasOffset(2)).isEqualTo(DIGITS.weightCount() + 30);
        assertThat(DIGITS.parameterCount()).isEqualTo(DIGITS.weightCount() + 40);
    }

    @Test
    void layersAreNumberedFromOne() {
        assertThat(DIGITS.depth()).isEqualTo(2);
        assertThat(DIGITS.neurons(0)).isEqualTo(784);
        assertThat(DIGITS.neurons(1)).isEqualTo(30);
        assertThat(DIGITS.outputs()).isEqualTo(10);
        assertThatThrownBy(() -> DIGITS.layer(0))
                .hasMessageContaining("no layer 0")
                .hasMessageContaining("1 to 2");
        assertThatThrownBy(() -> DIGITS.layer(3)).hasMessageContaining("no layer 3");
    }

    @Test
    void readsLikeASentence() {
        assertThat(DIGITS).hasToString("784-30-10, sigmoid, quadratic cost");
        assertThat(Architecture.uniform(
                        Activation.RELU, Activation.SOFTMAX, Cost.CATEGORICAL_CROSS_ENTROPY, 4, 8, 8, 3))
                .hasToString("4-8-8-3, relu then softmax, categorical-cross-entropy cost");
        assertThat(new Architecture(
                        4,
                        List.of(
                                new Dense(8, Activation.RELU, 0.25),
                                new Dense(8, Activation.TANH),
                                new Dense(1, Activation.IDENTITY)),
                        Cost.QUADRATIC))
                .hasToString("4-8-8-1, relu (dropout 0.25), then tanh, then identity, quadratic cost");
    }

    @Test
    void refusesWhatDoesNotGoTogether() {
        assertThatThrownBy(() -> Architecture.sigmoid(784)).hasMessageContaining("at least two layers");
        assertThatThrownBy(() -> Architecture.sigmoid(0, 3)).hasMessageContaining("at least 1 input");
        assertThatThrownBy(() -> Architecture.sigmoid(3, 0)).hasMessageContaining("at least 1 neuron");
        assertThatThrownBy(() -> new Architecture(3, List.of(), Cost.QUADRATIC)).hasMessageContaining("one layer");
        assertThatThrownBy(() -> Architecture.uniform(Activation.SOFTMAX, Activation.SIGMOID, Cost.QUADRATIC, 2, 2, 2))
                .hasMessageContaining("output layer only");
        assertThatThrownBy(
                        () -> Architecture.uniform(Activation.RELU, Activation.RELU, Cost.BINARY_CROSS_ENTROPY, 2, 2))
                .hasMessageContaining("between 0 and 1")
                .hasMessageContaining("sigmoid or softmax");
        assertThatThrownBy(() -> new Dense(3, Activation.RELU, 1)).hasMessageContaining("below 1");
        assertThatThrownBy(() -> new Architecture(3, List.of(new Dense(2, Activation.SIGMOID, 0.5)), Cost.QUADRATIC))
                .hasMessageContaining("hidden layers");
    }

    @Test
    void refusesMoreParametersThanCanBeCounted() {
        List<Dense> wide = java.util.Collections.nCopies(9, new Dense(Integer.MAX_VALUE, Activation.RELU));
        assertThatThrownBy(() -> new Architecture(Integer.MAX_VALUE, wide, Cost.QUADRATIC))
                .isInstanceOf(ArithmeticException.class);
    }
}

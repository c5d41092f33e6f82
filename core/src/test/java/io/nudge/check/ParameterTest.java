package io.nudge.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.nn.Architecture;
import org.junit.jupiter.api.Test;

class ParameterTest {
    private static final Architecture ARCHITECTURE = Architecture.sigmoid(3, 4, 2);

    @Test
    void theWeightsOfEveryLayerComeBeforeTheBiases() {
        assertThat(Parameter.at(ARCHITECTURE, 0)).isEqualTo(Parameter.weight(1, 0, 0));
        assertThat(Parameter.at(ARCHITECTURE, 11)).isEqualTo(Parameter.weight(1, 3, 2));
        assertThat(Parameter.at(ARCHITECTURE, 12)).isEqualTo(Parameter.weight(2, 0, 0));
        assertThat(Parameter.at(ARCHITECTURE, 19)).isEqualTo(Parameter.weight(2, 1, 3));
        assertThat(Parameter.at(ARCHITECTURE, 20)).isEqualTo(Parameter.bias(1, 0));
        assertThat(Parameter.at(ARCHITECTURE, 24)).isEqualTo(Parameter.bias(2, 0));
        assertThat(Parameter.at(ARCHITECTURE, 25)).isEqualTo(Parameter.bias(2, 1));
    }

    @Test
    void placeAndIndexAreInverse() {
        for (long index = 0; index < ARCHITECTURE.parameterCount(); index++) {
            assertThat(Parameter.at(ARCHITECTURE, index).index(ARCHITECTURE)).isEqualTo(index);
        }
    }

    @Test
    void thereIsNothingBeyond() {
        assertThatThrownBy(() -> Parameter.at(ARCHITECTURE, 26))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("there is no parameter 26; there are 26");
        assertThatThrownBy(() -> Parameter.at(ARCHITECTURE, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void itSaysLayerAndIndex() {
        assertThat(Parameter.weight(2, 1, 3)).hasToString("layer 2, w[1, 3]");
        assertThat(Parameter.weight(2, 1, 3).kind()).isEqualTo("weight");
        assertThat(Parameter.bias(1, 2)).hasToString("layer 1, b[2]");
        assertThat(Parameter.bias(1, 2).kind()).isEqualTo("bias");
    }
}

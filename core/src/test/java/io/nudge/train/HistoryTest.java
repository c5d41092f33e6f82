package io.nudge.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HistoryTest {
    private static final History TWO_EPOCHS = History.empty()
            .with(new EpochResult(1, 0.1 + 0.2, 0.5, Double.NaN, Double.NaN, 1.5, 1.25, 3200))
            .with(new EpochResult(2, 1e-300, 0.75, 0.25, 0.5, 0.75, 1.5, 2666.6666666666665));

    @Test
    void comesBackFromItsJsonToTheBit() {
        assertThat(History.fromJson(TWO_EPOCHS.toJson())).isEqualTo(TWO_EPOCHS);
    }

    @Test
    void writesWhatIsNotFiniteAsNull() {
        assertThat(TWO_EPOCHS.toJson())
                .startsWith("[{\"epoch\":1,\"cost\":0.30000000000000004,\"accuracy\":0.5,\"validationCost\":null,");
    }

    @Test
    void givesACurve() {
        assertThat(TWO_EPOCHS.curve(EpochResult::accuracy)).containsExactly(0.5, 0.75);
    }

    @Test
    void refusesOtherJson() {
        assertThatThrownBy(() -> History.fromJson("[{\"epoch\":1}]")).hasMessageContaining("'cost'");
        assertThatThrownBy(() -> History.fromJson("[null]")).hasMessageContaining("an epoch is null");
        assertThatThrownBy(() -> History.fromJson("{")).hasMessageContaining("not the JSON of a history");
        assertThatThrownBy(() -> History.empty().last()).hasMessageContaining("no epoch yet");
    }
}

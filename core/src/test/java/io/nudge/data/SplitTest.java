package io.nudge.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitTest {
    /** Examples in the order of their classes, whose one input is their number. */
    static Dataset numbered(int... classCounts) {
        int[] labels = IntStream.range(0, classCounts.length)
                .flatMap(label -> IntStream.generate(() -> label).limit(classCounts[label]))
                .toArray();
        float[] inputs = new float[labels.length];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = i;
        }
        List<String> names =
                IntStream.range(0, classCounts.length).mapToObj(i -> "c" + i).toList();
        return Dataset.labelled(inputs, 1, labels, names);
    }

    static int[] numbers(Dataset part) {
        return IntStream.range(0, part.size()).map(i -> (int) part.input(i)[0]).toArray();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.2, 0.29, 0.5, 0.9})
    void holdsBackTheFractionOfTheWholeRounded(double fraction) {
        int held = numbered(33, 33, 34).split(fraction, 1).held().size();

        assertThat(held).isEqualTo((int) Math.round(100 * fraction));
    }

    @Test
    void sameSeedGivesTheSameParts() {
        Dataset whole = numbered(20, 20);

        assertThat(numbers(whole.split(0.3, 7).train()))
                .isEqualTo(numbers(whole.split(0.3, 7).train()));
    }

    @Test
    void anotherSeedGivesOtherParts() {
        Dataset whole = numbered(20, 20);

        assertThat(numbers(whole.split(0.3, 7).held()))
                .isNotEqualTo(numbers(whole.split(0.3, 8).held()));
    }

    @Test
    void partsAreShuffledSoThatTheFirstExamplesAreAFairSample() {
        Dataset train = numbered(100, 100).split(0.2, 3).train();

        assertThat(train.first(40).classCounts()[0])
                .as("class 0 among the first 40 to train on")
                .isBetween(8, 32);
    }

    @Test
    void partsKeepTargetsWithTheirInputs() {
        Dataset held = numbered(5, 5).split(0.5, 1).held();

        for (int i = 0; i < held.size(); i++) {
            assertThat(held.label(i))
                    .as("class of example %s", held.input(i)[0])
                    .isEqualTo(held.input(i)[0] < 5 ? 0 : 1);
        }
    }

    @Test
    void dividesNumbersToo() {
        Dataset whole = Dataset.of(new float[10][1], new float[10][2]);

        assertThat(whole.split(0.3, 1).held().size()).isEqualTo(3);
    }

    @Test
    void refusesToHoldNothingBack() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> numbered(2, 2).split(0.1, 1))
                .withMessage(
                        "of 4 examples, a fraction of 0.1 to hold back leaves no example to hold back: choose another"
                                + " fraction");
    }

    @Test
    void refusesToTrainOnNothing() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> numbered(1).split(0.5, 1))
                .withMessage(
                        "of 1 examples, a fraction of 0.5 to hold back leaves no example to train on: at least two are"
                                + " needed");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.1, 1.5, Double.NaN})
    void refusesAFractionOutOfRange(double fraction) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> numbered(2, 2).split(fraction, 1))
                .withMessage("the fraction to hold back must be more than 0 and less than 1, but is " + fraction);
    }
}

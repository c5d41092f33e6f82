package io.nudge.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DatasetTest {
    private static final List<String> NAMES = List.of("a", "b", "c");

    private static Dataset labelled() {
        return Dataset.labelled(new float[][] {{1, 2}, {3, 4}, {5, 6}, {7, 8}}, new int[] {2, 0, 1, 2}, NAMES);
    }

    private static Dataset dense() {
        return Dataset.of(new float[][] {{1}, {2}, {3}}, new float[][] {{10, 11}, {20, 21}, {30, 31}});
    }

    @Test
    void knowsItsShape() {
        Dataset data = labelled();

        assertThat(List.of(data.size(), data.inputs(), data.outputs()))
                .as("size, inputs, outputs")
                .containsExactly(4, 2, 3);
    }

    @Test
    void outputsOfClassesAreTheClassesNotTheLabelsThatAppear() {
        assertThat(labelled().first(1).outputs()).isEqualTo(3);
    }

    @Test
    void labelsMakeItClassification() {
        assertThat(labelled().isClassification()).isTrue();
    }

    @Test
    void numbersDoNot() {
        assertThat(dense().isClassification()).isFalse();
    }

    @Test
    void inputsOnlyHaveNoOutputs() {
        assertThat(Dataset.unlabelled(new float[][] {{1}}).outputs()).isZero();
    }

    @Test
    void copiesARunOfInputs() {
        float[] into = new float[5];
        labelled().copyInputs(1, 2, into);

        assertThat(into).as("two rows, then what was there").containsExactly(3, 4, 5, 6, 0);
    }

    @Test
    void writesLabelsAsOneAndZeros() {
        float[] into = {9, 9, 9, 9, 9, 9, 9};
        labelled().copyTargets(0, 2, into);

        assertThat(into).containsExactly(0, 0, 1, 1, 0, 0, 9);
    }

    @Test
    void copiesARunOfNumbers() {
        float[] into = new float[4];
        dense().copyTargets(1, 2, into);

        assertThat(into).containsExactly(20, 21, 30, 31);
    }

    @Test
    void givesOneExample() {
        assertThat(labelled().input(2)).containsExactly(5, 6);
    }

    @Test
    void givesOneTarget() {
        assertThat(dense().target(1)).containsExactly(20, 21);
    }

    @Test
    void countsClasses() {
        assertThat(labelled().classCounts()).containsExactly(1, 1, 2);
    }

    @Test
    void givesLabels() {
        assertThat(labelled().label(3)).isEqualTo(2);
    }

    @Test
    void takesBlocks() {
        Dataset data = Dataset.labelled(new float[] {1, 2, 3, 4, 5, 6}, 3, new int[] {0, 1}, NAMES);

        assertThat(data.input(1)).containsExactly(4, 5, 6);
    }

    @Test
    void takesBlocksOfTargets() {
        Dataset data = Dataset.of(new float[] {1, 2, 3, 4}, 2, new float[] {5, 6}, 1);

        assertThat(data.target(1)).containsExactly(6);
    }

    @Test
    void roundsDoubles() {
        Dataset data = Dataset.of(new double[][] {{0.1}}, new double[][] {{0.2}});

        assertThat(List.of(data.input(0)[0], data.target(0)[0])).containsExactly(0.1f, 0.2f);
    }

    @Test
    void isNotChangedThroughTheArraysItWasMadeFrom() {
        float[] inputs = {1, 2};
        int[] labels = {0, 1};
        Dataset data = Dataset.labelled(inputs, 1, labels, NAMES);
        inputs[0] = 5;
        labels[0] = 2;

        assertThat(List.of(data.input(0)[0], (float) data.label(0))).containsExactly(1f, 0f);
    }

    @Test
    void takesASubsetInTheOrderGiven() {
        Dataset part = labelled().subset(new int[] {3, 1, 1});
        float[] into = new float[6];
        part.copyInputs(0, 3, into);

        assertThat(into).containsExactly(7, 8, 3, 4, 3, 4);
    }

    @Test
    void takesASubsetOfASubset() {
        Dataset part = labelled().subset(new int[] {3, 1, 0}).subset(new int[] {2, 0});

        assertThat(List.of(part.input(0)[0], part.input(1)[0])).containsExactly(1f, 7f);
    }

    @Test
    void takesTargetsAlongIntoASubset() {
        assertThat(dense().subset(new int[] {2, 0}).target(0)).containsExactly(30, 31);
    }

    @Test
    void takesLabelsAlongIntoARange() {
        assertThat(labelled().range(1, 3).classCounts()).containsExactly(1, 1, 0);
    }

    @Test
    void takesTheFirst() {
        assertThat(labelled().first(3).size()).isEqualTo(3);
    }

    @Test
    void keepsInputNamesInParts() {
        assertThat(labelled().withInputNames(List.of("x", "y")).first(2).inputNames())
                .containsExactly("x", "y");
    }

    @Test
    void refusesInputNamesThatDoNotFit() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> labelled().withInputNames(List.of("x")))
                .withMessage("there are 1 names for 2 input columns");
    }

    @Test
    void refusesLabelsOfNumbers() {
        assertThatIllegalStateException()
                .isThrownBy(() -> dense().label(0))
                .withMessage("this data set has no classes: its targets are 2 numbers per example");
    }

    @Test
    void refusesTargetsOfInputsOnly() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Dataset.unlabelled(new float[][] {{1}}).target(0))
                .withMessage("this data set has inputs only, no targets");
    }

    @Test
    void refusesAnExampleThatIsNotThere() {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> labelled().input(4));
    }

    @Test
    void refusesAnArrayTooShortToCopyTo() {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> labelled().copyInputs(0, 2, new float[3]))
                .withMessage("2 examples of 2 values do not fit into an array of 3");
    }

    @Test
    void refusesAnEmptyPart() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> labelled().range(2, 2))
                .withMessageContaining("at least one example");
    }

    @Test
    void saysWhatItIs() {
        assertThat(labelled()).hasToString("Dataset[4 examples, 2 inputs, 3 classes]");
    }

    static Stream<Arguments> badArrays() {
        float[][] two = {{1, 2}, {3, 4}};
        int[] labels = {0, 1};
        return Stream.of(
                bad(
                        "ragged",
                        () -> Dataset.labelled(new float[][] {{1, 2}, {3}}, labels, NAMES),
                        "inputs[1] has 1 values but inputs[0] has 2: every row needs the same number"),
                bad("null row", () -> Dataset.unlabelled(new float[][] {{1, 2}, null}), "inputs[1] is null"),
                bad(
                        "not a number",
                        () -> Dataset.unlabelled(new float[][] {{1, 2}, {3, Float.NaN}}),
                        "inputs[1][1] is NaN: remove the row or replace the value by a finite number"),
                bad(
                        "infinite target",
                        () -> Dataset.of(two, new float[][] {{1}, {Float.POSITIVE_INFINITY}}),
                        "targets[1][0] is Infinity: remove the row or replace the value by a finite number"),
                bad(
                        "infinite in a block",
                        () -> Dataset.unlabelled(new float[] {1, 2, 3, Float.NEGATIVE_INFINITY}, 2),
                        "inputs[1][1] is -Infinity: remove the row or replace the value by a finite number"),
                bad(
                        "too large a double",
                        () -> Dataset.unlabelled(new double[][] {{1e300}}),
                        "inputs[0][0] is 1.0E300, too large for float32: scale this column down"),
                bad(
                        "no rows",
                        () -> Dataset.unlabelled(new float[0][]),
                        "inputs has no rows: a data set needs at least one example"),
                bad(
                        "no columns",
                        () -> Dataset.unlabelled(new float[3][0]),
                        "inputs has 0 columns: at least one is needed"),
                bad(
                        "no values",
                        () -> Dataset.unlabelled(new float[0], 2),
                        "inputs is empty: a data set needs at least one example"),
                bad(
                        "half a row",
                        () -> Dataset.unlabelled(new float[3], 2),
                        "inputs has 3 values, which is not a whole number of rows of 2 columns"),
                bad(
                        "negative columns",
                        () -> Dataset.unlabelled(new float[3], -1),
                        "inputs has -1 columns: at least one is needed"),
                bad(
                        "fewer labels",
                        () -> Dataset.labelled(two, new int[] {0}, NAMES),
                        "there are 2 rows of inputs but 1 of labels: every example needs both"),
                bad(
                        "fewer targets",
                        () -> Dataset.of(two, new float[][] {{1}}),
                        "there are 2 rows of inputs but 1 of targets: every example needs both"),
                bad(
                        "label too large",
                        () -> Dataset.labelled(two, new int[] {0, 3}, NAMES),
                        "labels[1] is 3, but with 3 class names a label is 0 to 2"),
                bad(
                        "negative label",
                        () -> Dataset.labelled(two, new int[] {-1, 0}, NAMES),
                        "labels[0] is -1, but with 3 class names a label is 0 to 2"),
                bad(
                        "no class names",
                        () -> Dataset.labelled(two, labels, List.of()),
                        "there are no class names: give one for every class, as \"0\", \"1\", ..."),
                bad(
                        "class twice",
                        () -> Dataset.labelled(two, labels, List.of("a", "a")),
                        "class name 'a' appears twice"),
                bad("blank class", () -> Dataset.labelled(two, labels, List.of("a", " ")), "class name 1 is blank"));
    }

    private static Arguments bad(String name, ThrowingCallable making, String message) {
        return Arguments.of(Named.of(name, making), message);
    }

    @ParameterizedTest
    @MethodSource("badArrays")
    void saysWhatIsWrongAndWhere(ThrowingCallable making, String message) {
        assertThatThrownBy(making).isInstanceOf(DataException.class).hasMessage(message);
    }
}

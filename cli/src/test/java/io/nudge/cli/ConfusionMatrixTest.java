package io.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {
    @Test
    void fewClassesMakeATable() {
        ConfusionMatrix matrix = new ConfusionMatrix(List.of("cat", "dog"));
        matrix.add(0, 0);
        matrix.add(0, 1);
        matrix.add(1, 1);
        assertThat(matrix.correct()).isEqualTo(2);
        assertThat(matrix.total()).isEqualTo(3);
        assertThat(matrix.lines())
                .containsExactly(
                        "      answered",
                        "true  cat  dog    accuracy",
                        "cat     1    1     50.00 %",
                        "dog     .    1    100.00 %");
    }

    @Test
    void aClassWithoutExamplesHasNoAccuracy() {
        ConfusionMatrix matrix = new ConfusionMatrix(List.of("a", "b"));
        matrix.add(0, 0);
        assertThat(matrix.lines().get(3)).endsWith(" -");
    }

    @Test
    void manyClassesMakeAListWithTheMostFrequentMistakes() {
        ConfusionMatrix matrix = new ConfusionMatrix(
                IntStream.range(0, 40).mapToObj(i -> "class" + i).toList());
        matrix.add(3, 4);
        matrix.add(3, 4);
        matrix.add(3, 3);
        matrix.add(7, 1);
        List<String> lines = matrix.lines();
        assertThat(lines).contains("class3      33.33 %  (1 of 3)", "     2  class3 taken for class4");
        assertThat(lines).allMatch(line -> line.length() < 80);
    }
}

package io.nudge.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.data.Dataset;
import io.nudge.nn.Architecture;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExamplesTest {
    @Test
    void theyAreCopies() {
        double[][] inputs = {{1, 2}};
        Examples examples = new Examples(inputs, new double[][] {{3}});
        inputs[0][0] = 9;
        examples.input(0)[0] = 9;
        examples.target(0)[0] = 9;
        assertThat(examples.input(0)).containsExactly(1, 2);
        assertThat(examples.target(0)).containsExactly(3);
    }

    @Test
    void theyAreTakenOutOfADataSetInTheOrderAsked() {
        Dataset data =
                Dataset.labelled(new double[][] {{1, 2}, {3, 4}, {5, 6}}, new int[] {0, 1, 1}, List.of("a", "b"));
        Examples examples = Examples.of(data, 2, 0);
        assertThat(examples.size()).isEqualTo(2);
        assertThat(examples.input(0)).containsExactly(5, 6);
        assertThat(examples.target(0)).containsExactly(0, 1);
        assertThat(examples.input(1)).containsExactly(1, 2);
        assertThat(examples.target(1)).containsExactly(1, 0);
    }

    @Test
    void drawnOnesRepeatWithTheirSeedAndHaveOneTarget() {
        Architecture architecture = Architecture.sigmoid(4, 3);
        Examples examples = Examples.drawn(architecture, 20, 7);
        for (int i = 0; i < 20; i++) {
            assertThat(examples.input(i))
                    .isEqualTo(Examples.drawn(architecture, 20, 7).input(i));
            assertThat(Arrays.stream(examples.input(i))).hasSize(4).allMatch(value -> value >= 0 && value <= 1);
            assertThat(examples.target(i)).containsOnly(0, 1).contains(1);
            assertThat(Arrays.stream(examples.target(i)).sum()).isEqualTo(1);
        }
        assertThat(examples.input(0))
                .isNotEqualTo(Examples.drawn(architecture, 1, 8).input(0));
    }

    @Test
    void aSingleOutputIsZeroForSomeAndOneForOthers() {
        Examples examples = Examples.drawn(Architecture.sigmoid(1, 1), 20, 1);
        assertThat(IntStream.range(0, 20).mapToDouble(i -> examples.target(i)[0]))
                .contains(0.0, 1.0)
                .containsOnly(0.0, 1.0);
    }

    @Test
    void thereMustBeSomeAndAsManyTargets() {
        assertThatThrownBy(() -> new Examples(new double[0][], new double[0][]))
                .hasMessage("examples need as many inputs as targets and at least one of each, but there are 0 and 0");
        assertThatThrownBy(() -> new Examples(new double[2][1], new double[1][1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("but there are 2 and 1");
    }
}

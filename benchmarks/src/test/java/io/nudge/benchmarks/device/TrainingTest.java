package io.nudge.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operations and bytes of a step, from its shapes. */
class TrainingTest {
    private static Training named(String name) {
        return Training.ALL.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Per example and step. */
    @ParameterizedTest
    @CsvSource({"A, 95880", "B, 3209216", "B with Adam, 3209216", "C, 46198784"})
    void theProductsHaveSoManyOperations(String name, double perExample) {
        Training training = named(name);
        assertThat(training.operations() / training.batch()).isEqualTo(perExample);
    }

    /** 784·30 + 30 + 30·10 + 10 = 23860 parameters; 10 · (784 · 4 + 16) = 31520 bytes of the batch. */
    @Test
    void aStepReadsItsBatchAndMovesItsParametersOnce() {
        assertThat(named("A").leastBytes()).isEqualTo(31_520 + 2 * 4 * 23_860);
    }

    /** 669,706 parameters; 128 · (784 · 4 + 16) = 403,456 bytes of the batch. */
    @Test
    void adamMovesTwoAveragesMore() {
        assertThat(named("B").leastBytes()).isEqualTo(403_456 + 2 * 4 * 669_706.0);
        assertThat(named("B with Adam").leastBytes()).isEqualTo(403_456 + 3 * 2 * 4 * 669_706.0);
    }

    /** Of B 784 + 3 · (512 + 512 + 10) numbers for each example. */
    @Test
    void aStepComesBackToParametersAndLayers() {
        double inLayers = 128 * (784 + 3 * 1034) * 4.0;
        assertThat(named("B").workingBytes()).isEqualTo(4 * 669_706.0 + inLayers);
        assertThat(named("B with Adam").workingBytes()).isEqualTo(4 * 4 * 669_706.0 + inLayers);
    }

    @Test
    void itIsDescribedInALine() {
        assertThat(named("A").describe()).isEqualTo("784-30-10, sigmoid, quadratic cost, SGD, batches of 10");
        assertThat(named("B with Adam").describe())
                .isEqualTo("784-512-512-10, ReLU, softmax with cross-entropy, Adam, batches of 128");
    }
}

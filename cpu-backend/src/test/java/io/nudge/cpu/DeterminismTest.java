package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.cpu.CpuOptions.ProductChoice;
import io.nudge.math.Activation;
import io.nudge.math.Optimizer;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Program;
import io.nudge.tensor.Scope;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class DeterminismTest {
    /** So large that every pass and every product has several parts. */
    @SuppressWarnings("try") // the scope is there to close
    private static double[][] train(CpuOptions options, DType type) {
        try (Backend backend = CpuBackend.open(options);
                Scope scope = Scope.open()) {
            TrainingStep step = new TrainingStep(backend, type, Activation.TANH, Optimizer.adam(0.01), 203, 301, 407);
            Program program = backend.record(step);
            for (int i = 0; i < 3; i++) {
                program.run();
            }
            return new double[][] {
                step.parameters.doubles(), step.gradients.doubles(), step.kept.doubles(), step.tally.doubles()
            };
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64"})
    void theNumberOfThreadsDoesNotShow(DType type) {
        for (boolean vectors : new boolean[] {false, true}) {
            double[][] alone = train(new CpuOptions(1, ProductChoice.JAVA, vectors), type);
            assertThat(alone[3][1]).as("right answers").isPositive();
            for (int threads : new int[] {2, 5}) {
                assertThat(train(new CpuOptions(threads, ProductChoice.JAVA, vectors), type))
                        .as("%d threads, vectors %s", threads, vectors)
                        .isDeepEqualTo(alone);
            }
        }
    }

    static Stream<Arguments> products() {
        return Stream.of(
                Arguments.of(1, DType.FLOAT32), Arguments.of(3, DType.FLOAT32), Arguments.of(3, DType.FLOAT64));
    }

    /** OpenBLAS promises this nowhere. */
    @ParameterizedTest
    @MethodSource("products")
    void openBlasGivesTheSameBitsInEveryRun(int threads, DType type) {
        CpuOptions options = new CpuOptions(threads, ProductChoice.OPENBLAS, true);
        double[][] first = train(options, type);
        for (int run = 0; run < 3; run++) {
            assertThat(train(options, type)).as("run %d", run).isDeepEqualTo(first);
        }
    }
}

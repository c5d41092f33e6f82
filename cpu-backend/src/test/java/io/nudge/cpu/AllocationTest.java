package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.nudge.cpu.CpuOptions.ProductChoice;
import io.nudge.math.Activation;
import io.nudge.math.Optimizer;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Program;
import io.nudge.tensor.Scope;
import java.lang.management.ManagementFactory;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A training step in steady state makes no objects: that is what keeps the garbage collector out of training. */
class AllocationTest {
    /** Vectors are objects until the compiler has seen them often enough, so that this takes some runs. */
    private static final int MOST_RUNS = 40_000;

    private static final int MEASURED = 50;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static Stream<Arguments> ways() {
        return Stream.of(
                Arguments.of(new CpuOptions(1, ProductChoice.JAVA, false), DType.FLOAT32),
                Arguments.of(new CpuOptions(1, ProductChoice.JAVA, false), DType.FLOAT64),
                Arguments.of(new CpuOptions(2, ProductChoice.AUTO, true), DType.FLOAT32),
                Arguments.of(new CpuOptions(2, ProductChoice.OPENBLAS, true), DType.FLOAT32),
                Arguments.of(new CpuOptions(2, ProductChoice.OPENBLAS, true), DType.FLOAT64));
    }

    @ParameterizedTest
    @MethodSource("ways")
    @SuppressWarnings("try") // the scope is there to close
    void aRecordedStepAllocatesNothing(CpuOptions options, DType type) {
        try (Backend backend = CpuBackend.open(options);
                Scope scope = Scope.open()) {
            TrainingStep step = new TrainingStep(backend, type, Activation.SIGMOID, Optimizer.adam(0.01), 10, 40, 17);
            Program program = backend.record(step);
            long least = Long.MAX_VALUE;
            for (int runs = 0; runs < MOST_RUNS && least > 0; runs += MEASURED) {
                long before =
                        threads.getThreadAllocatedBytes(Thread.currentThread().getId());
                for (int i = 0; i < MEASURED; i++) {
                    program.run();
                }
                long after =
                        threads.getThreadAllocatedBytes(Thread.currentThread().getId());
                least = Math.min(least, after - before);
            }
            assertThat(least).as("bytes allocated in %d steps", MEASURED).isZero();
        }
    }
}

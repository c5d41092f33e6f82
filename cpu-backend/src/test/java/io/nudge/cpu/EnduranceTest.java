package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.math.Descent;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Program;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ten million steps of a small network use no more memory than the first million; minutes. */
@Tag("published")
class EnduranceTest {
    private static final int STEPS = 1000;
    private static final int BATCH = 10;
    private static final int MILLION = 1_000_000;

    /** What the JVM itself may put there meanwhile. */
    private static final long ALLOWED = 2 << 20;

    @Test
    @SuppressWarnings("try") // the scope is there to close
    void tenMillionStepsDoNotGrow() {
        try (Backend backend = CpuBackend.open();
                Scope scope = Scope.open();
                Network network = Network.create(
                        Architecture.sigmoid(784, 30, 10), Initializer.GLOROT_NORMAL, 1, backend, DType.FLOAT32)) {
            Tensor inputs = backend.zeros(Shape.of(STEPS, 784), DType.FLOAT32);
            backend.operations().fill(inputs, 0.25);
            Tensor labels = backend.zeros(Shape.of(STEPS), DType.INT64);
            labels.write(LongStream.range(0, STEPS).map(i -> i % BATCH).toArray());
            Tensor order = backend.zeros(Shape.of(STEPS), DType.INT64);
            order.write(LongStream.range(0, STEPS).toArray());
            Tensor schedule = backend.zeros(Shape.of(STEPS, Optimizer.COLUMNS), DType.FLOAT64);
            backend.operations().fill(schedule, 1e-3);
            Tensor none = backend.zeros(Shape.of(0), DType.FLOAT32);
            try (Pass pass = Pass.descent(network, BATCH, 1, Descent.of(Optimizer.sgd(1)), schedule);
                    Program program =
                            backend.record(() -> pass.train(inputs, labels, order, none, (long) STEPS * BATCH))) {
                long afterFirst = usedAfter(MILLION, pass, program);
                long atEnd = usedAfter(9 * MILLION, pass, program);
                assertThat(atEnd - afterFirst)
                        .as("bytes more than after the first million")
                        .isLessThan(ALLOWED);
            }
        }
    }

    private static long usedAfter(int steps, Pass pass, Program program) {
        long[] beginning = new long[Operations.POSITION];
        for (int done = 0; done < steps; done += STEPS) {
            pass.position().write(beginning);
            program.run();
        }
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}

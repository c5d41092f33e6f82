package io.nudge.cpu;

import com.sun.management.ThreadMXBean;
import io.nudge.math.Activation;
import io.nudge.math.Optimizer;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Program;
import io.nudge.tensor.Scope;
import java.lang.management.ManagementFactory;

/** Measures what recorded training steps allocate on the Java heap. */
final class Allocation {
    /** Vectors are objects until the compiler is done with them, which takes some runs, and many where processors are busy. */
    private static final int MOST_RUNS = 60_000;

    static final int MEASURED = 50;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /** The bytes that {@link #MEASURED} steps in a row allocate, at the least. */
    @SuppressWarnings("try") // the scope is there to close
    static long ofSteps(CpuOptions options, DType type) {
        try (Backend backend = CpuBackend.open(options);
                Scope scope = Scope.open()) {
            TrainingStep step = new TrainingStep(backend, type, Activation.SIGMOID, Optimizer.adam(0.01), 10, 40, 17);
            Program program = backend.record(step);
            long least = Long.MAX_VALUE;
            for (int runs = 0; runs < MOST_RUNS && least > 0; runs += MEASURED) {
                long before = allocated();
                for (int i = 0; i < MEASURED; i++) {
                    program.run();
                }
                least = Math.min(least, allocated() - before);
            }
            return least;
        }
    }

    private static long allocated() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}

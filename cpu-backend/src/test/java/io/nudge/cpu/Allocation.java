package io.nudge.cpu;

import com.sun.management.ThreadMXBean;
import io.nudge.math.Activation;
import io.nudge.math.Optimizer;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Program;
import io.nudge.tensor.Scope;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** Measures what recorded training steps allocate on the Java heap. */
final class Allocation {
    static final int MEASURED = 50;

    private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /** The bytes that {@link #MEASURED} steps in a row allocate, at the least. */
    @SuppressWarnings("try") // the scope is there to close
    static long ofSteps(CpuOptions options, DType type) {
        try (Backend backend = CpuBackend.open(options);
                Scope scope = Scope.open()) {
            TrainingStep step = new TrainingStep(backend, type, Activation.SIGMOID, Optimizer.adam(0.01), 10, 40, 17);
            Program program = backend.record(step);
            return least(step::begin, () -> {
                for (int i = 0; i < MEASURED; i++) {
                    program.run();
                }
            });
        }
    }

    /**
     * The bytes that a run allocates in this thread, at the least, not counting what comes before each. Vectors are objects until the compiler is done with them, which takes
     * many runs, and more where processors are busy; after a minute that is no reason.
     */
    static long least(Runnable first, Runnable run) {
        long begin = System.nanoTime();
        long least = Long.MAX_VALUE;
        while (least > 0 && System.nanoTime() - begin < MOST_NANOS) {
            first.run();
            long before = allocated();
            run.run();
            least = Math.min(least, allocated() - before);
        }
        return least;
    }

    private static long allocated() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}

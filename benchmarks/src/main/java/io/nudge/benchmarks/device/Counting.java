package io.nudge.benchmarks.device;

import io.nudge.emulator.Emulator;
import io.nudge.math.Descent;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.math.RandomStream;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Program;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Runs work on the emulated device, and counts. */
final class Counting {
    private static final long SEED = 1;

    /** Batches in the data: enough that a step takes its rows from all over it. */
    private static final int BATCHES = 4;

    /** Runs before the one that is counted: the first may do what is done once. */
    private static final int BEFORE = 2;

    /** At most so many steps in a run, where the backend takes several as one. */
    private static final int MOST_STEPS = 256;

    private static final int SCHEDULE = (BEFORE + 1) * MOST_STEPS;

    private final Backend backend;

    /**
     * Work on a backend.
     *
     * @param backend of the emulated device, with no other work on it
     */
    Counting(Backend backend) {
        this.backend = backend;
    }

    /** What a training does over and over, recorded as the trainer records it: a step, or several where the backend takes them as one. */
    StepCounts step(Training training) throws IOException {
        Scope scope = Scope.open();
        try (scope) {
            return step(training, new Data(training));
        }
    }

    /** The same where the backend takes many steps of it as one; else nothing is counted. */
    Optional<StepCounts> wholeSteps(Training training) throws IOException {
        Scope scope = Scope.open();
        try (scope) {
            Data data = new Data(training);
            return data.takesSeveral(training) ? Optional.of(step(training, data)) : Optional.empty();
        }
    }

    private StepCounts step(Training training, Data data) throws IOException {
        try (Network network = network(training);
                Pass pass = pass(network, training);
                Program program = backend.record(() -> data.train(pass))) {
            for (int i = 0; i < BEFORE; i++) {
                program.run();
            }
            backend.synchronize();
            Path log = Files.createTempFile("launches", ".json");
            try {
                Emulator.logLaunchesTo(log);
                Emulator.clearCounters();
                program.run();
                long waits = Emulator.counter("synchronisations");
                Emulator.drain();
                HostCounts host = HostCounts.of(Emulator.counters());
                Emulator.endLaunchLog();
                if (waits != host.waits()) {
                    throw new IllegalStateException("the device waited while it worked off a step");
                }
                return new StepCounts(training, data.steps(pass), LaunchLog.read(log), host);
            } finally {
                Emulator.endLaunchLog();
                Files.delete(log);
            }
        }
    }

    private Network network(Training training) {
        return Network.create(training.architecture(), Initializer.GLOROT_NORMAL, SEED, backend, DType.FLOAT32);
    }

    private Pass pass(Network network, Training training) {
        return Pass.descent(network, training.batch(), SEED, Descent.of(training.optimizer()), schedule(training));
    }

    /** What is trained on. Its tensors belong to the scope. */
    private final class Data {
        private final int batch;
        private final Tensor inputs;
        private final Tensor labels;
        private final Tensor order;
        private final Tensor state;

        Data(Training training) {
            batch = training.batch();
            int examples = BATCHES * batch;
            inputs = random(examples, training.layers().get(0));
            int classes = training.layers().get(training.layers().size() - 1);
            long[] all = new long[examples];
            Arrays.setAll(all, i -> i % classes);
            labels = longs(all);
            int[] shuffled = RandomStream.of(SEED, RandomStream.Use.SHUFFLE, 0).permutation(examples);
            long[] rows = new long[SCHEDULE * batch];
            Arrays.setAll(rows, i -> shuffled[i % examples]);
            order = longs(rows);
            long parameters = training.architecture().parameterCount();
            state = backend.zeros(Shape.of(training.optimizer().slots() * parameters), DType.FLOAT32);
        }

        boolean takesSeveral(Training training) {
            try (Network network = network(training);
                    Pass pass = pass(network, training)) {
                return steps(pass) > 1;
            }
        }

        int steps(Pass pass) {
            return Math.min(pass.stepsAtOnce(inputs, labels, order), MOST_STEPS);
        }

        void train(Pass pass) {
            pass.train(inputs, labels, order, state, (long) steps(pass) * batch);
        }
    }

    private Tensor schedule(Training training) {
        double[] rows = new double[SCHEDULE * Optimizer.COLUMNS];
        for (int step = 0; step < SCHEDULE; step++) {
            System.arraycopy(training.optimizer().row(1, step), 0, rows, step * Optimizer.COLUMNS, Optimizer.COLUMNS);
        }
        Tensor schedule = backend.zeros(Shape.of(SCHEDULE, Optimizer.COLUMNS), DType.FLOAT64);
        schedule.write(rows);
        return schedule;
    }

    private Tensor random(int rows, int columns) {
        RandomStream random = RandomStream.of(SEED, RandomStream.Use.DATA, 0);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.uniform();
        }
        Tensor tensor = backend.zeros(Shape.of(rows, columns), DType.FLOAT32);
        tensor.write(values);
        return tensor;
    }

    private Tensor longs(long[] values) {
        Tensor tensor = backend.zeros(Shape.of(values.length), DType.INT64);
        tensor.write(values);
        return tensor;
    }
}

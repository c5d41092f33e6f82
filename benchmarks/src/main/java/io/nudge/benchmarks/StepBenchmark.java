package io.nudge.benchmarks;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.math.RandomStream;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Program;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/**
 * A whole training step, recorded once as the trainer records it: a batch is gathered from the data, goes forward and backward,
 * and the parameters move. The output layer is sigmoid with the quadratic cost, so that no choice of the rest makes the cost
 * overflow.
 */
public class StepBenchmark extends OnBackend {
    /** Enough that a batch is not in the cache already. */
    private static final int EXAMPLES = 10_000;

    /** The length of the schedule: after so many steps the position is set back, as for an epoch. */
    private static final int STEPS_PER_EPOCH = 1000;

    private static final int STEPS_AT_ONCE = 10;

    static final String MANY = "many";

    /** Floating-point operations in many steps, about. */
    private static final double FLOPS_OF_MANY = 1e10;

    private static final int FEWEST_OF_MANY = 16;

    /** So small that a long measurement ends near where it began: numbers of the same kind all along, none subnormal. */
    private static final double RATE = 1e-6;

    @Param({NetworkSize.A, NetworkSize.B, NetworkSize.C})
    String size;

    @Param("sigmoid")
    String activation;

    @Param("sgd")
    String optimizer;

    /** Steps that are recorded and measured together; {@value #MANY} for about as many as a trainer leaves to a backend at once. */
    @Param("1")
    String steps;

    private final long[] start = new long[Operations.POSITION];
    private Network network;
    private Descent descent;
    private Pass pass;
    private Tensor inputs;
    private Tensor labels;
    private Tensor order;
    private Tensor state;
    private Tensor schedule;
    private Program program;
    private int count;
    private int done;

    static Work work(Map<String, String> parameters) {
        NetworkSize network = NetworkSize.parse(parameters.get("size"));
        int count = count(parameters.getOrDefault("steps", "1"), network);
        return new Work(count * network.stepFlops(), 0, (double) count * network.batch());
    }

    private static int count(String steps, NetworkSize network) {
        return steps.equals(MANY)
                ? (int) Math.max(FEWEST_OF_MANY, Math.min(STEPS_PER_EPOCH, FLOPS_OF_MANY / network.stepFlops()))
                : Integer.parseInt(steps);
    }

    @Override
    void prepare() {
        NetworkSize sizes = NetworkSize.parse(size);
        Architecture architecture =
                Architecture.uniform(Activation.named(activation), Activation.SIGMOID, Cost.QUADRATIC, sizes.layers());
        network = own(Network.create(architecture, Initializer.GLOROT_NORMAL, SEED, backend(), type()));
        descent = Descent.of(Optimizer.named(optimizer, RATE));
        long parameters = architecture.parameterCount();
        state = zeros(descent.optimizer().slots() * parameters);
        prepareData(sizes);
        prepareSchedule();
        pass = own(Pass.descent(network, sizes.batch(), SEED, descent, schedule));
        done = 0;
        count = count(steps, sizes);
        long examples = (long) count * sizes.batch();
        program = own(backend().record(() -> pass.train(inputs, labels, order, state, examples)));
    }

    private void prepareData(NetworkSize sizes) {
        inputs = random(1, EXAMPLES, sizes.inputs());
        long[] classes = new long[EXAMPLES];
        Arrays.setAll(classes, i -> i % sizes.outputs());
        labels = own(backend().zeros(Shape.of(EXAMPLES), DType.INT64));
        labels.write(classes);
        int[] shuffled = RandomStream.of(SEED, RandomStream.Use.SHUFFLE, 0).permutation(EXAMPLES);
        order = own(backend().zeros(Shape.of(EXAMPLES), DType.INT64));
        order.write(Arrays.stream(shuffled).asLongStream().toArray());
    }

    private void prepareSchedule() {
        double[] rows = new double[STEPS_PER_EPOCH * Optimizer.COLUMNS];
        for (int step = 0; step < STEPS_PER_EPOCH; step++) {
            double[] row = descent.optimizer().row(1, step);
            System.arraycopy(row, 0, rows, step * Optimizer.COLUMNS, Optimizer.COLUMNS);
        }
        schedule = own(backend().zeros(Shape.of(STEPS_PER_EPOCH, Optimizer.COLUMNS), DType.FLOAT64));
        schedule.write(rows);
    }

    private void run() {
        if (done + count > STEPS_PER_EPOCH) {
            done = 0;
            pass.position().write(start);
        }
        program.run();
        done += count;
    }

    /** One recording of steps, and the wait for its end. */
    @Benchmark
    public void step() {
        run();
        await();
    }

    /** One of ten recordings that are waited for together: training waits for the device only now and then. */
    @Benchmark
    @OperationsPerInvocation(STEPS_AT_ONCE)
    public void stepOfTen() {
        for (int i = 0; i < STEPS_AT_ONCE; i++) {
            run();
        }
        await();
    }

    /** After a cost that is not finite, steps would leave the parameters alone, and be fast. */
    @Override
    void check() {
        double[] tally = pass.tally().doubles();
        if (tally[Operations.FAULT] != 0) {
            throw new IllegalStateException("the cost was not finite at step " + (long) (tally[Operations.FAULT] - 1)
                    + ", so later steps did less than a step does; choose another activation");
        }
        if (tally[Operations.COST] == 0) {
            throw new IllegalStateException("the cost of all steps is 0, so nothing was trained");
        }
    }
}

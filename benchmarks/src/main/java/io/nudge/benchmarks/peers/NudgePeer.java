package io.nudge.benchmarks.peers;

import io.nudge.benchmarks.peers.process.Job;
import io.nudge.benchmarks.peers.process.JobData;
import io.nudge.benchmarks.peers.process.Peer;
import io.nudge.benchmarks.peers.process.PeerProcess;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Program;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Nudge's own part: a recorded training step as the trainer records it, or a recorded pass forward, on the CPU. */
public final class NudgePeer implements Peer {
    /** Rows of the schedule. After the first half Adam's corrections are 1, so the second half is used again and again. */
    private static final int SCHEDULE = 40_000;

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final Backend backend = own(Backends.open("cpu"));
    private final Map<Integer, Program> programs = new HashMap<>();
    private Job job;
    private Network network;
    private Pass evaluation;
    private Pass pass;
    private Program forward;
    private Function<Integer, Program> recorder;
    private int most;
    private int scheduled;

    private NudgePeer() {}

    /**
     * Serves; see {@link PeerProcess}.
     *
     * @param words none
     */
    public static void main(String[] words) {
        PeerProcess.serve(NudgePeer::new);
    }

    @Override
    public String versions() {
        return backend.device() + ", Java " + System.getProperty("java.version");
    }

    @Override
    public void prepare(Job work) throws IOException {
        job = work;
        JobData data = JobData.read(work);
        network = own(Network.zeros(architecture(work), backend, DType.FLOAT32));
        for (int l = 1; l <= work.depth(); l++) {
            network.weights(l).write(data.weights().get(l - 1));
            network.bias(l).write(data.biases().get(l - 1));
        }
        evaluation = own(Pass.inference(network, work.batch()));
        evaluation.input().write(data.inputs(work, 0));
        evaluation.target().write(data.targets(work, 0));
        if (work.training()) {
            prepareTraining(data);
        } else {
            forward = own(backend.record(evaluation::forward));
        }
    }

    private static Architecture architecture(Job job) {
        int[] layers = job.layers().stream().mapToInt(Integer::intValue).toArray();
        return job.kind() == Job.Kind.SIGMOID
                ? Architecture.sigmoid(layers)
                : Architecture.uniform(Activation.RELU, Activation.SOFTMAX, Cost.CATEGORICAL_CROSS_ENTROPY, layers);
    }

    private void prepareTraining(JobData data) {
        Descent descent = Descent.of(
                job.adam() ? new Optimizer.Adam(job.rate(), 0.9, 0.999, Job.ADAM_EPSILON) : Optimizer.sgd(job.rate()));
        Tensor inputs = zeros(DType.FLOAT32, job.examples(), job.layers().get(0));
        inputs.write(data.inputs());
        Tensor classes = zeros(DType.INT64, job.examples());
        classes.write(IntStream.range(0, job.examples())
                .mapToLong(i -> data.classes()[i])
                .toArray());
        Tensor order = zeros(DType.INT64, job.examples());
        order.write(LongStream.range(0, job.examples()).toArray());
        Tensor state = zeros(
                DType.FLOAT32,
                descent.optimizer().slots() * network.architecture().parameterCount());
        pass = own(Pass.descent(network, job.batch(), 1, descent, schedule(descent.optimizer())));
        most = pass.stepsAtOnce(inputs, classes, order);
        recorder = count ->
                own(backend.record(() -> pass.train(inputs, classes, order, state, (long) count * job.batch())));
    }

    private Tensor schedule(Optimizer optimizer) {
        double[] rows = new double[SCHEDULE * Optimizer.COLUMNS];
        for (int step = 0; step < SCHEDULE; step++) {
            System.arraycopy(optimizer.row(1, step), 0, rows, step * Optimizer.COLUMNS, Optimizer.COLUMNS);
        }
        Tensor schedule = zeros(DType.FLOAT64, SCHEDULE, Optimizer.COLUMNS);
        schedule.write(rows);
        return schedule;
    }

    @Override
    public double loss() {
        evaluation.forward();
        evaluation.score();
        double sum = 0;
        for (double cost : evaluation.costs().doubles()) {
            sum += cost;
        }
        return sum / job.batch();
    }

    @Override
    public void step() {
        steps(1);
    }

    /** As many as a trainer records, or what is asked for; each number is recorded once. */
    @Override
    public long steps(long asked) {
        if (!job.training()) {
            forward.run();
            backend.synchronize();
            return 1;
        }
        int count = (int) Math.min(asked, most);
        if (scheduled + count > SCHEDULE) {
            goBack();
        }
        programs.computeIfAbsent(count, recorder).run();
        backend.synchronize();
        scheduled += count;
        return count;
    }

    /** The order of the examples goes on where it is. */
    private void goBack() {
        long[] position = pass.position().longs();
        position[Operations.STEP] = SCHEDULE / 2;
        pass.position().write(position);
        scheduled = SCHEDULE / 2;
    }

    private Tensor zeros(DType type, long... dimensions) {
        return own(backend.zeros(Shape.of(dimensions), type));
    }

    private <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("what Nudge made could not be closed", e);
            }
        }
    }
}

package io.nudge.peers.tensorflow;

import io.nudge.benchmarks.peers.process.Jars;
import io.nudge.benchmarks.peers.process.Job;
import io.nudge.benchmarks.peers.process.JobData;
import io.nudge.benchmarks.peers.process.Peer;
import io.nudge.benchmarks.peers.process.PeerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.framework.optimizers.GradientDescent;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.math.Mean;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/** TensorFlow for Java: a graph run by a session; batches are fed as tensors made beforehand. */
final class TensorFlowPeer implements Peer {
    private final int threads;
    private final Graph graph = new Graph();
    private final Ops tf = Ops.create(graph);
    private final List<TFloat32> inputs = new ArrayList<>();
    private final List<TFloat32> targets = new ArrayList<>();
    private final List<Op> initializers = new ArrayList<>();
    private final List<Variable<TFloat32>> parameters = new ArrayList<>();
    private Job job;
    private Session session;
    private Placeholder<TFloat32> x;
    private Placeholder<TFloat32> y;
    private Operand<TFloat32> output;
    private Operand<TFloat32> loss;
    private Op train;
    private int next;

    private TensorFlowPeer(int threads) {
        this.threads = threads;
    }

    /**
     * Serves.
     *
     * @param words the number of threads
     */
    public static void main(String[] words) {
        PeerProcess.serve(() -> new TensorFlowPeer(Integer.parseInt(words[0])));
    }

    @Override
    public String versions() {
        return "TensorFlow " + TensorFlow.version() + " (" + Jars.of(Graph.class) + ")";
    }

    @Override
    public void prepare(Job work) throws IOException {
        job = work;
        JobData data = JobData.read(work);
        x = tf.placeholder(
                TFloat32.class,
                Placeholder.shape(shape(work.batch(), work.layers().get(0))));
        y = tf.placeholder(
                TFloat32.class,
                Placeholder.shape(shape(work.batch(), work.layers().get(work.depth()))));
        Operand<TFloat32> z = weightedSum(data);
        output = job.kind() == Job.Kind.RELU ? tf.nn.softmax(z) : tf.math.sigmoid(z);
        loss = job.kind() == Job.Kind.RELU
                ? tf.math.mean(tf.nn.softmaxCrossEntropyWithLogits(z, y).loss(), tf.constant(0), Mean.keepDims(false))
                : tf.math.mul(
                        tf.constant(1f / job.batch()),
                        tf.reduceSum(
                                tf.math.squaredDifference(output, y),
                                tf.constant(new int[] {0, 1}),
                                ReduceSum.keepDims(false)));
        if (job.training()) {
            train = job.adam()
                    ? new OrderedAdam(graph, tf, initializers).minimize(loss, parameters, (float) job.rate())
                    : new GradientDescent(graph, (float) job.rate()).minimize(loss);
        }
        ConfigProto config = ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(threads)
                .setInterOpParallelismThreads(1)
                .build();
        session = new Session(graph, config);
        initializers.forEach(session::run);
        for (int i = 0; i < (work.training() ? work.batches() : 1); i++) {
            inputs.add(matrix(data.inputs(work, i), work.batch()));
            targets.add(matrix(data.targets(work, i), work.batch()));
        }
    }

    private static Shape shape(long... dimensions) {
        return Shape.of(dimensions);
    }

    private static TFloat32 matrix(float[] values, int rows) {
        return TFloat32.tensorOf(shape(rows, values.length / rows), DataBuffers.of(values));
    }

    private Operand<TFloat32> weightedSum(JobData data) {
        Operand<TFloat32> a = x;
        for (int l = 1; l <= job.depth(); l++) {
            int out = job.layers().get(l);
            Variable<TFloat32> w =
                    variable(data.weights().get(l - 1), shape(out, job.layers().get(l - 1)));
            Variable<TFloat32> b = variable(data.biases().get(l - 1), shape(out));
            Operand<TFloat32> z = tf.nn.biasAdd(tf.linalg.matMul(a, w, MatMul.transposeB(true)), b);
            if (l == job.depth()) {
                return z;
            }
            a = job.kind() == Job.Kind.RELU ? tf.nn.relu(z) : tf.math.sigmoid(z);
        }
        throw new IllegalStateException("a network without layers");
    }

    private Variable<TFloat32> variable(float[] values, Shape shape) {
        Variable<TFloat32> variable = tf.variable(shape, TFloat32.class);
        initializers.add(tf.assign(variable, tf.constant(TFloat32.tensorOf(shape, DataBuffers.of(values)))));
        parameters.add(variable);
        return variable;
    }

    @Override
    public double loss() {
        try (Result result = session.runner()
                .feed(x, inputs.get(0))
                .feed(y, targets.get(0))
                .fetch(loss)
                .run()) {
            return ((TFloat32) result.get(0)).getFloat();
        }
    }

    @Override
    public void step() {
        Session.Runner runner = session.runner().feed(x, inputs.get(next));
        if (job.training()) {
            runner.feed(y, targets.get(next)).addTarget(train).run().close();
            next = (next + 1) % inputs.size();
        } else {
            runner.fetch(output).run().close();
        }
    }
}

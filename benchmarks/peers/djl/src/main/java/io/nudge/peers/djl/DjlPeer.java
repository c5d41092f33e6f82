package io.nudge.peers.djl;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.nudge.benchmarks.peers.process.Jars;
import io.nudge.benchmarks.peers.process.Job;
import io.nudge.benchmarks.peers.process.JobData;
import io.nudge.benchmarks.peers.process.Peer;
import io.nudge.benchmarks.peers.process.PeerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * DJL with PyTorch: its blocks, trainer, losses and optimizers. Whatever a step makes belongs to a manager of its own, to which the
 * batch is lent, since results belong to the manager of what they are made from.
 */
final class DjlPeer implements Peer {
    private final List<NDArray> inputs = new ArrayList<>();
    private final List<NDArray> targets = new ArrayList<>();
    private Job job;
    private Model model;
    private NDManager manager;
    private Trainer trainer;
    private Loss loss;
    private ParameterStore parameters;
    private int next;

    private DjlPeer(String threads) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", threads);
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        Engine.getInstance();
    }

    /**
     * Serves.
     *
     * @param words the number of threads
     */
    public static void main(String[] words) {
        PeerProcess.serve(() -> new DjlPeer(words[0]));
    }

    @Override
    public String versions() {
        return "DJL (" + Jars.of(Model.class) + ") with " + Engine.getInstance().getEngineName() + " "
                + Engine.getInstance().getVersion();
    }

    @Override
    public void prepare(Job work) throws IOException {
        job = work;
        JobData data = JobData.read(work);
        model = Model.newInstance("peer");
        manager = model.getNDManager();
        model.setBlock(network(data));
        loss = work.kind() == Job.Kind.RELU ? new SoftmaxCrossEntropyLoss("C", 1, -1, false, true) : new Quadratic();
        Tracker rate = Tracker.fixed((float) work.rate());
        Optimizer optimizer = work.adam()
                ? Optimizer.adam()
                        .optLearningRateTracker(rate)
                        .optEpsilon((float) Job.ADAM_EPSILON)
                        .build()
                : Optimizer.sgd().setLearningRateTracker(rate).build();
        trainer = model.newTrainer(new DefaultTrainingConfig(loss).optOptimizer(optimizer));
        trainer.initialize(new Shape(work.batch(), work.layers().get(0)));
        parameters = new ParameterStore(manager, false);
        for (int i = 0; i < (work.training() ? work.batches() : 1); i++) {
            inputs.add(matrix(data.inputs(work, i), work.batch()));
            targets.add(matrix(data.targets(work, i), work.batch()));
        }
    }

    private NDArray matrix(float[] values, int rows) {
        return manager.create(values, new Shape(rows, values.length / rows));
    }

    /** Without softmax, which the loss contains. */
    private Block network(JobData data) {
        SequentialBlock block = new SequentialBlock();
        for (int l = 1; l <= job.depth(); l++) {
            Linear linear = Linear.builder().setUnits(job.layers().get(l)).build();
            for (var each : linear.getParameters()) {
                Parameter parameter = each.getValue();
                parameter.setArray(
                        parameter.getType() == Parameter.Type.WEIGHT
                                ? matrix(data.weights().get(l - 1), job.layers().get(l))
                                : manager.create(data.biases().get(l - 1)));
            }
            block.add(linear);
            if (job.kind() == Job.Kind.SIGMOID) {
                block.add(Activation::sigmoid);
            } else if (l < job.depth()) {
                block.add(Activation::relu);
            }
        }
        return block;
    }

    /** The mean over the examples of Σ (a − y)², which the library has only with other factors. */
    private static final class Quadratic extends Loss {
        Quadratic() {
            super("C");
        }

        @Override
        public NDArray evaluate(NDList labels, NDList outputs) {
            NDArray y = labels.singletonOrThrow();
            return outputs.singletonOrThrow()
                    .sub(y)
                    .square()
                    .sum()
                    .div(y.getShape().get(0));
        }
    }

    @Override
    public double loss() {
        try (NDManager step = manager.newSubManager()) {
            step.tempAttachAll(inputs.get(0), targets.get(0));
            NDList output = trainer.evaluate(new NDList(inputs.get(0)));
            return loss.evaluate(new NDList(targets.get(0)), output).getFloat();
        }
    }

    @Override
    public void step() {
        if (!job.training()) {
            infer();
            return;
        }
        NDArray x = inputs.get(next);
        NDArray y = targets.get(next);
        next = (next + 1) % inputs.size();
        try (NDManager step = manager.newSubManager();
                GradientCollector collector = trainer.newGradientCollector()) {
            step.tempAttachAll(x, y);
            NDArray cost = loss.evaluate(new NDList(y), trainer.forward(new NDList(x)));
            collector.backward(cost);
        }
        trainer.step();
    }

    private void infer() {
        try (NDManager step = manager.newSubManager()) {
            NDArray x = inputs.get(0);
            step.tempAttachAll(x);
            NDList output = model.getBlock().forward(parameters, new NDList(x), false);
            if (job.kind() == Job.Kind.RELU) {
                output.singletonOrThrow().softmax(-1);
            }
        }
    }
}

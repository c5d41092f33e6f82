package io.nudge.peers.dl4j;

import io.nudge.benchmarks.peers.process.Jars;
import io.nudge.benchmarks.peers.process.Job;
import io.nudge.benchmarks.peers.process.JobData;
import io.nudge.benchmarks.peers.process.Peer;
import io.nudge.benchmarks.peers.process.PeerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Deeplearning4j: its multi-layer network, in the workspaces that it makes by itself. */
final class Dl4jPeer implements Peer {
    private final List<INDArray> inputs = new ArrayList<>();
    private final List<INDArray> targets = new ArrayList<>();
    private Job job;
    private MultiLayerNetwork network;
    private int next;

    private Dl4jPeer(int threads) {
        Nd4j.getEnvironment().setMaxMasterThreads(threads);
    }

    /**
     * Serves.
     *
     * @param words the number of threads
     */
    public static void main(String[] words) {
        PeerProcess.serve(() -> new Dl4jPeer(Integer.parseInt(words[0])));
    }

    @Override
    public String versions() {
        return "DL4J (" + Jars.of(MultiLayerNetwork.class) + ") with ND4J ("
                + Jars.of(Nd4j.getBackend().getClass()) + ")";
    }

    @Override
    public void prepare(Job work) throws IOException {
        job = work;
        JobData data = JobData.read(work);
        boolean relu = work.kind() == Job.Kind.RELU;
        IUpdater updater = work.adam() ? new Adam(work.rate(), 0.9, 0.999, Job.ADAM_EPSILON) : new Sgd(work.rate());
        NeuralNetConfiguration.ListBuilder layers =
                new NeuralNetConfiguration.Builder().updater(updater).list();
        for (int l = 1; l < work.depth(); l++) {
            layers.layer(new DenseLayer.Builder()
                    .nIn(work.layers().get(l - 1))
                    .nOut(work.layers().get(l))
                    .activation(relu ? Activation.RELU : Activation.SIGMOID)
                    .build());
        }
        layers.layer(new OutputLayer.Builder(relu ? LossFunction.MCXENT : LossFunction.L2)
                .nIn(work.layers().get(work.depth() - 1))
                .nOut(work.layers().get(work.depth()))
                .activation(relu ? Activation.SOFTMAX : Activation.SIGMOID)
                .build());
        network = new MultiLayerNetwork(layers.build());
        network.init();
        setParameters(data);
        for (int i = 0; i < (work.training() ? work.batches() : 1); i++) {
            inputs.add(matrix(data.inputs(work, i), work.batch()));
            targets.add(matrix(data.targets(work, i), work.batch()));
        }
    }

    /** Here W is [in, out]. */
    private void setParameters(JobData data) {
        for (int l = 1; l <= job.depth(); l++) {
            INDArray w = matrix(data.weights().get(l - 1), job.layers().get(l));
            network.setParam((l - 1) + "_W", w.transpose());
            network.setParam((l - 1) + "_b", matrix(data.biases().get(l - 1), 1));
        }
    }

    private static INDArray matrix(float[] values, int rows) {
        return Nd4j.create(values, new long[] {rows, values.length / rows}, 'c');
    }

    @Override
    public double loss() {
        return network.score(new DataSet(inputs.get(0), targets.get(0)), false);
    }

    @Override
    public void step() {
        if (job.training()) {
            network.fit(inputs.get(next), targets.get(next));
            next = (next + 1) % inputs.size();
        } else {
            network.output(inputs.get(0), false);
        }
    }
}

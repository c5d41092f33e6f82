package io.nudge.peers.libtorch;

import io.nudge.benchmarks.peers.process.Jars;
import io.nudge.benchmarks.peers.process.Job;
import io.nudge.benchmarks.peers.process.JobData;
import io.nudge.benchmarks.peers.process.Peer;
import io.nudge.benchmarks.peers.process.PeerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.mkl.presets.mkl_rt;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch through JavaCPP, with MKL in the place of OpenBLAS. Every step has a {@link PointerScope}, so that no tensor waits for
 * the garbage collector.
 */
abstract class LibtorchPeer implements Peer {
    Job job;
    final List<Tensor> weights = new ArrayList<>();
    final List<Tensor> biases = new ArrayList<>();
    final List<Tensor> inputs = new ArrayList<>();
    final List<Tensor> targets = new ArrayList<>();
    private int next;

    /**
     * Serves.
     *
     * @param words the number of threads; {@code autograd}, {@code products} or {@code written-out}
     */
    public static void main(String[] words) {
        System.setProperty("org.bytedeco.openblas.load", "mkl_rt");
        PeerProcess.serve(() -> {
            torch.set_num_threads(Integer.parseInt(words[0]));
            return switch (words[1]) {
                case "autograd" -> new Autograd();
                case "products" -> new Products();
                default -> new WrittenOut();
            };
        });
    }

    @Override
    public String versions() {
        return "libtorch (" + Jars.of(Tensor.class) + ") with MKL (" + Jars.of(mkl_rt.class) + ")";
    }

    @Override
    public void prepare(Job work) throws IOException {
        job = work;
        JobData data = JobData.read(work);
        for (int l = 1; l <= work.depth(); l++) {
            int out = work.layers().get(l);
            weights.add(tensor(data.weights().get(l - 1), out, work.layers().get(l - 1)));
            biases.add(tensor(data.biases().get(l - 1), out));
        }
        for (int i = 0; i < (work.training() ? work.batches() : 1); i++) {
            inputs.add(tensor(data.inputs(work, i), work.batch(), work.layers().get(0)));
            targets.add(
                    tensor(data.targets(work, i), work.batch(), work.layers().get(work.depth())));
        }
        prepare();
    }

    private static Tensor tensor(float[] values, long... shape) {
        return torch.tensor(values).reshape(shape);
    }

    final AdamOptions adamOptions() {
        AdamOptions options = new AdamOptions(job.rate());
        options.eps().put(Job.ADAM_EPSILON);
        return options;
    }

    /** Makes what a step needs besides parameters and data. */
    abstract void prepare();

    abstract Tensor output(Tensor x);

    abstract void train(Tensor x, Tensor y);

    @Override
    public double loss() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor a = output(inputs.get(0));
            Tensor y = targets.get(0);
            Tensor sum = job.kind() == Job.Kind.RELU
                    ? a.log().mul_(y).sum()
                    : a.sub(y).square().sum();
            return (job.kind() == Job.Kind.RELU ? -1 : 1) * sum.item_double() / job.batch();
        }
    }

    @Override
    public void step() {
        try (PointerScope scope = new PointerScope()) {
            if (job.training()) {
                train(inputs.get(next), targets.get(next));
                next = (next + 1) % inputs.size();
            } else {
                infer();
            }
        }
    }

    private void infer() {
        try (NoGradGuard guard = new NoGradGuard()) {
            output(inputs.get(0));
        }
    }
}

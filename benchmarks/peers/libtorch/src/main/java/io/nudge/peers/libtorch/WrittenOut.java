package io.nudge.peers.libtorch;

import io.nudge.benchmarks.peers.process.Job;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Backpropagation written out, into tensors made beforehand, without autograd. SGD is a part of the product that gives the
 * gradient: W = W − η δᵀ a; Adam is the library's.
 */
class WrittenOut extends LibtorchPeer {
    private static final Scalar ZERO = new Scalar(0.0f);
    private static final Scalar ONE = new Scalar(1.0f);

    final List<Tensor> transposedWeights = new ArrayList<>();
    final List<Tensor> activations = new ArrayList<>();
    final List<Tensor> deltas = new ArrayList<>();
    final List<Tensor> transposedDeltas = new ArrayList<>();
    final List<Tensor> weightGradients = new ArrayList<>();
    private final List<Tensor> biasGradients = new ArrayList<>();
    private Scalar step;
    private Scalar scale;
    private Adam adam;

    @Override
    void prepare() {
        for (int l = 0; l < job.depth(); l++) {
            long[] shape = {job.batch(), job.layers().get(l + 1)};
            transposedWeights.add(weights.get(l).t());
            activations.add(torch.zeros(shape));
            deltas.add(torch.zeros(shape));
            transposedDeltas.add(deltas.get(l).t());
            weightGradients.add(
                    torch.zeros(job.layers().get(l + 1), job.layers().get(l)));
            biasGradients.add(torch.zeros(job.layers().get(l + 1)));
        }
        double slope = job.kind() == Job.Kind.RELU ? 1 : 2; // of the cost: a − y, or 2 (a − y)
        step = new Scalar(-job.rate() * slope / job.batch());
        scale = new Scalar(slope / job.batch());
        if (job.adam()) {
            prepareAdam();
        }
    }

    private void prepareAdam() {
        List<Tensor> parameters =
                Stream.concat(weights.stream(), biases.stream()).toList();
        List<Tensor> gradients =
                Stream.concat(weightGradients.stream(), biasGradients.stream()).toList();
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).mutable_grad().put(gradients.get(i));
        }
        adam = new Adam(new TensorVector(parameters.toArray(Tensor[]::new)), adamOptions());
    }

    @Override
    Tensor output(Tensor x) {
        Tensor before = x;
        for (int l = 0; l < job.depth(); l++) {
            Tensor a = activations.get(l);
            torch.addmm_out(a, biases.get(l), before, transposedWeights.get(l));
            if (job.kind() == Job.Kind.SIGMOID) {
                torch.sigmoid_out(a, a);
            } else if (l < job.depth() - 1) {
                torch.relu_(a);
            } else {
                torch.softmax_out(a, a, 1);
            }
            before = a;
        }
        return before;
    }

    @Override
    void train(Tensor x, Tensor y) {
        Tensor a = output(x);
        int last = job.depth() - 1;
        torch.sub_out(deltas.get(last), a, y);
        if (job.kind() == Job.Kind.SIGMOID) {
            timesSlope(last);
        }
        if (job.adam()) {
            deltas.get(last).mul_(scale);
        }
        for (int l = last; l >= 0; l--) {
            if (l > 0) {
                torch.mm_out(deltas.get(l - 1), deltas.get(l), weights.get(l));
                timesSlope(l - 1);
            }
            Tensor before = l == 0 ? x : activations.get(l - 1);
            torch.sum_out(biasGradients.get(l), deltas.get(l), 0);
            if (job.adam()) {
                torch.mm_out(weightGradients.get(l), transposedDeltas.get(l), before);
            } else {
                Tensor w = weights.get(l);
                torch.addmm_out(w, w, transposedDeltas.get(l), before, ONE, step);
                biases.get(l).add_(biasGradients.get(l), step);
            }
        }
        if (job.adam()) {
            adam.step();
        }
    }

    private void timesSlope(int l) {
        Tensor delta = deltas.get(l);
        if (job.kind() == Job.Kind.SIGMOID) {
            torch.sigmoid_backward_out(delta, delta, activations.get(l));
        } else {
            torch.threshold_backward_out(delta, delta, activations.get(l), ZERO);
        }
    }
}

package io.nudge.peers.libtorch;

import io.nudge.benchmarks.peers.process.Job;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** As most people use it: gradients by autograd, the library's own loss and optimizer. */
final class Autograd extends LibtorchPeer {
    private Optimizer optimizer;
    private Scalar perExample;

    @Override
    void prepare() {
        List<Tensor> all = Stream.concat(weights.stream(), biases.stream()).toList();
        all.forEach(parameter -> parameter.requires_grad_());
        TensorVector parameters = new TensorVector(all.toArray(Tensor[]::new));
        optimizer = job.adam() ? new Adam(parameters, adamOptions()) : new SGD(parameters, new SGDOptions(job.rate()));
        perExample = new Scalar(1.0 / job.batch());
    }

    @Override
    Tensor output(Tensor x) {
        Tensor z = weightedSum(x);
        return job.kind() == Job.Kind.RELU ? torch.softmax(z, 1) : torch.sigmoid(z);
    }

    private Tensor weightedSum(Tensor x) {
        Tensor a = x;
        for (int l = 0; l < job.depth(); l++) {
            Tensor z = torch.linear(a, weights.get(l), biases.get(l));
            if (l == job.depth() - 1) {
                return z;
            }
            a = job.kind() == Job.Kind.RELU ? torch.relu_(z) : torch.sigmoid(z);
        }
        throw new IllegalStateException("a network without layers");
    }

    @Override
    void train(Tensor x, Tensor y) {
        optimizer.zero_grad();
        Tensor loss = job.kind() == Job.Kind.RELU
                ? torch.cross_entropy_loss(weightedSum(x), y)
                : torch.sigmoid(weightedSum(x)).sub(y).square().sum().mul_(perExample);
        loss.backward();
        optimizer.step();
    }
}

package io.nudge.peers.libtorch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What is timed is the matrix products of a step alone, of the same matrices: no step by this BLAS can be faster. */
final class Products extends WrittenOut {
    private int batch;

    @Override
    public long turn() {
        try (PointerScope scope = new PointerScope()) {
            forward(inputs.get(batch));
            if (job.training()) {
                back(inputs.get(batch));
                batch = (batch + 1) % inputs.size();
            }
        }
        return 1;
    }

    private void forward(Tensor x) {
        for (int l = 0; l < job.depth(); l++) {
            torch.mm_out(activations.get(l), before(l, x), transposedWeights.get(l));
        }
    }

    private void back(Tensor x) {
        for (int l = job.depth() - 1; l >= 0; l--) {
            if (l > 0) {
                torch.mm_out(deltas.get(l - 1), deltas.get(l), weights.get(l));
            }
            torch.mm_out(weightGradients.get(l), transposedDeltas.get(l), before(l, x));
        }
    }

    private Tensor before(int l, Tensor x) {
        return l == 0 ? x : activations.get(l - 1);
    }
}

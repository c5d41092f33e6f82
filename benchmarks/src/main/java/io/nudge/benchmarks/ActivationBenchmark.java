package io.nudge.benchmarks;

import io.nudge.math.Activation;
import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import java.util.Map;
import java.util.Set;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** σ and σ′ of a batch of weighted sums, and the chain rule's use of σ′. */
public class ActivationBenchmark extends OnBackend {
    /** Weighted sums are drawn from U(−4, 4), where the curves bend. */
    private static final double LIMIT = 4;

    /** The activation whose σ′ is hardly more than an exponential. */
    static final String EXPONENTIAL = "elu";

    private static final Set<String> WITHOUT_EXPONENTIAL = Set.of("relu", "leaky-relu", "identity");

    @Param({"10x30", "64x512", "4096x4096"})
    String size;

    @Param({"sigmoid", "relu", "leaky-relu", EXPONENTIAL, "tanh", "softplus", "silu", "gelu"})
    String activation;

    private Activation f;
    private Tensor z;
    private Tensor a;
    private Tensor upstream;
    private Tensor delta;

    static Work work(String method, Map<String, String> parameters) {
        int tensors = method.equals("chain") ? 3 : 2;
        int bytes = DType.named(parameters.get("type")).bytes();
        return Work.bytes(MatrixSize.parse(parameters.get("size")).elements() * bytes * tensors);
    }

    static boolean needsExponential(Map<String, String> parameters) {
        return !WITHOUT_EXPONENTIAL.contains(parameters.get("activation").split(":", 2)[0]);
    }

    @Override
    void prepare() {
        MatrixSize matrix = MatrixSize.parse(size);
        f = Activation.named(activation);
        z = random(LIMIT, matrix.rows(), matrix.columns());
        a = zeros(matrix.rows(), matrix.columns());
        operations().activate(f, z, a);
        upstream = random(1, matrix.rows(), matrix.columns());
        delta = zeros(matrix.rows(), matrix.columns());
    }

    /** a = σ(z). */
    @Benchmark
    public void activate() {
        operations().activate(f, z, a);
        await();
    }

    /** σ′(z). */
    @Benchmark
    public void prime() {
        operations().activatePrime(f, z, delta);
        await();
    }

    /** δ = ∂C/∂a ⊙ σ′(z). */
    @Benchmark
    public void chain() {
        operations().chain(f, z, a, upstream, delta);
        await();
    }
}

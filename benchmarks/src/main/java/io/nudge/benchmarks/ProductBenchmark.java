package io.nudge.benchmarks;

import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The matrix products of a layer on its way forward, x Wᵀ, and back, Wᵀ δ. */
public class ProductBenchmark extends OnBackend {
    @Param({
        "10x30@10",
        "30x784@10",
        "10x512@128",
        "512x512@128",
        "512x784@128",
        "10x1024@512",
        "1024x2048@512",
        "2048x2048@512",
        "1024x4096@512"
    })
    String size;

    private Tensor x;
    private Tensor w;
    private Tensor z;
    private Tensor delta;
    private Tensor inputGradient;

    static Work work(Map<String, String> parameters) {
        return Work.flops(LayerSize.parse(parameters.get("size")).flops());
    }

    @Override
    void prepare() {
        LayerSize layer = LayerSize.parse(size);
        x = random(1, layer.batch(), layer.in());
        w = random(1, layer.out(), layer.in());
        z = zeros(layer.batch(), layer.out());
        delta = random(1, layer.batch(), layer.out());
        inputGradient = zeros(layer.batch(), layer.in());
    }

    /** The weighted sums of a batch without the bias, x Wᵀ. */
    @Benchmark
    public void forward() {
        operations().product(1, x, Transpose.NO, w, Transpose.YES, 0, z);
        await();
    }

    /** The error carried back through the weights, Wᵀ δ. */
    @Benchmark
    public void inputGradient() {
        operations().inputGradient(delta, w, inputGradient);
        await();
    }
}

package io.nudge.benchmarks;

import io.nudge.tensor.Tensor;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The gradient of a layer's weights: outer products δ aᵀ, averaged over the batch. */
public class WeightGradientBenchmark extends OnBackend {
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
    private Tensor delta;
    private Tensor weightGradient;
    private double scale;

    static Work work(Map<String, String> parameters) {
        return Work.flops(LayerSize.parse(parameters.get("size")).flops());
    }

    @Override
    void prepare() {
        LayerSize layer = LayerSize.parse(size);
        x = random(1, layer.batch(), layer.in());
        delta = random(1, layer.batch(), layer.out());
        weightGradient = zeros(layer.out(), layer.in());
        scale = 1.0 / layer.batch();
    }

    /** The mean over the batch of δ aᵀ. */
    @Benchmark
    public void weightGradient() {
        operations().weightGradient(delta, x, scale, 0, weightGradient);
        await();
    }
}

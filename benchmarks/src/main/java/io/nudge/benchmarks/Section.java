package io.nudge.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * A part of the report: the benchmarks of one class in one table.
 *
 * @param benchmarks the class
 * @param title the heading
 * @param about what is measured and how sizes are written, in a sentence or two
 * @param work what one operation amounts to, from the method's name and the parameters
 */
record Section(Class<?> benchmarks, String title, String about, BiFunction<String, Map<String, String>, Work> work) {
    /** All of them, in the order of the report. A new class of benchmarks is added here. */
    static final List<Section> ALL = List.of(
            new Section(
                    ProductBenchmark.class,
                    "Matrix products",
                    "`forward` is x Wᵀ, `inputGradient` is Wᵀ δ. The size 30x784@10 means W [30, 784] and a batch of 10.",
                    (method, parameters) -> ProductBenchmark.work(parameters)),
            new Section(
                    WeightGradientBenchmark.class,
                    "Weight gradients",
                    "The outer products δ aᵀ, averaged over the batch. The size 30x784@10 means W [30, 784] and a batch of 10.",
                    (method, parameters) -> WeightGradientBenchmark.work(parameters)),
            new Section(
                    ActivationBenchmark.class,
                    "Activations",
                    "`activate` is σ(z), `prime` is σ′(z), `chain` is upstream ⊙ σ′(z). The size 128x512 means 128 examples of"
                            + " 512 neurons. GB/s counts every tensor once.",
                    ActivationBenchmark::work),
            new Section(
                    StepBenchmark.class,
                    "Training steps",
                    "Gather a batch, forward, backward, descend, recorded once. `step` waits for each, `stepOfTen` for ten"
                            + " together, as training nearly does; with `steps` a recording is of so many. The size 784-30-10@10 means these layers and a batch of"
                            + " 10. GFLOP/s counts the matrix products.",
                    (method, parameters) -> StepBenchmark.work(parameters)),
            new Section(
                    InferenceBenchmark.class,
                    "Inference",
                    "A batch forward through the network, recorded once. GFLOP/s counts the matrix products.",
                    (method, parameters) -> InferenceBenchmark.work(parameters)),
            new Section(
                    ModelBenchmark.class,
                    "Models",
                    "A model's file in the format safetensors, written (`save`) and read onto the backend (`load`). GB/s counts the"
                            + " parameters.",
                    (method, parameters) -> ModelBenchmark.work(parameters)),
            new Section(
                    DataBenchmark.class,
                    "Data",
                    "So many examples of 784 numbers and a label, read from IDX and from CSV. GB/s counts the numbers as float32.",
                    (method, parameters) -> DataBenchmark.work(parameters)));

    /** Whether a benchmark of JMH is one of this section's. */
    boolean has(Result result) {
        return result.className().equals(benchmarks.getName());
    }

    Work work(Result result) {
        return work.apply(result.method(), result.parameters());
    }
}

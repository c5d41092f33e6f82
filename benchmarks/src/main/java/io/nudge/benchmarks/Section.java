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
 * @param baselines what operations are compared with
 */
record Section(
        Class<?> benchmarks,
        String title,
        String about,
        BiFunction<String, Map<String, String>, Work> work,
        List<Baseline> baselines) {
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
                    "`activate` is σ(z), `prime` is σ′(z), `chain` is upstream ⊙ σ′(z). The size 64x512 means 64 examples of"
                            + " 512 neurons. GB/s counts every tensor once. ÷ copy is the time over that of a copy which moves as"
                            + " many bytes; ÷ exp, where there is an exponential, over that of `prime` of elu, which is hardly more.",
                    ActivationBenchmark::work,
                    List.of(Baseline.COPY, Baseline.EXPONENTIAL)),
            new Section(
                    ElementwiseBenchmark.class,
                    "Elementwise passes",
                    "The other passes of a training step over a matrix; `sgd` and `adam` move so many parameters. GB/s counts"
                            + " every tensor once, and twice what is read and written. ÷ copy is the time over that of a copy which"
                            + " moves as many bytes.",
                    ElementwiseBenchmark::work,
                    List.of(Baseline.COPY)),
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

    private Section(
            Class<?> benchmarks, String title, String about, BiFunction<String, Map<String, String>, Work> work) {
        this(benchmarks, title, about, work, List.of());
    }

    /** The section that a result belongs to. */
    static Section of(Result result) {
        return ALL.stream().filter(section -> section.has(result)).findFirst().orElseThrow();
    }

    /** Whether a benchmark of JMH is one of this section's. */
    boolean has(Result result) {
        return result.className().equals(benchmarks.getName());
    }

    Work work(Result result) {
        return work.apply(result.method(), result.parameters());
    }
}

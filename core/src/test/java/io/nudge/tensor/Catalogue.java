package io.nudge.tensor;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Optimizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The table of all operations with made-up arguments, from which most of the specification is run. An operation that is
 * added to {@link Operations} gets its entry here and its formula in {@link Oracle}; an activation, a cost or an
 * optimizer is added to the lists below.
 */
public final class Catalogue {
    public static final List<Activation> ELEMENTWISE = List.of(
            Activation.SIGMOID,
            Activation.RELU,
            Activation.LEAKY_RELU,
            new Activation.LeakyRelu(-0.5), // σ is not monotone: the sign of a does not tell that of z
            Activation.ELU,
            new Activation.Elu(-0.7),
            Activation.TANH,
            Activation.SOFTPLUS,
            Activation.SILU,
            Activation.GELU,
            Activation.IDENTITY);

    static final List<Cost> COSTS = List.of(
            Cost.QUADRATIC,
            Cost.HALF_QUADRATIC,
            Cost.MEAN_SQUARED_ERROR,
            Cost.BINARY_CROSS_ENTROPY,
            Cost.CATEGORICAL_CROSS_ENTROPY);

    static final List<Optimizer> OPTIMIZERS = List.of(
            new Optimizer.Sgd(0.3),
            new Optimizer.Momentum(0.1, 0.9),
            new Optimizer.Nesterov(0.1, 0.8),
            new Optimizer.RmsProp(0.01, 0.9, 1e-8),
            new Optimizer.Adam(0.01, 0.9, 0.999, 1e-8),
            new Optimizer.AdamW(0.01, 0.9, 0.999, 1e-8, 0.1));

    /** Makes the arguments of one operation. */
    interface Entry {
        Call call(Draw draw, Sizes sizes);
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** Softmax too. */
    static List<Activation> activations() {
        List<Activation> all = new ArrayList<>(ELEMENTWISE);
        all.add(Activation.SOFTMAX);
        return all;
    }

    /** The calls of a theme, all from one seed. */
    List<Call> calls(DType type, Sizes sizes, long seed, boolean special) {
        return entries.values().stream()
                .map(entry -> entry.call(new Draw(seed, type, special), sizes))
                .toList();
    }

    void add(String name, Entry entry) {
        entries.put(name, entry);
    }

    /** Everything. */
    static Catalogue all() {
        Catalogue all = new Catalogue();
        for (Catalogue part : List.of(
                TensorCalls.elementwise(),
                TensorCalls.sums(),
                TensorCalls.products(),
                TrainingCalls.layers(),
                TrainingCalls.outputs(),
                TrainingCalls.training())) {
            all.entries.putAll(part.entries);
        }
        return all;
    }
}

package io.nudge.math;

import io.nudge.math.Activation.Sigmoid;
import io.nudge.math.Activation.Softmax;

/**
 * The cost C₀ of one example, a sum over its outputs of a term in a_j and y_j. The cost C of a batch or a data set is
 * the mean of C₀ over all its examples. The formulas here are the float64 reference that every backend is compared with.
 *
 * <p>Immutable and thread-safe. Example: {@code Cost.QUADRATIC.term(0.8, 1.0, 10)} is (0.8 − 1)² = 0.04 and
 * {@code Cost.QUADRATIC.gradient(0.8, 1.0, 10)} is 2 (0.8 − 1) = −0.4.
 */
public sealed interface Cost extends CostFunction {
    /** C₀ = Σ_j (a_j − y_j)², the default; ∂C₀/∂a_j = 2 (a_j − y_j). */
    Cost QUADRATIC = new Quadratic();
    /** C₀ = ½ Σ_j (a_j − y_j)², as in Nielsen's book. */
    Cost HALF_QUADRATIC = new HalfQuadratic();
    /** C₀ = (1/n) Σ_j (a_j − y_j)² over n outputs. */
    Cost MEAN_SQUARED_ERROR = new MeanSquaredError();
    /** C₀ = −Σ_j [y_j ln a_j + (1 − y_j) ln(1 − a_j)]. */
    Cost BINARY_CROSS_ENTROPY = new BinaryCrossEntropy();
    /** C₀ = −Σ_j y_j ln a_j. */
    Cost CATEGORICAL_CROSS_ENTROPY = new CategoricalCrossEntropy();

    /** The names that {@link #named} knows. */
    String NAMES = "quadratic, half-quadratic, mean-squared-error, binary-cross-entropy, categorical-cross-entropy, "
            + "cross-entropy (the one that fits the output activation)";

    /** Where a cross-entropy is not fused with its activation, a below this counts as this: the least normal float32. */
    double SMALLEST = 0x1.0p-126;

    /**
     * Finds a cost by its name.
     *
     * @param text for example {@code quadratic}; {@code cross-entropy} stands for the categorical one after softmax and
     *     for the binary one after anything else
     * @param output the activation of the output layer
     * @return the cost
     * @throws IllegalArgumentException if the name is unknown; the message lists those known
     */
    static Cost named(String text, Activation output) {
        Spec spec = Spec.parse("cost", text).atMost("cost", 0);
        return switch (spec.name()) {
            case "quadratic" -> QUADRATIC;
            case "half-quadratic" -> HALF_QUADRATIC;
            case "mean-squared-error" -> MEAN_SQUARED_ERROR;
            case "binary-cross-entropy" -> BINARY_CROSS_ENTROPY;
            case "categorical-cross-entropy" -> CATEGORICAL_CROSS_ENTROPY;
            case "cross-entropy" -> output instanceof Softmax ? CATEGORICAL_CROSS_ENTROPY : BINARY_CROSS_ENTROPY;
            default -> throw spec.unknown("cost", NAMES);
        };
    }

    /**
     * The name that {@link #named} understands.
     *
     * @return for example {@code quadratic}
     */
    String name();

    /** C₀ = Σ_j (a_j − y_j)². */
    record Quadratic() implements Cost {
        @Override
        public String name() {
            return "quadratic";
        }

        @Override
        public double term(double a, double y, int outputs) {
            return (a - y) * (a - y);
        }

        @Override
        public double gradient(double a, double y, int outputs) {
            return 2 * (a - y);
        }
    }

    /** C₀ = ½ Σ_j (a_j − y_j)² (Nielsen, "Neural networks and deep learning", chapter 1). */
    record HalfQuadratic() implements Cost {
        @Override
        public String name() {
            return "half-quadratic";
        }

        @Override
        public double term(double a, double y, int outputs) {
            return 0.5 * (a - y) * (a - y);
        }

        @Override
        public double gradient(double a, double y, int outputs) {
            return a - y;
        }
    }

    /** C₀ = (1/n) Σ_j (a_j − y_j)² over the n outputs. */
    record MeanSquaredError() implements Cost {
        @Override
        public String name() {
            return "mean-squared-error";
        }

        @Override
        public double term(double a, double y, int outputs) {
            return (a - y) * (a - y) / outputs;
        }

        @Override
        public double gradient(double a, double y, int outputs) {
            return 2 * (a - y) / outputs;
        }
    }

    /**
     * C₀ = −Σ_j [y_j ln a_j + (1 − y_j) ln(1 − a_j)] (Nielsen, chapter 3). With sigmoid it is computed from z as Σ_j
     * [max(z_j, 0) − z_j y_j + ln(1 + e^(−|z_j|))], and δ = a − y.
     */
    record BinaryCrossEntropy() implements Cost {
        @Override
        public String name() {
            return "binary-cross-entropy";
        }

        @Override
        public double term(double a, double y, int outputs) {
            return -y * Math.log(Math.max(a, SMALLEST)) - (1 - y) * Math.log(Math.max(1 - a, SMALLEST));
        }

        @Override
        public double gradient(double a, double y, int outputs) {
            return (1 - y) / Math.max(1 - a, SMALLEST) - y / Math.max(a, SMALLEST);
        }

        @Override
        public boolean fusesWith(Activation output) {
            return output instanceof Sigmoid;
        }

        @Override
        public void requireOutput(Activation output) {
            requireProbabilities(this, output);
        }

        @Override
        public double example(Activation output, double[] z, double[] a, double[] y) {
            if (!fusesWith(output)) {
                return Cost.super.example(output, z, a, y);
            }
            double cost = 0;
            for (int j = 0; j < z.length; j++) {
                cost += Math.max(z[j], 0.0) - z[j] * y[j] + Math.log1p(Math.exp(-Math.abs(z[j])));
            }
            return cost;
        }

        @Override
        public void delta(Activation output, double[] z, double[] a, double[] y, double[] delta) {
            if (!fusesWith(output)) {
                Cost.super.delta(output, z, a, y, delta);
                return;
            }
            for (int j = 0; j < a.length; j++) {
                delta[j] = a[j] - y[j];
            }
        }
    }

    /**
     * C₀ = −Σ_j y_j ln a_j. With softmax it is computed from z as Σ_j y_j (ln Σ_k e^(z_k) − z_j), and δ = a Σ_k y_k − y,
     * which is a − y where the targets add up to 1.
     */
    record CategoricalCrossEntropy() implements Cost {
        @Override
        public String name() {
            return "categorical-cross-entropy";
        }

        @Override
        public double term(double a, double y, int outputs) {
            return -y * Math.log(Math.max(a, SMALLEST));
        }

        @Override
        public double gradient(double a, double y, int outputs) {
            return -y / Math.max(a, SMALLEST);
        }

        @Override
        public boolean fusesWith(Activation output) {
            return output instanceof Softmax;
        }

        @Override
        public void requireOutput(Activation output) {
            requireProbabilities(this, output);
        }

        @Override
        public double example(Activation output, double[] z, double[] a, double[] y) {
            if (!fusesWith(output)) {
                return Cost.super.example(output, z, a, y);
            }
            double max = Double.NEGATIVE_INFINITY;
            for (double each : z) {
                max = Math.max(max, each);
            }
            double sum = 0;
            for (double each : z) {
                sum += Math.exp(each - max);
            }
            double cost = 0;
            for (int j = 0; j < z.length; j++) {
                cost += y[j] * (Math.log(sum) - (z[j] - max));
            }
            return cost;
        }

        @Override
        public void delta(Activation output, double[] z, double[] a, double[] y, double[] delta) {
            if (!fusesWith(output)) {
                Cost.super.delta(output, z, a, y, delta);
                return;
            }
            double total = 0;
            for (double each : y) {
                total += each;
            }
            for (int j = 0; j < a.length; j++) {
                delta[j] = a[j] * total - y[j];
            }
        }
    }

    private static void requireProbabilities(Cost cost, Activation output) {
        if (!(output instanceof Sigmoid) && !(output instanceof Softmax)) {
            throw new IllegalArgumentException(
                    "the cost " + cost.name() + " takes the logarithm of the outputs, so they "
                            + "must lie between 0 and 1, which those of '" + output.name()
                            + "' do not; use sigmoid or softmax in the output layer, or the cost quadratic");
        }
    }
}

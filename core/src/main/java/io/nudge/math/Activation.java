package io.nudge.math;

import org.apache.commons.numbers.gamma.Erfc;

/**
 * The nonlinearity σ of a layer, a = σ(z), and its derivative σ′(z). The formulas here are the float64 reference that
 * every backend is compared with; NaN goes in and NaN comes out, and an infinity gives the
 * limit, but for softmax and leaky-relu:0, which have NaN where ∞ − ∞ or 0 · ∞ stands in their formula.
 *
 * <p>All but {@link Softmax} act on each element alone. Immutable and thread-safe.
 *
 * <p>Example: {@code Activation.SIGMOID.value(0.0)} is 0.5 and {@code Activation.SIGMOID.prime(0.0)} is 0.25.
 */
public sealed interface Activation extends ActivationFunction {
    /** σ(z) = 1 / (1 + e⁻ᶻ). */
    Activation SIGMOID = new Sigmoid();
    /** σ(z) = max(z, 0). */
    Activation RELU = new Relu();
    /** σ(z) = z above 0, 0.01 z below. */
    Activation LEAKY_RELU = new LeakyRelu(0.01);
    /** σ(z) = z above 0, eᶻ − 1 below. */
    Activation ELU = new Elu(1.0);
    /** σ(z) = tanh z. */
    Activation TANH = new Tanh();
    /** σ(z) = ln(1 + eᶻ). */
    Activation SOFTPLUS = new Softplus();
    /** σ(z) = z / (1 + e⁻ᶻ). */
    Activation SILU = new Silu();
    /** σ(z) = z Φ(z). */
    Activation GELU = new Gelu();
    /** σ(z) = z. */
    Activation IDENTITY = new Identity();
    /** a_j = e^(z_j) / Σ_k e^(z_k), over the outputs of one example. */
    Activation SOFTMAX = new Softmax();

    /** The names that {@link #named} knows. */
    String NAMES = "sigmoid, relu, leaky-relu[:slope], elu[:alpha], tanh, softplus, silu, gelu, identity, softmax";

    /**
     * Finds an activation by its name, as {@link #name()} writes it.
     *
     * @param text for example {@code sigmoid} or {@code leaky-relu:0.2}
     * @return the activation
     * @throws IllegalArgumentException if the name is unknown; the message lists those known
     */
    static Activation named(String text) {
        String kind = "activation";
        Spec spec = Spec.parse(kind, text);
        return switch (spec.name()) {
            case "leaky-relu" -> new LeakyRelu(spec.atMost(kind, 1).number(0, 0.01));
            case "elu" -> new Elu(spec.atMost(kind, 1).number(0, 1.0));
            case "sigmoid" -> plain(spec, SIGMOID);
            case "relu" -> plain(spec, RELU);
            case "tanh" -> plain(spec, TANH);
            case "softplus" -> plain(spec, SOFTPLUS);
            case "silu" -> plain(spec, SILU);
            case "gelu" -> plain(spec, GELU);
            case "identity" -> plain(spec, IDENTITY);
            case "softmax" -> plain(spec, SOFTMAX);
            default -> throw spec.unknown(kind, NAMES);
        };
    }

    private static Activation plain(Spec spec, Activation activation) {
        spec.atMost("activation", 0);
        return activation;
    }

    /**
     * The name that {@link #named} understands, with its parameter.
     *
     * @return for example {@code elu:1.0}
     */
    String name();

    /** The logistic function, σ(z) = 1 / (1 + e⁻ᶻ), σ′(z) = σ(z) (1 − σ(z)). */
    record Sigmoid() implements Activation {
        @Override
        public String name() {
            return "sigmoid";
        }

        @Override
        public double value(double z) {
            double e = Math.exp(-Math.abs(z));
            return z >= 0 ? 1 / (1 + e) : e / (1 + e);
        }

        @Override
        public double prime(double z) {
            double e = Math.exp(-Math.abs(z));
            return e / ((1 + e) * (1 + e));
        }
    }

    /** The rectifier, σ(z) = max(z, 0); σ′(z) = 1 above 0, else 0. */
    record Relu() implements Activation {
        @Override
        public String name() {
            return "relu";
        }

        @Override
        public double value(double z) {
            return Math.max(z, 0.0);
        }

        @Override
        public double prime(double z) {
            return z > 0 ? 1 : z <= 0 ? 0 : z;
        }

        @Override
        public boolean kinkAtZero() {
            return true;
        }
    }

    /**
     * The leaky rectifier, σ(z) = z above 0, else slope · z (Maas, Hannun and Ng, 2013).
     *
     * @param slope the derivative below 0; finite
     */
    record LeakyRelu(double slope) implements Activation {
        /** Checks the slope. */
        public LeakyRelu {
            Spec.require(Double.isFinite(slope), "the slope of leaky-relu", slope, "finite");
        }

        @Override
        public String name() {
            return Spec.write("leaky-relu", slope);
        }

        @Override
        public double value(double z) {
            return z > 0 ? z : slope * z;
        }

        @Override
        public double prime(double z) {
            return z > 0 ? 1 : z <= 0 ? slope : z;
        }

        @Override
        public boolean kinkAtZero() {
            return slope != 1;
        }
    }

    /**
     * The exponential linear unit, σ(z) = z above 0, else alpha (eᶻ − 1) (Clevert, Unterthiner and Hochreiter, 2015).
     *
     * @param alpha minus the limit towards −∞; finite
     */
    record Elu(double alpha) implements Activation {
        /** Checks alpha. */
        public Elu {
            Spec.require(Double.isFinite(alpha), "the alpha of elu", alpha, "finite");
        }

        @Override
        public String name() {
            return Spec.write("elu", alpha);
        }

        @Override
        public double value(double z) {
            return z > 0 ? z : alpha * Math.expm1(z);
        }

        @Override
        public double prime(double z) {
            return z > 0 ? 1 : alpha * Math.exp(z);
        }

        @Override
        public boolean kinkAtZero() {
            return alpha != 1;
        }
    }

    /** The hyperbolic tangent; σ′(z) = 1 − tanh² z. */
    record Tanh() implements Activation {
        @Override
        public String name() {
            return "tanh";
        }

        @Override
        public double value(double z) {
            return Math.tanh(z);
        }

        @Override
        public double prime(double z) {
            double e = Math.exp(-2 * Math.abs(z));
            return 4 * e / ((1 + e) * (1 + e));
        }
    }

    /** σ(z) = ln(1 + eᶻ); σ′ is the logistic function. */
    record Softplus() implements Activation {
        @Override
        public String name() {
            return "softplus";
        }

        @Override
        public double value(double z) {
            return Math.max(z, 0.0) + Math.log1p(Math.exp(-Math.abs(z)));
        }

        @Override
        public double prime(double z) {
            return SIGMOID.value(z);
        }
    }

    /** The sigmoid-weighted linear unit, σ(z) = z s(z) with s the logistic function (Elfwing, Uchibe and Doya, 2017). */
    record Silu() implements Activation {
        @Override
        public String name() {
            return "silu";
        }

        @Override
        public double value(double z) {
            return Math.max(z, -Double.MAX_VALUE) * SIGMOID.value(z);
        }

        @Override
        public double prime(double z) {
            double s = SIGMOID.value(z);
            return s + bounded(z) * SIGMOID.prime(z);
        }
    }

    /** The Gaussian error linear unit, σ(z) = z Φ(z) with Φ the normal distribution (Hendrycks and Gimpel, 2016). */
    record Gelu() implements Activation {
        private static final double ROOT_HALF = Math.sqrt(0.5);
        private static final double DENSITY_AT_ZERO = 1 / Math.sqrt(2 * Math.PI);

        @Override
        public String name() {
            return "gelu";
        }

        @Override
        public double value(double z) {
            return Math.max(z, -Double.MAX_VALUE) * distribution(z);
        }

        @Override
        public double prime(double z) {
            return distribution(z) + bounded(z) * DENSITY_AT_ZERO * Math.exp(-0.5 * z * z);
        }

        private static double distribution(double z) {
            return 0.5 * Erfc.value(-z * ROOT_HALF);
        }
    }

    /** σ(z) = z, for regression and for layers without a nonlinearity. */
    record Identity() implements Activation {
        @Override
        public String name() {
            return "identity";
        }

        @Override
        public double value(double z) {
            return z;
        }

        @Override
        public double prime(double z) {
            return Double.isNaN(z) ? z : 1;
        }
    }

    /**
     * Probabilities over the outputs of one example, a_j = e^(z_j − m) / Σ_k e^(z_k − m) with m = max z, so that nothing
     * overflows. ∂a_i/∂z_j = a_i (1[i = j] − a_j). For the output layer.
     */
    record Softmax() implements Activation {
        @Override
        public String name() {
            return "softmax";
        }

        @Override
        public boolean elementwise() {
            return false;
        }

        @Override
        public double value(double z) {
            throw new UnsupportedOperationException("softmax is a function of a whole row; use values");
        }

        @Override
        public double prime(double z) {
            throw new UnsupportedOperationException("the derivative of softmax is a matrix; use chain");
        }

        @Override
        public void values(double[] z, double[] a) {
            double max = Double.NEGATIVE_INFINITY;
            for (double each : z) {
                max = Math.max(max, each);
            }
            double sum = 0;
            for (int j = 0; j < z.length; j++) {
                a[j] = Math.exp(z[j] - max);
                sum += a[j];
            }
            for (int j = 0; j < z.length; j++) {
                a[j] /= sum;
            }
        }

        @Override
        public void chain(double[] z, double[] upstream, double[] delta) {
            double[] a = new double[z.length];
            values(z, a);
            double mean = 0;
            for (int j = 0; j < z.length; j++) {
                mean += a[j] * upstream[j];
            }
            for (int j = 0; j < z.length; j++) {
                delta[j] = a[j] * (upstream[j] - mean);
            }
        }
    }

    /** Keeps a factor finite, so that infinity times a vanishing derivative gives its limit, zero. */
    private static double bounded(double z) {
        return Math.max(-Double.MAX_VALUE, Math.min(Double.MAX_VALUE, z));
    }
}

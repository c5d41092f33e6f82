package io.nudge.math;

/**
 * The rule by which a gradient moves the parameters downhill. The formulas here are the float64 reference that every
 * backend is compared with. g is the gradient of a parameter w, η the rate of this step.
 *
 * <p>Immutable and thread-safe: what an optimizer remembers from step to step lives in a state tensor of {@link
 * #slots()} numbers per parameter, zero at first.
 */
public sealed interface Optimizer {
    /** Numbers in one row of a schedule tensor: the rate η and the two bias corrections. */
    int COLUMNS = 3;

    /** The names that {@link #named} knows. */
    String NAMES = "sgd, momentum[:0.9], nesterov[:0.9], rmsprop[:0.9:1e-8], adam[:0.9:0.999:1e-8], "
            + "adamw[:0.9:0.999:1e-8:0.01]";

    /**
     * Finds an optimizer by its name, as {@link #name()} writes it.
     *
     * @param text for example {@code sgd} or {@code momentum:0.9}
     * @param rate the base rate, before any schedule; positive
     * @return the optimizer
     * @throws IllegalArgumentException if the name is unknown; the message lists those known
     */
    static Optimizer named(String text, double rate) {
        String kind = "optimizer";
        Spec spec = Spec.parse(kind, text);
        return switch (spec.name()) {
            case "sgd" -> {
                spec.atMost(kind, 0);
                yield new Sgd(rate);
            }
            case "momentum" -> new Momentum(rate, spec.atMost(kind, 1).number(0, 0.9));
            case "nesterov" -> new Nesterov(rate, spec.atMost(kind, 1).number(0, 0.9));
            case "rmsprop" -> new RmsProp(rate, spec.atMost(kind, 2).number(0, 0.9), spec.number(1, 1e-8));
            case "adam" ->
                new Adam(rate, spec.atMost(kind, 3).number(0, 0.9), spec.number(1, 0.999), spec.number(2, 1e-8));
            case "adamw" ->
                new AdamW(
                        rate,
                        spec.atMost(kind, 4).number(0, 0.9),
                        spec.number(1, 0.999),
                        spec.number(2, 1e-8),
                        spec.number(3, 0.01));
            default -> throw spec.unknown(kind, NAMES);
        };
    }

    /**
     * Stochastic gradient descent.
     *
     * @param rate η; positive
     * @return w ← w − η g
     */
    static Optimizer sgd(double rate) {
        return new Sgd(rate);
    }

    /**
     * Adam with the constants of its paper.
     *
     * @param rate η; positive
     * @return Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸
     */
    static Optimizer adam(double rate) {
        return new Adam(rate, 0.9, 0.999, 1e-8);
    }

    /**
     * The name that {@link #named} understands, with its constants but without the rate.
     *
     * @return for example {@code momentum:0.9}
     */
    String name();

    /**
     * The base rate.
     *
     * @return η before any schedule
     */
    double rate();

    /**
     * How many numbers are remembered for each parameter.
     *
     * @return 0, 1 or 2
     */
    int slots();

    /**
     * Moves one parameter.
     *
     * @param w the parameter
     * @param g its gradient, penalties included
     * @param state what is remembered of it; {@link #slots()} numbers, changed
     * @param row the step's row of the schedule
     * @param decayed whether weight decay applies to it (weights, not biases)
     * @return the new parameter
     */
    double step(double w, double g, double[] state, double[] row, boolean decayed);

    /**
     * What a step needs beside the gradient, in float64 on the host, so that every backend uses the same bits.
     *
     * @param factor the schedule's factor on the rate
     * @param step the number of this step in the whole run, from 0
     * @return rate and bias corrections
     */
    default double[] row(double factor, long step) {
        return new double[] {rate() * factor, 1, 1};
    }

    /**
     * Stochastic gradient descent, w ← w − η g.
     *
     * @param rate η
     */
    record Sgd(double rate) implements Optimizer {
        /** Checks the rate. */
        public Sgd {
            requireRate(rate);
        }

        @Override
        public String name() {
            return "sgd";
        }

        @Override
        public int slots() {
            return 0;
        }

        @Override
        public double step(double w, double g, double[] state, double[] row, boolean decayed) {
            return w - row[0] * g;
        }
    }

    /**
     * Momentum, v ← μ v − η g, w ← w + v (Polyak 1964; Nielsen, chapter 3).
     *
     * @param rate η
     * @param momentum μ; in [0, 1)
     */
    record Momentum(double rate, double momentum) implements Optimizer {
        /** Checks rate and momentum. */
        public Momentum {
            requireRate(rate);
            requireFraction("the momentum", momentum);
        }

        @Override
        public String name() {
            return Spec.write("momentum", momentum);
        }

        @Override
        public int slots() {
            return 1;
        }

        @Override
        public double step(double w, double g, double[] state, double[] row, boolean decayed) {
            state[0] = momentum * state[0] - row[0] * g;
            return w + state[0];
        }
    }

    /**
     * Nesterov's accelerated gradient, v ← μ v − η g, w ← w + μ v − η g (Sutskever, Martens, Dahl and Hinton, 2013, in
     * the form where g is taken at w).
     *
     * @param rate η
     * @param momentum μ; in [0, 1)
     */
    record Nesterov(double rate, double momentum) implements Optimizer {
        /** Checks rate and momentum. */
        public Nesterov {
            requireRate(rate);
            requireFraction("the momentum", momentum);
        }

        @Override
        public String name() {
            return Spec.write("nesterov", momentum);
        }

        @Override
        public int slots() {
            return 1;
        }

        @Override
        public double step(double w, double g, double[] state, double[] row, boolean decayed) {
            state[0] = momentum * state[0] - row[0] * g;
            return w + momentum * state[0] - row[0] * g;
        }
    }

    /**
     * RMSProp, s ← ρ s + (1 − ρ) g², w ← w − η g / (√s + ε) (Tieleman and Hinton, 2012).
     *
     * @param rate η
     * @param decay ρ; in [0, 1)
     * @param epsilon ε; positive
     */
    record RmsProp(double rate, double decay, double epsilon) implements Optimizer {
        /** Checks the constants. */
        public RmsProp {
            requireRate(rate);
            requireFraction("the decay of rmsprop", decay);
            requireEpsilon(epsilon);
        }

        @Override
        public String name() {
            return Spec.write("rmsprop", decay, epsilon);
        }

        @Override
        public int slots() {
            return 1;
        }

        @Override
        public double step(double w, double g, double[] state, double[] row, boolean decayed) {
            state[0] = decay * state[0] + (1 - decay) * g * g;
            return w - row[0] * g / (Math.sqrt(state[0]) + epsilon);
        }
    }

    /**
     * Adam, m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε) at step t
     * = 1, 2, … (Kingma and Ba, 2014, algorithm 1).
     *
     * @param rate η
     * @param beta1 β₁; in [0, 1)
     * @param beta2 β₂; in [0, 1)
     * @param epsilon ε; positive
     */
    record Adam(double rate, double beta1, double beta2, double epsilon) implements Optimizer {
        /** Checks the constants. */
        public Adam {
            requireRate(rate);
            requireFraction("beta1", beta1);
            requireFraction("beta2", beta2);
            requireEpsilon(epsilon);
        }

        @Override
        public String name() {
            return Spec.write("adam", beta1, beta2, epsilon);
        }

        @Override
        public int slots() {
            return 2;
        }

        @Override
        public double[] row(double factor, long step) {
            return corrected(rate * factor, beta1, beta2, step);
        }

        @Override
        public double step(double w, double g, double[] state, double[] row, boolean decayed) {
            return adam(w, g, state, row, this);
        }
    }

    /**
     * Adam with decoupled weight decay, w ← w − η λ w before the step of Adam (Loshchilov and Hutter, 2017, algorithm
     * 2). Decay applies to weights, not to biases.
     *
     * @param rate η
     * @param beta1 β₁; in [0, 1)
     * @param beta2 β₂; in [0, 1)
     * @param epsilon ε; positive
     * @param weightDecay λ; not negative
     */
    record AdamW(double rate, double beta1, double beta2, double epsilon, double weightDecay) implements Optimizer {
        /** Checks the constants. */
        public AdamW {
            requireRate(rate);
            requireFraction("beta1", beta1);
            requireFraction("beta2", beta2);
            requireEpsilon(epsilon);
            Spec.require(
                    weightDecay >= 0 && Double.isFinite(weightDecay), "the weight decay", weightDecay, "at least 0");
        }

        @Override
        public String name() {
            return Spec.write("adamw", beta1, beta2, epsilon, weightDecay);
        }

        @Override
        public int slots() {
            return 2;
        }

        @Override
        public double[] row(double factor, long step) {
            return corrected(rate * factor, beta1, beta2, step);
        }

        @Override
        public double step(double w, double g, double[] state, double[] row, boolean decayed) {
            double kept = decayed ? w - row[0] * weightDecay * w : w;
            return adam(kept, g, state, row, new Adam(rate, beta1, beta2, epsilon));
        }
    }

    private static double adam(double w, double g, double[] state, double[] row, Adam constants) {
        state[0] = constants.beta1() * state[0] + (1 - constants.beta1()) * g;
        state[1] = constants.beta2() * state[1] + (1 - constants.beta2()) * g * g;
        double mean = state[0] / row[1];
        double variance = state[1] / row[2];
        return w - row[0] * mean / (Math.sqrt(variance) + constants.epsilon());
    }

    private static double[] corrected(double rate, double beta1, double beta2, long step) {
        return new double[] {rate, 1 - StrictMath.pow(beta1, step + 1.0), 1 - StrictMath.pow(beta2, step + 1.0)};
    }

    private static void requireRate(double rate) {
        Spec.require(rate > 0 && Double.isFinite(rate), "the rate", rate, "positive");
    }

    private static void requireFraction(String what, double value) {
        Spec.require(value >= 0 && value < 1, what, value, "at least 0 and below 1");
    }

    private static void requireEpsilon(double epsilon) {
        Spec.require(epsilon > 0 && Double.isFinite(epsilon), "epsilon", epsilon, "positive");
    }
}

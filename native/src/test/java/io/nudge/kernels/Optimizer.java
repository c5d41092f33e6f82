package io.nudge.kernels;

/** The optimizers as the CPU backend computes them: every operation rounded to the type. */
enum Optimizer {
    SGD("sgd", 0, 0, 0, 0, 0) {
        @Override
        double step(Real type, double w, double g, double[] state, double[] row, boolean weight) {
            return type.round(w + type.round(-type.round(row[0]) * g));
        }
    },
    MOMENTUM("momentum", 1, 0.9, 0, 0, 0) {
        @Override
        double step(Real type, double w, double g, double[] state, double[] row, boolean weight) {
            state[0] = combine(type, -type.round(row[0]), g, constant(0), state[0]);
            return type.round(w + state[0]);
        }
    },
    NESTEROV("nesterov", 1, 0.9, 0, 0, 0) {
        @Override
        double step(Real type, double w, double g, double[] state, double[] row, boolean weight) {
            state[0] = combine(type, -type.round(row[0]), g, constant(0), state[0]);
            double ahead = type.round(w + type.round(type.round(constant(0)) * state[0]));
            return type.round(ahead + type.round(-type.round(row[0]) * g));
        }
    },
    RMSPROP("rmsprop", 1, 0.9, 1e-8, 0, 0) {
        @Override
        double step(Real type, double w, double g, double[] state, double[] row, boolean weight) {
            state[0] = meanSquare(type, constant(0), state[0], g);
            return descended(type, w, row[0], g, state[0], constant(1));
        }
    },
    ADAM("adam", 2, 0.9, 0.999, 1e-8, 0) {
        @Override
        double step(Real type, double w, double g, double[] state, double[] row, boolean weight) {
            state[0] = combine(type, 1 - constant(0), g, constant(0), state[0]);
            state[1] = meanSquare(type, constant(1), state[1], g);
            double corrected = type.round(type.round(1 / row[2]) * state[1]);
            return descended(type, w, row[0] / row[1], state[0], corrected, constant(2));
        }
    },
    ADAMW("adamw", 2, 0.9, 0.999, 1e-8, 0.1) {
        @Override
        double step(Real type, double w, double g, double[] state, double[] row, boolean weight) {
            double kept = weight ? type.round(type.round(1 - row[0] * constant(3)) * w) : w;
            return ADAM.step(type, kept, g, state, row, weight);
        }
    };

    final String entry;
    final int slots;
    private final double c1;
    private final double c2;
    private final double c3;
    private final double c4;

    Optimizer(String entry, int slots, double c1, double c2, double c3, double c4) {
        this.entry = entry;
        this.slots = slots;
        this.c1 = c1;
        this.c2 = c2;
        this.c3 = c3;
        this.c4 = c4;
    }

    /** What a kernel is told, from c1 on; those that it has not are 0. */
    double constant(int i) {
        return switch (i) {
            case 0 -> c1;
            case 1 -> c2;
            case 2 -> c3;
            default -> c4;
        };
    }

    abstract double step(Real type, double w, double g, double[] state, double[] row, boolean weight);

    /** alpha x + beta y. */
    private static double combine(Real type, double alpha, double x, double beta, double y) {
        return type.round(type.round(type.round(alpha) * x) + type.round(type.round(beta) * y));
    }

    /** kept s + (1 − kept) g². */
    private static double meanSquare(Real type, double kept, double s, double g) {
        double share = type.round(type.round(type.round(1 - kept) * g) * g);
        return type.round(type.round(type.round(kept) * s) + share);
    }

    /** w − rate m / (√s + ε). */
    private static double descended(Real type, double w, double rate, double m, double s, double epsilon) {
        double root = type.round(type.round(Math.sqrt(s)) + type.round(epsilon));
        return type.round(w - type.round(type.round(type.round(rate) * m) / root));
    }
}

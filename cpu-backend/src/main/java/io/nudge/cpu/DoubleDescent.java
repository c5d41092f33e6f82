package io.nudge.cpu;

import io.nudge.math.Optimizer;

/**
 * The steps of the optimizers in float64, as {@link Optimizer} writes them, over a stretch of parameters. {@link
 * FloatDescent} is its likeness; a change here is a change there.
 */
final class DoubleDescent {
    private DoubleDescent() {}

    /**
     * Moves n parameters.
     *
     * @param rule the optimizer
     * @param decayed whether weight decay applies to them
     * @param w the parameters
     * @param g their gradients, penalties included
     * @param state what is remembered of them: a slot at s0, another at s1
     * @param schedule holds the rate and the two bias corrections
     */
    static void step(
            Optimizer rule,
            boolean decayed,
            double[] w,
            int wAt,
            double[] g,
            int gAt,
            double[] state,
            int s0,
            int s1,
            double[] schedule,
            int rowAt,
            int n) {
        double rate = schedule[rowAt];
        if (rule instanceof Optimizer.Sgd) {
            sgd(rate, w, wAt, g, gAt, n);
        } else if (rule instanceof Optimizer.Momentum it) {
            momentum(rate, it.momentum(), w, wAt, g, gAt, state, s0, n);
        } else if (rule instanceof Optimizer.Nesterov it) {
            nesterov(rate, it.momentum(), w, wAt, g, gAt, state, s0, n);
        } else if (rule instanceof Optimizer.RmsProp it) {
            rmsProp(rate, it, w, wAt, g, gAt, state, s0, n);
        } else {
            adaptive(rule, decayed, w, wAt, g, gAt, state, s0, s1, schedule, rowAt, n);
        }
    }

    private static void sgd(double rate, double[] w, int wAt, double[] g, int gAt, int n) {
        for (int i = 0; i < n; i++) {
            w[wAt + i] -= rate * g[gAt + i];
        }
    }

    private static void momentum(
            double rate, double mu, double[] w, int wAt, double[] g, int gAt, double[] v, int vAt, int n) {
        for (int i = 0; i < n; i++) {
            double next = mu * v[vAt + i] - rate * g[gAt + i];
            v[vAt + i] = next;
            w[wAt + i] += next;
        }
    }

    private static void nesterov(
            double rate, double mu, double[] w, int wAt, double[] g, int gAt, double[] v, int vAt, int n) {
        for (int i = 0; i < n; i++) {
            double down = rate * g[gAt + i];
            double next = mu * v[vAt + i] - down;
            v[vAt + i] = next;
            w[wAt + i] = w[wAt + i] + mu * next - down;
        }
    }

    private static void rmsProp(
            double rate, Optimizer.RmsProp rule, double[] w, int wAt, double[] g, int gAt, double[] s, int sAt, int n) {
        double step = rate;
        double kept = rule.decay();
        double share = (1 - rule.decay());
        double epsilon = rule.epsilon();
        for (int i = 0; i < n; i++) {
            double each = g[gAt + i];
            double next = kept * s[sAt + i] + share * each * each;
            s[sAt + i] = next;
            w[wAt + i] -= step * each / (Math.sqrt(next) + epsilon);
        }
    }

    private static void adaptive(
            Optimizer rule,
            boolean decayed,
            double[] w,
            int wAt,
            double[] g,
            int gAt,
            double[] state,
            int s0,
            int s1,
            double[] schedule,
            int rowAt,
            int n) {
        if (rule instanceof Optimizer.Adam it) {
            adam(it.beta1(), it.beta2(), it.epsilon(), w, wAt, g, gAt, state, s0, s1, schedule, rowAt, n);
        } else if (rule instanceof Optimizer.AdamW it) {
            if (decayed) {
                decay((schedule[rowAt] * it.weightDecay()), w, wAt, n);
            }
            adam(it.beta1(), it.beta2(), it.epsilon(), w, wAt, g, gAt, state, s0, s1, schedule, rowAt, n);
        } else {
            throw new IllegalArgumentException("update: the CPU backend does not know the optimizer " + rule.name());
        }
    }

    private static void decay(double share, double[] w, int wAt, int n) {
        for (int i = 0; i < n; i++) {
            w[wAt + i] -= share * w[wAt + i];
        }
    }

    private static void adam(
            double beta1,
            double beta2,
            double constant,
            double[] w,
            int wAt,
            double[] g,
            int gAt,
            double[] state,
            int s0,
            int s1,
            double[] schedule,
            int rowAt,
            int n) {
        double kept1 = beta1;
        double share1 = (1 - beta1);
        double kept2 = beta2;
        double share2 = (1 - beta2);
        double step = (schedule[rowAt] / schedule[rowAt + 1]);
        double correction = (1 / schedule[rowAt + 2]);
        double epsilon = constant;
        for (int i = 0; i < n; i++) {
            double each = g[gAt + i];
            double mean = kept1 * state[s0 + i] + share1 * each;
            double variance = kept2 * state[s1 + i] + share2 * each * each;
            state[s0 + i] = mean;
            state[s1 + i] = variance;
            w[wAt + i] -= step * mean / (Math.sqrt(variance * correction) + epsilon);
        }
    }
}

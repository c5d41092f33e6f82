package io.nudge.cpu;

import io.nudge.math.Optimizer;

/**
 * The steps of the optimizers in float32, as {@link Optimizer} writes them, over a stretch of parameters. {@link
 * DoubleDescent} is its likeness; a change here is a change there.
 */
final class FloatDescent {
    private FloatDescent() {}

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
            float[] w,
            int wAt,
            float[] g,
            int gAt,
            float[] state,
            int s0,
            int s1,
            double[] schedule,
            int rowAt,
            int n) {
        double rate = schedule[rowAt];
        if (rule instanceof Optimizer.Sgd) {
            sgd((float) rate, w, wAt, g, gAt, n);
        } else if (rule instanceof Optimizer.Momentum it) {
            momentum((float) rate, (float) it.momentum(), w, wAt, g, gAt, state, s0, n);
        } else if (rule instanceof Optimizer.Nesterov it) {
            nesterov((float) rate, (float) it.momentum(), w, wAt, g, gAt, state, s0, n);
        } else if (rule instanceof Optimizer.RmsProp it) {
            rmsProp(rate, it, w, wAt, g, gAt, state, s0, n);
        } else {
            adaptive(rule, decayed, w, wAt, g, gAt, state, s0, s1, schedule, rowAt, n);
        }
    }

    private static void sgd(float rate, float[] w, int wAt, float[] g, int gAt, int n) {
        for (int i = 0; i < n; i++) {
            w[wAt + i] -= rate * g[gAt + i];
        }
    }

    private static void momentum(
            float rate, float mu, float[] w, int wAt, float[] g, int gAt, float[] v, int vAt, int n) {
        for (int i = 0; i < n; i++) {
            float next = mu * v[vAt + i] - rate * g[gAt + i];
            v[vAt + i] = next;
            w[wAt + i] += next;
        }
    }

    private static void nesterov(
            float rate, float mu, float[] w, int wAt, float[] g, int gAt, float[] v, int vAt, int n) {
        for (int i = 0; i < n; i++) {
            float down = rate * g[gAt + i];
            float next = mu * v[vAt + i] - down;
            v[vAt + i] = next;
            w[wAt + i] = w[wAt + i] + mu * next - down;
        }
    }

    private static void rmsProp(
            double rate, Optimizer.RmsProp rule, float[] w, int wAt, float[] g, int gAt, float[] s, int sAt, int n) {
        float step = (float) rate;
        float kept = (float) rule.decay();
        float share = (float) (1 - rule.decay());
        float epsilon = (float) rule.epsilon();
        for (int i = 0; i < n; i++) {
            float each = g[gAt + i];
            float next = kept * s[sAt + i] + share * each * each;
            s[sAt + i] = next;
            w[wAt + i] -= step * each / ((float) Math.sqrt(next) + epsilon);
        }
    }

    private static void adaptive(
            Optimizer rule,
            boolean decayed,
            float[] w,
            int wAt,
            float[] g,
            int gAt,
            float[] state,
            int s0,
            int s1,
            double[] schedule,
            int rowAt,
            int n) {
        if (rule instanceof Optimizer.Adam it) {
            adam(it.beta1(), it.beta2(), it.epsilon(), w, wAt, g, gAt, state, s0, s1, schedule, rowAt, n);
        } else if (rule instanceof Optimizer.AdamW it) {
            if (decayed) {
                decay((float) (schedule[rowAt] * it.weightDecay()), w, wAt, n);
            }
            adam(it.beta1(), it.beta2(), it.epsilon(), w, wAt, g, gAt, state, s0, s1, schedule, rowAt, n);
        } else {
            throw new IllegalArgumentException("update: the CPU backend does not know the optimizer " + rule.name());
        }
    }

    private static void decay(float share, float[] w, int wAt, int n) {
        for (int i = 0; i < n; i++) {
            w[wAt + i] -= share * w[wAt + i];
        }
    }

    private static void adam(
            double beta1,
            double beta2,
            double constant,
            float[] w,
            int wAt,
            float[] g,
            int gAt,
            float[] state,
            int s0,
            int s1,
            double[] schedule,
            int rowAt,
            int n) {
        float kept1 = (float) beta1;
        float share1 = (float) (1 - beta1);
        float kept2 = (float) beta2;
        float share2 = (float) (1 - beta2);
        float step = (float) (schedule[rowAt] / schedule[rowAt + 1]);
        float correction = (float) (1 / schedule[rowAt + 2]);
        float epsilon = (float) constant;
        for (int i = 0; i < n; i++) {
            float each = g[gAt + i];
            float mean = kept1 * state[s0 + i] + share1 * each;
            float variance = kept2 * state[s1 + i] + share2 * each * each;
            state[s0 + i] = mean;
            state[s1 + i] = variance;
            w[wAt + i] -= step * mean / ((float) Math.sqrt(variance * correction) + epsilon);
        }
    }
}

package io.nudge.tensor;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;

/**
 * The formulas of io.nudge.math once more, in {@link Rounding}'s arithmetic: they tell how far the arithmetic of a type
 * may lead from the exact value. Where there are several usual ways to compute something, the widest counts.
 */
final class Formulas {
    private final Rounding r;
    private final Rounded one;

    Formulas(Rounding rounding) {
        this.r = rounding;
        this.one = rounding.exact(1);
    }

    // ---- activations ------------------------------------------------------------------------------------------------

    /** σ(z) of an element as it stands. */
    Rounded value(Activation f, double z) {
        if (Double.isInfinite(z)) {
            return r.constant(f.value(z));
        }
        Rounded x = r.exact(z);
        if (f instanceof Activation.Sigmoid) {
            return sigmoid(z);
        } else if (f instanceof Activation.Relu || f instanceof Activation.Identity) {
            return r.exact(f.value(z));
        } else if (f instanceof Activation.LeakyRelu leaky) {
            return z > 0 ? x : r.times(r.constant(leaky.slope()), x);
        } else if (f instanceof Activation.Elu elu) {
            return z > 0 ? x : r.times(r.constant(elu.alpha()), r.expm1(x));
        } else if (f instanceof Activation.Tanh) {
            return r.tanh(x);
        } else if (f instanceof Activation.Softplus) {
            return r.plus(x.atLeast(0), r.log1p(r.exp(r.exact(-Math.abs(z)))));
        } else if (f instanceof Activation.Silu) {
            return r.times(x, sigmoid(z));
        } else if (f instanceof Activation.Gelu) {
            return r.times(x, distribution(z));
        }
        throw new IllegalArgumentException("no bound is written down for " + f.name());
    }

    /** σ′(z), from z or from the rounded a = σ(z). At infinity a limit, which is reached. */
    Rounded prime(Activation f, double z) {
        if (Double.isInfinite(z)) {
            return r.constant(f.prime(z));
        }
        Rounded x = r.exact(z);
        if (f instanceof Activation.Sigmoid) {
            return sigmoidPrime(z);
        } else if (f instanceof Activation.Relu || f instanceof Activation.Identity) {
            return r.exact(f.prime(z));
        } else if (f instanceof Activation.LeakyRelu) {
            return r.constant(f.prime(z));
        } else if (f instanceof Activation.Elu elu) {
            Rounded alpha = r.constant(elu.alpha());
            return z > 0 ? one : r.times(alpha, r.exp(x)).or(r.plus(value(f, z), alpha)); // α eᶻ or a + α
        } else if (f instanceof Activation.Tanh) {
            return tanhPrime(z);
        } else if (f instanceof Activation.Softplus) {
            return sigmoid(z).or(r.minus(one, r.exp(value(f, z).negated()))); // s(z) or 1 − e⁻ᵃ
        } else if (f instanceof Activation.Silu) {
            Rounded s = sigmoid(z);
            Rounded rest = r.minus(one, s);
            return r.plus(s, r.times(x, sigmoidPrime(z))) // s + z s′, s (1 + z (1 − s)) or a + s (1 − a)
                    .or(r.times(s, r.plus(one, r.times(x, rest))))
                    .or(r.plus(value(f, z), r.times(s, r.minus(one, value(f, z)))));
        } else if (f instanceof Activation.Gelu) {
            Rounded density =
                    r.times(r.constant(1 / Math.sqrt(2 * Math.PI)), r.exp(r.times(r.exact(-0.5 * z), x))); // φ(z)
            return r.plus(distribution(z), r.times(x, density));
        }
        throw new IllegalArgumentException("no bound is written down for " + f.name());
    }

    private Rounded sigmoid(double z) {
        Rounded e = r.exp(r.exact(-Math.abs(z)));
        return r.over(z >= 0 ? one : e, r.plus(one, e));
    }

    /** e/(1 + e)² from z, or a (1 − a) from a, which near a = 1 is exact to units of u only, not of σ′. */
    private Rounded sigmoidPrime(double z) {
        Rounded e = r.exp(r.exact(-Math.abs(z)));
        Rounded root = r.plus(one, e);
        Rounded a = sigmoid(z);
        return r.over(e, r.times(root, root)).or(r.times(a, r.minus(one, a)));
    }

    /** 4 e/(1 + e)² from z, or 1 − a² from a. */
    private Rounded tanhPrime(double z) {
        Rounded e = r.exp(r.exact(-2 * Math.abs(z)));
        Rounded root = r.plus(one, e);
        Rounded a = r.tanh(r.exact(z));
        return r.over(r.times(r.exact(4), e), r.times(root, root)).or(r.minus(one, r.times(a, a)));
    }

    /** Φ(z) = ½ erfc(−z/√2). */
    private Rounded distribution(double z) {
        return r.times(r.exact(0.5), r.erfc(r.times(r.constant(-Math.sqrt(0.5)), r.exact(z))));
    }

    /** a = σ(z) for one example. */
    Rounded[] values(Activation f, double[] z) {
        Rounded[] a = new Rounded[z.length];
        if (f.elementwise()) {
            for (int j = 0; j < z.length; j++) {
                a[j] = value(f, z[j]);
            }
            return a;
        }
        Rounded[] powers = powers(z);
        Rounded sum = r.sum(powers);
        for (int j = 0; j < z.length; j++) {
            a[j] = r.over(powers[j], sum);
        }
        return a;
    }

    /**
     * a = σ(z) for one example where each z_j may be off: an elementwise σ moves by at most max|σ′| times that; a softmax
     * by a factor between e^(−2e) and e^(2e) with e the largest error of the row, since each power and the sum do by e^e.
     */
    Rounded[] moved(Activation f, double[] z, double[] errors) {
        Rounded[] a = values(f, z);
        double most = 0;
        for (double error : errors) {
            most = Math.max(most, error);
        }
        double factor = Math.expm1(2 * most);
        for (int j = 0; j < z.length; j++) {
            double moved = f.elementwise()
                    ? steepest(f) * errors[j]
                    : factor == 0 ? 0 : factor * Math.max(Math.abs(a[j].value()), Double.MIN_VALUE);
            a[j] = moved == 0 ? a[j] : r.rounded(a[j].value(), a[j].error() + moved, 1);
        }
        return a;
    }

    /** max |σ′|, rounded up. */
    private static double steepest(Activation f) {
        if (f instanceof Activation.Sigmoid) {
            return 0.25;
        } else if (f instanceof Activation.LeakyRelu leaky) {
            return Math.max(1, Math.abs(leaky.slope()));
        } else if (f instanceof Activation.Elu elu) {
            return Math.max(1, Math.abs(elu.alpha()));
        }
        return f instanceof Activation.Silu || f instanceof Activation.Gelu ? 1.13 : 1;
    }

    /** e^(z_j − m) with m = max z. */
    private Rounded[] powers(double[] z) {
        Rounded[] powers = new Rounded[z.length];
        double max = max(z);
        for (int j = 0; j < z.length; j++) {
            powers[j] = r.exp(r.minus(r.exact(z[j]), r.exact(max)));
        }
        return powers;
    }

    private static double max(double[] z) {
        double max = Double.NEGATIVE_INFINITY;
        for (double each : z) {
            max = Math.max(max, each);
        }
        return max;
    }

    /** δ for one example. For softmax a_j (up_j − Σ_k a_k up_k), or a_j up_j − a_j Σ_k a_k up_k. */
    Rounded[] chain(Activation f, double[] z, Rounded[] upstream) {
        Rounded[] delta = new Rounded[z.length];
        if (f.elementwise()) {
            for (int j = 0; j < z.length; j++) {
                delta[j] = r.times(upstream[j], prime(f, z[j]));
            }
            return delta;
        }
        Rounded[] a = values(f, z);
        Rounded[] products = new Rounded[z.length];
        for (int j = 0; j < z.length; j++) {
            products[j] = r.times(a[j], upstream[j]);
        }
        Rounded mean = r.sum(products);
        for (int j = 0; j < z.length; j++) {
            delta[j] = r.times(a[j], r.minus(upstream[j], mean)).or(r.minus(products[j], r.times(a[j], mean)));
        }
        return delta;
    }

    // ---- costs ------------------------------------------------------------------------------------------------------

    /** C₀ of one example. */
    Rounded example(Cost cost, Activation f, double[] z, double[] a, double[] y) {
        if (cost.fusesWith(f) && !f.elementwise()) {
            return fusedCategorical(z, y);
        }
        Rounded[] terms = new Rounded[a.length];
        for (int j = 0; j < a.length; j++) {
            terms[j] = cost.fusesWith(f) ? fusedBinary(z[j], y[j]) : term(cost, a[j], y[j], a.length);
        }
        return r.sum(terms);
    }

    /** max(z, 0) − z y + ln(1 + e^(−|z|)). */
    private Rounded fusedBinary(double z, double y) {
        Rounded x = r.exact(z);
        Rounded log = r.log1p(r.exp(r.exact(-Math.abs(z))));
        return r.sum(x.atLeast(0), r.times(x, r.exact(y)).negated(), log);
    }

    /** Σ_j y_j (ln Σ_k e^(z_k − m) − (z_j − m)). */
    private Rounded fusedCategorical(double[] z, double[] y) {
        Rounded log = r.log(r.sum(powers(z)));
        Rounded max = r.exact(max(z));
        Rounded[] terms = new Rounded[z.length];
        for (int j = 0; j < z.length; j++) {
            terms[j] = r.times(r.exact(y[j]), r.minus(log, r.minus(r.exact(z[j]), max)));
        }
        return z.length == 0 ? r.exact(0) : r.sum(terms);
    }

    private Rounded term(Cost cost, double activation, double target, int outputs) {
        Rounded a = r.exact(activation);
        Rounded y = r.exact(target);
        if (cost instanceof Cost.BinaryCrossEntropy) {
            Rounded no = r.times(r.minus(one, y), r.log(r.minus(one, a).atLeast(Cost.SMALLEST)));
            return r.sum(logTerm(a, y), no.negated());
        } else if (cost instanceof Cost.CategoricalCrossEntropy) {
            return logTerm(a, y);
        }
        Rounded difference = r.minus(a, y);
        Rounded square = r.times(difference, difference);
        if (cost instanceof Cost.HalfQuadratic) {
            return r.times(r.exact(0.5), square);
        } else if (cost instanceof Cost.MeanSquaredError) {
            return r.times(square, r.constant(1.0 / outputs));
        } else if (cost instanceof Cost.Quadratic) {
            return square;
        }
        throw new IllegalArgumentException("no bound is written down for " + cost.name());
    }

    private Rounded logTerm(Rounded a, Rounded y) {
        return r.times(y, r.log(a.atLeast(Cost.SMALLEST))).negated();
    }

    /** ∂C₀/∂a_j, a as it stands. */
    Rounded gradient(Cost cost, double activation, double target, int outputs) {
        Rounded a = r.exact(activation);
        Rounded y = r.exact(target);
        if (cost instanceof Cost.BinaryCrossEntropy) {
            Rounded no = r.over(r.minus(one, y), r.minus(one, a).atLeast(Cost.SMALLEST));
            return r.minus(no, r.over(y, a.atLeast(Cost.SMALLEST)));
        } else if (cost instanceof Cost.CategoricalCrossEntropy) {
            return r.over(y, a.atLeast(Cost.SMALLEST)).negated();
        }
        Rounded difference = r.minus(a, y);
        if (cost instanceof Cost.HalfQuadratic) {
            return difference;
        } else if (cost instanceof Cost.Quadratic) {
            return r.times(r.exact(2), difference);
        } else if (cost instanceof Cost.MeanSquaredError) {
            return r.times(r.constant(2.0 / outputs), difference);
        }
        throw new IllegalArgumentException("no bound is written down for " + cost.name());
    }

    /** δ of the output layer. Where cost and activation fuse, from the a that stands there or from one computed anew. */
    Rounded[] outputDelta(Cost cost, Activation f, double[] z, double[] a, double[] y) {
        int n = a.length;
        Rounded[] delta = new Rounded[n];
        if (!cost.fusesWith(f)) {
            for (int j = 0; j < n; j++) {
                delta[j] = gradient(cost, a[j], y[j], n);
            }
            return chain(f, z, delta);
        }
        Rounded[] fromZ = values(f, z);
        Rounded[] targets = new Rounded[n];
        for (int j = 0; j < n; j++) {
            targets[j] = r.exact(y[j]);
        }
        Rounded total = f.elementwise() ? one : r.sum(targets);
        for (int j = 0; j < n; j++) {
            delta[j] = r.minus(r.times(r.exact(a[j]).or(fromZ[j]), total), targets[j]);
        }
        return delta;
    }

    // ---- descent ----------------------------------------------------------------------------------------------------

    /** One parameter's step: the parameter first, then its state. */
    Rounded[] step(Descent rule, double parameter, Rounded gradient, double[] memory, double[] row, boolean penalized) {
        Rounded w = r.exact(parameter);
        Rounded rate = r.constant(row[0]);
        Rounded g = penalized ? penalized(rule, parameter, gradient) : gradient;
        Optimizer optimizer = rule.optimizer();
        if (optimizer instanceof Optimizer.Sgd) {
            return new Rounded[] {r.minus(w, r.times(rate, g))};
        } else if (optimizer instanceof Optimizer.Momentum momentum) {
            Rounded v = velocity(momentum.momentum(), memory[0], rate, g);
            return new Rounded[] {r.plus(w, v), v};
        } else if (optimizer instanceof Optimizer.Nesterov nesterov) {
            Rounded v = velocity(nesterov.momentum(), memory[0], rate, g);
            Rounded ahead = r.times(r.constant(nesterov.momentum()), v);
            return new Rounded[] {r.sum(w, ahead, r.times(rate, g).negated()), v};
        } else if (optimizer instanceof Optimizer.RmsProp rms) {
            Rounded s = average(rms.decay(), memory[0], r.times(g, g));
            Rounded root = r.plus(r.sqrt(s), r.constant(rms.epsilon()));
            return new Rounded[] {r.minus(w, r.over(r.times(rate, g), root)), s};
        } else if (optimizer instanceof Optimizer.Adam adam) {
            return adam(w, g, memory, row, adam);
        } else if (optimizer instanceof Optimizer.AdamW adamW) {
            Rounded kept = penalized ? r.times(r.constant(1 - row[0] * adamW.weightDecay()), w) : w;
            Optimizer.Adam adam = new Optimizer.Adam(adamW.rate(), adamW.beta1(), adamW.beta2(), adamW.epsilon());
            return adam(kept, g, memory, row, adam);
        }
        throw new IllegalArgumentException("no bound is written down for " + optimizer.name());
    }

    /** g + l2 w + l1 sign w, added up in any order. */
    private Rounded penalized(Descent rule, double w, Rounded g) {
        return r.sum(
                g, r.times(r.constant(rule.l2()), r.exact(w)), r.times(r.constant(rule.l1()), r.exact(Math.signum(w))));
    }

    /** μ v − η g. */
    private Rounded velocity(double momentum, double v, Rounded rate, Rounded g) {
        return r.minus(r.times(r.constant(momentum), r.exact(v)), r.times(rate, g));
    }

    /** β m + (1 − β) x, with both factors rounded once. */
    private Rounded average(double beta, double mean, Rounded x) {
        return r.plus(r.times(r.constant(beta), r.exact(mean)), r.times(r.constant(1 - beta), x));
    }

    private Rounded[] adam(Rounded w, Rounded g, double[] memory, double[] row, Optimizer.Adam constants) {
        Rounded m = average(constants.beta1(), memory[0], g);
        Rounded v = average(constants.beta2(), memory[1], r.times(g, g));
        Rounded mean = r.over(m, r.constant(row[1]));
        Rounded root = r.sqrt(r.over(v, r.constant(row[2])));
        Rounded move = r.over(r.times(r.constant(row[0]), mean), r.plus(root, r.constant(constants.epsilon())));
        return new Rounded[] {r.minus(w, move), m, v};
    }
}

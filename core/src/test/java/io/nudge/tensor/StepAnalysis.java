package io.nudge.tensor;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.nn.Architecture;
import java.util.ArrayList;
import java.util.List;

/**
 * A whole training step in {@link Rounding}'s arithmetic: batch forward, back by the chain rule, the optimizer's step. Errors
 * of each operation are carried on into those that follow, so that each result has a bound on how far the arithmetic of a
 * type may lead from the exact one.
 *
 * <p>Targets add up to 1 where a softmax fuses with its cost.
 */
final class StepAnalysis {
    private final Rounding r;
    private final Formulas formulas;
    private final Architecture architecture;
    private final double[] parameters;
    private final Dropped dropped;

    /** By layer, each [example][neuron]; of layer 0 there are activations only. */
    final List<Rounded[][]> weightedSums = new ArrayList<>();

    final List<Rounded[][]> activations = new ArrayList<>();
    final List<Rounded[][]> deltas = new ArrayList<>();

    /** C₀ of each example. */
    final Rounded[] costs;

    /** In the order of the parameters. */
    final Rounded[] gradients;

    /**
     * Goes forward and back.
     *
     * @param dropped what dropout keeps
     * @param x inputs [example][input], as they stand
     * @param y targets [example][output], as they stand
     */
    StepAnalysis(
            DType type, Architecture architecture, double[] parameters, Dropped dropped, double[][] x, double[][] y) {
        this.r = new Rounding(type);
        this.formulas = new Formulas(r);
        this.architecture = architecture;
        this.parameters = parameters;
        this.dropped = dropped;
        weightedSums.add(null);
        activations.add(exact(x));
        for (int l = 1; l <= architecture.depth(); l++) {
            forward(l);
            deltas.add(null);
        }
        deltas.add(outputDelta(y));
        for (int l = architecture.depth() - 1; l >= 1; l--) {
            deltas.set(l, hiddenDelta(l));
        }
        costs = costs(y);
        gradients = gradients(x.length);
    }

    private Rounded[][] exact(double[][] rows) {
        Rounded[][] exact = new Rounded[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            exact[i] = exact(rows[i]);
        }
        return exact;
    }

    private Rounded[] exact(double[] row) {
        Rounded[] exact = new Rounded[row.length];
        for (int j = 0; j < row.length; j++) {
            exact[j] = r.exact(row[j]);
        }
        return exact;
    }

    private int neurons(int l) {
        return architecture.neurons(l);
    }

    /** Where the weights of a layer begin; behind those of the last, the biases. */
    private int weightsAt(int layer) {
        int at = 0;
        for (int l = 1; l < layer; l++) {
            at += neurons(l) * neurons(l - 1);
        }
        return at;
    }

    private int biasesAt(int layer) {
        int at = weightsAt(architecture.depth() + 1);
        for (int l = 1; l < layer; l++) {
            at += neurons(l);
        }
        return at;
    }

    private Rounded weight(int l, int j, int k) {
        return r.exact(parameters[weightsAt(l) + j * neurons(l - 1) + k]);
    }

    /** The activations that dropout keeps. */
    private Rounded[][] passedOn(int l) {
        return dropped.of(activations.get(l), architecture, l, r);
    }

    // ---- forward ----------------------------------------------------------------------------------------------------

    private void forward(int l) {
        Rounded[][] x = passedOn(l - 1);
        Rounded[][] z = new Rounded[x.length][neurons(l)];
        Rounded[][] a = new Rounded[x.length][];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < neurons(l); j++) {
                Rounded[] products = new Rounded[neurons(l - 1)];
                for (int k = 0; k < products.length; k++) {
                    products[k] = r.times(weight(l, j, k), x[i][k]);
                }
                z[i][j] = r.plus(r.sum(products), r.exact(parameters[biasesAt(l) + j]));
            }
            a[i] = formulas.moved(architecture.layer(l).activation(), values(z[i]), errors(z[i]));
        }
        weightedSums.add(z);
        activations.add(a);
    }

    static double[] values(Rounded[] row) {
        double[] values = new double[row.length];
        for (int j = 0; j < row.length; j++) {
            values[j] = row[j].value();
        }
        return values;
    }

    private static double[] errors(Rounded[] row) {
        double[] errors = new double[row.length];
        for (int j = 0; j < row.length; j++) {
            errors[j] = row[j].error();
        }
        return errors;
    }

    /**
     * What a unit of error in z or a makes of C₀: |∂C₀/∂z| is |a − y|, at most 1, where cost and activation fuse. A cross-entropy
     * that does not fuse has logarithms of what may be off.
     */
    private Rounded[] costs(double[][] y) {
        Cost cost = architecture.cost();
        Activation f = architecture.outputActivation();
        Rounded[][] z = weightedSums.get(architecture.depth());
        Rounded[][] a = activations.get(architecture.depth());
        Rounded[] costs = new Rounded[y.length];
        for (int i = 0; i < y.length; i++) {
            if (isEntropyApart(cost, f)) {
                costs[i] = entropy(cost, a[i], y[i]);
                continue;
            }
            Rounded there = formulas.example(cost, f, values(z[i]), values(a[i]), y[i]);
            double moved = 0;
            for (int j = 0; j < y[i].length; j++) {
                double error = cost.fusesWith(f) ? z[i][j].error() : a[i][j].error();
                double slope = cost.fusesWith(f) ? 1 : 2 * (Math.abs(a[i][j].value() - y[i][j]) + error);
                moved += slope * error;
            }
            costs[i] = r.rounded(there.value(), there.error() + moved, 1);
        }
        return costs;
    }

    private static boolean isEntropyApart(Cost cost, Activation f) {
        boolean entropy = cost instanceof Cost.BinaryCrossEntropy || cost instanceof Cost.CategoricalCrossEntropy;
        return entropy && !cost.fusesWith(f);
    }

    /** −Σ y ln a, and of the binary one − Σ (1 − y) ln(1 − a). */
    private Rounded entropy(Cost cost, Rounded[] a, double[] y) {
        Rounded[] terms = new Rounded[a.length];
        for (int j = 0; j < a.length; j++) {
            Rounded yes = r.times(r.exact(y[j]), r.log(a[j].atLeast(Cost.SMALLEST)));
            Rounded no = r.times(
                    r.constant(1 - y[j]), r.log(r.minus(r.exact(1), a[j]).atLeast(Cost.SMALLEST)));
            terms[j] = (cost instanceof Cost.BinaryCrossEntropy ? r.plus(yes, no) : yes).negated();
        }
        return r.sum(terms);
    }

    // ---- back -------------------------------------------------------------------------------------------------------

    private Rounded[][] outputDelta(double[][] y) {
        int last = architecture.depth();
        Cost cost = architecture.cost();
        Activation f = architecture.outputActivation();
        Rounded[][] delta = new Rounded[y.length][neurons(last)];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < y[i].length; j++) {
                Rounded a = activations.get(last)[i][j];
                Rounded difference = r.minus(a, r.exact(y[i][j]));
                delta[i][j] = isEntropyApart(cost, f)
                        ? slopeOfEntropy(cost, a, y[i][j])
                        : r.times(r.constant(factor(cost, f)), difference);
            }
            if (!cost.fusesWith(f)) {
                delta[i] = chain(last, i, delta[i]);
            }
        }
        return delta;
    }

    /** −y/a, and of the binary cross-entropy (1 − y)/(1 − a) more. */
    private Rounded slopeOfEntropy(Cost cost, Rounded a, double y) {
        Rounded yes = r.over(r.exact(y), a.atLeast(Cost.SMALLEST)).negated();
        Rounded no = r.over(r.constant(1 - y), r.minus(r.exact(1), a).atLeast(Cost.SMALLEST));
        return cost instanceof Cost.BinaryCrossEntropy ? r.plus(no, yes) : yes;
    }

    /** What ∂C₀/∂a, or δ where cost and activation fuse, is a multiple of: of a − y. */
    private double factor(Cost cost, Activation f) {
        if (cost.fusesWith(f) || cost instanceof Cost.HalfQuadratic) {
            return 1;
        } else if (cost instanceof Cost.Quadratic) {
            return 2;
        } else if (cost instanceof Cost.MeanSquaredError) {
            return 2.0 / architecture.outputs();
        }
        throw new IllegalArgumentException("no bound is written down for " + cost.name() + " after " + f.name());
    }

    private Rounded[][] hiddenDelta(int l) {
        Rounded[][] after = deltas.get(l + 1);
        Rounded[][] upstream = new Rounded[after.length][neurons(l)];
        for (int i = 0; i < after.length; i++) {
            for (int k = 0; k < neurons(l); k++) {
                Rounded[] paths = new Rounded[neurons(l + 1)];
                for (int j = 0; j < paths.length; j++) {
                    paths[j] = r.times(weight(l + 1, j, k), after[i][j]);
                }
                upstream[i][k] = r.sum(paths);
            }
        }
        Rounded[][] kept = dropped.of(upstream, architecture, l, r);
        Rounded[][] delta = new Rounded[after.length][];
        for (int i = 0; i < after.length; i++) {
            delta[i] = chain(l, i, kept[i]);
        }
        return delta;
    }

    private Rounded[] chain(int l, int example, Rounded[] upstream) {
        Activation f = architecture.layer(l).activation();
        Rounded[] delta = new Rounded[upstream.length];
        for (int j = 0; j < delta.length; j++) {
            delta[j] =
                    f.elementwise() ? r.times(upstream[j], prime(f, weightedSums.get(l)[example][j])) : null;
        }
        return f.elementwise() ? delta : chainOfSoftmax(activations.get(l)[example], upstream);
    }

    private Rounded[] chainOfSoftmax(Rounded[] a, Rounded[] upstream) {
        Rounded[] products = new Rounded[a.length];
        for (int j = 0; j < a.length; j++) {
            products[j] = r.times(a[j], upstream[j]);
        }
        Rounded mean = r.sum(products);
        Rounded[] delta = new Rounded[a.length];
        for (int j = 0; j < a.length; j++) {
            delta[j] = r.times(a[j], r.minus(upstream[j], mean)).or(r.minus(products[j], r.times(a[j], mean)));
        }
        return delta;
    }

    /** σ′ where z may be off: it moves by max|σ″| times that, and by its jump at 0 where z may be on either side. */
    private Rounded prime(Activation f, Rounded z) {
        Rounded there = formulas.prime(f, z.value());
        boolean either = z.error() > 0 && Math.abs(z.value()) <= z.error();
        double moved = curvature(f) * z.error() + (either ? jump(f) : 0);
        return moved == 0 ? there : r.rounded(there.value(), there.error() + moved, 1);
    }

    /** max |σ″|, rounded up, apart from a jump at 0. */
    private static double curvature(Activation f) {
        if (f instanceof Activation.Sigmoid) {
            return 0.1;
        } else if (f instanceof Activation.Tanh || f instanceof Activation.Gelu) {
            return 0.8;
        } else if (f instanceof Activation.Softplus) {
            return 0.25;
        } else if (f instanceof Activation.Silu) {
            return 0.5;
        }
        return f instanceof Activation.Elu elu ? Math.abs(elu.alpha()) : 0;
    }

    /** By how much σ′ differs right and left of 0. */
    private static double jump(Activation f) {
        if (f instanceof Activation.Relu) {
            return 1;
        } else if (f instanceof Activation.LeakyRelu leaky) {
            return Math.abs(1 - leaky.slope());
        }
        return f instanceof Activation.Elu elu ? Math.abs(1 - elu.alpha()) : 0;
    }

    private Rounded[] gradients(int examples) {
        Rounded scale = r.constant(1.0 / examples);
        Rounded[] all = new Rounded[parameters.length];
        for (int l = 1; l <= architecture.depth(); l++) {
            Rounded[][] x = passedOn(l - 1);
            for (int j = 0; j < neurons(l); j++) {
                Rounded[] own = new Rounded[examples];
                for (int i = 0; i < examples; i++) {
                    own[i] = deltas.get(l)[i][j];
                }
                all[biasesAt(l) + j] = r.times(scale, r.sum(own));
                for (int k = 0; k < neurons(l - 1); k++) {
                    Rounded[] outer = new Rounded[examples];
                    for (int i = 0; i < examples; i++) {
                        outer[i] = r.times(own[i], x[i][k]);
                    }
                    all[weightsAt(l) + j * neurons(l - 1) + k] = r.times(scale, r.sum(outer));
                }
            }
        }
        return all;
    }

    /**
     * The gradients as they are after clipping, in whose place they stand.
     *
     * @param rule for all parameters
     * @return a gradient for each
     */
    Rounded[] clipped(Descent rule) {
        return new Clipped(r).of(gradients, rule);
    }

    /**
     * The optimizer's step, clipping included.
     *
     * @param rule for all parameters
     * @param state of the optimizer, slot after slot
     * @param row of the schedule
     * @return the parameters, then the state
     */
    Rounded[] step(Descent rule, double[] state, double[] row) {
        int n = parameters.length;
        int slots = rule.optimizer().slots();
        Rounded[] results = new Rounded[n * (1 + slots)];
        Rounded[] clipped = clipped(rule);
        for (int i = 0; i < n; i++) {
            double[] own = new double[slots];
            for (int slot = 0; slot < slots; slot++) {
                own[slot] = state[slot * n + i];
            }
            boolean penalized = i < weightsAt(architecture.depth() + 1);
            Rounded[] moved = formulas.step(rule, parameters[i], clipped[i], own, row, penalized);
            if (rule.isPlain() && penalized && rule.l2() != 0) {
                moved[0] = moved[0].or(plain(rule.l2(), i, row[0]));
            }
            for (int part = 0; part <= slots; part++) {
                results[part * n + i] = moved[part];
            }
        }
        return results;
    }

    /** A weight that shrinks by a factor, while its gradient comes on. */
    private Rounded plain(double l2, int i, double rate) {
        Rounded kept = r.times(r.constant(1 - rate * l2), r.exact(parameters[i]));
        return r.plus(kept, r.times(r.constant(-rate), gradients[i]));
    }
}

package io.nudge.tensor;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.LossScale;
import io.nudge.math.Optimizer;
import io.nudge.tensor.Call.Use;
import java.util.List;

/** The part of the {@link Catalogue} that knows layers, costs, optimizers and batches. */
final class TrainingCalls {
    private static final double NONE = Double.POSITIVE_INFINITY;

    private TrainingCalls() {}

    // ---- layers -----------------------------------------------------------------------------------------------------

    static Catalogue layers() {
        Catalogue all = new Catalogue();
        all.add(
                "affine",
                (d, s) -> layer("affine", d, s)
                        .does((o, t) -> o.affine(t[0], t[1], t[2], t[3]))
                        .gives((r, t) -> List.of(r.affine("affine", t[0], t[1], t[2], t[3]))));
        for (Activation f : Catalogue.activations()) {
            all.add("forward " + f.name(), (d, s) -> forward(f, d, s));
            all.add("delta " + f.name(), (d, s) -> delta(f, d, s));
        }
        return all;
    }

    private static Call layer(String name, Draw d, Sizes s) {
        Shape x = Shape.of(s.m(), s.k());
        Shape w = Shape.of(s.n(), s.k());
        return new Call(name, d.type())
                .reads("x", x, d.terms(x))
                .reads("w", w, d.terms(w))
                .reads("b", Shape.of(s.n()), d.terms(Shape.of(s.n())))
                .writes("z", Shape.of(s.m(), s.n()));
    }

    private static Call forward(Activation f, Draw d, Sizes s) {
        return layer("forward " + f.name(), d, s)
                .writes("a", Shape.of(s.m(), s.n()))
                .orInto("z")
                .does((o, t) -> o.forward(t[0], t[1], t[2], f, t[3], t[4]))
                .gives((r, t) -> List.of(
                        r.affine("forward", t[0], t[1], t[2], t[3]), r.forward(t[0], t[1], t[2], f, t[3], t[4])));
    }

    private static Call delta(Activation f, Draw d, Sizes s) {
        double scale = 1.0 / Math.max(1, s.m());
        Shape shape = Shape.of(s.m(), s.n());
        return TensorCalls.activated("delta " + f.name(), f, d, shape, logits(d, shape))
                .with("scale", scale)
                .reads("upstream", shape, d.ordinary(shape))
                .writes("delta", shape)
                .orInto("upstream")
                .writes("biasGradient", Shape.of(s.n()))
                .does((o, t) -> o.delta(f, t[0], t[1], t[2], t[3], scale, t[4]))
                .gives((r, t) -> {
                    Expected delta = r.chain(f, t[0], t[2], t[3]);
                    return List.of(delta, r.biasGradient("delta", delta, scale, t[4]));
                });
    }

    // ---- the output layer -------------------------------------------------------------------------------------------

    static Catalogue outputs() {
        Catalogue all = new Catalogue();
        for (Cost cost : Catalogue.COSTS) {
            all.add("costGradient " + cost.name(), (d, s) -> costGradient(cost, d, s));
            for (Activation f : outputsOf(cost)) {
                String pair = " " + cost.name() + " after " + f.name();
                all.add("costs" + pair, (d, s) -> costs("costs" + pair, cost, f, d, s));
                all.add("costDelta" + pair, (d, s) -> costDelta("costDelta" + pair, cost, f, d, s));
                all.add("outputDelta" + pair, (d, s) -> outputDelta("outputDelta" + pair, cost, f, d, s));
            }
        }
        all.add("tally", TrainingCalls::tally);
        return all;
    }

    private static List<Activation> outputsOf(Cost cost) {
        if (cost instanceof Cost.Quadratic) {
            return Catalogue.activations();
        } else if (cost instanceof Cost.BinaryCrossEntropy || cost instanceof Cost.CategoricalCrossEntropy) {
            return List.of(Activation.SIGMOID, Activation.SOFTMAX);
        }
        return List.of(Activation.SIGMOID, Activation.IDENTITY, Activation.SOFTMAX);
    }

    /** Weighted sums; some so large that an exponential overflows or a is 0 or 1 to the last bit. */
    static double[] logits(Draw d, Shape shape) {
        double[] z = d.ordinary(shape);
        for (int i = 0; d.special() && i < z.length; i++) {
            if (d.chance(0.3)) {
                z[i] = d.oneOf(90.0, -90.0, 1000.0, -1000.0, 17.0, -17.0, 0.0, -0.0, z[i]);
            }
            if (d.chance(0.5 / z.length)) {
                z[i] = Double.NaN;
            }
        }
        return z;
    }

    private static double[] targets(Cost cost, Draw d, Shape shape) {
        boolean probabilities = cost instanceof Cost.BinaryCrossEntropy || cost instanceof Cost.CategoricalCrossEntropy;
        return switch (d.below(3)) {
            case 0 -> d.oneHot(shape);
            case 1 -> d.fractions(shape);
            default -> probabilities ? d.oneHot(shape) : d.ordinary(shape);
        };
    }

    private static Call costGradient(Cost cost, Draw d, Sizes s) {
        Shape shape = Shape.of(s.m(), s.n());
        return new Call("costGradient " + cost.name(), d.type())
                .reads("a", shape, d.fractions(shape))
                .reads("y", shape, targets(cost, d, shape))
                .writes("into", shape)
                .does((o, t) -> o.costGradient(cost, t[0], t[1], t[2]))
                .gives((r, t) -> List.of(r.costGradient(cost, t[0], t[1], t[2])));
    }

    private static Call output(String name, Cost cost, Activation f, Draw d, Sizes s) {
        Shape shape = Shape.of(s.m(), s.n());
        return TensorCalls.activated(name, f, d, shape, logits(d, shape)).reads("y", shape, targets(cost, d, shape));
    }

    private static Call costs(String name, Cost cost, Activation f, Draw d, Sizes s) {
        return output(name, cost, f, d, s)
                .writes("costs", Shape.of(s.m()))
                .does((o, t) -> o.costs(cost, f, t[0], t[1], t[2], t[3]))
                .gives((r, t) -> List.of(r.costs("costs", cost, f, t[0], t[1], t[2], t[3])));
    }

    private static Call costDelta(String name, Cost cost, Activation f, Draw d, Sizes s) {
        return output(name, cost, f, d, s)
                .writes("delta", Shape.of(s.m(), s.n()))
                .does((o, t) -> o.costDelta(cost, f, t[0], t[1], t[2], t[3]))
                .gives((r, t) -> List.of(r.costDelta("costDelta", cost, f, t[0], t[1], t[2], t[3])));
    }

    private static Call outputDelta(String name, Cost cost, Activation f, Draw d, Sizes s) {
        double scale = 1.0 / Math.max(1, s.m());
        return output(name, cost, f, d, new Sizes(s.m(), Math.max(1, s.n()), s.k()))
                .with("scale", scale)
                .writes("costs", Shape.of(s.m()))
                .writes("delta", Shape.of(s.m(), Math.max(1, s.n())))
                .writes("biasGradient", Shape.of(Math.max(1, s.n())))
                .argument("position", Use.READ, DType.INT64, Shape.of(Operations.POSITION), position(d, 100, 100))
                .argument("tally", Use.UPDATE, DType.FLOAT64, Shape.of(3), tally(d))
                .does((o, t) -> o.outputDelta(cost, f, t[0], t[1], t[2], t[3], t[4], scale, t[5], t[6], t[7]))
                .gives((r, t) -> r.outputDelta(cost, f, t[0], t[1], t[2], t[3], t[4], scale, t[5], t[6], t[7]));
    }

    /** Few different values, so that the largest output or target is often there twice. */
    private static Call tally(Draw d, Sizes s) {
        Shape shape = Shape.of(s.m(), Math.max(1, s.n()));
        double[] a = d.fractions(shape);
        for (int i = 0; i < a.length; i++) {
            a[i] = Math.floor(4 * a[i]) / 4 + 0.125;
        }
        return new Call("tally", d.type())
                .reads("costs", Shape.of(s.m()), d.terms(Shape.of(s.m())))
                .reads("a", shape, a)
                .reads("y", shape, d.oneHot(shape))
                .argument("position", Use.READ, DType.INT64, Shape.of(Operations.POSITION), position(d, 100, 100))
                .argument("tally", Use.UPDATE, DType.FLOAT64, Shape.of(3), tally(d))
                .does((o, t) -> o.tally(t[0], t[1], t[2], t[3], t[4]))
                .gives((r, t) -> List.of(r.tally(t[0], t[1], t[2], t[3], t[4])));
    }

    /** A tally in the middle of an epoch; one in eight holds a fault. */
    private static double[] tally(Draw d) {
        return new double[] {12.5, 7, d.below(8) == 0 ? 3 : 0};
    }

    /** A position within an epoch of so many rows and a schedule of so many steps. */
    static long[] position(Draw d, int rows, int steps) {
        return new long[] {
            d.below(rows),
            d.below(steps),
            d.oneOf(0L, 1L, 4711L, (1L << 33) + 5) + d.below(1000),
            d.oneOf(0L, 0L, 1L, 16L, (long) LossScale.LARGEST),
            d.oneOf(0L, LossScale.PERIOD - 2L, LossScale.PERIOD - 1L),
            d.oneOf(0L, 0L, 0L, 1L)
        };
    }

    // ---- descent, batches -------------------------------------------------------------------------------------------

    static Catalogue training() {
        Catalogue all = new Catalogue();
        for (Optimizer optimizer : Catalogue.OPTIMIZERS) {
            all.add("update " + optimizer.name(), (d, s) -> update(optimizer, d, s));
            all.add("descend " + optimizer.name(), (d, s) -> descend(optimizer, d, s));
        }
        all.add("gather", TrainingCalls::gather);
        all.add("gatherOneHot", TrainingCalls::gatherOneHot);
        all.add("gatherBatch labels", TrainingCalls::gatherLabelled);
        all.add("gatherBatch targets", TrainingCalls::gatherTargets);
        all.add("scaleLoss", TrainingCalls::scaleLoss);
        all.add("unscale", TrainingCalls::unscale);
        all.add("advance", TrainingCalls::advance);
        return all;
    }

    private static Descent rule(Optimizer optimizer, Draw d) {
        double l1 = d.oneOf(0.0, 0.01);
        double l2 = d.oneOf(0.0, 0.02);
        return new Descent(optimizer, l1, l2, d.oneOf(NONE, 0.7), d.oneOf(NONE, 1.5, 1e6));
    }

    private static Call parameters(String name, Descent rule, int penalized, boolean clips, Draw d, int count) {
        Shape shape = Shape.of(count);
        Call call = new Call(name, d.type())
                .with("rule", rule)
                .with("penalized", penalized)
                .updates("parameters", shape, d.ordinary(shape));
        return clips
                ? call.updates("gradients", shape, d.ordinary(shape))
                : call.reads("gradients", shape, d.ordinary(shape));
    }

    /** Steps of a schedule: three to begin at, and some for programs that go on. */
    private static final int SCHEDULE = 8;

    /** State, schedule, position and tally, as every step of descent takes them. */
    private static Call rest(Call call, Use position, Optimizer optimizer, Draw d, int count) {
        Shape shape = Shape.of((long) optimizer.slots() * count);
        double[] state = d.ordinary(shape);
        double[] schedule = new double[SCHEDULE * Optimizer.COLUMNS];
        for (int i = 0; i < state.length; i++) {
            boolean signed = optimizer instanceof Optimizer.Momentum || optimizer instanceof Optimizer.Nesterov;
            state[i] = signed ? state[i] : Math.abs(state[i]); // where it is a mean of squares
        }
        for (int step = 0; step < SCHEDULE; step++) {
            double[] row = optimizer.row(1.0 / (1 + step), 7L * step);
            System.arraycopy(row, 0, schedule, step * Optimizer.COLUMNS, Optimizer.COLUMNS);
        }
        return call.updates("state", shape, state)
                .argument("schedule", Use.READ, DType.FLOAT64, Shape.of(SCHEDULE, Optimizer.COLUMNS), schedule)
                .argument("position", position, DType.INT64, Shape.of(Operations.POSITION), position(d, 100, 3))
                .argument("tally", Use.READ, DType.FLOAT64, Shape.of(3), tally(d));
    }

    private static Call update(Optimizer optimizer, Draw d, Sizes s) {
        Descent rule = rule(optimizer, d);
        int count = s.m() * s.n();
        int penalized = d.below(count + 1);
        Call call = parameters("update " + optimizer.name(), rule, penalized, false, d, count);
        return rest(call, Use.READ, optimizer, d, count)
                .does((o, t) -> o.update(rule, t[0], penalized, t[1], t[2], t[3], t[4], t[5]))
                .gives((r, t) -> r.update(rule, t[0], penalized, t[1], t[2], t[3], t[4], t[5]));
    }

    private static Call descend(Optimizer optimizer, Draw d, Sizes s) {
        Descent rule = rule(optimizer, d);
        int count = s.m() * s.n();
        int penalized = d.below(count + 1);
        Call call = parameters("descend " + optimizer.name(), rule, penalized, true, d, count)
                .argument("norm", Use.WRITE, DType.FLOAT64, Shape.of(1), null);
        return rest(call, Use.UPDATE, optimizer, d, count)
                .with("rows", s.k())
                .does((o, t) -> o.descend(rule, t[0], penalized, t[1], t[2], t[3], t[4], t[5], t[6], s.k()))
                .gives((r, t) -> r.descend(rule, t[0], penalized, t[1], t[3], t[4], t[5], t[6], s.k()));
    }

    private static long[] order(Draw d, int examples) {
        long[] order = new long[1 + d.below(2 * examples)];
        for (int i = 0; i < order.length; i++) {
            order[i] = d.below(examples);
        }
        return order;
    }

    private static Call gather(Draw d, Sizes s) {
        int examples = Math.max(1, s.m());
        Shape rows = Shape.of(examples, s.n());
        long[] order = order(d, examples);
        return new Call("gather", d.type())
                .reads("rows", rows, d.values(rows))
                .argument("order", Use.READ, DType.INT64, Shape.of(order.length), order)
                .argument(
                        "position",
                        Use.READ,
                        DType.INT64,
                        Shape.of(Operations.POSITION),
                        position(d, 2 * order.length, 9))
                .writes("batch", Shape.of(s.k(), s.n()))
                .does((o, t) -> o.gather(t[0], t[1], t[2], t[3]))
                .gives((r, t) -> List.of(r.gather("gather", "batch", t[0], t[1], t[2], t[3])));
    }

    private static Call gatherOneHot(Draw d, Sizes s) {
        int examples = Math.max(1, s.m());
        int classes = Math.max(1, s.n());
        long[] labels = labels(d, examples, classes);
        long[] order = order(d, examples);
        return new Call("gatherOneHot", d.type())
                .argument("labels", Use.READ, DType.INT64, Shape.of(examples), labels)
                .argument("order", Use.READ, DType.INT64, Shape.of(order.length), order)
                .argument(
                        "position",
                        Use.READ,
                        DType.INT64,
                        Shape.of(Operations.POSITION),
                        position(d, 2 * order.length, 9))
                .writes("batch", Shape.of(s.k(), classes))
                .does((o, t) -> o.gatherOneHot(t[0], t[1], t[2], t[3]))
                .gives((r, t) -> List.of(r.gatherOneHot("gatherOneHot", "batch", t[0], t[1], t[2], t[3])));
    }

    private static long[] labels(Draw d, int examples, int classes) {
        long[] labels = new long[examples];
        for (int i = 0; i < examples; i++) {
            labels[i] = d.below(classes);
        }
        return labels;
    }

    private static Call gatherLabelled(Draw d, Sizes s) {
        int examples = Math.max(1, s.m());
        int classes = Math.max(1, s.n());
        Shape inputs = Shape.of(examples, s.k());
        Call call = new Call("gatherBatch labels", d.type())
                .reads("inputs", inputs, d.values(inputs))
                .argument("targets", Use.READ, DType.INT64, Shape.of(examples), labels(d, examples, classes));
        return batch(call, d, examples, s.k(), classes)
                .gives((r, t) -> List.of(
                        r.gather("gatherBatch", "x", t[0], t[2], t[3], t[4]),
                        r.gatherOneHot("gatherBatch", "y", t[1], t[2], t[3], t[5])));
    }

    private static Call gatherTargets(Draw d, Sizes s) {
        int examples = Math.max(1, s.m());
        Shape inputs = Shape.of(examples, s.k());
        Shape targets = Shape.of(examples, s.n());
        Call call = new Call("gatherBatch targets", d.type())
                .reads("inputs", inputs, d.values(inputs))
                .reads("targets", targets, d.values(targets));
        return batch(call, d, examples, s.k(), s.n())
                .gives((r, t) -> List.of(
                        r.gather("gatherBatch", "x", t[0], t[2], t[3], t[4]),
                        r.gather("gatherBatch", "y", t[1], t[2], t[3], t[5])));
    }

    /** Order, position and a batch of one example more than there are. */
    private static Call batch(Call call, Draw d, int examples, int inputs, int outputs) {
        long[] order = order(d, examples);
        return call.argument("order", Use.READ, DType.INT64, Shape.of(order.length), order)
                .argument(
                        "position",
                        Use.READ,
                        DType.INT64,
                        Shape.of(Operations.POSITION),
                        position(d, 2 * order.length, 9))
                .writes("x", Shape.of(examples + 1L, inputs))
                .writes("y", Shape.of(examples + 1L, outputs))
                .does((o, t) -> o.gatherBatch(t[0], t[1], t[2], t[3], t[4], t[5]));
    }

    private static Call scaleLoss(Draw d, Sizes s) {
        Shape shape = Shape.of(s.m(), s.n());
        return new Call("scaleLoss", d.type())
                .updates("delta", shape, d.values(shape))
                .argument("position", Use.READ, DType.INT64, Shape.of(Operations.POSITION), position(d, 100, 100))
                .does((o, t) -> o.scaleLoss(t[0], t[1]))
                .gives((r, t) -> List.of(r.scaleLoss(t[0], t[1])));
    }

    /** One time in three with a gradient that is not finite. */
    private static Call unscale(Draw d, Sizes s) {
        Shape shape = Shape.of((long) s.m() * s.n());
        double[] gradients = d.ordinary(shape);
        if (gradients.length > 0 && d.below(3) == 0) {
            gradients[d.below(gradients.length)] = d.oneOf(Double.NaN, Double.POSITIVE_INFINITY);
        }
        return new Call("unscale", d.type())
                .updates("gradients", shape, gradients)
                .argument("position", Use.UPDATE, DType.INT64, Shape.of(Operations.POSITION), position(d, 100, 100))
                .does((o, t) -> o.unscale(t[0], t[1]))
                .gives((r, t) -> r.unscale(t[0], t[1]));
    }

    private static Call advance(Draw d, Sizes s) {
        return new Call("advance", d.type())
                .with("rows", s.m())
                .argument("position", Use.UPDATE, DType.INT64, Shape.of(Operations.POSITION), position(d, 100, 100))
                .does((o, t) -> o.advance(t[0], s.m()))
                .gives((r, t) -> List.of(r.advance(t[0], s.m())));
    }
}

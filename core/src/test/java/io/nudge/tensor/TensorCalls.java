package io.nudge.tensor;

import io.nudge.math.Activation;
import io.nudge.tensor.Call.Use;
import java.util.List;

/** The part of the {@link Catalogue} that knows tensors, but no training. */
final class TensorCalls {
    private TensorCalls() {}

    // ---- elementwise ------------------------------------------------------------------------------------------------

    static Catalogue elementwise() {
        Catalogue all = new Catalogue();
        all.add("fill", TensorCalls::fill);
        all.add("copy", TensorCalls::copy);
        all.add(
                "add",
                (d, s) -> pairwise("add", d, s)
                        .does((o, t) -> o.add(t[0], t[1], t[2]))
                        .gives((r, t) -> List.of(r.add(t[0], t[1], t[2]))));
        all.add(
                "subtract",
                (d, s) -> pairwise("subtract", d, s)
                        .does((o, t) -> o.subtract(t[0], t[1], t[2]))
                        .gives((r, t) -> List.of(r.subtract(t[0], t[1], t[2]))));
        all.add(
                "hadamard",
                (d, s) -> pairwise("hadamard", d, s)
                        .does((o, t) -> o.hadamard(t[0], t[1], t[2]))
                        .gives((r, t) -> List.of(r.hadamard(t[0], t[1], t[2]))));
        all.add("scale", TensorCalls::scale);
        all.add("addScaled", TensorCalls::addScaled);
        all.add("clamp", TensorCalls::clamp);
        all.add("dropout", TensorCalls::dropout);
        for (Activation f : Catalogue.activations()) {
            all.add("activate " + f.name(), (d, s) -> activate(f, d, s));
            all.add("chain " + f.name(), (d, s) -> chain(f, d, s));
        }
        for (Activation f : Catalogue.ELEMENTWISE) {
            all.add("activatePrime " + f.name(), (d, s) -> activatePrime(f, d, s));
        }
        return all;
    }

    private static Call fill(Draw d, Sizes s) {
        double value = d.values(Shape.of(1))[0];
        return new Call("fill", d.type())
                .with("value", value)
                .writes("x", d.anyShape(s))
                .does((o, t) -> o.fill(t[0], value))
                .gives((r, t) -> List.of(r.fill(t[0], value)));
    }

    private static Call copy(Draw d, Sizes s) {
        Shape shape = d.anyShape(s);
        return new Call("copy", d.type())
                .reads("from", shape, d.values(shape))
                .writes("to", Shape.of(shape.size())) // the shapes may differ
                .orInto("from")
                .does((o, t) -> o.copy(t[0], t[1]))
                .gives((r, t) -> List.of(r.copy(t[0], t[1])));
    }

    private static Call pairwise(String name, Draw d, Sizes s) {
        Shape shape = d.anyShape(s);
        return new Call(name, d.type())
                .reads("a", shape, d.values(shape))
                .reads("b", shape, d.values(shape))
                .writes("into", shape)
                .orInto("a")
                .orInto("b");
    }

    private static Call unary(String name, String from, String into, Draw d, Shape shape) {
        return new Call(name, d.type())
                .reads(from, shape, d.values(shape))
                .writes(into, shape)
                .orInto(from);
    }

    private static Call scale(Draw d, Sizes s) {
        double alpha = d.chance(0.1) ? 0 : d.factor();
        return unary("scale", "x", "into", d, d.anyShape(s))
                .with("alpha", alpha)
                .does((o, t) -> o.scale(alpha, t[0], t[1]))
                .gives((r, t) -> List.of(r.scale(alpha, t[0], t[1])));
    }

    private static Call addScaled(Draw d, Sizes s) {
        double alpha = d.chance(0.1) ? 0 : d.factor();
        Shape shape = d.anyShape(s);
        return new Call("addScaled", d.type())
                .with("alpha", alpha)
                .reads("x", shape, d.values(shape))
                .updates("y", shape, d.values(shape))
                .orInto("x")
                .does((o, t) -> o.addScaled(alpha, t[0], t[1]))
                .gives((r, t) -> List.of(r.addScaled(alpha, t[0], t[1])));
    }

    private static Call clamp(Draw d, Sizes s) {
        double limit = d.chance(0.1) ? Double.POSITIVE_INFINITY : 0.1 + d.uniform();
        return unary("clamp", "x", "into", d, d.anyShape(s))
                .with("limit", limit)
                .does((o, t) -> o.clamp(t[0], limit, t[1]))
                .gives((r, t) -> List.of(r.clamp(t[0], limit, t[1])));
    }

    private static Call dropout(Draw d, Sizes s) {
        double rate = d.oneOf(0.0, 0.5, 0.1, 0.93);
        long seed = d.below(1 << 30) * -77_777_777_777L;
        long stream = ((long) d.below(6) << 56) | d.below(9);
        Shape shape = d.anyShape(s);
        return new Call("dropout", d.type())
                .with("rate", rate)
                .with("seed", seed)
                .with("stream", stream)
                .argument(
                        "position",
                        Use.READ,
                        DType.INT64,
                        Shape.of(Operations.POSITION),
                        TrainingCalls.position(d, 100, 100))
                .reads("x", shape, d.values(shape))
                .writes("into", shape)
                .orInto("x")
                .does((o, t) -> o.dropout(rate, seed, stream, t[0], t[1], t[2]))
                .gives((r, t) -> List.of(r.dropout(rate, seed, stream, t[0], t[1], t[2])));
    }

    private static Shape shapeFor(Activation f, Draw d, Sizes s) {
        return f.elementwise() ? d.anyShape(s) : Shape.of(s.m(), s.n());
    }

    private static Call activate(Activation f, Draw d, Sizes s) {
        return unary("activate " + f.name(), "z", "a", d, shapeFor(f, d, s))
                .does((o, t) -> o.activate(f, t[0], t[1]))
                .gives((r, t) -> List.of(r.activate(f, t[0], t[1])));
    }

    private static Call activatePrime(Activation f, Draw d, Sizes s) {
        return unary("activatePrime " + f.name(), "z", "into", d, shapeFor(f, d, s))
                .does((o, t) -> o.activatePrime(f, t[0], t[1]))
                .gives((r, t) -> List.of(r.activatePrime(f, t[0], t[1])));
    }

    private static Call chain(Activation f, Draw d, Sizes s) {
        Shape shape = shapeFor(f, d, s);
        return activated("chain " + f.name(), f, d, shape)
                .reads("upstream", shape, f.elementwise() ? d.values(shape) : d.ordinary(shape))
                .writes("delta", shape)
                .orInto("upstream")
                .does((o, t) -> o.chain(f, t[0], t[1], t[2], t[3]))
                .gives((r, t) -> List.of(r.chain(f, t[0], t[2], t[3])));
    }

    /** z, and a = σ(z) as the type rounds it. */
    private static Call activated(String name, Activation f, Draw d, Shape shape) {
        return activated(name, f, d, shape, f.elementwise() ? d.values(shape) : d.ordinary(shape));
    }

    static Call activated(String name, Activation f, Draw d, Shape shape, double[] z) {
        return new Call(name, d.type()).reads("z", shape, z).reads("a", shape, activations(f, d, shape, z));
    }

    private static double[] activations(Activation f, Draw d, Shape shape, double[] z) {
        int n = f.elementwise() ? z.length : (int) shape.columns();
        double[] a = new double[z.length];
        for (int from = 0; from < z.length; from += n) {
            double[] row = java.util.Arrays.copyOfRange(z, from, from + n);
            f.values(row, row);
            for (int j = 0; j < n; j++) {
                a[from + j] = d.stored(row[j]);
            }
        }
        return a;
    }

    // ---- sums -------------------------------------------------------------------------------------------------------

    static Catalogue sums() {
        Catalogue all = new Catalogue();
        all.add("addRow", TensorCalls::addRow);
        all.add("sumRows", TensorCalls::sumRows);
        all.add("sumSquares", TensorCalls::sumSquares);
        all.add("rescale", TensorCalls::rescale);
        all.add("transpose", TensorCalls::transpose);
        return all;
    }

    private static Call addRow(Draw d, Sizes s) {
        Shape shape = Shape.of(s.m(), s.n());
        return new Call("addRow", d.type())
                .reads("x", shape, d.values(shape))
                .reads("row", Shape.of(s.n()), d.values(Shape.of(s.n())))
                .writes("into", shape)
                .orInto("x")
                .does((o, t) -> o.addRow(t[0], t[1], t[2]))
                .gives((r, t) -> List.of(r.addRow(t[0], t[1], t[2])));
    }

    private static Call sumRows(Draw d, Sizes s) {
        double scale = d.special() ? d.oneOf(1.0, -1.0) : d.factor();
        double beta = d.oneOf(0.0, 1.0, -0.9);
        Shape shape = Shape.of(s.m(), s.n());
        return destination(
                        new Call("sumRows", d.type())
                                .with("scale", scale)
                                .with("beta", beta)
                                .reads("x", shape, d.terms(shape)),
                        "into",
                        Shape.of(s.n()),
                        beta,
                        d)
                .does((o, t) -> o.sumRows(t[0], scale, beta, t[1]))
                .gives((r, t) -> List.of(r.sumRows(t[0], scale, beta, t[1])));
    }

    /** With beta = 0 a destination is only written, else updated. */
    static Call destination(Call call, String role, Shape shape, double beta, Draw d) {
        return beta == 0 ? call.writes(role, shape) : call.updates(role, shape, d.terms(shape));
    }

    private static Call sumSquares(Draw d, Sizes s) {
        Shape shape = d.anyShape(s);
        return new Call("sumSquares", d.type())
                .reads("x", shape, d.terms(shape))
                .argument("into", Use.WRITE, DType.FLOAT64, d.oneOf(Shape.of(1), Shape.of(), Shape.of(1, 1)), null)
                .does((o, t) -> o.sumSquares(t[0], t[1]))
                .gives((r, t) -> List.of(r.sumSquares(t[0], t[1])));
    }

    private static Call rescale(Draw d, Sizes s) {
        double limit = 0.5 + d.uniform();
        double squares = d.oneOf(0.0, 0.01, 4.0, 1e4, 1e4 * d.uniform());
        Shape shape = d.anyShape(s);
        return new Call("rescale", d.type())
                .with("limit", limit)
                .with("Σx²", squares)
                .updates("x", shape, d.values(shape))
                .argument("sumSquares", Use.READ, DType.FLOAT64, Shape.of(1), new double[] {squares})
                .does((o, t) -> o.rescale(t[0], limit, t[1]))
                .gives((r, t) -> List.of(r.rescale(t[0], limit, t[1])));
    }

    private static Call transpose(Draw d, Sizes s) {
        Shape shape = Shape.of(s.m(), s.n());
        return new Call("transpose", d.type())
                .reads("x", shape, d.values(shape))
                .writes("into", Shape.of(s.n(), s.m()))
                .does((o, t) -> o.transpose(t[0], t[1]))
                .gives((r, t) -> List.of(r.transpose(t[0], t[1])));
    }

    // ---- products ---------------------------------------------------------------------------------------------------

    static Catalogue products() {
        Catalogue all = new Catalogue();
        for (Transpose ta : Transpose.values()) {
            for (Transpose tb : Transpose.values()) {
                all.add("product " + ta + " " + tb, (d, s) -> product(ta, tb, d, s));
            }
        }
        all.add("outer", TensorCalls::outer);
        all.add("weightGradient", TensorCalls::weightGradient);
        all.add("inputGradient", TensorCalls::inputGradient);
        return all;
    }

    private static Call product(Transpose ta, Transpose tb, Draw d, Sizes s) {
        double alpha = d.special() ? d.oneOf(1.0, -1.0) : d.chance(0.9) ? d.factor() : 0;
        double beta = d.oneOf(0.0, 1.0, -0.9);
        Shape a = ta == Transpose.NO ? Shape.of(s.m(), s.k()) : Shape.of(s.k(), s.m());
        Shape b = tb == Transpose.NO ? Shape.of(s.k(), s.n()) : Shape.of(s.n(), s.k());
        Call call = new Call("product " + ta + " " + tb, d.type())
                .with("alpha", alpha)
                .with("beta", beta)
                .reads("a", a, d.terms(a))
                .reads("b", b, d.terms(b));
        return destination(call, "c", Shape.of(s.m(), s.n()), beta, d)
                .does((o, t) -> o.product(alpha, t[0], ta, t[1], tb, beta, t[2]))
                .gives((r, t) -> List.of(r.product(alpha, t[0], ta, t[1], tb, beta, t[2])));
    }

    private static Call outer(Draw d, Sizes s) {
        return new Call("outer", d.type())
                .reads("a", Shape.of(s.m()), d.terms(Shape.of(s.m())))
                .reads("b", Shape.of(s.n()), d.terms(Shape.of(s.n())))
                .writes("into", Shape.of(s.m(), s.n()))
                .does((o, t) -> o.outer(t[0], t[1], t[2]))
                .gives((r, t) -> List.of(r.outer(t[0], t[1], t[2])));
    }

    private static Call weightGradient(Draw d, Sizes s) {
        double scale = d.special() ? 1 : 1.0 / Math.max(1, s.m());
        double beta = d.oneOf(0.0, 1.0, 0.25);
        Shape delta = Shape.of(s.m(), s.n());
        Shape x = Shape.of(s.m(), s.k());
        Call call = new Call("weightGradient", d.type())
                .with("scale", scale)
                .with("beta", beta)
                .reads("delta", delta, d.terms(delta))
                .reads("x", x, d.terms(x));
        return destination(call, "weightGradient", Shape.of(s.n(), s.k()), beta, d)
                .does((o, t) -> o.weightGradient(t[0], t[1], scale, beta, t[2]))
                .gives((r, t) -> List.of(r.weightGradient(t[0], t[1], scale, beta, t[2])));
    }

    private static Call inputGradient(Draw d, Sizes s) {
        Shape delta = Shape.of(s.m(), s.n());
        Shape w = Shape.of(s.n(), s.k());
        return new Call("inputGradient", d.type())
                .reads("delta", delta, d.terms(delta))
                .reads("w", w, d.terms(w))
                .writes("inputGradient", Shape.of(s.m(), s.k()))
                .does((o, t) -> o.inputGradient(t[0], t[1], t[2]))
                .gives((r, t) -> List.of(r.inputGradient(t[0], t[1], t[2])));
    }
}

package io.nudge.tensor;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A random sequence of operations over a pool of tensors that they read and write again and again, the same for the same
 * seed. It can be carried out on any backend, at once, step by step, or as a program.
 */
final class Chain {
    /** The tensors of the pool, by what is done with them. */
    private enum In {
        A("mn"),
        B("mn"),
        C("mn"),
        D("mn"),
        X("mk"),
        X2("mk"),
        W("nk"),
        G("nk"),
        ROW("n"),
        ROW2("n"),
        FLIPPED("nm"),
        Z("mn"),
        SIGMA("mn"),
        TARGET("mn"),
        COSTS("m");

        private final String shape;

        In(String shape) {
            this.shape = shape;
        }
    }

    private static final In[] MATRICES = {In.A, In.B, In.C, In.D};

    /** The tensors on one backend. */
    record Pool(Map<In, Tensor> tensors, Tensor state, Tensor schedule, Tensor position, Tensor tally) {
        Tensor get(In which) {
            return tensors.get(which);
        }

        /** Everything that the chain writes. */
        double[][] contents() {
            return Arrays.stream(all()).map(Contents::of).toArray(double[][]::new);
        }

        Tensor[] all() {
            List<Tensor> all = new ArrayList<>(tensors.values());
            all.addAll(List.of(state, position, tally));
            return all.toArray(new Tensor[0]);
        }
    }

    /** An expectation and the tensor that it is about. */
    record Due(Expected expected, Tensor tensor) {}

    /** One operation: how it is called, and what the oracle expects of it. */
    private record Step(String name, Action action, Reference reference) {}

    private interface Action {
        void on(Operations operations, Pool pool);
    }

    private interface Reference {
        List<Due> of(Oracle oracle, Pool pool);
    }

    private final DType type;
    private final Sizes sizes;
    private final long seed;
    private final List<Step> steps = new ArrayList<>();
    private Activation last;

    Chain(DType type, Sizes sizes, int length, long seed) {
        this.type = type;
        this.sizes = sizes;
        this.seed = seed;
        Draw draw = new Draw(seed, type, false);
        forward(draw);
        while (steps.size() < length) {
            next(draw);
        }
    }

    /** Makes the pool on a backend, in the current scope. */
    Pool pool(Backend backend) {
        Draw draw = new Draw(seed + 1, type, false);
        Map<In, Tensor> tensors = new EnumMap<>(In.class);
        for (In each : In.values()) {
            Shape shape = shape(each.shape);
            double[] values = each == In.TARGET ? draw.oneHot(shape) : draw.fractions(shape);
            tensors.put(each, backend.tensor(values, shape, type).named(each.name()));
        }
        Tensor state = backend.zeros(Shape.of(2L * sizes.n() * sizes.k()), type);
        Tensor schedule = backend.matrix(schedule(), DType.FLOAT64);
        Tensor position = backend.zeros(Shape.of(Operations.POSITION), DType.INT64);
        return new Pool(tensors, state, schedule, position, backend.zeros(Shape.of(3), DType.FLOAT64));
    }

    /** A row for every step that the chain may advance to. */
    private double[][] schedule() {
        double[][] rows = new double[steps.size() + 1][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Optimizer.adam(0.01).row(1, i);
        }
        return rows;
    }

    private Shape shape(String lengths) {
        return Shape.of(lengths.chars()
                .mapToLong(each -> each == 'm' ? sizes.m() : each == 'n' ? sizes.n() : sizes.k())
                .toArray());
    }

    /** Carries all steps out. */
    void run(Operations operations, Pool pool) {
        for (Step step : steps) {
            step.action().on(operations, pool);
        }
    }

    /** Carries all steps out, and judges each by its own bound: the oracle begins anew from what the backend has. */
    void verify(Operations operations, Oracle oracle, Pool pool) {
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            List<Due> due = step.reference().of(oracle, pool);
            step.action().on(operations, pool);
            try {
                due.forEach(each -> each.expected().check(each.tensor()));
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + "\n  as step " + i + " of " + this, e);
            }
        }
    }

    @Override
    public String toString() {
        return type + " " + sizes + " " + steps.stream().map(Step::name).toList();
    }

    // ---- steps ------------------------------------------------------------------------------------------------------

    private void next(Draw draw) {
        In a = draw.oneOf(MATRICES);
        In b = draw.oneOf(MATRICES);
        In into = draw.oneOf(MATRICES);
        switch (draw.below(16)) {
            case 0 -> add(a, b, into);
            case 1 -> hadamard(a, b, into);
            case 2 -> product(draw);
            case 3 -> inputGradient(a);
            case 4 -> weightGradient(a, draw);
            case 5 -> rows(a, into);
            case 6 -> flip(a, into);
            case 7 -> activate(draw.oneOf(Catalogue.activations().toArray(Activation[]::new)), a, into);
            case 8 -> addScaled(draw.factor(), a, b);
            case 9 -> dropout(draw.below(1000), a, into);
            case 10 -> parts(a, b, draw);
            case 11 -> update(draw);
            case 12 -> output(into);
            case 13 -> advance(draw.below(50));
            case 14 -> forward(draw);
            default -> delta(a, into);
        }
    }

    private void step(String name, Action action, Reference reference) {
        steps.add(new Step(name, action, reference));
    }

    private void add(In a, In b, In into) {
        step(
                "add " + a + " " + b + " " + into,
                (o, p) -> o.add(p.get(a), p.get(b), p.get(into)),
                (r, p) -> due(r.add(p.get(a), p.get(b), p.get(into)), p.get(into)));
        step(
                "clamp " + into,
                (o, p) -> o.clamp(p.get(into), 2, p.get(into)),
                (r, p) -> due(r.clamp(p.get(into), 2, p.get(into)), p.get(into)));
    }

    private void hadamard(In a, In b, In into) {
        step(
                "hadamard " + a + " " + b + " " + into,
                (o, p) -> o.hadamard(p.get(a), p.get(b), p.get(into)),
                (r, p) -> due(r.hadamard(p.get(a), p.get(b), p.get(into)), p.get(into)));
    }

    /** [n, k] = [n, m] [m, k], [m, k] = [m, n] [n, k] or [m, n] = [m, k] [n, k]ᵀ, added to what is there or not. */
    private void product(Draw draw) {
        In[] abc = draw.oneOf(
                new In[] {In.FLIPPED, In.X, In.G}, new In[] {In.A, In.W, In.X2}, new In[] {In.X2, In.G, In.B});
        Transpose tb = abc[2] == In.B ? Transpose.YES : Transpose.NO;
        double beta = draw.oneOf(0.0, 0.5);
        double alpha = 1.0 / Math.max(1, sizes.k());
        step(
                "product " + Arrays.toString(abc) + " " + beta,
                (o, p) -> o.product(alpha, p.get(abc[0]), Transpose.NO, p.get(abc[1]), tb, beta, p.get(abc[2])),
                (r, p) -> due(
                        r.product(alpha, p.get(abc[0]), Transpose.NO, p.get(abc[1]), tb, beta, p.get(abc[2])),
                        p.get(abc[2])));
    }

    private void inputGradient(In delta) {
        step(
                "inputGradient " + delta,
                (o, p) -> o.inputGradient(p.get(delta), p.get(In.W), p.get(In.X2)),
                (r, p) -> due(r.inputGradient(p.get(delta), p.get(In.W), p.get(In.X2)), p.get(In.X2)));
        step(
                "clamp X2",
                (o, p) -> o.clamp(p.get(In.X2), 2, p.get(In.X2)),
                (r, p) -> due(r.clamp(p.get(In.X2), 2, p.get(In.X2)), p.get(In.X2)));
    }

    private void weightGradient(In delta, Draw draw) {
        double beta = draw.oneOf(0.0, 0.5);
        double scale = 1.0 / Math.max(1, sizes.m());
        step(
                "weightGradient " + delta + " " + beta,
                (o, p) -> o.weightGradient(p.get(delta), p.get(In.X), scale, beta, p.get(In.G)),
                (r, p) -> due(r.weightGradient(p.get(delta), p.get(In.X), scale, beta, p.get(In.G)), p.get(In.G)));
    }

    private void rows(In from, In into) {
        double scale = 1.0 / Math.max(1, sizes.m());
        step(
                "sumRows " + from,
                (o, p) -> o.sumRows(p.get(from), scale, 0.5, p.get(In.ROW)),
                (r, p) -> due(r.sumRows(p.get(from), scale, 0.5, p.get(In.ROW)), p.get(In.ROW)));
        step(
                "addRow " + into,
                (o, p) -> o.addRow(p.get(into), p.get(In.ROW), p.get(into)),
                (r, p) -> due(r.addRow(p.get(into), p.get(In.ROW), p.get(into)), p.get(into)));
    }

    private void flip(In from, In into) {
        step(
                "transpose " + from,
                (o, p) -> o.transpose(p.get(from), p.get(In.FLIPPED)),
                (r, p) -> due(r.transpose(p.get(from), p.get(In.FLIPPED)), p.get(In.FLIPPED)));
        step(
                "transpose into " + into,
                (o, p) -> o.transpose(p.get(In.FLIPPED), p.get(into)),
                (r, p) -> due(r.transpose(p.get(In.FLIPPED), p.get(into)), p.get(into)));
    }

    private void activate(Activation f, In z, In a) {
        step(
                "activate " + f.name() + " " + z + " " + a,
                (o, p) -> o.activate(f, p.get(z), p.get(a)),
                (r, p) -> due(r.activate(f, p.get(z), p.get(a)), p.get(a)));
    }

    private void addScaled(double alpha, In x, In y) {
        step(
                "addScaled " + x + " " + y,
                (o, p) -> o.addScaled(alpha, p.get(x), p.get(y)),
                (r, p) -> due(r.addScaled(alpha, p.get(x), p.get(y)), p.get(y)));
        step(
                "scale " + y,
                (o, p) -> o.scale(0.3, p.get(y), p.get(y)),
                (r, p) -> due(r.scale(0.3, p.get(y), p.get(y)), p.get(y)));
    }

    private void dropout(long dropoutSeed, In x, In into) {
        step(
                "dropout " + x + " " + into,
                (o, p) -> o.dropout(0.25, dropoutSeed, 7, p.position(), p.get(x), p.get(into)),
                (r, p) -> due(r.dropout(0.25, dropoutSeed, 7, p.position(), p.get(x), p.get(into)), p.get(into)));
    }

    /** Some rows at the end of one and at the beginning of the other, which begin at any alignment, into a third. */
    private void parts(In a, In b, Draw draw) {
        In into = Arrays.stream(MATRICES)
                .filter(each -> each != a && each != b)
                .findFirst()
                .orElseThrow();
        long rows = draw.below(sizes.m() + 1);
        long from = sizes.m() - rows;
        step(
                "subtract in " + rows + " rows " + a + " " + b + " " + into,
                (o, p) -> o.subtract(
                        p.get(a).rows(from, rows),
                        p.get(b).rows(0, rows),
                        p.get(into).rows(from, rows)),
                (r, p) -> {
                    Tensor part = p.get(into).rows(from, rows);
                    return due(r.subtract(p.get(a).rows(from, rows), p.get(b).rows(0, rows), part), part);
                });
    }

    /** The weights as one flat vector, as a network's parameters are. */
    private void update(Draw draw) {
        Descent rule = new Descent(Optimizer.adam(0.01), 0, 0.01, 0.5, draw.oneOf(0.7, Double.POSITIVE_INFINITY));
        Shape flat = Shape.of((long) sizes.n() * sizes.k());
        step(
                "update W",
                (o, p) -> o.update(
                        rule,
                        p.get(In.W).reshape(flat),
                        flat.size() / 2,
                        p.get(In.G).reshape(flat),
                        p.state(),
                        p.schedule(),
                        p.position(),
                        p.tally()),
                (r, p) -> {
                    Tensor w = p.get(In.W).reshape(flat);
                    Tensor g = p.get(In.G).reshape(flat);
                    List<Expected> moved =
                            r.update(rule, w, flat.size() / 2, g, p.state(), p.schedule(), p.position(), p.tally());
                    return List.of(new Due(moved.get(1), w), new Due(moved.get(2), p.state()));
                });
    }

    /** The error of the output layer, from the last forward pass. */
    private void output(In delta) {
        Activation f = last;
        double scale = 1.0 / Math.max(1, sizes.m());
        step(
                "outputDelta " + f.name() + " " + delta,
                (o, p) -> o.outputDelta(
                        Cost.QUADRATIC,
                        f,
                        p.get(In.Z),
                        p.get(In.SIGMA),
                        p.get(In.TARGET),
                        p.get(In.COSTS),
                        p.get(delta),
                        scale,
                        p.get(In.ROW2),
                        p.position(),
                        p.tally()),
                (r, p) -> {
                    List<Expected> all = r.outputDelta(
                            Cost.QUADRATIC,
                            f,
                            p.get(In.Z),
                            p.get(In.SIGMA),
                            p.get(In.TARGET),
                            p.get(In.COSTS),
                            p.get(delta),
                            scale,
                            p.get(In.ROW2),
                            p.position(),
                            p.tally());
                    return List.of(
                            new Due(all.get(0), p.get(In.COSTS)),
                            new Due(all.get(1), p.get(delta)),
                            new Due(all.get(2), p.get(In.ROW2)),
                            new Due(all.get(3), p.tally()));
                });
    }

    private void advance(long rows) {
        step(
                "advance",
                (o, p) -> o.advance(p.position(), rows),
                (r, p) -> due(r.advance(p.position(), rows), p.position()));
    }

    private void forward(Draw draw) {
        Activation f = draw.oneOf(Catalogue.activations().toArray(Activation[]::new));
        last = f;
        step(
                "forward " + f.name(),
                (o, p) -> o.forward(p.get(In.X), p.get(In.W), p.get(In.ROW), f, p.get(In.Z), p.get(In.SIGMA)),
                (r, p) -> List.of(
                        new Due(r.affine("forward", p.get(In.X), p.get(In.W), p.get(In.ROW), p.get(In.Z)), p.get(In.Z)),
                        new Due(
                                r.forward(p.get(In.X), p.get(In.W), p.get(In.ROW), f, p.get(In.Z), p.get(In.SIGMA)),
                                p.get(In.SIGMA))));
    }

    private void delta(In upstream, In delta) {
        Activation f = last;
        step(
                "delta " + f.name() + " " + upstream + " " + delta,
                (o, p) -> o.delta(f, p.get(In.Z), p.get(In.SIGMA), p.get(upstream), p.get(delta), 0.5, p.get(In.ROW2)),
                (r, p) -> {
                    Expected error = r.chain(f, p.get(In.Z), p.get(upstream), p.get(delta));
                    Expected bias = r.biasGradient("delta", error, 0.5, p.get(In.ROW2));
                    return List.of(new Due(error, p.get(delta)), new Due(bias, p.get(In.ROW2)));
                });
    }

    private static List<Due> due(Expected expected, Tensor tensor) {
        return List.of(new Due(expected, tensor));
    }
}

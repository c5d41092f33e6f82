package io.nudge.tensor;

import io.nudge.tensor.Call.Argument;
import io.nudge.tensor.Call.Use;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tensors of one call on one backend: each its own, or inside larger ones with neighbours on both sides, or a
 * destination that is an operand. It knows what the call may change, and checks that nothing else did.
 */
final class Arrangement implements AutoCloseable {
    /** The worth of what is beside a view; not a number, it would also show in a result that it comes into. */
    private static final double[] NEIGHBOURS = {Double.NaN, 12345};

    private final Call call;
    private final Tensor[] tensors;
    private final List<Tensor> owned = new ArrayList<>();
    private final List<Tensor> neighbours = new ArrayList<>();
    private final double neighbour;
    private final Call.Alias alias;
    private List<Expected> expected = List.of();

    private Arrangement(Call call, double neighbour, Call.Alias alias) {
        this.call = call;
        this.tensors = new Tensor[call.arguments().size()];
        this.neighbour = neighbour;
        this.alias = alias;
    }

    /** Every tensor on its own. */
    static Arrangement apart(Backend backend, Call call) {
        Arrangement made = new Arrangement(call, 0, null);
        for (int i = 0; i < made.tensors.length; i++) {
            Argument argument = call.arguments().get(i);
            made.tensors[i] = made.own(backend, argument.shape(), argument.type());
        }
        made.fill();
        return made;
    }

    /** Every tensor a view, with at least one neighbour on each side, at any alignment. */
    static Arrangement inside(Backend backend, Call call, Draw draw) {
        Arrangement made = new Arrangement(call, NEIGHBOURS[draw.below(NEIGHBOURS.length)], null);
        for (int i = 0; i < made.tensors.length; i++) {
            Argument argument = call.arguments().get(i);
            int before = 1 + draw.below(37);
            int after = 1 + draw.below(5);
            long size = argument.shape().size();
            Tensor all = made.own(backend, Shape.of(before + size + after), argument.type());
            made.neighbours.add(all.view(0, Shape.of(before)));
            made.neighbours.add(all.view(before + size, Shape.of(after)));
            made.tensors[i] = all.view(before, argument.shape());
        }
        made.fill();
        return made;
    }

    /** A destination that is the same elements as an operand. */
    static Arrangement aliased(Backend backend, Call call, Call.Alias alias) {
        Arrangement made = new Arrangement(call, 0, alias);
        for (int i = 0; i < made.tensors.length; i++) {
            Argument argument = call.arguments().get(i);
            if (i != alias.destination()) {
                made.tensors[i] = made.own(backend, argument.shape(), argument.type());
            }
        }
        Argument destination = call.arguments().get(alias.destination());
        made.tensors[alias.destination()] = made.tensors[alias.operand()].reshape(destination.shape());
        made.fill();
        return made;
    }

    private Tensor own(Backend backend, Shape shape, DType type) {
        Tensor tensor = backend.zeros(shape, type);
        owned.add(tensor);
        return tensor;
    }

    /** Takes a tensor over, to be closed with the others. */
    Tensor owned(Tensor tensor) {
        owned.add(tensor);
        return tensor;
    }

    Call call() {
        return call;
    }

    Tensor[] tensors() {
        return tensors;
    }

    /** Writes what the call begins with. What it only writes is no number before, so that nothing can come of it. */
    void fill() {
        for (Tensor each : neighbours) {
            Contents.write(each, Contents.filled(each.type(), (int) each.size(), neighbour));
        }
        for (int i = 0; i < tensors.length; i++) {
            Object values = call.arguments().get(i).values();
            if (alias == null || i != alias.destination()) {
                Object junk = Contents.filled(tensors[i].type(), (int) tensors[i].size(), Double.NaN);
                Contents.write(tensors[i], values == null ? junk : values);
            }
        }
    }

    /** Asks the oracle, carries the call out, and compares all. */
    void verify(Oracle oracle, Operations operations) {
        ask(oracle);
        call.run(operations, tensors);
        check();
    }

    /** What the oracle says of the tensors as they stand. */
    List<Expected> ask(Oracle oracle) {
        expected = call.expected(oracle, tensors);
        return expected;
    }

    /** Compares all that the oracle was asked, and looks at all that was not to change. */
    void check() {
        for (Expected each : expected) {
            int i = call.indexOf(each.role());
            if (alias == null || i != alias.operand()) {
                each.check(tensors[i]);
            }
        }
        checkUntouched();
    }

    /** Operands that are only read, and neighbours, are as they were. */
    void checkUntouched() {
        for (int i = 0; i < tensors.length; i++) {
            Argument argument = call.arguments().get(i);
            boolean overwritten = alias != null && i == alias.operand();
            if (argument.use() == Use.READ && !overwritten) {
                Expected.exactly(
                                call.operation(),
                                argument.role() + " (only read)",
                                tensors[i],
                                numbers(argument.values()))
                        .check(tensors[i]);
            }
        }
        for (int i = 0; i < neighbours.size(); i++) {
            Tensor each = neighbours.get(i);
            String role = (i % 2 == 0 ? "what lies before " : "what lies behind ")
                    + call.arguments().get(i / 2).role();
            Object values = Contents.filled(each.type(), (int) each.size(), neighbour);
            Expected.exactly(call.operation(), role, each, numbers(values)).check(each);
        }
    }

    private static double[] numbers(Object values) {
        return values instanceof long[] numbers
                ? Arrays.stream(numbers).asDoubleStream().toArray()
                : ((double[]) values).clone();
    }

    /** The contents of every tensor of the call. */
    double[][] contents() {
        return Arrays.stream(tensors).map(Contents::of).toArray(double[][]::new);
    }

    @Override
    public void close() {
        owned.forEach(Tensor::close);
    }
}

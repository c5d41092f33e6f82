package io.nudge.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * One operation with all its arguments: what it is called with, what it must give, and which destination may be which
 * operand. The table of all of them is {@link Catalogue}.
 */
final class Call {
    /** What an operation does with a tensor: only look at it, only write it, or both. */
    enum Use {
        READ,
        WRITE,
        UPDATE
    }

    /** One tensor argument. Values are double[] or long[]; what is only written has none. */
    record Argument(String role, Use use, DType type, Shape shape, Object values) {}

    /** A destination and an operand that may be the same elements. */
    record Alias(int destination, int operand) {}

    /** Calls the operation. */
    interface Action {
        void on(Operations operations, Tensor[] tensors);
    }

    /** Asks the oracle. */
    interface Reference {
        List<Expected> of(Oracle oracle, Tensor[] tensors);
    }

    private final String name;
    private final DType type;
    private final StringBuilder detail = new StringBuilder();
    private final List<Argument> arguments = new ArrayList<>();
    private final List<Alias> aliases = new ArrayList<>();
    private Action action;
    private Reference reference;

    Call(String name, DType type) {
        this.name = name;
        this.type = type;
    }

    // ---- how the catalogue writes it --------------------------------------------------------------------------------

    /** Notes a scalar argument for messages. */
    Call with(String scalar, Object value) {
        detail.append(' ').append(scalar).append('=').append(value);
        return this;
    }

    Call reads(String role, Shape shape, double[] values) {
        return argument(role, Use.READ, type, shape, values);
    }

    Call writes(String role, Shape shape) {
        return argument(role, Use.WRITE, type, shape, null);
    }

    Call updates(String role, Shape shape, double[] values) {
        return argument(role, Use.UPDATE, type, shape, values);
    }

    Call argument(String role, Use use, DType argumentType, Shape shape, Object values) {
        arguments.add(new Argument(role, use, argumentType, shape, values));
        return this;
    }

    /** The last argument may be the same elements as this operand. */
    Call orInto(String role) {
        return mayBe(arguments.get(arguments.size() - 1).role(), role);
    }

    Call mayBe(String destination, String operand) {
        aliases.add(new Alias(indexOf(destination), indexOf(operand)));
        return this;
    }

    Call does(Action does) {
        this.action = does;
        return this;
    }

    Call gives(Reference gives) {
        this.reference = gives;
        return this;
    }

    // ---- how the specification uses it ------------------------------------------------------------------------------

    /** The operation and its kind, for example an activation. */
    String name() {
        return name;
    }

    /** The operation's name as messages begin with it. */
    String operation() {
        int end = name.indexOf(' ');
        return end < 0 ? name : name.substring(0, end);
    }

    DType type() {
        return type;
    }

    List<Argument> arguments() {
        return arguments;
    }

    List<Alias> aliases() {
        return aliases;
    }

    boolean mayCoincide(int destination, int operand) {
        return aliases.contains(new Alias(destination, operand)) || aliases.contains(new Alias(operand, destination));
    }

    int indexOf(String role) {
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).role().equals(role)) {
                return i;
            }
        }
        throw new IllegalArgumentException(name + " has no argument " + role);
    }

    void run(Operations operations, Tensor[] tensors) {
        action.on(operations, tensors);
    }

    List<Expected> expected(Oracle oracle, Tensor[] tensors) {
        return reference.of(oracle, tensors);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name).append(' ').append(type).append(detail);
        for (Argument argument : arguments) {
            text.append(' ').append(argument.role()).append(argument.shape());
        }
        return text.toString();
    }
}

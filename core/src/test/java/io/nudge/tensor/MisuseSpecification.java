package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import io.nudge.tensor.Call.Argument;
import io.nudge.tensor.Call.Use;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Example;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * Every operation with every argument wrong in every way: each is refused before any work is done, with a message that
 * names the operation and what was given, and says what to do.
 */
public abstract class MisuseSpecification extends BackendSpecification {
    private static final Sizes SIZES = new Sizes(4, 3, 5);

    /** A replacement for one argument of a call. */
    private interface Wrong {
        Tensor insteadOf(Arrangement arrangement, int argument);
    }

    @Example
    void aClosedTensorIsRefused() {
        everyArgument(
                (arrangement, i) -> {
                    Argument argument = arrangement.call().arguments().get(i);
                    Tensor closed =
                            backend.zeros(argument.shape(), argument.type()).named("the closed one");
                    closed.close();
                    return closed;
                },
                IllegalStateException.class,
                "the closed one",
                "is closed",
                "keep it open until its last use");
    }

    @Example
    void aTensorOfAnotherBackendIsRefused() {
        try (Backend other = open()) {
            List<Tensor> strangers = new ArrayList<>();
            everyArgument(
                    (arrangement, i) -> {
                        Argument argument = arrangement.call().arguments().get(i);
                        Tensor stranger =
                                other.zeros(argument.shape(), argument.type()).named("the stranger");
                        strangers.add(stranger);
                        return stranger;
                    },
                    IllegalArgumentException.class,
                    "the stranger",
                    "copy it over");
            strangers.forEach(Tensor::close);
        }
    }

    @Example
    void aTensorOfAnotherTypeIsRefused() {
        for (DType wrong : DType.values()) {
            everyArgument(
                    (arrangement, i) -> {
                        Argument argument = arrangement.call().arguments().get(i);
                        boolean free = wrong.isFloating() && takesAnyType(arrangement.call(), argument);
                        boolean fits = free || wrong == argument.type();
                        return fits ? null : made(arrangement, argument.shape(), wrong);
                    },
                    IllegalArgumentException.class,
                    wrong.toString());
        }
    }

    /** Where one tensor alone decides the type. */
    private static boolean takesAnyType(Call call, Argument argument) {
        return List.of(
                        "fill x",
                        "sumSquares x",
                        "rescale x",
                        "scaleLoss delta",
                        "unscale gradients",
                        "gatherOneHot batch")
                .contains(call.operation() + " " + argument.role());
    }

    @Example
    void aShapeThatDoesNotFitIsRefused() {
        for (int change = 0; change < 4; change++) {
            int how = change;
            everyArgument(
                    (arrangement, i) -> {
                        Argument argument = arrangement.call().arguments().get(i);
                        Shape shape = changed(argument.shape(), how);
                        return shape == null || takesAnyShape(arrangement.call(), i, shape)
                                ? null
                                : made(arrangement, shape, argument.type());
                    },
                    IllegalArgumentException.class,
                    "[");
        }
    }

    /** One more in the first dimension, one less in the last, one dimension more, one dimension less. */
    private static Shape changed(Shape shape, int how) {
        long[] dimensions = new long[shape.rank() + (how == 2 ? 1 : 0)];
        for (int i = 0; i < dimensions.length; i++) {
            dimensions[i] = i < shape.rank() ? shape.dimension(i) : 2;
        }
        if (how == 2) {
            return Shape.of(dimensions);
        }
        if (shape.rank() == 0) {
            return how == 3 ? Shape.of(2) : null;
        }
        if (how == 3) {
            return shape.rank() == 1 ? Shape.of(2, shape.size()) : Shape.of(shape.size());
        }
        dimensions[how == 0 ? 0 : shape.rank() - 1] += how == 0 ? 1 : -1;
        return dimensions[shape.rank() - 1] < 0 ? null : Shape.of(dimensions);
    }

    /** Where the contract leaves a length or a shape open. */
    private static boolean takesAnyShape(Call call, int i, Shape shape) {
        String role = call.arguments().get(i).role();
        return switch (call.operation() + " " + role) {
            case "fill x", "sumSquares x", "rescale x", "scaleLoss delta", "unscale gradients" -> true;
            case "sumRows x" -> shape.rank() == 2 && shape.columns() == SIZES.n();
            case "copy from", "copy to" ->
                shape.size() == call.arguments().get(i).shape().size();
            case "gather rows", "gather batch" -> shape.rank() == 2 && shape.columns() == SIZES.n();
            case "gatherOneHot batch" -> shape.rank() == 2;
            case "gatherBatch y" ->
                call.name().endsWith("labels") && shape.rank() == 2 && shape.rows() == SIZES.m() + 1;
            case "gather order", "gatherOneHot order", "gatherBatch order", "gatherOneHot labels" ->
                shape.rank() == 1 && shape.size() > 0;
            case "update schedule", "descend schedule" ->
                shape.rank() == 2 && shape.columns() == Optimizer.COLUMNS && shape.rows() > 0;
            default -> false;
        };
    }

    private Tensor made(Arrangement arrangement, Shape shape, DType type) {
        return arrangement.owned(backend.zeros(shape, type).named("the odd one"));
    }

    /** Replaces each argument of each operation in turn; tells all that were not refused as they should be. */
    private void everyArgument(Wrong wrong, Class<? extends RuntimeException> kind, String... words) {
        Set<String> faults = new LinkedHashSet<>();
        for (DType type : floatingTypes()) {
            for (Call call : Catalogue.all().calls(type, SIZES, 11, false)) {
                for (int i = 0; i < call.arguments().size(); i++) {
                    try (Arrangement arrangement = Arrangement.apart(backend, call)) {
                        Tensor replacement = wrong.insteadOf(arrangement, i);
                        if (replacement != null) {
                            arrangement.tensors()[i] = replacement;
                            String what = call.operation() + " with " + replacement + " as "
                                    + call.arguments().get(i).role();
                            faults.addAll(faultsOf(arrangement, what, kind, words));
                        }
                    }
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    /** What is wrong with the way in which a call is refused: nothing, if all is well. */
    private List<String> faultsOf(
            Arrangement arrangement, String what, Class<? extends RuntimeException> kind, String... words) {
        Call call = arrangement.call();
        double[][] before = contents(arrangement);
        Throwable thrown = catchThrowable(() -> call.run(operations, arrangement.tensors()));
        List<String> faults = new ArrayList<>();
        if (!kind.isInstance(thrown)) {
            return List.of(
                    what + ": expected " + kind.getSimpleName() + ", got " + (thrown == null ? "through" : thrown));
        } else if (!thrown.getMessage().startsWith(call.operation() + ": ")
                || !Arrays.stream(words).allMatch(thrown.getMessage()::contains)) {
            faults.add(what + ": the message lacks " + call.operation() + ": or one of " + List.of(words) + ": "
                    + thrown.getMessage());
        }
        if (!Arrays.deepEquals(contents(arrangement), before)) {
            faults.add(what + ": something was written before the call was refused");
        }
        return faults;
    }

    /** What stands in the tensors that can be read. */
    private static double[][] contents(Arrangement arrangement) {
        return Arrays.stream(arrangement.tensors())
                .filter(each -> !each.isClosed())
                .map(Contents::of)
                .toArray(double[][]::new);
    }

    // ---- overlap ----------------------------------------------------------------------------------------------------

    @Example
    void aDestinationThatSharesPartOfAnOperandIsRefused() {
        everyDestination((call, destination, operand) -> 1);
    }

    @Example
    void aDestinationThatIsAnOperandIsRefusedUnlessTheContractAllowsIt() {
        everyDestination((call, destination, operand) -> call.mayCoincide(destination, operand) ? -1 : 0);
    }

    /** How far behind the operand's beginning the destination begins; −1 for not at all. */
    private interface Shift {
        int of(Call call, int destination, int operand);
    }

    private void everyDestination(Shift shift) {
        Set<String> faults = new LinkedHashSet<>();
        for (DType type : floatingTypes()) {
            for (Call call : Catalogue.all().calls(type, SIZES, 11, false)) {
                for (int i = 0; i < call.arguments().size(); i++) {
                    for (int j = 0; j < call.arguments().size(); j++) {
                        int by = overlapping(call, i, j) ? shift.of(call, i, j) : -1;
                        if (by >= 0) {
                            faults.addAll(overlap(call, i, j, by));
                        }
                    }
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    private static boolean overlapping(Call call, int destination, int operand) {
        Argument into = call.arguments().get(destination);
        Argument other = call.arguments().get(operand);
        return destination != operand
                && into.use() != Use.READ
                && into.type() == other.type()
                && into.shape().size() > 0
                && other.shape().size() > 1;
    }

    private List<String> overlap(Call call, int destination, int operand, int shift) {
        try (Arrangement arrangement = Arrangement.apart(backend, call)) {
            Shape intoShape = call.arguments().get(destination).shape();
            Shape otherShape = call.arguments().get(operand).shape();
            long size = Math.max(otherShape.size(), shift + intoShape.size());
            Tensor shared = made(
                    arrangement, Shape.of(size), call.arguments().get(operand).type());
            arrangement.tensors()[operand] = shared.view(0, otherShape);
            arrangement.tensors()[destination] = shared.view(shift, intoShape);
            arrangement.fill();
            String what = call.operation() + " " + call.type() + " with "
                    + call.arguments().get(destination).role() + " over "
                    + call.arguments().get(operand).role();
            return faultsOf(arrangement, what, IllegalArgumentException.class, "share");
        }
    }

    // ---- numbers and combinations -----------------------------------------------------------------------------------

    @Example
    void argumentsOutOfTheirRangeAreRefused() {
        try (Scope scope = Scope.open()) {
            Tensor x = matrix(DType.FLOAT32, new double[][] {{1, 2}, {3, 4}});
            Tensor row = vector(DType.FLOAT32, 1, 2, 3, 4);
            Tensor gradients = vector(DType.FLOAT32, 1, 2, 3, 4);
            Tensor none = backend.zeros(Shape.of(0), DType.FLOAT32);
            Tensor position = numbers(0, 0, 0, 0, 0, 0);
            Tensor one = backend.zeros(Shape.of(1), DType.FLOAT64);
            Tensor three = backend.zeros(Shape.of(3), DType.FLOAT64);
            Tensor schedule = backend.zeros(Shape.of(1, 3), DType.FLOAT64);
            Descent sgd = Descent.of(Optimizer.sgd(1));
            for (double bad : new double[] {0, -1, Double.NaN}) {
                assertRefused(() -> operations.clamp(x, bad, x), "clamp", "limit", "positive");
                assertRefused(() -> operations.rescale(x, bad, one), "rescale", "limit", "positive");
            }
            for (double bad : new double[] {-0.1, 1, Double.NaN}) {
                assertRefused(() -> operations.dropout(bad, 1, 1, position, x, x), "dropout", "rate", "below 1");
            }
            for (long bad : new long[] {-1, 5}) {
                assertRefused(
                        () -> operations.update(sgd, row, bad, gradients, none, schedule, position, three), "update");
            }
            assertThat(x.doubles()).containsExactly(1, 2, 3, 4);
        }
    }

    @Example
    void whatDoesNotGoTogetherIsRefused() {
        try (Scope scope = Scope.open()) {
            Tensor x = matrix(DType.FLOAT32, new double[][] {{1, 2}, {3, 4}});
            Tensor y = matrix(DType.FLOAT32, new double[][] {{1, 2}, {3, 4}});
            Tensor cube = backend.zeros(Shape.of(2, 2, 2), DType.FLOAT32);
            assertRefused(
                    () -> operations.activatePrime(Activation.SOFTMAX, x, y), "activatePrime", "softmax", "use chain");
            assertRefused(
                    () -> operations.activate(Activation.SOFTMAX, cube, cube),
                    "activate",
                    "softmax",
                    "rows of a matrix");
            assertRefused(
                    () -> operations.costs(Cost.BINARY_CROSS_ENTROPY, Activation.TANH, x, x, y, cube),
                    "binary-cross-entropy",
                    "tanh",
                    "use sigmoid or softmax");
            assertThat(y.doubles()).containsExactly(1, 2, 3, 4);
        }
    }

    private static void assertRefused(ThrowingCallable call, String... words) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(words);
    }

    @Example
    void shapesOfAProductAreToldWithARemedy() {
        try (Tensor a = backend.zeros(Shape.of(2, 3), DType.FLOAT32).named("images");
                Tensor b = backend.zeros(Shape.of(2, 4), DType.FLOAT32)) {
            assertRefused(
                    () -> a.matmul(b),
                    "matmul: ",
                    "images float32[2, 3]",
                    "float32[2, 4]",
                    "3 columns",
                    "2 rows",
                    "transpose");
        }
    }

    // ---- tensors ----------------------------------------------------------------------------------------------------

    @Example
    void eagerMethodsCheckToo() {
        try (Scope scope = Scope.open()) {
            Tensor matrix = backend.zeros(Shape.of(2, 3), DType.FLOAT32).named("the matrix");
            Tensor vector = backend.zeros(Shape.of(3), DType.FLOAT32).named("the vector");
            Tensor numbers = numbers(1, 2, 3).named("the numbers");
            long tensors = backend.memory().tensors();
            assertRefused(() -> matrix.add(vector), "add: ", "[2, 3]", "the vector float32[3]");
            assertRefused(() -> numbers.sigmoid(), "activate: ", "int64[3]");
            assertRefused(() -> matrix.outer(vector), "outer: ", "the matrix");
            assertRefused(() -> vector.matmul(matrix), "[3]", "matrix");
            assertRefused(() -> matrix.matmul(vector), "[3]", "matrix");
            assertRefused(vector::transpose, "[3]", "matrix");
            assertRefused(vector::sumRows, "[3]", "matrix");
            assertThat(backend.memory().tensors())
                    .as("a refused call leaves no tensor")
                    .isEqualTo(tensors);
        }
    }

    @Example
    void readingAndWritingChecksTypeAndLength() {
        try (Scope scope = Scope.open()) {
            Tensor x = vector(DType.FLOAT32, 1, 2, 3).named("three");
            Tensor numbers = numbers(1, 2).named("two");
            assertRefused(() -> x.write(new float[2]), "write: ", "2 values", "three float32[3]", "as many");
            assertRefused(() -> x.write(new double[4]), "write: ", "4 values", "three float32[3]");
            assertRefused(() -> x.write(new long[3]), "write: ", "three float32[3]");
            assertRefused(() -> x.read(new float[4]), "read: ", "4 values", "three float32[3]");
            assertRefused(() -> x.read(new double[3]), "read: ", "three float32[3]", "float64");
            assertRefused(x::longs, "longs: ", "three float32[3]");
            assertRefused(() -> numbers.write(new double[2]), "write: ", "two int64[2]", "write(long[])");
            assertRefused(numbers::doubles, "doubles: ", "two int64[2]", "longs()");
            assertThat(x.doubles()).containsExactly(1, 2, 3);
        }
    }

    @Example
    void viewsStayInsideTheirTensor() {
        try (Tensor x = backend.zeros(Shape.of(4, 3), DType.FLOAT32).named("x")) {
            assertRefused(() -> x.view(-1, Shape.of(2)), "view: ", "[2]", "x float32[4, 3]");
            assertRefused(() -> x.view(11, Shape.of(2)), "view: ", "[2]", "element 11", "x float32[4, 3]");
            assertRefused(() -> x.view(13, Shape.of(0)), "view: ", "element 13");
            assertRefused(() -> x.view(6, Shape.of(3)).view(2, Shape.of(2)), "view: ", "(view)");
            assertRefused(() -> x.reshape(Shape.of(5, 2)), "reshape: ", "12 elements", "[5, 2]");
            assertRefused(() -> x.rows(3, 2), "rows: ", "no 2 rows from 3 on", "x float32[4, 3]");
            assertRefused(() -> x.rows(-1, 1), "rows: ", "x float32[4, 3]");
            assertThat(x.view(12, Shape.of(0)).size()).isZero();
        }
    }

    @Example
    void valuesMustFillTheShape() {
        long tensors = backend.memory().tensors();
        assertRefused(
                () -> backend.tensor(new double[5], Shape.of(2, 3), DType.FLOAT32), "5 values", "[2, 3]", "give 6");
        assertRefused(() -> backend.matrix(new double[][] {{1, 2}, {3}}, DType.FLOAT32), "row 1", "as long");
        assertRefused(() -> backend.zeros(Shape.of(2, -3), DType.FLOAT32), "[2, -3]", "negative");
        assertRefused(() -> backend.vector(new double[] {1}, DType.INT64), "int64");
        assertThat(backend.memory().tensors())
                .as("a refused call leaves no tensor")
                .isEqualTo(tensors);
    }
}

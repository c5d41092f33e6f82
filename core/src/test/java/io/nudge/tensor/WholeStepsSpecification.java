package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.tensor.TwoWays.Setting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Steps that a backend takes as a whole are the steps that its other operations make. One at a time they are compared with those,
 * and both with a {@link StepAnalysis}; several at once are the same bits as one after the other.
 */
public abstract class WholeStepsSpecification extends BackendSpecification {
    private static final String SEED = "20261126";

    /**
     * Of which types the backend takes steps of a small network as a whole.
     *
     * @return some of the floating types, or none
     */
    protected abstract List<DType> takenTypes();

    /**
     * Whether the backend takes steps of networks of any size as a whole, or of small ones only.
     *
     * @return false unless it says so
     */
    protected boolean takesLargeNetworks() {
        return false;
    }

    // ---- which are taken --------------------------------------------------------------------------------------------

    @Example
    void stepsOfASmallNetworkAreTakenOfTheTypesThatTheBackendSays() {
        for (DType type : floatingTypes()) {
            for (int i = 0; i < outputs().size(); i++) { // so that each activation stands in a hidden layer too
                Output output = outputs().get(i);
                Activation hidden = Catalogue.ELEMENTWISE.get(i % Catalogue.ELEMENTWISE.size());
                Architecture small = new Architecture(
                        7, List.of(new Dense(5, hidden), new Dense(3, output.activation())), output.cost());
                try (TwoWays ways = new TwoWays(new Setting(small, 0.01, 9, 4, 0, true, type, 1), backend)) {
                    assertThat(ways.areTaken())
                            .as("%s of %s", small, type)
                            .isEqualTo(takenTypes().contains(type));
                }
            }
        }
    }

    @Example
    void stepsThatAreNotTakenAreRefused() {
        for (DType type : floatingTypes()) {
            try (TwoWays ways =
                    new TwoWays(plain(type, Cost.QUADRATIC, Activation.TANH, Activation.SIGMOID), backend)) {
                if (!ways.areTaken()) {
                    double[] before = ways.state();
                    assertThatThrownBy(() -> ways.take(2))
                            .isInstanceOf(UnsupportedOperationException.class)
                            .hasMessageContainingAll("takeSteps: ", "ask stepsAtOnce first");
                    assertSame("what was there", ways.state(), before);
                }
            }
        }
    }

    @Example
    void aNetworkOfMillionsOfParametersIsTakenWhereTheBackendSaysSo() {
        for (DType type : floatingTypes()) {
            Architecture large = Architecture.sigmoid(1, 2000, 1000, 1);
            try (TwoWays ways = new TwoWays(new Setting(large, 0, 1, 1, 0, false, type, 1), backend)) {
                assertThat(ways.areTaken())
                        .as("%s", type)
                        .isEqualTo(takesLargeNetworks() && takenTypes().contains(type));
            }
        }
    }

    // ---- one step ---------------------------------------------------------------------------------------------------

    @Property(tries = 100, seed = SEED)
    void everyStepIsThatOfTheOtherOperations(@ForAll("settings") Setting setting) {
        if (takenTypes().isEmpty() || !worthwhile(setting.seed(), 1)) {
            return;
        }
        try (TwoWays ways = new TwoWays(setting, backend)) {
            Assume.that(ways.areTaken());
            for (int step = 0; step < 3; step++) {
                int rows = step == 2 ? ragged(setting) : setting.batch();
                ways.follow();
                StepAnalysis analysis = ways.analysis(rows);
                if (overflows(analysis)) {
                    break;
                }
                compare(ways, analysis, rows, step + " of " + setting);
            }
            assertThat(ways.guardsTouched()).as("numbers beside the parameters").isZero();
        }
    }

    private static int ragged(Setting setting) {
        return 1 + (setting.batch() - 1) / 2;
    }

    /** Whether a training has led to where rounding decides what is still a number. */
    private static boolean overflows(StepAnalysis analysis) {
        return Arrays.stream(analysis.costs)
                .anyMatch(cost -> !(Math.abs(cost.value()) + cost.error() < Float.MAX_VALUE / 1024));
    }

    private static void compare(TwoWays ways, StepAnalysis analysis, int rows, String step) {
        double[] before = ways.steps().tally().doubles();
        Rounded[] moved = analysis.step(ways.steps().rule(), new double[0], ways.rates(3));
        ways.take(rows);
        ways.takeSingly(rows);

        Expected expected = Expected.within(
                "step " + step, "parameters", ways.singleParameters(), StepAnalysis.values(moved), moved);
        expected.check(ways.parameters(), 1, "");
        singly(ways, moved, rows, step)
                .agree(ways.parameters(), ways.singleParameters().doubles());
        assertThat(ways.steps().position().longs()).isEqualTo(ways.singlePosition());
        checkTally(analysis, before, ways, step);
    }

    /** Single operations may add an example's share to a weight by itself, so that each of them rounds it once. */
    private static Expected singly(TwoWays ways, Rounded[] moved, int rows, String step) {
        double unit = ways.singleParameters().type().unitRoundoff();
        double[] bounds = new double[moved.length];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = moved[i].error() + rows * unit * Math.abs(moved[i].value());
        }
        return Expected.within(
                "step " + step, "parameters", ways.singleParameters(), StepAnalysis.values(moved), bounds);
    }

    /** Σ C₀ within the bounds of its terms, and right answers but for those that rounding may turn. */
    private static void checkTally(StepAnalysis analysis, double[] before, TwoWays ways, String step) {
        double[] tally = ways.steps().tally().doubles();
        double[] single = ways.singleTally();
        double cost = before[Operations.COST];
        double bound = 0;
        for (Rounded each : analysis.costs) {
            cost += each.value();
            bound += each.error();
        }
        bound += analysis.costs.length * 0x1p-52 * Math.abs(cost);
        assertThat(Math.abs(tally[Operations.COST] - cost))
                .as("error of the cost in step %s", step)
                .isLessThanOrEqualTo(bound);
        assertThat(Math.abs(tally[Operations.COST] - single[Operations.COST]))
                .as("difference of the costs in step %s", step)
                .isLessThanOrEqualTo(2 * bound);
        assertThat(Math.abs(tally[Operations.CORRECT] - single[Operations.CORRECT]))
                .as("difference of the right answers in step %s", step)
                .isLessThanOrEqualTo(unsure(analysis));
        assertThat(tally[Operations.FAULT]).isZero();
    }

    /** How many answers have two outputs that may be the largest, or are at ½ with one output. */
    private static double unsure(StepAnalysis analysis) {
        double unsure = 0;
        for (Rounded[] row : analysis.activations.get(analysis.activations.size() - 1)) {
            double most = row.length == 1 ? 0.5 : Double.NEGATIVE_INFINITY;
            for (Rounded each : row) {
                most = Math.max(most, each.value() - each.error());
            }
            int candidates = 0;
            for (Rounded each : row) {
                boolean may = row.length == 1
                        ? Math.abs(each.value() - 0.5) <= each.error()
                        : each.value() + each.error() >= most;
                candidates += may ? 1 : 0;
            }
            unsure += candidates > (row.length == 1 ? 0 : 1) ? 1 : 0;
        }
        return unsure;
    }

    @Example
    void aRateThatIsAThousandthOffIsSeen() {
        for (DType type : takenTypes()) {
            Setting setting = plain(type, Cost.CATEGORICAL_CROSS_ENTROPY, Activation.TANH, Activation.SOFTMAX);
            try (TwoWays ways = new TwoWays(setting, backend)) {
                double[] rows = ways.steps().schedule().doubles();
                StepAnalysis analysis = ways.analysis(setting.batch());
                Rounded[] moved = analysis.step(ways.steps().rule(), new double[0], ways.rates(3));
                for (int i = 0; i < rows.length; i += 3) {
                    rows[i] *= 1.001;
                }
                ways.steps().schedule().write(rows);
                ways.take(setting.batch());
                Expected expected = Expected.within(
                        "a step", "parameters", ways.singleParameters(), StepAnalysis.values(moved), moved);
                assertThatThrownBy(() -> expected.check(ways.parameters(), 1, ""))
                        .isInstanceOf(AssertionError.class);
            }
        }
    }

    // ---- many steps -------------------------------------------------------------------------------------------------

    @Property(tries = 30, seed = SEED)
    void examplesMayBeSharedOutAmongCallsByWholeBatches(@ForAll("settings") Setting setting) {
        if (takenTypes().isEmpty() || !worthwhile(setting.seed(), 1)) {
            return;
        }
        long all = 4L * setting.batch() + ragged(setting);
        try (TwoWays atOnce = new TwoWays(setting, backend);
                TwoWays again = new TwoWays(setting, backend);
                TwoWays shared = new TwoWays(setting, backend)) {
            Assume.that(atOnce.areTaken());
            atOnce.take(all);
            again.take(all);
            shared.take(setting.batch());
            shared.take(2L * setting.batch());
            shared.take(all - 3L * setting.batch());
            assertSame("the same once more in " + setting, again.state(), atOnce.state());
            assertSame("in parts in " + setting, shared.state(), atOnce.state());
        }
    }

    @Example
    void aRecordedProgramGoesOnWhereItWas() {
        for (DType type : takenTypes()) {
            Setting setting = plain(type, Cost.HALF_QUADRATIC, Activation.TANH, Activation.SIGMOID);
            try (TwoWays recorded = new TwoWays(setting, backend);
                    TwoWays eager = new TwoWays(setting, backend);
                    Program program = backend.record(() -> recorded.take(2L * setting.batch()))) {
                program.run();
                program.run();
                eager.take(4L * setting.batch());
                assertSame(type + " recorded", recorded.state(), eager.state());
            }
        }
    }

    // ---- faults and rest --------------------------------------------------------------------------------------------

    /** In float32 a square beyond 10³⁸ is infinite, in float64 one beyond 10³⁰⁸; the activations still are numbers. */
    @Example
    void aCostThatIsNotFiniteStopsAllButThePosition() {
        for (DType type : takenTypes()) {
            double huge = type == DType.FLOAT32 ? 1e25 : 1e200;
            for (double bad : new double[] {huge, Double.POSITIVE_INFINITY, Double.NaN}) {
                Setting setting = plain(type, Cost.QUADRATIC, Activation.IDENTITY, Activation.IDENTITY);
                try (TwoWays whole = new TwoWays(setting, backend);
                        TwoWays before = new TwoWays(setting, backend)) {
                    spoil(whole, 2L * setting.batch() + 1, bad);
                    before.take(2L * setting.batch());
                    whole.take(5L * setting.batch());
                    assertSame(type + " parameters after " + bad, whole.parameters(), before.parameters());
                    double[] tally = before.steps().tally().doubles();
                    tally[Operations.FAULT] = 1 + 3 + 2; // the third step, in a run that had 3 before
                    assertSame(
                            type + " tally after " + bad, whole.steps().tally().doubles(), tally);
                    assertThat(whole.steps().position().longs())
                            .containsExactly(setting.row() + 5L * setting.batch(), 6, 8, 0, 0, 0);
                }
            }
        }
    }

    /** Writes a number into the example that is so many after the first. */
    private static void spoil(TwoWays ways, long after, double bad) {
        long[] order = ways.steps().order().longs();
        long row = (ways.steps().position().longs()[Operations.ROW] + after) % order.length;
        long width = ways.steps().inputs().shape().columns();
        ways.steps()
                .inputs()
                .view(order[(int) row] * width + width - 1, Shape.of(1))
                .write(new double[] {bad});
    }

    @Example
    void afterAFaultOfBeforeNothingMovesAndNothingIsCounted() {
        for (DType type : takenTypes()) {
            Setting setting = plain(type, Cost.QUADRATIC, Activation.TANH, Activation.SIGMOID);
            try (TwoWays ways = new TwoWays(setting, backend)) {
                double[] parameters = ways.parameters();
                ways.steps().tally().write(new double[] {5, 6, 7});
                ways.take(2L * setting.batch());
                assertSame(type + " parameters", ways.parameters(), parameters);
                assertThat(ways.steps().tally().doubles()).containsExactly(5, 6, 7);
                assertThat(ways.steps().position().longs()[Operations.STEP]).isEqualTo(3);
            }
        }
    }

    @Example
    void aStepToBeSkippedIsCountedButMovesNothing() {
        for (DType type : takenTypes()) {
            Setting setting = plain(type, Cost.QUADRATIC, Activation.TANH, Activation.SIGMOID);
            try (TwoWays ways = new TwoWays(setting, backend)) {
                ways.position(0, 1, 3, 0, 9, 1);
                double[] parameters = ways.parameters();
                ways.take(setting.batch());
                ways.takeSingly(setting.batch());
                assertSame(type + " parameters", ways.parameters(), parameters);
                assertThat(ways.steps().tally().doubles()[Operations.COST]).isPositive();
                assertThat(ways.steps().position().longs())
                        .isEqualTo(ways.singlePosition())
                        .containsExactly(setting.batch(), 2, 4, 0, 9, 1);
            }
        }
    }

    // ---- networks ---------------------------------------------------------------------------------------------------

    /** Small enough to be taken, with rows of the order that begin again after its end. */
    private static Setting plain(DType type, Cost cost, Activation hidden, Activation output) {
        List<Dense> layers = List.of(new Dense(6, hidden), new Dense(3, output));
        return new Setting(new Architecture(5, layers, cost), 0.01, 30, 4, 17, true, type, 1);
    }

    /** What an output layer may be made of. */
    record Output(Activation activation, Cost cost) {}

    private static List<Output> outputs() {
        List<Output> all = new ArrayList<>();
        for (Activation f : Catalogue.activations()) {
            for (Cost cost : List.of(Cost.QUADRATIC, Cost.HALF_QUADRATIC, Cost.MEAN_SQUARED_ERROR)) {
                all.add(new Output(f, cost));
            }
        }
        for (Activation f : List.of(Activation.SIGMOID, Activation.SOFTMAX)) {
            all.add(new Output(f, Cost.BINARY_CROSS_ENTROPY));
            all.add(new Output(f, Cost.CATEGORICAL_CROSS_ENTROPY));
        }
        return all;
    }

    @Provide
    Arbitrary<Setting> settings() {
        Arbitrary<Architecture> architectures = Combinators.combine(
                        neurons(), hidden().list().ofMaxSize(3), neurons(), Arbitraries.of(outputs()))
                .as((inputs, hidden, neurons, output) -> {
                    List<Dense> layers = new ArrayList<>(hidden);
                    layers.add(new Dense(neurons, output.activation()));
                    return new Architecture(inputs, layers, output.cost());
                });
        Arbitrary<DType> types = Arbitraries.of(takenTypes().isEmpty() ? List.of(floatingTypes()) : takenTypes());
        return Combinators.combine(
                        architectures,
                        Arbitraries.of(0.0, 0.01),
                        Arbitraries.of(1, 3, 23, 50),
                        Arbitraries.of(1, 2, 7, 10, 33),
                        Arbitraries.integers().between(0, 120),
                        Arbitraries.of(true, false),
                        types,
                        Arbitraries.longs())
                .as(Setting::new);
    }

    private static Arbitrary<Integer> neurons() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.integers().between(1, 9)), Tuple.of(1, Arbitraries.of(13, 31, 32, 33, 40, 67)));
    }

    private static Arbitrary<Dense> hidden() {
        return Combinators.combine(neurons(), Arbitraries.of(Catalogue.ELEMENTWISE))
                .as(Dense::new);
    }
}

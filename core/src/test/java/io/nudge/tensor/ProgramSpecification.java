package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Example;

/** Programs: a sequence recorded once and run many times. */
public abstract class ProgramSpecification extends BackendSpecification {
    @Example
    void recordingCallsTheStepOnceAndCarriesOutNothing() {
        try (Tensor x = vector(DType.FLOAT32, 1, 2)) {
            AtomicInteger calls = new AtomicInteger();
            try (Program program = backend.record(() -> {
                calls.incrementAndGet();
                operations.scale(2, x, x);
                operations.add(x, x, x);
            })) {
                assertThat(x.doubles()).as("recorded").containsExactly(1, 2);
                program.run();
                program.run();
                assertThat(x.doubles()).as("run twice").containsExactly(16, 32);
                assertThat(calls).hasValue(1);
            }
        }
    }

    @Example
    void anEmptyProgramDoesNothing() {
        try (Program program = backend.record(() -> {})) {
            program.run();
        }
    }

    /** Scalars stay as recorded, what is in tensors counts at every run. */
    @Example
    void whatChangesFromRunToRunLivesInTensors() {
        try (Tensor x = vector(DType.FLOAT64, 1);
                Tensor by = vector(DType.FLOAT64, 10);
                Program program = backend.record(() -> operations.addScaled(2, by, x))) {
            program.run();
            by.write(new double[] {100});
            program.run();
            assertThat(x.doubles()).containsExactly(221);
        }
    }

    @Example
    void programsMayTakeTurnsWithEachOtherAndWithCalls() {
        try (Tensor x = vector(DType.FLOAT32, 1);
                Program twice = backend.record(() -> operations.scale(2, x, x));
                Program plusOne = backend.record(() -> operations.activate(Activation.RELU, x, x));
                Program squared = backend.record(() -> operations.hadamard(x, x, x))) {
            twice.run();
            squared.run();
            operations.scale(-1, x, x);
            twice.run();
            squared.run();
            plusOne.run();
            assertThat(x.doubles()).containsExactly(64);
        }
    }

    /** Every operation there is, in one program, against the same calls one by one. */
    @Example
    void aLongProgramDoesWhatTheCallsDo() {
        for (DType type : floatingTypes()) {
            List<Call> calls = Catalogue.all().calls(type, new Sizes(6, 7, 5), 3, false);
            List<Arrangement> eager =
                    calls.stream().map(each -> Arrangement.apart(backend, each)).toList();
            List<Arrangement> recorded =
                    calls.stream().map(each -> Arrangement.apart(backend, each)).toList();
            try (Program program =
                    backend.record(() -> recorded.forEach(each -> each.call().run(operations, each.tensors())))) {
                for (int run = 0; run < 3; run++) {
                    eager.forEach(each -> each.call().run(operations, each.tensors()));
                    program.run();
                    for (int i = 0; i < calls.size(); i++) {
                        assertSame(calls.get(i) + ", run " + run, eager.get(i), recorded.get(i));
                    }
                }
            }
            eager.forEach(Arrangement::close);
            recorded.forEach(Arrangement::close);
        }
    }

    private static void assertSame(String what, Arrangement eager, Arrangement recorded) {
        double[][] expected = eager.contents();
        double[][] actual = recorded.contents();
        for (int i = 0; i < expected.length; i++) {
            BackendSpecification.assertSame(what + ", argument " + i, actual[i], expected[i]);
        }
    }

    /** A whole step of training, its optimizer and its batch included: the run learns what it is shown. */
    @Example
    void aTrainingStepIsOneProgramAndAllocatesNothing() {
        try (Scope scope = Scope.open()) {
            Tensor examples = matrix(DType.FLOAT32, new double[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
            Tensor labels = numbers(0, 1, 1, 1);
            Tensor order = numbers(2, 0, 3, 1);
            Tensor position = numbers(0, 0, 0, 0, 0, 0);
            Tensor x = backend.zeros(Shape.of(4, 2), DType.FLOAT32);
            Tensor y = backend.zeros(Shape.of(4, 2), DType.FLOAT32);
            Tensor parameters = vector(DType.FLOAT32, 1, 0.1, -1, 0.1, 0, 0);
            Tensor gradients = backend.zeros(Shape.of(6), DType.FLOAT32);
            Tensor schedule = backend.tensor(Optimizer.sgd(2).row(1, 0), Shape.of(1, 3), DType.FLOAT64);
            Tensor state = backend.zeros(Shape.of(0), DType.FLOAT32);
            Tensor z = backend.zeros(Shape.of(4, 2), DType.FLOAT32);
            Tensor a = backend.zeros(Shape.of(4, 2), DType.FLOAT32);
            Tensor delta = backend.zeros(Shape.of(4, 2), DType.FLOAT32);
            Tensor costs = backend.zeros(Shape.of(4), DType.FLOAT32);
            Tensor tally = backend.zeros(Shape.of(3), DType.FLOAT64);
            Tensor weights = parameters.view(0, Shape.of(2, 2));
            Tensor bias = parameters.view(4, Shape.of(2));
            Cost cost = Cost.CATEGORICAL_CROSS_ENTROPY;
            try (Program step = backend.record(() -> {
                operations.gather(examples, order, position, x);
                operations.gatherOneHot(labels, order, position, y);
                operations.forward(x, weights, bias, Activation.SOFTMAX, z, a);
                operations.outputDelta(
                        cost,
                        Activation.SOFTMAX,
                        z,
                        a,
                        y,
                        costs,
                        delta,
                        0.25,
                        gradients.view(4, Shape.of(2)),
                        position,
                        tally);
                operations.weightGradient(delta, x, 0.25, 0, gradients.view(0, Shape.of(2, 2)));
                operations.update(
                        Descent.of(Optimizer.sgd(2)), parameters, 4, gradients, state, schedule, position, tally);
            })) {
                step.run();
                assertThat(tally.doubles()[Operations.CORRECT])
                        .as("right at first")
                        .isLessThan(4);
                long allocations = backend.memory().allocations();
                for (int i = 0; i < 60; i++) {
                    step.run();
                }
                assertThat(backend.memory().allocations()).isEqualTo(allocations);
                operations.fill(tally, 0);
                step.run();
                assertThat(tally.doubles()[Operations.CORRECT])
                        .as("right after 60 steps")
                        .isEqualTo(4);
            }
        }
    }

    // ---- misuse -----------------------------------------------------------------------------------------------------

    @Example
    void whileRecordingNothingIsMadeReadWrittenClosedRunOrAwaited() {
        try (Tensor x = vector(DType.FLOAT32, 1);
                Program other = backend.record(() -> operations.fill(x, 5))) {
            assertRefusedWhileRecording("making a tensor", () -> backend.zeros(Shape.of(2), DType.FLOAT32));
            assertRefusedWhileRecording("making a tensor", () -> x.add(x));
            assertRefusedWhileRecording("reading a tensor", x::floats);
            assertRefusedWhileRecording("writing a tensor", () -> x.write(new float[1]));
            assertRefusedWhileRecording("closing a tensor", x::close);
            assertRefusedWhileRecording("waiting", backend::synchronize);
            assertRefusedWhileRecording("recording", () -> backend.record(() -> {}));
            assertRefusedWhileRecording("running a program", other::run);
            assertRefusedWhileRecording("closing the backend", backend::close);
            assertThat(x.doubles()).as("after all that").containsExactly(1);
            other.run();
            assertThat(x.doubles()).as("the other program").containsExactly(5);
        }
    }

    /** Refused, and again when the step swallows the first refusal; the backend works on after both. */
    private void assertRefusedWhileRecording(String what, Runnable work) {
        assertThatThrownBy(() -> backend.record(work))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(what, "while a program is being recorded", "before Backend.record");
        try (Program program = backend.record(() -> {
            try {
                work.run();
            } catch (IllegalStateException expected) {
                // the step goes on
            }
        })) {
            program.run();
        }
    }

    @Example
    void aRecordingThatFailsLeavesTheBackendUsable() {
        try (Tensor x = vector(DType.FLOAT32, 1);
                Tensor y = vector(DType.FLOAT32, 1, 2)) {
            assertThatThrownBy(() -> backend.record(() -> {
                        operations.fill(x, 7);
                        operations.add(x, y, x);
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("add: ");
            assertThatThrownBy(() -> backend.record(() -> {
                        operations.fill(x, 8);
                        throw new UnsupportedOperationException("the step's own");
                    }))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("the step's own");
            assertThat(x.doubles()).containsExactly(1);
            operations.scale(3, x, x);
            assertThat(x.doubles()).containsExactly(3);
            try (Program program = backend.record(() -> operations.scale(3, x, x))) {
                program.run();
            }
            assertThat(x.doubles()).containsExactly(9);
        }
    }

    @Example
    void aProgramWhoseTensorIsClosedRefusesToRun() {
        try (Tensor x = vector(DType.FLOAT32, 1);
                Tensor y = vector(DType.FLOAT32, 5).named("the second operand");
                Program program = backend.record(() -> {
                    operations.fill(x, 2);
                    operations.add(x, y.view(0, Shape.of(1)), x);
                })) {
            y.close();
            assertThatThrownBy(program::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("the second operand", "is closed");
            assertThat(x.doubles()).as("nothing of the program was done").containsExactly(1);
        }
    }

    @Example
    void aClosedProgramRefusesToRunAndMayBeClosedAgain() {
        try (Tensor x = vector(DType.FLOAT32, 1)) {
            Program program = backend.record(() -> operations.fill(x, 2));
            program.close();
            program.close();
            assertThatThrownBy(program::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("program is closed", "record it again");
            assertThat(x.doubles()).containsExactly(1);
        }
    }

    @Example
    void aProgramGoesWithItsBackend() {
        Backend closed = open();
        Tensor x = closed.zeros(Shape.of(1), DType.FLOAT32);
        Operations its = closed.operations();
        Program program = closed.record(() -> its.fill(x, 1));
        x.close();
        closed.close();
        assertThatThrownBy(program::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
        program.close();
    }
}

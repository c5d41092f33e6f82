package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.cuda.CudaOptions.ProductChoice;
import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.math.Activation;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Program;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies of 16 bits are rounded once, stored by the passes that write their memory, and never out of date. */
@EmulatedDevice
class FactorsTest {
    private CudaBackend backend;
    private Operations operations;
    private Scope scope;
    private Tensor x;
    private Tensor w;
    private Tensor c;

    @BeforeEach
    void open() {
        CudaOptions options = new CudaOptions(Precision.BFLOAT16, ProductChoice.CUBLAS, true, true, true);
        backend = CudaBackend.open(0, options);
        operations = backend.operations();
        scope = Scope.open();
        x = matrix(1, 2, 3, 4);
        w = matrix(1, 0, 0, 1);
        c = matrix(0, 0, 0, 0);
    }

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor matrix(double... values) {
        return backend.tensor(values, Shape.of(2, 2), DType.FLOAT32);
    }

    private void multiply() {
        operations.product(1, x, Transpose.NO, w, Transpose.NO, 0, c);
    }

    private static long roundings() {
        return Emulator.counters().getOrDefault("launches.round_bf16", 0L);
    }

    private void expectRoundings(long count, Runnable work) {
        backend.synchronize();
        Emulator.clearCounters();
        work.run();
        backend.synchronize();
        assertThat(roundings()).as("launches that round").isEqualTo(count);
    }

    @Test
    void aFactorIsRoundedOnceAsLongAsItStays() {
        expectRoundings(2, this::multiply);
        expectRoundings(0, this::multiply);
        assertThat(c.doubles()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void whateverChangesAFactorIsSeen() {
        Tensor other = matrix(5, 6, 7, 8);
        multiply();
        x.write(new double[] {2, 2, 2, 2});
        multiply();
        assertThat(c.doubles()).as("written").containsExactly(2, 2, 2, 2);
        operations.copy(other, x);
        multiply();
        assertThat(c.doubles()).as("copied").containsExactly(5, 6, 7, 8);
        operations.scale(2, x, x);
        multiply();
        assertThat(c.doubles()).as("scaled").containsExactly(10, 12, 14, 16);
        operations.fill(x.rows(1, 1), 9);
        multiply();
        assertThat(c.doubles()).as("filled in part").containsExactly(10, 12, 9, 9);
        operations.product(1, other, Transpose.NO, w, Transpose.NO, 0, x);
        multiply();
        assertThat(c.doubles()).as("a product itself").containsExactly(5, 6, 7, 8);
    }

    @Test
    void thePassThatWritesAFactorStoresItsCopy() {
        Tensor z = matrix(0, 0, 0, 0);
        Tensor bias = backend.vector(new double[] {0.5, 1}, DType.FLOAT32);
        multiply(); // now x and w have copies
        expectRoundings(0, () -> {
            operations.forward(w, w, bias, Activation.RELU, z, x);
            multiply();
        });
        assertThat(c.doubles()).containsExactly(1.5, 1, 0.5, 2);
        assertThat(Emulator.counter("launches.bias_activate_relu_bf16")).isEqualTo(1);
    }

    /** After a fault an update moves nothing, and stores nothing. */
    @Test
    void aStepThatMovesNothingLeavesNoOldCopy() {
        Shape four = Shape.of(4);
        Tensor gradients = backend.zeros(four, DType.FLOAT32);
        Tensor none = backend.zeros(Shape.of(0), DType.FLOAT32);
        Tensor schedule = backend.tensor(Optimizer.sgd(1).row(1, 0), Shape.of(1, Optimizer.COLUMNS), DType.FLOAT64);
        Tensor position = backend.zeros(Shape.of(Operations.POSITION), DType.INT64);
        Tensor tally = backend.vector(new double[] {0, 0, 1}, DType.FLOAT64);
        multiply();
        x.write(new double[] {5, 6, 7, 8});
        operations.update(Descent.of(Optimizer.sgd(1)), x.reshape(four), 0, gradients, none, schedule, position, tally);
        multiply();
        assertThat(c.doubles()).containsExactly(5, 6, 7, 8);
    }

    @Test
    void whatNoProductTakesHasNoCopy() {
        long before = backend.deviceMemory().inUse();
        operations.add(x, w, c);
        assertThat(backend.deviceMemory().inUse()).isEqualTo(before);
        multiply();
        assertThat(backend.deviceMemory().inUse()).isEqualTo(before + 2 * 512);
    }

    @Test
    void aCopyGoesWithItsMemory() {
        long before = backend.deviceMemory().inUse();
        Tensor other = matrix(1, 1, 1, 1);
        operations.product(1, other, Transpose.NO, other, Transpose.NO, 0, c);
        other.close();
        assertThat(backend.deviceMemory().inUse()).isEqualTo(before);
    }

    @Test
    void aProgramRoundsWhatWasChangedBeforeItsRunAndNothingElse() {
        try (Program program = backend.record(this::multiply)) {
            expectRoundings(2, program::run);
            expectRoundings(0, program::run);
            x.write(new double[] {5, 6, 7, 8});
            expectRoundings(1, program::run);
            assertThat(c.doubles()).containsExactly(5, 6, 7, 8);
        }
    }

    @Test
    void aProgramThatChangesAFactorAfterItsProductLeavesItToBeRounded() {
        try (Program program = backend.record(() -> {
            multiply();
            operations.scale(2, x, x);
        })) {
            program.run();
            expectRoundings(1, program::run);
            assertThat(c.doubles()).containsExactly(2, 4, 6, 8);
            expectRoundings(1, this::multiply);
            assertThat(c.doubles()).containsExactly(4, 8, 12, 16);
        }
    }

    @Test
    void aProgramThatChangesAFactorBeforeItsProductRoundsIt() {
        try (Program program = backend.record(() -> {
            operations.scale(2, x, x);
            multiply();
        })) {
            program.run();
            expectRoundings(1, program::run);
            assertThat(c.doubles()).containsExactly(4, 8, 12, 16);
            expectRoundings(0, this::multiply);
        }
    }

    @Test
    void aProgramThatWasRecordedBeforeThereWasACopyTellsOfItsChanges() {
        try (Program program = backend.record(() -> operations.scale(2, x, x))) {
            multiply();
            program.run();
            multiply();
            assertThat(c.doubles()).containsExactly(2, 4, 6, 8);
        }
    }

    /** The recording is made anew with copies that its own products need, so that nothing in it rounds. */
    @Test
    void aProgramStoresTheCopiesOfWhatItWritesFromItsFirstRunOn() {
        Tensor bias = backend.vector(new double[] {0, 0}, DType.FLOAT32);
        Tensor z = matrix(0, 0, 0, 0);
        try (Program program = backend.record(() -> {
            operations.forward(w, w, bias, Activation.RELU, z, x);
            operations.product(1, x, Transpose.NO, x, Transpose.NO, 0, c);
        })) {
            expectRoundings(1, program::run); // w, which is there before
            expectRoundings(0, program::run);
            assertThat(c.doubles()).containsExactly(1, 0, 0, 1);
        }
    }
}

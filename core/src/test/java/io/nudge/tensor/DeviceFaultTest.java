package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A device that fails: the fault is told once as it is, from then on all work is refused with the same cause. */
class DeviceFaultTest {
    private static final Shape TWO = Shape.of(2);

    private final FaultyBackend backend = new FaultyBackend();
    private final Operations operations = backend.operations();
    private final Tensor x = backend.vector(new double[] {1, 2}, DType.FLOAT32);
    private final DeviceFaultException fault = FaultyBackend.fault();

    @Test
    void anOperationThatFailsTellsSo() {
        backend.inAdd = fault;
        assertThatThrownBy(() -> operations.add(x, x, x)).isSameAs(fault);
        assertAllRefused();
    }

    @Test
    void aFaultThatShowsWhileWaitingTellsSo() {
        backend.inAwait = fault;
        assertThatThrownBy(backend::synchronize).isSameAs(fault);
        assertAllRefused();
    }

    @Test
    void aFaultThatShowsInAnAllocationTellsSo() {
        backend.inAllocate = fault;
        assertThatThrownBy(() -> backend.zeros(TWO, DType.FLOAT32)).isSameAs(fault);
        assertAllRefused();
    }

    @Test
    void aProgramThatFailsTellsSo() {
        Program program = backend.record(() -> operations.add(x, x, x));
        backend.inAdd = fault;
        assertThatThrownBy(program::run).isSameAs(fault);
        assertRefused("run", program::run);
        assertAllRefused();
    }

    private void assertAllRefused() {
        assertRefused("fill", () -> operations.fill(x, 1));
        assertRefused("activate", x::sigmoid, "zeros");
        assertRefused("zeros", () -> backend.zeros(TWO, DType.FLOAT32));
        assertRefused("read", x::floats);
        assertRefused("write", () -> x.write(new float[2]));
        assertRefused("synchronize", backend::synchronize);
        assertRefused("record", () -> backend.record(() -> {}));
        assertThat(backend.memory().tensors()).as("tensors").isEqualTo(1);
        x.close();
        backend.inAwait = new DeviceFaultException("close has waited for a device that has failed", null);
        backend.close();
        assertThat(backend.releases).as("times released").isEqualTo(1);
        assertThat(backend.blocks).as("blocks of memory left").isZero();
    }

    private void assertRefused(String operation, ThrowingCallable call, String... or) {
        assertThatThrownBy(call)
                .isInstanceOf(DeviceFaultException.class)
                .isNotSameAs(fault)
                .hasCause(fault)
                .satisfies(refusal -> assertThat(refusal.getMessage()).containsAnyOf(concat(operation, or)))
                .hasMessageContainingAll("refused", backend.device().toString(), fault.getMessage())
                .hasMessageContaining("close this backend and open another");
    }

    private static String[] concat(String first, String... rest) {
        String[] all = new String[rest.length + 1];
        all[0] = first + ": ";
        for (int i = 0; i < rest.length; i++) {
            all[i + 1] = rest[i] + ": ";
        }
        return all;
    }

    @Test
    void anythingElseThatIsThrownIsNoFault() {
        backend.inAdd = new ArithmeticException("a mistake of the backend's");
        assertThatThrownBy(() -> operations.add(x, x, x)).isInstanceOf(ArithmeticException.class);
        operations.add(x, x, x);
        assertThat(x.floats()).containsExactly(2, 4);
        x.close();
        backend.close();
    }

    @Test
    void openTensorsAreNamedAfterAFaultToo() {
        backend.inAdd = fault;
        assertThatThrownBy(() -> operations.add(x, x, x)).isSameAs(fault);
        assertThatThrownBy(backend::close).isInstanceOf(LeakException.class).hasMessageContaining("float32[2]");
        assertThat(backend.releases).isEqualTo(1);
        assertThat(backend.blocks).isZero();
    }

    @Test
    void aFaultThatShowsOnClosingIsToldAndTheDeviceGivenBack() {
        backend.inAwait = fault;
        assertThatThrownBy(backend::close).isSameAs(fault);
        assertThat(backend.releases).isEqualTo(1);
        assertThat(backend.blocks).isZero();
        assertThat(x.isClosed()).isTrue();
        backend.close();
        assertThat(backend.releases).as("after closing again").isEqualTo(1);
    }

    @Test
    void aDeviceThatCannotBeReachedTellsSo() {
        backend.inEnter = fault;
        assertThatThrownBy(() -> operations.add(x, x, x)).isSameAs(fault);
        backend.inEnter = null;
        assertAllRefused();
    }

    @Test
    void aBackendWhoseDeviceCannotBeReachedIsClosedAllTheSame() {
        backend.inEnter = fault;
        assertThatThrownBy(backend::close).isSameAs(fault);
        assertThat(backend.releases).isEqualTo(1);
        assertThat(backend.blocks).isZero();
        backend.inEnter = null;
        backend.close();
        assertThat(backend.releases).as("after closing again").isEqualTo(1);
    }

    @Test
    void whoComesInGoesOutWhateverHappens() {
        try (Program program = backend.record(() -> operations.add(x, x, x))) {
            program.run();
            backend.inAdd = new ArithmeticException("a mistake of the backend's");
            assertThatThrownBy(program::run).isInstanceOf(ArithmeticException.class);
            assertThatThrownBy(() -> operations.add(x, backend.zeros(Shape.of(3), DType.FLOAT32), x))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(backend::close).isInstanceOf(LeakException.class);
        assertThat(backend.inside).isZero();
    }

    @Test
    void aBackendKnowsWhatItWasAskedForAndWhatIsLarge() {
        x.named("x");
        backend.inAdd = new ArithmeticException("a mistake of the backend's");
        assertThatThrownBy(() -> operations.add(x, x, x)).isInstanceOf(ArithmeticException.class);
        assertThat(backend.seen).containsExactly("add of x float32[2], x float32[2] and x float32[2]");
        try (Tensor y = backend.zeros(Shape.of(5), DType.FLOAT64)) {
            assertThat(backend.largestTensors(9))
                    .containsExactly("tensor #2 float64[5] (40 bytes)", "x float32[2] (8 bytes)");
            assertThat(backend.largestTensors(1)).hasSize(1);
        }
        x.close();
        backend.close();
    }
}

package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.cpu.CpuOptions.ProductChoice;
import io.nudge.tensor.Availability;
import io.nudge.tensor.Backend;
import io.nudge.tensor.BackendUnavailableException;
import io.nudge.tensor.Backends;
import io.nudge.tensor.DType;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import org.junit.jupiter.api.Test;

class CpuBackendTest {
    @Test
    void isFoundByName() {
        try (Backend backend = Backends.open("cpu")) {
            assertThat(backend).isInstanceOf(CpuBackend.class);
            assertThat(backend.device().backend()).isEqualTo("cpu");
        }
    }

    @Test
    void isAlwaysAvailable() {
        Availability found = new CpuProvider().probe();
        assertThat(found.isAvailable()).isTrue();
        assertThat(found.devices()).hasSize(1);
    }

    @Test
    void aClosedTensorLetsGoOfItsArrayWhoeverStillHoldsIt() {
        try (Backend backend = CpuBackend.open();
                Scope scope = Scope.open()) {
            Tensor tensor = backend.zeros(Shape.of(10), DType.FLOAT32);
            CpuMemory memory = CpuMemory.of(tensor);
            assertThat(memory.array()).isNotNull();
            tensor.close();
            assertThat(memory.array()).isNull();
        }
    }

    @Test
    void thereIsOneCpu() {
        assertThatThrownBy(() -> new CpuProvider().open(1))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("cpu:0");
    }

    @Test
    void aTensorThatNoArrayHoldsIsRefused() {
        try (Backend backend = CpuBackend.open(new CpuOptions(1, ProductChoice.JAVA, false))) {
            assertThatThrownBy(() -> backend.zeros(Shape.of(1L << 16, 1L << 15), DType.FLOAT32))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("2147483648 elements")
                    .hasMessageContaining("2147483639")
                    .hasMessageContaining("split");
            assertThat(backend.memory().tensors()).isZero();
        }
    }

    @Test
    void aHeapThatIsTooSmallIsTold() {
        assertThat(CpuMemory.outOfMemory(DType.FLOAT64, 1L << 30, new OutOfMemoryError()))
                .hasMessageContaining("1073741824 elements of float64")
                .hasMessageContaining("8192 MiB")
                .hasMessageContaining("-Xmx");
    }
}

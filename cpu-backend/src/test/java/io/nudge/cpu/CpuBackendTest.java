package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import io.nudge.tensor.DType;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CpuBackendTest {
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64"})
    @SuppressWarnings("try") // the scope is there to close
    void isFoundByNameAndMultiplies(DType type) {
        try (Backend backend = Backends.open("cpu");
                Scope scope = Scope.open()) {
            Tensor a = backend.matrix(new double[][] {{1, 2}, {3, 4}}, type);
            assertThat(a.matmul(a).doubles()).containsExactly(7, 10, 15, 22);
            assertThat(a.sumRows().sigmoid().doubles()[0]).isBetween(0.98, 0.99);
        }
    }
}

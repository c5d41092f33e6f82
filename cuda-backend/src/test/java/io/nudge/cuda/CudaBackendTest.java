package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.tensor.Availability;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import io.nudge.tensor.DType;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Tensor;
import org.junit.jupiter.api.Test;

@EmulatedDevice
class CudaBackendTest {
    @Test
    void isFoundByName() {
        try (Backend backend = Backends.open("cuda")) {
            assertThat(backend).isInstanceOf(CudaBackend.class);
            assertThat(backend.device().backend()).isEqualTo("cuda");
            assertThat(backend.device().detail())
                    .contains("compute capability 9.0", "CUDA 12.6", "cuBLAS 12.6", "float32 products strict");
        }
    }

    @Test
    void isPreferredToTheCpu() {
        Availability found = new CudaProvider().probe();
        assertThat(found.devices()).hasSize(1);
        assertThat(new CudaProvider().preference()).isPositive();
    }

    @Test
    @SuppressWarnings("try") // the scope is there to close
    void multipliesAndAdds() {
        try (Backend backend = CudaBackend.open(0);
                Scope scope = Scope.open()) {
            Tensor a = backend.matrix(new double[][] {{1, 2, 3}, {4, 5, 6}}, DType.FLOAT32);
            Tensor b = backend.matrix(new double[][] {{1, 0}, {0, 1}, {1, 1}}, DType.FLOAT32);
            assertThat(a.matmul(b).add(a.matmul(b)).doubles()).containsExactly(8, 10, 20, 22);
        }
    }

    /** The context, which other backends share, would keep them. */
    @Test
    void unloadsItsKernelsWhereAnotherBackendGoesOn() {
        try (CudaBackend other = CudaBackend.open(0)) {
            Emulator.clearCounters();
            try (CudaBackend backend = CudaBackend.open(0)) {
                backend.loadKernels();
            }
            assertThat(Emulator.counter("calls.cuModuleUnload"))
                    .isEqualTo(Emulator.counter("calls.cuModuleLoadData"))
                    .isPositive();
            assertThat(other.deviceMemory().inUse()).isPositive();
        }
    }
}

package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.tensor.Backend;
import io.nudge.tensor.BackendUnavailableException;
import io.nudge.tensor.Backends;
import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import jcuda.driver.CUcontext;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;

@EmulatedDevice(devices = 2)
class SeveralDevicesTest {
    @Test
    void eachIsABackendOfItsOwn() {
        try (Backend first = Backends.open("cuda:0");
                Backend second = Backends.open("cuda:1");
                Tensor x = first.vector(new double[] {1, 2}, DType.FLOAT64);
                Tensor y = second.vector(new double[] {3, 4}, DType.FLOAT64)) {
            assertThat(first.device().ordinal()).isZero();
            assertThat(second.device().ordinal()).isEqualTo(1);
            first.operations().scale(2, x, x);
            second.operations().scale(3, y, y);
            assertThat(x.doubles()).containsExactly(2, 4);
            assertThat(y.doubles()).containsExactly(9, 12);
        }
    }

    @Test
    void whatIsNotThereIsToldWithWhatIs() {
        assertThatThrownBy(() -> Backends.open("cuda:2"))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContainingAll("cuda:0", "cuda:1");
        assertThatThrownBy(() -> CudaBackend.open(2))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("no device cuda:2; there are 2");
        assertThatThrownBy(() -> CudaBackend.open(-1)).isInstanceOf(BackendUnavailableException.class);
    }

    @Test
    void theContextOfTheCallingThreadIsLeftAsItIs() {
        CUcontext own = new CUcontext();
        CUcontext after = new CUcontext();
        try (Backend backend = Backends.open("cuda:1")) {
            JCudaDriver.cuCtxCreate(own, 0, Devices.get(0));
            try (Tensor x = backend.vector(1, 2)) {
                backend.operations().add(x, x, x);
                backend.record(() -> backend.operations().add(x, x, x)).close();
                assertThat(x.floats()).containsExactly(2, 4);
            }
            JCudaDriver.cuCtxGetCurrent(after);
            assertThat(after).isEqualTo(own);
            JCudaDriver.cuCtxDestroy(own);
        }
        JCudaDriver.cuCtxGetCurrent(after);
        assertThat(after).isEqualTo(new CUcontext());
    }
}

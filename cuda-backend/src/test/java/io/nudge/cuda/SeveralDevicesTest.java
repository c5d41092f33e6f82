package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.tensor.Backend;
import io.nudge.tensor.BackendUnavailableException;
import io.nudge.tensor.Backends;
import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import jcuda.driver.CUcontext;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(strings = {"cuda:1", "cuda:0"})
    void aTensorGoesFromOneToAnotherWithoutTheHost(String there) {
        try (Backend first = Backends.open("cuda:0");
                Backend second = Backends.open(there);
                Tensor x = first.vector(new double[] {1, 2, 3}, DType.FLOAT64);
                Tensor y = second.vector(new double[] {7, 8, 9, 10}, DType.FLOAT64);
                Tensor whole = first.zeros(Shape.of(4), DType.FLOAT64)) {
            first.operations().scale(2, x, x);
            second.operations().scale(2, y, y);
            Emulator.clearCounters();
            x.view(1, Shape.of(2)).copyTo(y.view(0, Shape.of(2)));
            first.operations().fill(x, 0); // which the copy is before
            y.copyTo(whole);
            second.operations().fill(y, 0);
            assertThat(Emulator.counter("calls.cuMemcpyPeerAsync")).isEqualTo(2);
            assertThat(Emulator.counter("synchronisations")).isZero();
            assertThat(whole.doubles()).containsExactly(4, 6, 18, 20);
            assertThat(x.doubles()).containsOnly(0);
            assertThat(y.doubles()).containsOnly(0);
        }
    }

    @Test
    void aLargeTensorThatIsStillOnItsWayToOneDeviceGoesOnToAnother() {
        try (Backend first = Backends.open("cuda:0");
                Backend second = Backends.open("cuda:1");
                Tensor x = first.zeros(Shape.of(1 << 18));
                Tensor y = second.zeros(Shape.of(1 << 18))) {
            float[] values = new float[1 << 18];
            for (int i = 0; i < values.length; i++) {
                values[i] = i;
            }
            x.write(values);
            x.copyTo(y);
            x.write(new float[1 << 18]);
            assertThat(y.floats()).isEqualTo(values);
        }
    }

    @Test
    void aTensorGoesToTheCpuAndBackThroughTheHost() {
        try (Backend cuda = Backends.open("cuda:1");
                Backend cpu = Backends.open("cpu");
                Tensor x = cuda.vector(1, 2);
                Tensor y = cpu.zeros(Shape.of(2))) {
            cpu.operations().scale(3, x.copyTo(y), y);
            assertThat(y.copyTo(x).floats()).containsExactly(3, 6);
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

package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.tensor.Availability;
import io.nudge.tensor.BackendUnavailableException;
import java.util.stream.Collectors;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.Test;

/** What is missing is told in plain words, and probing never throws. */
@EmulatedDevice
class ProbeTest {
    private static Availability probe() {
        return new CudaProvider().probe();
    }

    @Test
    void tellsTheDevicesAndWhatMultiplies() {
        Availability found = probe();
        assertThat(found.isAvailable()).isTrue();
        assertThat(found.reason()).isEqualTo("products by cuBLAS");
        assertThat(found.devices().get(0).toString())
                .startsWith("cuda:0 (Emulated CUDA device 0")
                .endsWith("; compute capability 9.0, driver for CUDA 12.6)");
    }

    @Test
    void opensNoContextAndMakesNothing() {
        Emulator.clearCounters();
        probe();
        assertThat(Emulator.counters().keySet().stream()
                        .filter(each -> each.startsWith("calls."))
                        .collect(Collectors.toSet()))
                .isSubsetOf(
                        "calls.cuInit",
                        "calls.cuDriverGetVersion",
                        "calls.cuDeviceGetCount",
                        "calls.cuDeviceGet",
                        "calls.cuDeviceGetName",
                        "calls.cuDeviceGetAttribute");
    }

    @Test
    @EmulatedDevice(devices = 0)
    void noDevice() {
        assertThat(probe().isAvailable()).isFalse();
        assertThat(probe().reason()).contains("no NVIDIA GPU", "nvidia-smi", "CUDA_VISIBLE_DEVICES");
        assertThatThrownBy(() -> CudaBackend.open(0))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageStartingWith("CUDA cannot be used: there is no NVIDIA GPU");
    }

    @Test
    @EmulatedDevice(settings = "driver=11080")
    void anOldDriver() {
        assertThat(probe().isAvailable()).isFalse();
        assertThat(probe().reason()).contains("CUDA 11.8", "too old", "CUDA 12 or newer");
    }

    @Test
    void aDriverThatDoesNotStart() {
        Emulator.fail("cuInit", 1, CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH);
        assertThat(probe().reason()).contains("does not start", "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "reboot");
    }

    @Test
    void aDriverThatDoesNotAnswer() {
        Emulator.fail("cuDeviceGetName", 1, CUresult.CUDA_ERROR_UNKNOWN);
        assertThat(probe().isAvailable()).isFalse();
        assertThat(probe().isAvailable()).as("the next time").isTrue();
        Emulator.fail("cuDeviceGetCount", 1, CUresult.CUDA_ERROR_UNKNOWN);
        assertThat(probe().reason())
                .contains("looking for CUDA devices: cuDeviceGetCount failed with CUDA_ERROR_UNKNOWN", "dmesg");
    }

    @Test
    void aDeviceThatIsTooOld() {
        assertThat(Devices.tooOld("Tesla M40", 5, 2))
                .hasValue("the Tesla M40 has the compute capability 5.2, but 6.0 is needed; use a newer GPU");
        assertThat(Devices.tooOld("Tesla P100", 6, 0)).isEmpty();
    }
}

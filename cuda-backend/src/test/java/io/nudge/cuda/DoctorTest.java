package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.tensor.Diagnosis;
import io.nudge.tensor.Finding;
import io.nudge.tensor.Finding.Weight;
import java.util.Optional;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the doctor finds, the device being the emulated one. */
@EmulatedDevice
class DoctorTest {
    @AfterEach
    void clearProperty() {
        System.clearProperty(CudaOptions.PRODUCT);
    }

    private static Diagnosis diagnosis(String backend) {
        return new Doctor(backend).diagnose(Optional.empty());
    }

    private static Finding finding(String subject) {
        return diagnosis(Emulation.NAME).findings().stream()
                .filter(each -> each.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void looksAtLibrariesDevicesAndKernelsInThatOrder() {
        Diagnosis found = diagnosis(Emulation.NAME);
        assertThat(found.isUsable()).isTrue();
        assertThat(found.findings())
                .extracting(Finding::subject)
                .containsExactly("emulated", "libcuda", "JCuda", "driver", "libcublas", "JCublas", "device", "kernels");
    }

    @Test
    void saysWhichFilesAreInUse() {
        assertThat(finding("libcuda").weight()).isEqualTo(Weight.GOOD);
        assertThat(finding("libcuda").text()).contains("libcuda.so.1");
        assertThat(finding("libcublas").facts().get("path")).asString().contains("libcublas.so.12");
    }

    @Test
    void saysWhatTheDeviceIs() {
        assertThat(finding("device").text())
                .startsWith("cuda-emulated:0 (Emulated CUDA device 0")
                .contains("compute capability 9.0", "1.0 GiB");
        assertThat(finding("device").facts()).containsEntry("bytes", 1L << 30).containsEntry("capability", "9.0");
        assertThat(finding("driver").text()).isEqualTo("for CUDA 12.6");
    }

    @Test
    void ofARealDeviceLooksAtTheMachineToo() {
        assertThat(diagnosis("cuda").findings())
                .extracting(Finding::subject)
                .contains("libcublasLt", "kernels")
                .doesNotContain("emulated");
    }

    @Test
    @EmulatedDevice(devices = 2)
    void looksAtEachDevice() {
        assertThat(diagnosis(Emulation.NAME).findings())
                .extracting(Finding::subject)
                .endsWith("device", "kernels", "device", "kernels");
    }

    @Test
    void whatKeepsLibrariesFromBeingLoadedIsAllThereIsToSay() {
        Diagnosis found = new Doctor("cuda").diagnose(Optional.of("another device is loaded"));
        assertThat(found.isUsable()).isFalse();
        assertThat(found.findings()).containsExactly(new Finding("libraries", Weight.BAD, "another device is loaded"));
    }

    @Test
    void productsOfItsOwnAreWorthANote() {
        System.setProperty(CudaOptions.PRODUCT, "kernels");
        assertThat(diagnosis(Emulation.NAME).isUsable()).isTrue();
        assertThat(finding("cuBLAS").weight()).isEqualTo(Weight.NOTE);
        assertThat(finding("cuBLAS").text()).startsWith("not used: ").contains(CudaOptions.PRODUCT);
        assertThat(finding("cuBLAS").facts().get(Finding.REMARK)).asString().contains(Multiplier.BETTER);
    }

    @Test
    void aChoiceThatThereIsNotIsAnObstacle() {
        System.setProperty(CudaOptions.PRODUCT, "mkl");
        assertThat(diagnosis(Emulation.NAME).obstacle().orElseThrow().subject()).isEqualTo("products");
    }

    @Test
    @EmulatedDevice(devices = 0)
    void withoutADeviceCublasIsSoughtOnly() {
        Diagnosis found = diagnosis(Emulation.NAME);
        assertThat(found.obstacle().orElseThrow().text()).contains("no NVIDIA GPU");
        assertThat(found.findings())
                .extracting(Finding::subject)
                .endsWith("driver", "libcublas")
                .doesNotContain("JCublas");
    }

    @Test
    void kernelsThatDoNotLoadAreAnObstacle() {
        Emulator.fail("cuModuleLoadData", 1, CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
        Finding obstacle = diagnosis(Emulation.NAME).obstacle().orElseThrow();
        assertThat(obstacle.subject()).isEqualTo("kernels");
        assertThat(obstacle.text()).contains("CUDA_ERROR_UNSUPPORTED_PTX_VERSION");
    }
}

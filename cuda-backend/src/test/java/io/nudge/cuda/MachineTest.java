package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.tensor.Finding;
import io.nudge.tensor.Finding.Weight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the system tells of hardware and driver, on machines made of files. */
class MachineTest {
    @TempDir
    private Path root;

    private List<Finding> findings() {
        return new Machine(root).findings();
    }

    private void device(String address, String vendor, String type, String device) throws IOException {
        Path folder =
                Files.createDirectories(root.resolve("sys/bus/pci/devices").resolve(address));
        Files.writeString(folder.resolve("vendor"), vendor + "\n");
        Files.writeString(folder.resolve("class"), type + "\n");
        Files.writeString(folder.resolve("device"), device + "\n");
    }

    @Test
    void aGpuAndItsDriverAreNamed() throws IOException {
        device("0000:00:1e.0", "0x10de", "0x030200", "0x2330");
        device("0000:00:1f.0", "0x10de", "0x040300", "0x22ba"); // its sound
        device("0000:00:02.0", "0x8086", "0x030000", "0x9bc4");
        Files.createDirectories(root.resolve("proc/driver/nvidia"));
        Files.writeString(root.resolve("proc/driver/nvidia/version"), """
                NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023
                GCC version:  gcc version 12.2.0
                """);
        assertThat(findings()).extracting(Finding::weight).containsOnly(Weight.GOOD);
        assertThat(findings())
                .extracting(Finding::text)
                .containsExactly("1 from NVIDIA on the PCI bus: 0000:00:1e.0 (10de:2330)", "NVIDIA driver 535.104.05");
        assertThat(findings().get(1).facts()).containsEntry("version", "535.104.05");
    }

    @Test
    void anOpenKernelModuleHasAVersionToo() throws IOException {
        Files.createDirectories(root.resolve("proc/driver/nvidia"));
        Files.writeString(
                root.resolve("proc/driver/nvidia/version"),
                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  560.35.03  Release Build\n");
        assertThat(findings()).extracting(Finding::text).containsExactly("NVIDIA driver 560.35.03");
    }

    @Test
    void aMachineWithoutEitherIsToldSoWithoutBeingBlamed() throws IOException {
        device("0000:00:02.0", "0x8086", "0x030000", "0x9bc4");
        Files.createDirectories(root.resolve("proc"));
        assertThat(findings()).extracting(Finding::weight).containsOnly(Weight.NOTE);
        assertThat(findings().get(0).text()).startsWith("no NVIDIA GPU on the PCI bus");
        assertThat(findings().get(1).text()).contains("/proc/driver/nvidia/version");
    }

    @Test
    void aSystemThatTellsNothingIsNotGuessedAt() {
        assertThat(findings()).isEmpty();
    }
}

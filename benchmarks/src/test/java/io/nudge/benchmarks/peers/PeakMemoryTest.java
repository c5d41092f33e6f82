package io.nudge.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class PeakMemoryTest {
    @Test
    void thePeakIsReadFromWhatTheKernelTells() {
        List<String> status =
                List.of("Name:\tjava", "VmPeak:\t 8124508 kB", "VmHWM:\t  120456 kB", "VmRSS:\t   98000 kB");
        assertThat(PeakMemory.parse(status)).hasValue(120_456L * 1024);
    }

    @Test
    void aKernelThatDoesNotTellHasNone() {
        assertThat(PeakMemory.parse(List.of("Name:\tjava", "State:\tZ (zombie)")))
                .isEmpty();
    }

    @Test
    void aProcessThatIsNotThereHasNone() {
        assertThat(PeakMemory.of(Long.MAX_VALUE)).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thisProcessHasHadItsHeap() throws Exception {
        assertThat(Files.isDirectory(Path.of("/proc/self"))).isTrue();
        byte[] touched = new byte[1 << 24];
        java.util.Arrays.fill(touched, (byte) 1);
        OptionalLong peak = PeakMemory.of(ProcessHandle.current().pid());
        assertThat(peak.getAsLong()).isGreaterThan(touched.length);
    }
}

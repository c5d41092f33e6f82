package io.nudge.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
    @Test
    void aBusyMachineMakesTimesProvisional() {
        assertThat(Environment.load(3.14, 2))
                .isEqualTo(
                        "load average before: 3.1 on 2 processors; other work was running, so the times are provisional");
        assertThat(Environment.load(0.05, 2)).isEqualTo("load average before: 0.1 on 2 processors");
    }

    @Test
    void machineBackendJavaAndVersionsAreTold() {
        assertThat(Environment.describe(List.of("cpu")))
                .anyMatch(line -> line.startsWith("machine: "))
                .anyMatch(line -> line.startsWith("backend cpu: cpu:0 ("))
                .anyMatch(line -> line.startsWith("Java: "))
                .anyMatch(line -> line.matches("versions: Nudge .+, JMH [\\d.]+"));
    }
}

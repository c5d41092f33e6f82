package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The list of faults that scripts/planted-faults plants goes with the code: where that changes, so has the list. */
@EnabledOnOs(OS.LINUX)
class PlantedFaultsTest {
    @Test
    void eachFitsItsFileAndNamesATest() throws Exception {
        String script = Path.of("..", "scripts", "planted-faults").toString();
        Process check = new ProcessBuilder("bash", script, "--check")
                .redirectErrorStream(true)
                .start();
        String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(check.waitFor()).as(output).isZero();
        assertThat(output).matches("\\d{3,} faults fit their files\n");
    }
}

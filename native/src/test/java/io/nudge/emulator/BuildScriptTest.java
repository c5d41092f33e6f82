package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What build.sh does on a machine without the tools that the device is built with: one that has `dirname` and nothing else. */
@EnabledOnOs(OS.LINUX)
class BuildScriptTest {
    @TempDir
    Path folder;

    private Process build(String required) throws IOException {
        Path tools = Files.createDirectory(folder.resolve("tools"));
        Files.createSymbolicLink(tools.resolve("dirname"), Path.of("/usr/bin/dirname"));
        ProcessBuilder builder = new ProcessBuilder(
                "/bin/sh",
                Path.of("emulator", "build.sh").toAbsolutePath().toString(),
                folder.resolve("work").toString(),
                folder.resolve("out").toString(),
                System.getProperty("java.home"),
                required);
        builder.environment().put("PATH", tools.toString());
        builder.environment().remove("CXX");
        return builder.redirectErrorStream(true).start();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void saysInOneLineThatTestsAreSkipped() throws Exception {
        Process process = build("optional");
        assertThat(output(process).lines())
                .singleElement()
                .asString()
                .contains("its tests are skipped", "was not found");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void failsWhereTheDeviceIsRequired() throws Exception {
        Process process = build("required");
        assertThat(output(process).lines()).singleElement().asString().contains("is required", "was not found");
        assertThat(process.waitFor()).isEqualTo(1);
    }
}

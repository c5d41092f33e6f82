package io.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandardErrorTest {
    private final PrintStream before = System.err;

    @AfterEach
    void restore() {
        System.clearProperty("nudge.stderr");
        System.setErr(before);
    }

    @Test
    void staysAsItIsWhenNoFileIsNamed() {
        StandardError.open();
        assertThat(System.err).isSameAs(before);
    }

    @Test
    void staysAsItIsWhenTheFileCannotBeOpened(@TempDir Path folder) {
        System.setProperty("nudge.stderr", folder.toString());
        StandardError.open();
        assertThat(System.err).isSameAs(before);
    }

    @Test
    void addsToTheFileAtEveryLine(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("err"), "already there\n");
        System.setProperty("nudge.stderr", file.toString());
        StandardError.open();
        System.err.println("added");
        assertThat(file).hasContent("already there\nadded");
    }
}

package io.nudge.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
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
    void goesOnWhereTheOpenFileIs(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("err");
        Field number = FileDescriptor.class.getDeclaredField("fd");
        number.setAccessible(true);
        try (FileOutputStream file = new FileOutputStream(path.toFile())) {
            System.setProperty("nudge.stderr", String.valueOf(number.getInt(file.getFD())));
            file.write("one, ".getBytes(UTF_8));
            StandardError.open();
            System.err.print("two, ");
            file.write("three".getBytes(UTF_8));
        }
        assertThat(path).hasContent("one, two, three");
    }
}

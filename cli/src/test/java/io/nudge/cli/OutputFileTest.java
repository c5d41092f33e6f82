package io.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void writeSomething() throws IOException {
        file = Files.writeString(folder.resolve("file"), "as it was");
    }

    @Test
    void whatIsCompleteTakesThePlaceOfWhatWasThere() {
        OutputFile.write(file, out -> out.write("new".getBytes(StandardCharsets.UTF_8)));
        assertThat(file).hasContent("new");
        assertThat(folder.toFile().list()).containsExactly("file");
    }

    @Test
    void aFullDiskLeavesWhatWasThere() {
        assertThatThrownBy(() -> OutputFile.write(file, out -> {
                    out.write(1);
                    throw new IOException("could not write", new IOException("No space left on device"));
                }))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage(file + " cannot be written: No space left on device; see that the disk has room");
        assertThat(file).hasContent("as it was");
        assertThat(folder.toFile().list()).containsExactly("file");
    }

    @Test
    void aLinkIsFollowed() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        OutputFile.write(link, out -> out.write("new".getBytes(StandardCharsets.UTF_8)));
        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("new");
    }

    @Test
    void lookingWhetherAFileCanBeWrittenChangesNothing() {
        OutputFile.requireWritable("--save", file);
        OutputFile.requireWritable("--save", folder.resolve("another"));
        OutputFile.requireWritable("--save", null);
        assertThat(file).hasContent("as it was");
        assertThat(folder.toFile().list()).containsExactly("file");
    }
}

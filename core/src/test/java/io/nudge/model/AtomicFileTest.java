package io.nudge.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void writeOldContent() throws IOException {
        file = folder.resolve("file");
        Files.writeString(file, "old");
    }

    private void assertFolderHoldsOnly(String content) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).as("nothing temporary is left").containsExactly(file);
        }
        assertThat(file).hasContent(content);
    }

    @Test
    void replacesTheFile() throws IOException {
        AtomicFile.write(file, out -> out.write("new".getBytes(UTF_8)));
        assertFolderHoldsOnly("new");
    }

    @Test
    void aFailureHalfWayLeavesTheOldFileAndNothingElse() throws IOException {
        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith(file + " cannot be written: No space left on device")
                .hasMessageContaining("stays as it was");
        assertFolderHoldsOnly("old");
    }

    @Test
    void anyOtherExceptionHalfWayLeavesTheOldFileAndNothingElse() throws IOException {
        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
                    throw new IllegalStateException("device fault");
                }))
                .hasMessage("device fault");
        assertFolderHoldsOnly("old");
    }

    @Test
    void aFailureToRenameLeavesTheOldFileAndNothingElse() throws IOException {
        assertThatThrownBy(() -> AtomicFile.write(file, out -> out.write(1), (from, to, options) -> {
                    throw new IOException("rename failed");
                }))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("rename failed");
        assertFolderHoldsOnly("old");
    }

    @Test
    void renamesInAnotherWayWhereItCannotBeDoneInOneStep() throws IOException {
        List<Object> asked = new ArrayList<>();
        AtomicFile.write(file, out -> out.write('x'), (from, to, options) -> {
            asked.addAll(Arrays.asList(options));
            if (options[0] == StandardCopyOption.ATOMIC_MOVE) {
                throw new AtomicMoveNotSupportedException("a", "b", "not here");
            }
            Files.move(from, to, options);
        });
        assertThat(asked).containsExactly(StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertFolderHoldsOnly("x");
    }

    @Test
    void whoHasTheOldFileOpenReadsItToItsEnd() throws IOException {
        assumeFalse(System.getProperty("os.name").startsWith("Windows"), "there an open file cannot be replaced");
        try (var open = Files.newInputStream(file)) {
            AtomicFile.write(file, out -> out.write('x'));
            assertThat(open.readAllBytes()).isEqualTo(new byte[] {'o', 'l', 'd'});
        }
    }

    @Test
    void followsALink() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        AtomicFile.write(link, out -> out.write('x'));
        assertThat(link).isSymbolicLink();
        Files.delete(link);
        assertFolderHoldsOnly("x");
    }

    @Test
    void refusesWhatCannotBeWritten() throws IOException {
        assertRefused(
                Files.createSymbolicLink(folder.resolve("link"), folder.resolve("none")), "link to one that is there");
        assertRefused(folder, "that is a folder");
        assertRefused(folder.resolve("none").resolve("file"), "no folder " + folder.resolve("none"));
        assertRefused(file.resolve("inside"), "no folder " + file);
        assertRefused(Path.of("/"), "that is a folder");
    }

    @Test
    void refusesAFileThatIsProtected() {
        assumeFalse(file.toFile().setReadOnly() && Files.isWritable(file), "root writes everything");
        assertRefused(file, "permission denied");
    }

    private static void assertRefused(Path path, String message) {
        assertThatThrownBy(() -> AtomicFile.write(path, out -> out.write(1)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith(path + " cannot be written: ")
                .hasMessageContaining(message);
    }

    @Test
    void removesWhatKilledProcessesLeftLongAgo() throws IOException {
        Path stale = Files.createFile(folder.resolve(".nudge-1.tmp"));
        Path fresh = Files.createFile(folder.resolve(".nudge-2.tmp"));
        Path other = Files.createFile(folder.resolve("nudge.tmp"));
        for (Path old : List.of(stale, other, file)) {
            Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        }
        AtomicFile.removeLeftovers(file);
        assertThat(stale).doesNotExist();
        assertThat(List.of(fresh, other, file)).allMatch(Files::exists);
        AtomicFile.removeLeftovers(folder.resolve("none").resolve("file"));
    }

    @Test
    void savesFromManyThreadsNeverMixTheirContents() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            byte[] content = new byte[10_000];
            Arrays.fill(content, (byte) t);
            Thread thread = new Thread(() -> AtomicFile.write(file, out -> out.write(content)));
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        byte[] found = Files.readAllBytes(file);
        assertThat(found).hasSize(10_000).containsOnly(found[0]);
    }
}

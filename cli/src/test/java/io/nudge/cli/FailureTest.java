package io.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.nudge.data.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                arguments(new UsageException("--rate: no"), ExitCode.USAGE, "--rate: no"),
                arguments(new DataException("two\n  lines"), ExitCode.FAILED, "two lines"),
                arguments(new NoSuchFileException("x"), ExitCode.FAILED, "there is no file or folder x"),
                arguments(
                        new UncheckedIOException(new AccessDeniedException("x")),
                        ExitCode.FAILED,
                        "x may not be read or written by this user; change its permissions or choose another"),
                arguments(
                        new UncheckedIOException("x cannot be written: full; make room", new IOException("full")),
                        ExitCode.FAILED,
                        "x cannot be written: full; make room"),
                arguments(new FileSystemException("x", null, "Too many links"), ExitCode.FAILED, "x: Too many links"),
                arguments(
                        new OutOfMemoryError("Java heap space"),
                        ExitCode.FAILED,
                        "out of memory (Java heap space); choose a smaller --batch or network, or give Java more, as in "
                                + "NUDGE_JAVA_OPTS=-Xmx8g"),
                arguments(new OutOfMemoryError("too much; use less"), ExitCode.FAILED, "too much; use less"),
                arguments(
                        new NullPointerException(),
                        ExitCode.FAILED,
                        "internal error: NullPointerException; run again with --stacktrace to see where"),
                arguments(
                        new IllegalStateException("odd"),
                        ExitCode.FAILED,
                        "internal error: IllegalStateException: odd; run again with --stacktrace to see where"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void everyFailureIsOneLine(Throwable thrown, int exitCode, String line) {
        assertThat(Failure.of(thrown)).isEqualTo(new Failure(exitCode, line));
    }
}

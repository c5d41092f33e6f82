package io.nudge.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Finds out whether standard error is a terminal. {@link System#console} cannot tell: it asks for standard input and output
 * to be one, and a progress bar is wanted also when standard output goes to a file.
 */
final class Terminal {
    private Terminal() {}

    /** Whether what this program writes to standard error is seen by a person at once. */
    static boolean isStandardError() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        if (System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows")) {
            return false; // there is no telling without native code
        }
        Path open = Path.of("/proc/self/fd/2");
        return Files.exists(open, LinkOption.NOFOLLOW_LINKS) ? leadsToTerminal(open) : saysTest();
    }

    /** Linux tells what a file descriptor is open on. */
    private static boolean leadsToTerminal(Path file) {
        try {
            String real = file.toRealPath().toString();
            return real.startsWith("/dev/pts/") || real.startsWith("/dev/tty") || real.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** Elsewhere the shell's test does, of the standard error that it inherits. */
    private static boolean saysTest() {
        try {
            ProcessBuilder test = new ProcessBuilder("test", "-t", "2").redirectError(Redirect.INHERIT);
            return test.start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

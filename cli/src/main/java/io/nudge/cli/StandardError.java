package io.nudge.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * Standard error, when the launcher has put a filter before it. The filter takes out a warning that the JVM prints as it starts;
 * what this program prints shall not wait for it.
 */
final class StandardError {
    private StandardError() {}

    /** Lets {@link System#err} write to the file that the property {@code nudge.stderr} names, if it does. */
    static void open() {
        String file = System.getProperty("nudge.stderr");
        if (file == null) {
            return;
        }
        try {
            boolean append = true;
            boolean flushLines = true;
            String charset = System.getProperty(
                    "native.encoding", Charset.defaultCharset().name());
            System.setErr(new PrintStream(new FileOutputStream(file, append), flushLines, charset));
        } catch (IOException e) {
            // Then all goes through the filter.
        }
    }
}

package io.nudge.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.UnsupportedEncodingException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.nio.charset.Charset;

/**
 * Standard error, when the launcher has put a filter before it. The filter takes out a warning that the JVM prints as it
 * starts; what this program prints shall not wait for it.
 */
final class StandardError {
    private StandardError() {}

    /**
     * Lets {@link System#err} write to the open file whose number the property {@code nudge.stderr} gives, if it does. Java
     * has no door to a file that is open already but for numbers 0 to 2, so the launcher opens {@code java.io} to reflection;
     * where it has not, all goes through the filter. To open the file anew by a name such as /dev/fd/3 would not do: a file
     * on disk then has two ends, and what is written at one overwrites what is at the other.
     */
    static void open() {
        Integer number = Integer.getInteger("nudge.stderr");
        if (number == null) {
            return;
        }
        try {
            Constructor<FileDescriptor> ofNumber = FileDescriptor.class.getDeclaredConstructor(int.class);
            ofNumber.setAccessible(true);
            FileOutputStream file = new FileOutputStream(ofNumber.newInstance(number));
            boolean flushLines = true;
            String charset = System.getProperty(
                    "native.encoding", Charset.defaultCharset().name());
            System.setErr(new PrintStream(file, flushLines, charset));
        } catch (ReflectiveOperationException | InaccessibleObjectException | UnsupportedEncodingException e) {
            return; // it stays as it is
        }
    }
}

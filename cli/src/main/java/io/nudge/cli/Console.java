package io.nudge.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * Where a command writes: what it finds out to standard output; notes, mistakes and a progress bar, the last line of the
 * screen, to standard error. Safe to use from several threads.
 */
final class Console {
    private final WatchedStream watched;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;
    private String bar = "";

    /**
     * Takes the streams.
     *
     * @param terminal whether {@code err} is one, so that a progress bar makes sense
     */
    Console(OutputStream out, PrintStream err, boolean terminal) {
        this.watched = new WatchedStream(out);
        this.out = new PrintStream(watched, false, charset());
        this.err = err;
        this.terminal = terminal;
    }

    /** Java knows a terminal without a locale as ASCII; nearly all of them understand UTF-8. */
    static Charset charset() {
        String encoding = System.getProperty("stdout.encoding", System.getProperty("native.encoding"));
        boolean known = encoding != null && Charset.isSupported(encoding);
        Charset charset = known ? Charset.forName(encoding) : Charset.defaultCharset();
        return charset.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : charset;
    }

    boolean isTerminal() {
        return terminal;
    }

    /** Writes a line to standard output. */
    synchronized void print(String line) {
        hideBar();
        out.print(line + System.lineSeparator());
        out.flush();
        drawBar();
    }

    /** Writes formatted text as a line to standard output. */
    void print(String format, Object... values) {
        print(String.format(Locale.ROOT, format, values));
    }

    /** Writes an object as one line of JSON to standard output. */
    void json(Map<String, ?> object) {
        json(Json.write(object));
    }

    /** Writes a line of JSON to standard output, in UTF-8. */
    synchronized void json(String object) {
        hideBar();
        byte[] line = (object + "\n").getBytes(StandardCharsets.UTF_8);
        out.write(line, 0, line.length);
        out.flush();
        drawBar();
    }

    /** Writes a line to standard error. */
    synchronized void note(String line) {
        hideBar();
        err.println("nudge: " + line);
        drawBar();
    }

    /** Shows what was thrown, in full. */
    synchronized void stackTrace(Throwable thrown) {
        hideBar();
        thrown.printStackTrace(err);
    }

    /** Shows a progress bar in place of the one before; an empty text takes it away. */
    synchronized void bar(String text) {
        if (!text.equals(bar)) {
            hideBar();
            bar = text;
            drawBar();
        }
    }

    private void drawBar() {
        if (!bar.isEmpty()) {
            err.print(bar);
            err.flush();
        }
    }

    private void hideBar() {
        if (!bar.isEmpty()) {
            err.print("\r" + " ".repeat(bar.codePointCount(0, bar.length())) + "\r");
            err.flush();
        }
    }

    /** Whether standard output takes no more, so that there is no point in going on. */
    boolean isBroken() {
        return watched.failure() != null;
    }

    /**
     * Makes sure that all output was taken.
     *
     * @return the exit code, which is that given if all is well
     */
    int finish(int code) {
        out.flush();
        IOException failure = watched.failure();
        if (failure == null) {
            return code;
        }
        if (Failure.isBrokenPipe(failure)) {
            return ExitCode.UNREAD;
        }
        note("standard output could not be written: " + failure.getMessage()
                + "; free some space, or send it elsewhere");
        return ExitCode.FAILED;
    }

    /** Standard output for what prints by itself. */
    PrintWriter writer() {
        return new PrintWriter(out, true, charset());
    }

    PrintStream err() {
        return err;
    }
}

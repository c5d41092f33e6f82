package io.nudge.cli;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Shows what the library logs as one plain line each, where java.util.logging would use two and a date. */
final class Logs extends Handler {
    /** Held, or the settings would be lost with it. */
    private static final Logger NUDGE = Logger.getLogger("io.nudge");

    private final Console console;

    private Logs(Console console) {
        this.console = console;
        setFormatter(new SimpleFormatter());
        setLevel(Level.INFO);
    }

    /** Sends the library's log to a console, until closed. */
    static Logs to(Console console) {
        Logs logs = new Logs(console);
        NUDGE.setUseParentHandlers(false);
        NUDGE.addHandler(logs);
        return logs;
    }

    @Override
    public void publish(LogRecord entry) {
        if (isLoggable(entry)) {
            console.note(getFormatter().formatMessage(entry));
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        NUDGE.removeHandler(this);
        NUDGE.setUseParentHandlers(true);
    }
}

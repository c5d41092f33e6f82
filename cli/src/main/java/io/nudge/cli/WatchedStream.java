package io.nudge.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Remembers the first failure of an output, which a {@link java.io.PrintStream} above it would hide. */
final class WatchedStream extends FilterOutputStream {
    private volatile IOException failure;

    WatchedStream(OutputStream out) {
        super(out);
    }

    /** The first failure; null while there is none. */
    IOException failure() {
        return failure;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        watched(() -> out.write(bytes, from, count));
    }

    @Override
    public void flush() throws IOException {
        watched(out::flush);
    }

    private interface Action {
        void run() throws IOException;
    }

    private void watched(Action action) throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            action.run();
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }
}

package io.nudge.tensor;

import java.util.Set;

/**
 * A fixed sequence of operations, recorded once by {@link Backend#record} and run many times. A run allocates nothing,
 * neither on the device nor on the Java heap. The numbers that were arguments when it was recorded stay as they were;
 * what changes from run to run lives in tensors.
 *
 * <p>Safe to run from any thread. Closing it twice does nothing.
 */
public final class Program implements AutoCloseable {
    private final Backend backend;
    private Runnable work;
    private final Runnable release;
    private Tensor.Block[] blocks;
    private boolean closed;

    Program(Backend backend, Runnable work, Runnable release, Set<Tensor.Block> blocks) {
        this.backend = backend;
        this.work = work;
        this.release = release;
        this.blocks = blocks.toArray(new Tensor.Block[0]);
    }

    /**
     * Runs the sequence.
     *
     * @throws IllegalStateException if the program, its backend or a tensor that it uses is closed
     */
    public void run() {
        backend.run(this);
    }

    void runLocked() {
        if (closed) {
            throw new IllegalStateException("this program is closed; record it again");
        }
        for (Tensor.Block block : blocks) {
            block.requireOpen("run");
        }
        work.run();
    }

    /** Gives back what the backend prepared for the program. Its tensors stay open. */
    @Override
    public void close() {
        backend.close(this);
    }

    void closeLocked() {
        if (!closed) {
            closed = true;
            work = null;
            blocks = null;
            release.run();
        }
    }
}

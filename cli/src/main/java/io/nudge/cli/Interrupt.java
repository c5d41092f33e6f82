package io.nudge.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Turns Ctrl-C, which ends the process, into a wish to stop: the process lives on until what began is closed. It ends with the
 * exit code 130 all the same, or as another signal wants.
 */
final class Interrupt implements AutoCloseable {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Runnable announce;
    private final Thread hook = new Thread(this::stop, "nudge-interrupt");
    private volatile boolean requested;

    private Interrupt(Runnable announce) {
        this.announce = announce;
    }

    /** Watches until closed. */
    static Interrupt watch(Runnable announce) {
        Interrupt interrupt = new Interrupt(announce);
        try {
            Runtime.getRuntime().addShutdownHook(interrupt.hook);
        } catch (IllegalStateException e) {
            interrupt.requested = true; // the process is ending already
        }
        return interrupt;
    }

    private void stop() {
        requested = true;
        announce.run();
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isRequested() {
        return requested;
    }

    /** Lets the process end. */
    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            requested = true; // the process is ending, and the hook has run
        }
    }
}

package io.nudge.cpu;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Finds out when code by the Vector API is worth calling. Until the JIT compiler has made vector instructions of it, it makes an
 * object of each vector, and takes hundreds of times as long; plain loops that give the same bits do its work meanwhile. A
 * background thread runs both on numbers made up until the vectors are faster, and gives up where that never happens.
 *
 * <p>Thread-safe.
 */
final class Trial {
    /** So often in a row the vectors must be faster. */
    private static final int WINS = 5;

    /** After so many seconds in which they were not, they never will be. */
    private static final double PATIENCE = 10;

    private static final Queue<Trial> ASKED_FOR = new ArrayDeque<>();
    private static boolean running;

    private final Runnable vectors;
    private final Runnable loops;
    private final double patience;
    private volatile boolean passed;
    private volatile boolean asked;
    private boolean held;

    /**
     * For two ways to do the same, with numbers of their own; some microseconds of work.
     *
     * @param vectors what is to become faster
     * @param loops than this
     */
    Trial(Runnable vectors, Runnable loops) {
        this(vectors, loops, PATIENCE, !CpuOptions.trialsProperty());
    }

    Trial(Runnable vectors, Runnable loops, double patience, boolean passed) {
        this.vectors = vectors;
        this.loops = loops;
        this.patience = patience;
        this.passed = passed;
    }

    /** Whether the vectors are faster by now. The first to ask makes the background thread look into it. */
    boolean passed() {
        if (!passed && !asked) {
            ask();
        }
        return passed;
    }

    private void ask() {
        synchronized (ASKED_FOR) {
            if (!asked) {
                asked = true;
                ASKED_FOR.add(this);
                start();
            }
        }
    }

    /** Holds the trial now, for work so large that plain loops had better not begin it. */
    void hold() {
        if (!passed) {
            asked = true;
            run();
        }
    }

    private static void start() {
        if (!running) {
            running = true;
            Thread thread = new Thread(Trial::serve, "nudge-cpu-trials");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** The thread ends when there is nothing left to try. */
    private static void serve() {
        for (Trial next = next(); next != null; next = next()) {
            next.run();
        }
    }

    private static Trial next() {
        synchronized (ASKED_FOR) {
            Trial next = ASKED_FOR.poll();
            running = next != null;
            return next;
        }
    }

    private synchronized void run() {
        if (held) {
            return;
        }
        held = true;
        long begin = System.nanoTime();
        int wins = 0;
        while (wins < WINS && (System.nanoTime() - begin) * 1e-9 < patience) {
            wins = time(vectors) < time(loops) ? wins + 1 : 0;
        }
        passed = wins == WINS;
    }

    private static long time(Runnable work) {
        long begin = System.nanoTime();
        work.run();
        return System.nanoTime() - begin;
    }
}

package io.nudge.cpu;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fixed set of threads that do the parts of a task together with the caller. The threads are made when first needed
 * and wait between tasks; running a task makes neither threads nor objects. One caller at a time.
 *
 * <p>Which worker does which part is left to chance, so a part's result must not depend on it.
 */
final class Workers implements AutoCloseable {
    /**
     * How often a thread looks for the next task before it goes to sleep, some 40 µs. To wake one up takes as long, and
     * the passes of a training step follow each other faster than that; a longer search would take the processor from
     * others.
     */
    private static final int SEARCHES = 2_000;

    private final int count;
    private final AtomicInteger nextPart = new AtomicInteger();
    private Task task;
    private int parts;
    private boolean started;
    private Throwable failure;

    // Changed under the monitor; the first two also read without it, by threads that look for work before they sleep.
    private volatile int round;
    private volatile int busy;
    private boolean open;
    private boolean closed;

    Workers(int count) {
        this.count = count;
    }

    /** How many threads work on a task, the caller included. */
    int count() {
        return count;
    }

    /** Does all parts of a task; returns when they are done. */
    void run(Task newTask, int newParts) {
        if (count == 1 || newParts <= 1) {
            for (int part = 0; part < newParts; part++) {
                newTask.run(part, 0);
            }
            return;
        }
        begin(newTask, newParts);
        try {
            work(0);
        } finally {
            end();
        }
        rethrow();
    }

    private synchronized void begin(Task newTask, int newParts) {
        start();
        task = newTask;
        parts = newParts;
        failure = null;
        nextPart.set(0);
        open = true;
        round++;
        notifyAll();
    }

    private void work(int worker) {
        int part = nextPart.getAndIncrement();
        while (part < parts) {
            task.run(part, worker);
            part = nextPart.getAndIncrement();
        }
    }

    /** After this no worker enters the task any more, and those that did have left it. */
    private void end() {
        synchronized (this) {
            open = false;
        }
        for (int i = 0; i < SEARCHES && busy > 0; i++) {
            Thread.onSpinWait();
        }
        synchronized (this) {
            boolean interrupted = false;
            while (busy > 0) {
                try {
                    wait();
                } catch (InterruptedException e) { // kept for the caller
                    interrupted = true;
                }
            }
            task = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void rethrow() {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    private void start() {
        if (!started) {
            started = true;
            for (int worker = 1; worker < count; worker++) {
                int number = worker;
                Thread thread = new Thread(() -> serve(number), "nudge-cpu-" + number);
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    private void serve(int worker) {
        int seen = 0;
        while (enter(seen)) {
            seen = round;
            help(worker);
        }
    }

    /** Waits for a round after the one last seen, and takes part in it; false if there will be none. */
    private boolean enter(int seen) {
        for (int i = 0; i < SEARCHES && round == seen; i++) {
            Thread.onSpinWait();
        }
        synchronized (this) {
            while (!closed && (round == seen || !open)) {
                try {
                    wait();
                } catch (InterruptedException e) { // a worker is ended by close alone
                }
            }
            busy += closed ? 0 : 1;
            return !closed;
        }
    }

    private void help(int worker) {
        Throwable thrown = null;
        try {
            work(worker);
        } catch (Throwable e) { // the caller throws it on
            thrown = e;
        }
        synchronized (this) {
            failure = thrown == null ? failure : thrown;
            busy--;
            if (busy == 0) {
                notifyAll();
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}

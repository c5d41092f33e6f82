package io.nudge.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A fixed set of threads that do the parts of a task together with the caller. The threads are made when first needed
 * and wait between tasks; running a task makes neither threads nor objects. One caller at a time.
 *
 * <p>Which worker does which part is left to chance, so a part's result must not depend on it. A part that throws keeps no other from
 * being done.
 *
 * <p>Threads that are awake find and leave a task by atomic numbers alone, in some 0.1 µs; the monitor is for sleep. Whoever is about to
 * sleep says so before it looks once more whether there is reason to, and whoever gives reason does that before it looks for sleepers.
 */
final class Workers implements AutoCloseable {
    /** How often a thread looks for the next task at once, some 40 µs: the passes of a training step follow each other faster than that. */
    private static final int SEARCHES = 2_000;

    /**
     * How often it then lets others go first and looks again, some 10 ms, before it goes to sleep. To wake it up takes 50 µs, and a
     * system may do so on the processor that the caller has, though another one has nothing to do, and leave both there as long as they
     * sleep and wake in turn.
     */
    private static final int YIELDS = 20_000;

    private final int count;

    /**
     * The number of the round in the upper half, how many of its parts nobody has begun in the lower. So nobody can take a part of
     * another round than the one whose task it saw: a round begins when all parts of the one before are done.
     */
    private final AtomicLong open = new AtomicLong();

    /** Parts that are not done. */
    private final AtomicInteger undone = new AtomicInteger();

    // Written before the round begins.
    private Task task;

    private boolean started;
    private volatile boolean closed;

    // Guarded by the monitor, the volatile ones as to changes alone.
    private int wakes;
    private volatile int sleepers;
    private volatile boolean callerSleeps;

    private Throwable failure;
    private int failed;

    Workers(int count) {
        this.count = count;
    }

    /** How many threads work on a task, the caller included. */
    int count() {
        return count;
    }

    /**
     * Does all parts of a task; returns when they are done.
     *
     * @throws RuntimeException what the first of the parts that failed has thrown; so for an {@link Error}
     */
    void run(Task newTask, int newParts) {
        if (count == 1 || newParts <= 1) {
            for (int part = 0; part < newParts; part++) {
                newTask.run(part, 0);
            }
            return;
        }
        begin(newTask, newParts);
        work(0);
        awaitOthers();
        task = null;
        if (failure != null) {
            rethrow();
        }
    }

    private void begin(Task newTask, int parts) {
        start();
        task = newTask;
        undone.set(parts);
        long round = (open.get() >>> Integer.SIZE) + 1;
        open.set(round << Integer.SIZE | parts);
        if (sleepers > 0) {
            wakeAll();
        }
    }

    private synchronized void wakeAll() {
        wakes++;
        notifyAll();
    }

    /** Does parts until nobody has left one to begin. The last comes first. */
    private void work(int worker) {
        for (long seen = open.get(); (int) seen > 0; seen = open.get()) {
            Task current = task;
            if (open.compareAndSet(seen, seen - 1)) {
                int part = (int) seen - 1;
                try {
                    current.run(part, worker);
                } catch (Throwable e) { // the caller throws it on
                    note(part, e);
                }
                if (undone.decrementAndGet() == 0 && callerSleeps) {
                    wakeAll();
                }
            }
        }
    }

    private synchronized void note(int part, Throwable e) {
        if (failure == null || part < failed) {
            failure = e;
            failed = part;
        }
    }

    private void awaitOthers() {
        for (int i = 0; i < SEARCHES + YIELDS && undone.get() > 0; i++) {
            pause(i);
        }
        if (undone.get() > 0) {
            sleepUntilDone();
        }
    }

    private synchronized void sleepUntilDone() {
        boolean interrupted = false;
        callerSleeps = true;
        while (undone.get() > 0) {
            try {
                wait();
            } catch (InterruptedException e) { // kept for the caller
                interrupted = true;
            }
        }
        callerSleeps = false;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void rethrow() {
        Throwable thrown = failure;
        failure = null;
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
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
        while (!closed) {
            work(worker);
            for (int i = 0; i < SEARCHES + YIELDS && isIdle(); i++) {
                pause(i);
            }
            if (isIdle()) {
                sleepOnce();
            }
        }
    }

    /** What a thread does between two looks at what it waits for. Nothing relies on the yield: it is a courtesy. */
    @SuppressWarnings("ThreadPriorityCheck")
    static void pause(int search) {
        if (search < SEARCHES) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    private boolean isIdle() {
        return (int) open.get() == 0 && !closed;
    }

    /** Once woken up a thread looks for a while, even if the task was done before it came to it: so the system sees that it has one. */
    private synchronized void sleepOnce() {
        sleepers++;
        int before = wakes;
        while (isIdle() && wakes == before) {
            try {
                wait();
            } catch (InterruptedException e) { // a worker is ended by close alone
            }
        }
        sleepers--;
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}

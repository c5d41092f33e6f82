package io.nudge.cpu;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Who of some workers does which part. Each has a range of its own, the same one whenever the parts are the same: what it has in its
 * caches from the last time is of use then. Who is done with them takes parts of others.
 */
final class Claims {
    /** Numbers between those of two workers, so that none is in the line of a cache that another one writes. */
    private static final int APART = 16;

    private final int workers;
    private final AtomicIntegerArray next;
    private int[] begins;

    Claims(int workers) {
        this.workers = workers;
        next = new AtomicIntegerArray((workers + 1) * APART);
        begins = new int[workers + 1];
    }

    /** Shares parts evenly; before any worker asks. */
    void share(int parts) {
        for (int w = 0; w <= workers; w++) {
            begins[w] = (int) ((long) parts * w / workers);
        }
        reset();
    }

    /** Shares parts so that a worker's begin where this says, and end where the next one's do. */
    void share(int[] begins) {
        System.arraycopy(begins, 0, this.begins, 0, workers + 1);
        reset();
    }

    private void reset() {
        for (int w = 0; w < workers; w++) {
            next.set(w * APART, begins[w]);
        }
    }

    /** The next part for a worker. As many calls as there are parts get one each; more are not allowed. */
    int take(int worker) {
        for (int i = 0; i < workers; i++) {
            int owner = (worker + i) % workers;
            if (next.get(owner * APART) < begins[owner + 1]) {
                int part = next.getAndIncrement(owner * APART);
                if (part < begins[owner + 1]) {
                    return part;
                }
            }
        }
        throw new IllegalStateException("all parts are taken");
    }
}

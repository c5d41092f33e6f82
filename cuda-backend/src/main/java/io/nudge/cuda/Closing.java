package io.nudge.cuda;

import java.util.ArrayDeque;
import java.util.Deque;

/** What is to be given back, the last first. All of it is, whatever fails; the first failure is told at the end. */
final class Closing {
    private final Deque<Runnable> steps = new ArrayDeque<>();

    void add(Runnable step) {
        steps.push(step);
    }

    /** Gives all back. */
    void run() {
        RuntimeException failure = null;
        while (!steps.isEmpty()) {
            try {
                steps.pop().run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}

package io.nudge.train;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes what was made so far, the last first, unless all went well. */
final class Cleanup implements AutoCloseable {
    private final Deque<AutoCloseable> made = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T resource) {
        made.push(resource);
        return resource;
    }

    /** All is made: nothing is to be closed here any more. */
    void disarm() {
        made.clear();
    }

    @Override
    public void close() {
        while (!made.isEmpty()) {
            try {
                made.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("could not give a resource back", e);
            }
        }
    }
}

package io.nudge.cpu;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How far two threads are that work on the same steps, each on a part of its own: before it goes on, one waits until the other has told
 * that something is ready. What one tells lies in a line or two of the cache that only this one writes, with the numbers that it says along with
 * it, so that a turn takes them from one processor to the other once. Nobody waits for one that is gone.
 */
final class Meeting {
    /** Numbers between what the two tell: a line of a cache, and the one that a processor may fetch with it. */
    private static final int APART = 16;

    // After the turn.
    private static final int SAID = 1;
    private static final int COME = APART - 2;
    private static final int GONE = APART - 1;

    /** From here on for the first of the two, and {@link #APART} further on for the other. */
    private final AtomicLongArray numbers = new AtomicLongArray(4 * APART);

    /** Before the two begin: nobody has told anything. */
    void begin() {
        for (int i = 0; i < numbers.length(); i++) {
            numbers.set(i, 0);
        }
    }

    /** One, 0 or 1, says a number, the first, second and so on, for the other to read once it is told. */
    void say(int who, int which, long number) {
        numbers.setPlain(at(who) + SAID + which, number);
    }

    /** A number that one has said. */
    long said(int whom, int which) {
        return numbers.getPlain(at(whom) + SAID + which);
    }

    /** One is ready for a turn, 1 or more: what it wrote and said before is there for the other. */
    void tell(int who, long turn) {
        numbers.setRelease(at(who), turn);
    }

    /** The turn that one told last; for itself. */
    long told(int who) {
        return numbers.getPlain(at(who));
    }

    /** One is there. */
    void come(int who) {
        numbers.setRelease(at(who) + COME, 1);
    }

    /** Whether one is there, or was. */
    boolean hasCome(int whom) {
        return numbers.getAcquire(at(whom) + COME) != 0;
    }

    /** One will not tell any more. */
    void go(int who) {
        numbers.setRelease(at(who) + GONE, 1);
    }

    /**
     * Waits, without sleep, until one is ready for a turn.
     *
     * @return whether it is; else it has gone before
     */
    boolean await(int whom, long turn) {
        int at = at(whom);
        for (int i = 0; numbers.getAcquire(at) < turn; i++) {
            if (numbers.getAcquire(at + GONE) != 0) {
                return numbers.getAcquire(at) >= turn;
            }
            Workers.pause(i);
        }
        return true;
    }

    private static int at(int who) {
        return (1 + who) * APART;
    }
}

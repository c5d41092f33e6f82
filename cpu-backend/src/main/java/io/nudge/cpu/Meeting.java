package io.nudge.cpu;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How far two threads are that work on the same steps, each on a part of its own: before it goes on, one waits until the other has told
 * that something is ready. What one tells lies in a line of the cache that only this one writes, with the numbers that it says along with
 * it, so that a turn takes that line from one processor to the other once. Who leaves early ends its part, so that nobody waits for it.
 */
final class Meeting {
    /** Numbers between what the two tell: a line of a cache, and the one that a processor may fetch with it. */
    private static final int APART = 16;

    private static final int ENDED = 1;
    private static final int SAID = 2;

    /** From here on for the first of the two, and {@link #APART} further on for the other. */
    private final AtomicLongArray numbers = new AtomicLongArray(4 * APART);

    /** Before the two begin: nobody has told anything. */
    void begin() {
        for (int i = 0; i < numbers.length(); i++) {
            numbers.set(i, 0);
        }
    }

    /** One, 0 or 1, says a number, the first, second and so on, for the other to read once it is told. */
    void say(int who, int which, double number) {
        numbers.setPlain(at(who) + SAID + which, Double.doubleToRawLongBits(number));
    }

    /** A number that one has said. */
    double said(int who, int which) {
        return Double.longBitsToDouble(numbers.getPlain(at(who) + SAID + which));
    }

    /** One is ready for a turn, 1 or more: what it wrote and said before is there for the other. */
    void tell(int who, long turn) {
        numbers.setRelease(at(who), turn);
    }

    /** One will not tell any more. */
    void end(int who) {
        numbers.setRelease(at(who) + ENDED, 1);
    }

    /**
     * Waits until one is ready for a turn. It is awake, or soon will be, so nobody sleeps.
     *
     * @return whether it is; else it has ended before
     */
    boolean await(int whom, long turn) {
        int at = at(whom);
        for (int i = 0; numbers.getAcquire(at) < turn; i++) {
            if (numbers.getAcquire(at + ENDED) != 0) {
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

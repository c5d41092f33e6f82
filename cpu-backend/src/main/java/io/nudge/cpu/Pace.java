package io.nudge.cpu;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether two threads are faster than one at what takes some microseconds. That depends on whether two processors are two, and on who
 * else works there, which nobody says; so both are tried, again and again as time goes by. What is computed must not depend on it.
 *
 * <p>Where several networks are trained at once, and there are not two processors for each, each has one thread: two would be faster
 * for one of them at the cost of the others.
 */
final class Pace {
    /** Turns at the beginning that both have by turns. */
    private static final int FIRST = 12;

    /** Later one of so many turns is the slower one's, and one whenever the faster one has come to need less than half: code was compiled. */
    private static final int TURNS = 32;

    /** Networks that are being trained in this JVM. */
    private static final AtomicInteger TRAINED = new AtomicInteger();

    private final int most;
    private final int processors;

    /** What a piece of work took each of them; 0 for not known. */
    private final double[] times = new double[2];

    /** What was known of the other one when each was tried last. */
    private final double[] others = new double[2];

    private long turn;

    /** With so many threads to be had, one or more, and so many processors for all that is trained. */
    Pace(int most, int processors) {
        this.most = Math.min(most, 2);
        this.processors = processors;
    }

    /** The training of a network begins, whether it asks for a pace or not. */
    static void enter() {
        TRAINED.incrementAndGet();
    }

    /** It ends. */
    static void leave() {
        TRAINED.decrementAndGet();
    }

    /** How many threads the next turn had better have. */
    int threads() {
        if (most == 1 || 2 * TRAINED.get() > processors) {
            return 1;
        }
        if (turn < FIRST) {
            return turn % 2 == 0 ? 2 : 1;
        }
        int better = times[1] < times[0] ? 2 : 1;
        int other = 3 - better;
        boolean changed = 2 * times[better - 1] < others[other - 1];
        return changed || turn % TURNS == 0 ? other : better;
    }

    /**
     * A turn is over, and took so many threads so long for each piece of work. Others who want a processor make turns slower and never
     * faster: so what is faster than known counts, and what is slower by a quarter.
     */
    void took(int threads, double time) {
        double known = times[threads - 1];
        times[threads - 1] = known == 0 || time < known ? time : known + (time - known) / 4;
        others[threads - 1] = times[2 - threads];
        turn++;
    }
}

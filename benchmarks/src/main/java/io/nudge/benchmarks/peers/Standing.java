package io.nudge.benchmarks.peers;

import java.util.List;

/**
 * What an entrant reached in a job on a number of threads.
 *
 * @param entrant its name
 * @param threads how many
 * @param versions of what did the work
 * @param before the loss before step 0
 * @param after the loss after the first steps
 * @param rates examples, of each round
 */
record Standing(String entrant, int threads, String versions, double before, double after, List<Rate> rates) {
    Standing {
        rates = List.copyOf(rates);
    }

    /** Examples in a second, over the rounds. */
    double median() {
        return Rate.median(rates, Rate::perSecond);
    }

    /** Examples in a second of processor time, over the rounds. */
    double medianEfficiency() {
        return Rate.median(rates, Rate::perProcessorSecond);
    }

    double least() {
        return Rate.least(rates);
    }

    double most() {
        return Rate.most(rates);
    }
}

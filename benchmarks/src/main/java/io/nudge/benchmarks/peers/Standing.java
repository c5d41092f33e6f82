package io.nudge.benchmarks.peers;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an entrant reached in a job on a number of threads.
 *
 * @param entrant its name
 * @param threads how many
 * @param versions of what did the work
 * @param before the loss before step 0
 * @param after the loss after the first steps
 * @param rates examples, of each round
 * @param firstSteps seconds from the start of a process to the end of its first step, of each round; none of inference
 * @param peakMemory the most bytes that the process with these rates had; nothing where the system does not tell
 */
record Standing(
        String entrant,
        int threads,
        String versions,
        double before,
        double after,
        List<Rate> rates,
        List<Double> firstSteps,
        OptionalLong peakMemory) {
    Standing {
        rates = List.copyOf(rates);
        firstSteps = List.copyOf(firstSteps);
    }

    /** Examples in a second, over the rounds. */
    Spread perSecond() {
        return Spread.of(rates, Rate::perSecond).orElseThrow();
    }

    double median() {
        return perSecond().median();
    }

    /** Examples in a second of processor time, over the rounds. */
    double medianEfficiency() {
        return Spread.of(rates, Rate::perProcessorSecond).orElseThrow().median();
    }

    /** Seconds to the end of a first step, over the rounds. */
    Optional<Spread> firstStep() {
        return Spread.of(firstSteps, Double::doubleValue);
    }

    /** The peak in MiB. */
    Optional<Double> peakMebibytes() {
        return peakMemory.isPresent() ? Optional.of((double) peakMemory.getAsLong() / (1 << 20)) : Optional.empty();
    }
}

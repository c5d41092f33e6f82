package io.nudge.benchmarks.peers;

import io.nudge.benchmarks.peers.process.Job;
import java.util.List;
import java.util.Optional;

/**
 * What came of a job.
 *
 * @param job what was done
 * @param standings of every entrant, on every number of threads that was measured
 * @param leftOut who has none
 */
record Outcome(Job job, List<Standing> standings, List<LeftOut> leftOut) {
    Outcome {
        standings = List.copyOf(standings);
        leftOut = List.copyOf(leftOut);
    }

    /** An entrant's standing on its best number of threads. */
    Optional<Standing> best(String entrant) {
        return standings.stream()
                .filter(standing -> standing.entrant().equals(entrant))
                .max(java.util.Comparator.comparingDouble(Standing::median));
    }
}

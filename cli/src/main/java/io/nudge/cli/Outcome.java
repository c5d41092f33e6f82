package io.nudge.cli;

import io.nudge.train.Evaluation;
import io.nudge.train.History;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a training came to.
 *
 * @param plan what was to be trained
 * @param history what its epochs gave
 * @param test how the network does on the test part
 * @param bestEpoch the epoch whose parameters were kept, where the best was asked for
 * @param interrupted whether it was ended from outside
 * @param seconds how long it took, its test included
 * @param saved where the model was saved
 * @param plotted where the picture was drawn
 */
record Outcome(
        Plan plan,
        History history,
        Optional<Evaluation> test,
        Optional<Integer> bestEpoch,
        boolean interrupted,
        double seconds,
        Optional<Path> saved,
        Optional<Path> plotted) {

    /** The same, with the model saved, unless the file is null. */
    Outcome saved(Path file) {
        return new Outcome(plan, history, test, bestEpoch, interrupted, seconds, Optional.ofNullable(file), plotted);
    }

    /** The same, with the picture drawn, unless the file is null. */
    Outcome plotted(Path file) {
        return new Outcome(plan, history, test, bestEpoch, interrupted, seconds, saved, Optional.ofNullable(file));
    }
}

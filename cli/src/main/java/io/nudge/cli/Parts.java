package io.nudge.cli;

import io.nudge.data.Dataset;
import io.nudge.data.Scaling;
import java.util.Optional;

/**
 * The parts of the data for a run, scaled.
 *
 * @param source where they are from
 * @param train what is trained on
 * @param validation what is measured after every epoch
 * @param test what the result is tested on
 * @param scaling how the inputs were scaled
 */
record Parts(
        Source source, Dataset train, Optional<Dataset> validation, Optional<Dataset> test, Optional<Scaling> scaling) {

    /** In words, for the first lines of a run. */
    String summary() {
        return source.name() + ": " + Text.counted(train.size(), "example") + " to train"
                + validation
                        .map(part -> ", " + Text.count(part.size()) + " to validate")
                        .orElse("")
                + test.map(part -> ", " + Text.count(part.size()) + " to test").orElse(", none to test");
    }

    /** Tells these parts from any others, with great likelihood. */
    String fingerprint() {
        return train.fingerprint()
                + validation.map(Dataset::fingerprint).map("-"::concat).orElse("-")
                + test.map(Dataset::fingerprint).map("-"::concat).orElse("-");
    }
}

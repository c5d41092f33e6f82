package io.nudge.cli;

import io.nudge.data.Dataset;
import java.util.Optional;

/**
 * Data as they lie in their source, before anything is held back or scaled.
 *
 * @param name for people
 * @param table whether the inputs are columns of a table, each with a scale of its own, and not pixels
 * @param examples all examples, or those to train on where there are others to test on
 * @param test examples that the source has set apart for testing
 */
record Source(String name, boolean table, Dataset examples, Optional<Dataset> test) {}

package io.nudge.cli;

import io.nudge.data.DataException;
import io.nudge.data.Dataset;
import io.nudge.data.Split;
import java.util.Map;
import java.util.Optional;

/**
 * Some of the examples of a source, seen from a model that may have been trained on others of them.
 *
 * @param data the examples, not scaled
 * @param words which they are
 * @param seen whether the model was trained on them
 */
record Part(Dataset data, String words, boolean seen) {
    static final String TEST = "test";
    static final String TRAIN = "train";
    static final String ALL = "all";

    /** Chooses a part of a source. Without a wish: what the model has never seen, if that is known, else all. */
    static Part choose(String wish, Source source, Notes notes) {
        boolean same = notes.examples().equals(Optional.of(source.examples().fingerprint()));
        if (source.test().isPresent()) {
            return ofFiles(wish, source, same);
        }
        Optional<Split> split = same ? heldBack(source.examples(), notes.settings()) : Optional.empty();
        if (split.isPresent() && !ALL.equals(wish)) {
            return TRAIN.equals(wish)
                    ? new Part(split.get().train(), "that were trained on", true)
                    : new Part(split.get().held(), "that were held back in training", false);
        }
        if (wish != null && !ALL.equals(wish)) {
            throw new DataException("--part " + wish + ": " + source.name()
                    + " has no test files, and the model does not " + "say how it was divided; use --part all");
        }
        return new Part(source.examples(), "in all", same);
    }

    private static Part ofFiles(String wish, Source source, boolean same) {
        if (ALL.equals(wish)) {
            throw new UsageException("--part all: " + source.name()
                    + " has files to train on and files to test on; choose --part train or --part test");
        }
        return TRAIN.equals(wish)
                ? new Part(source.examples(), "in the files to train on", same)
                : new Part(source.test().orElseThrow(), "in the files to test on", false);
    }

    /** Divides the examples once more as for the training, where a share of them was held back. */
    private static Optional<Split> heldBack(Dataset examples, Map<String, String> settings) {
        HeldOut held = HeldOut.parse("--test", settings.getOrDefault("--test", DataOptions.USUAL_TEST));
        if (!(held instanceof HeldOut.Share share) || !settings.containsKey("--seed")) {
            return Optional.empty();
        }
        return Optional.of(examples.split(share.fraction(), Long.parseLong(settings.get("--seed"))));
    }
}

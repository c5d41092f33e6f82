package io.nudge.cli;

/** A part of the data that is not trained on: none, a share of the examples, or a source of its own. */
sealed interface HeldOut {
    /** No such part. */
    record None() implements HeldOut {
        @Override
        public String toString() {
            return Numbers.NONE;
        }
    }

    /** A share of the examples, more than 0 and less than 1. */
    record Share(double fraction) implements HeldOut {
        @Override
        public String toString() {
            return Double.toString(fraction);
        }
    }

    /** A source of its own. */
    record Elsewhere(String source) implements HeldOut {
        @Override
        public String toString() {
            return SourceOptions.lasting(source);
        }
    }

    static HeldOut parse(String option, String text) {
        if (text.equals(Numbers.NONE)) {
            return new None();
        }
        if (!text.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?")) {
            return new Elsewhere(text);
        }
        double fraction = Double.parseDouble(text);
        if (fraction > 0 && fraction < 1) {
            return new Share(fraction);
        }
        throw new UsageException(option + " must be a share more than 0 and less than 1, as in 0.2, a file or folder, "
                + "or none, but is " + text);
    }
}

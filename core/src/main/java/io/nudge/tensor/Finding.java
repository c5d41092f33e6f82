package io.nudge.tensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that was looked at to tell whether a backend can be used.
 *
 * @param subject what was looked at, in a word or two: {@code driver}
 * @param weight what it means for the backend
 * @param text what was found, and where it is not as it should be what to do, in one line for people
 * @param facts the same for programs, in order: texts, numbers, booleans
 */
public record Finding(String subject, Weight weight, String text, Map<String, Object> facts) {
    /** What a finding means for the backend. */
    public enum Weight {
        /** As it should be. */
        GOOD,
        /** Missing or wrong, but the backend does without. */
        NOTE,
        /** Keeps the backend from being used. */
        BAD;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Copies the facts. */
    public Finding {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }

    /**
     * Makes a finding that a sentence says all of.
     *
     * @param subject what was looked at
     * @param weight what it means
     * @param text what was found
     */
    public Finding(String subject, Weight weight, String text) {
        this(subject, weight, text, Map.of());
    }
}

package io.nudge.cli;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What decides a run, as options and their values: what a checkpoint keeps so that nobody has to type it again. */
final class Settings {
    private final Map<String, String> values = new LinkedHashMap<>();

    /** Notes an option, unless it is not set. */
    Settings with(String option, Object value) {
        if (value != null) {
            values.put(option, value.toString());
        }
        return this;
    }

    Map<String, String> values() {
        return Collections.unmodifiableMap(values);
    }
}

package io.nudge.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** JSON as the commands print it: an object on one line, with null for what is not known. */
final class Json {
    private static final JSON WRITER = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES);

    private Json() {}

    static String write(Map<String, ?> object) {
        try {
            return WRITER.asString(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** JSON has no NaN and no infinity. */
    static Object number(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /** The same object on one line, with more in it. */
    static String onOneLine(String object, Map<String, ?> more) {
        try {
            Map<String, Object> all = new LinkedHashMap<>(JSON.std.mapFrom(object));
            all.putAll(more);
            return WRITER.asString(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

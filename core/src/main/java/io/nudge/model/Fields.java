package io.nudge.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The members of a JSON object, each checked as it is taken.
 *
 * @param what names the object in messages
 * @param values its members
 */
record Fields(String what, Map<?, ?> values) {
    /** Writes any value. */
    static String write(Object value) {
        try {
            return JSON.std.asString(value);
        } catch (IOException e) {
            throw new ModelException("this cannot be written as JSON: " + e.getMessage(), e);
        }
    }

    static Fields parse(String what, String json) {
        return of(what, value(what, json));
    }

    static Fields of(String what, Object value) {
        if (value instanceof Map<?, ?> map) {
            return new Fields(what, map);
        }
        throw new ModelException(what + " should be a JSON object, but is " + value);
    }

    static List<String> texts(String what, String json) {
        if (!(value(what, json) instanceof List<?> list)) {
            throw new ModelException(what + " should be a JSON array of strings, but is " + json);
        }
        List<String> texts = new ArrayList<>();
        list.forEach(each -> texts.add(text(what, each)));
        return texts;
    }

    private static Object value(String what, String json) {
        try {
            return JSON.std.anyFrom(json);
        } catch (JsonProcessingException e) {
            throw new ModelException(what + " is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelException(what + " is not valid JSON: " + e.getMessage(), e);
        }
    }

    private static String text(String what, Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw new ModelException(what + " should be a string, but is " + value);
    }

    private Object take(String name) {
        Object value = values.get(name);
        if (value == null) {
            throw new ModelException(what + " lacks '" + name + "'");
        }
        return value;
    }

    private ModelException wrong(String name, String should) {
        return new ModelException("'%s' of %s should be %s, but is %s".formatted(name, what, should, values.get(name)));
    }

    String text(String name) {
        return text("'" + name + "' of " + what, take(name));
    }

    double number(String name) {
        if (take(name) instanceof Number number) {
            return number.doubleValue();
        }
        throw wrong(name, "a number");
    }

    /** A whole number that is not negative. */
    long count(String name) {
        Object value = take(name);
        boolean whole = value instanceof Integer || value instanceof Long;
        if (whole && ((Number) value).longValue() >= 0) {
            return ((Number) value).longValue();
        }
        throw wrong(name, "a whole number, not negative");
    }

    int smallCount(String name) {
        long count = count(name);
        if (count > Integer.MAX_VALUE) {
            throw wrong(name, "at most " + Integer.MAX_VALUE);
        }
        return (int) count;
    }

    List<?> list(String name) {
        if (take(name) instanceof List<?> list) {
            return list;
        }
        throw wrong(name, "an array");
    }

    Fields object(String name) {
        return of("'" + name + "' of " + what, take(name));
    }

    /** All members, which must be strings. */
    Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        values.keySet().forEach(name -> texts.put((String) name, text((String) name)));
        return texts;
    }
}

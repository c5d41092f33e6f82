package io.nudge.check;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes records as JSON objects, their components in the order of the source. A component that is null is left out. */
final class Json {
    private Json() {}

    static String write(Record result, Map<String, Object> more) {
        Map<String, Object> object = object(result);
        object.putAll(more);
        try {
            return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing but a string is written to
        }
    }

    private static Object value(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(Json::value).toList();
        }
        return value instanceof Record each ? object(each) : value;
    }

    private static Map<String, Object> object(Record each) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (RecordComponent component : each.getClass().getRecordComponents()) {
            Object value = get(each, component);
            if (value != null) {
                object.put(component.getName(), value(value));
            }
        }
        return object;
    }

    private static Object get(Record each, RecordComponent component) {
        try {
            return component.getAccessor().invoke(each);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the record " + each.getClass() + " cannot be read", e);
        }
    }
}

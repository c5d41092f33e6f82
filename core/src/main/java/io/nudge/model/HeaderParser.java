package io.nudge.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.nudge.model.Header.Entry;
import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the header of a safetensors file. It is read token by token and refused at the first that does not belong there,
 * so that a hostile header costs no more memory than an honest one of its length.
 */
final class HeaderParser {
    private static final int HIGHEST_RANK = 64;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Header.LONGEST)
                    .build())
            .build();

    private final JsonParser in;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();

    private HeaderParser(JsonParser in) {
        this.in = in;
    }

    /** Reads a header and checks it against the number of bytes that follow. */
    static Header parse(String json, long dataBytes) {
        try (JsonParser in = JSON.createParser(json)) {
            return new HeaderParser(in).header(dataBytes);
        } catch (JsonProcessingException e) {
            throw new ModelException(
                    "its header is not valid JSON (" + e.getOriginalMessage() + "): it is corrupted", e);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Header header(long dataBytes) throws IOException {
        in.nextToken();
        require(JsonToken.START_OBJECT, "its header");
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            if (name.equals(Header.METADATA)) {
                readMetadata();
            } else {
                entries.add(entry(name));
            }
        }
        if (in.nextToken() != null) {
            throw new ModelException("its header goes on after its end: it is corrupted");
        }
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        checkLayout(dataBytes);
        Map<String, Entry> tensors = new LinkedHashMap<>();
        entries.forEach(entry -> tensors.put(entry.name(), entry));
        return new Header(metadata, tensors);
    }

    private void readMetadata() throws IOException {
        require(JsonToken.START_OBJECT, Header.METADATA);
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String key = in.currentName();
            in.nextToken();
            require(JsonToken.VALUE_STRING, Header.METADATA + "." + key);
            metadata.put(key, in.getText());
        }
    }

    private Entry entry(String name) throws IOException {
        require(JsonToken.START_OBJECT, tensor(name));
        DType type = null;
        long[] shape = null;
        long[] offsets = null;
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String member = in.currentName();
            in.nextToken();
            switch (member) {
                case "dtype" -> type = type(name);
                case "shape" -> shape = wholeNumbers(name, member);
                case "data_offsets" -> offsets = wholeNumbers(name, member);
                default -> throw new ModelException(tensor(name) + " has an unknown member '" + member + "'");
            }
        }
        if (type == null || shape == null || offsets == null || offsets.length != 2) {
            throw new ModelException(tensor(name) + " lacks its dtype, its shape or its two data_offsets");
        }
        return checked(new Entry(name, type, shape(name, shape), offsets[0], offsets[1]));
    }

    private DType type(String name) throws IOException {
        require(JsonToken.VALUE_STRING, "the dtype of " + tensor(name));
        return switch (in.getText()) {
            case "F32" -> DType.FLOAT32;
            case "F64" -> DType.FLOAT64;
            case "I64" -> DType.INT64;
            default ->
                throw new ModelException("%s has the dtype '%s', but Nudge reads F32, F64 and I64 only: store it as one"
                        .formatted(tensor(name), in.getText()));
        };
    }

    private long[] wholeNumbers(String name, String member) throws IOException {
        String what = "the " + member + " of " + tensor(name);
        require(JsonToken.START_ARRAY, what);
        long[] numbers = new long[HIGHEST_RANK];
        int count = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            require(JsonToken.VALUE_NUMBER_INT, what);
            if (in.getNumberType() == JsonParser.NumberType.BIG_INTEGER || in.getLongValue() < 0) {
                throw new ModelException(what + " holds " + in.getText() + ", which is out of range: it is corrupted");
            }
            if (count == HIGHEST_RANK) {
                throw new ModelException(what + " holds more than " + HIGHEST_RANK + " numbers: it is corrupted");
            }
            numbers[count++] = in.getLongValue();
        }
        return Arrays.copyOf(numbers, count);
    }

    private static Shape shape(String name, long[] dimensions) {
        try {
            Shape shape = Shape.of(dimensions);
            Math.multiplyExact(shape.size(), (long) Long.BYTES);
            return shape;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ModelException(tensor(name) + " has a shape of more elements than can be: it is corrupted", e);
        }
    }

    private static Entry checked(Entry entry) {
        long bytes = entry.shape().size() * entry.type().bytes();
        if (entry.end() < entry.begin() || entry.end() - entry.begin() != bytes) {
            throw new ModelException(
                    "%s %s%s takes %d bytes, but its data_offsets are %d and %d: the header is corrupted"
                            .formatted(
                                    tensor(entry.name()),
                                    entry.type(),
                                    entry.shape(),
                                    bytes,
                                    entry.begin(),
                                    entry.end()));
        }
        return entry;
    }

    /** Tensors must lie one behind the other, with nothing before, between or after them. */
    private void checkLayout(long dataBytes) {
        long at = 0;
        for (Entry entry : entries) {
            if (entry.begin() != at) {
                throw new ModelException(
                        "%s begins at byte %d of the data, but what is before it ends at %d: the header is corrupted"
                                .formatted(tensor(entry.name()), entry.begin(), at));
            }
            at = entry.end();
        }
        if (at > dataBytes) {
            throw new ModelException(
                    "it is cut off: its header tells of %d bytes of data, but there are %d; copy it again"
                            .formatted(at, dataBytes));
        }
        if (at < dataBytes) {
            throw new ModelException(
                    "%d bytes follow the %d bytes of data that its header tells of: it is corrupted; copy it again"
                            .formatted(dataBytes - at, at));
        }
    }

    private void require(JsonToken token, String what) throws IOException {
        if (in.currentToken() != token) {
            throw new ModelException(
                    "%s should be %s, but there is %s: this is no safetensors header, or it is corrupted"
                            .formatted(what, words(token), words(in.currentToken())));
        }
    }

    private static String words(JsonToken token) {
        if (token == null) {
            return "nothing";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "a whole number";
            case VALUE_NUMBER_FLOAT -> "a fraction";
            case VALUE_TRUE, VALUE_FALSE -> "a truth value";
            case VALUE_NULL -> "null";
            default -> token.asString();
        };
    }

    private static String tensor(String name) {
        return "the tensor '" + name + "'";
    }
}

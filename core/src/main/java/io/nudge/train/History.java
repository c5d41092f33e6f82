package io.nudge.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What every epoch of a run gave, in order, ready to be plotted or written as JSON. Immutable and thread-safe.
 *
 * <p>Example: {@code history.curve(EpochResult::cost)} is the learning curve.
 *
 * @param epochs one entry for each epoch
 */
public record History(List<EpochResult> epochs) {
    /** Copies the list. */
    public History {
        epochs = List.copyOf(epochs);
    }

    /**
     * A run that has not begun.
     *
     * @return a history of no epochs
     */
    public static History empty() {
        return new History(List.of());
    }

    /**
     * This history and one more epoch.
     *
     * @param epoch what it gave
     * @return a new history
     */
    public History with(EpochResult epoch) {
        List<EpochResult> more = new ArrayList<>(epochs);
        more.add(epoch);
        return new History(more);
    }

    /**
     * The last epoch.
     *
     * @return what it gave
     * @throws IllegalStateException if there is none
     */
    public EpochResult last() {
        if (epochs.isEmpty()) {
            throw new IllegalStateException("the history holds no epoch yet");
        }
        return epochs.get(epochs.size() - 1);
    }

    /**
     * One quantity over the epochs.
     *
     * @param quantity for example {@code EpochResult::cost}
     * @return a number for each epoch
     */
    public double[] curve(ToDoubleFunction<EpochResult> quantity) {
        return epochs.stream().mapToDouble(quantity).toArray();
    }

    /**
     * Writes the history as JSON: an array of one object for each epoch. What is not a finite number is null.
     *
     * @return the text
     */
    public String toJson() {
        List<Map<String, Object>> rows = epochs.stream().map(History::row).toList();
        try {
            return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * One epoch as it stands in the JSON.
     *
     * @param epoch what it gave
     * @return names and values; what is not a finite number is null
     */
    public static Map<String, Object> row(EpochResult epoch) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("epoch", epoch.epoch());
        row.put("cost", finite(epoch.cost()));
        row.put("accuracy", finite(epoch.accuracy()));
        row.put("validationCost", finite(epoch.validationCost()));
        row.put("validationAccuracy", finite(epoch.validationAccuracy()));
        row.put("rate", finite(epoch.rate()));
        row.put("samplesPerSecond", finite(epoch.samplesPerSecond()));
        row.put("seconds", finite(epoch.seconds()));
        return row;
    }

    private static Object finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /**
     * Reads what {@link #toJson()} wrote.
     *
     * @param json the text
     * @return the history
     * @throws IllegalArgumentException if the text is something else
     */
    public static History fromJson(String json) {
        try {
            List<EpochResult> epochs = new ArrayList<>();
            for (Object row : JSON.std.listFrom(json)) {
                if (!(row instanceof Map<?, ?> map)) {
                    throw new IllegalArgumentException("this is not the JSON of a history: an epoch is " + row);
                }
                epochs.add(epoch(map));
            }
            return new History(epochs);
        } catch (IOException | ClassCastException e) {
            throw new IllegalArgumentException("this is not the JSON of a history: " + e.getMessage(), e);
        }
    }

    private static EpochResult epoch(Map<?, ?> row) {
        return new EpochResult(
                (int) number(row, "epoch"),
                number(row, "cost"),
                number(row, "accuracy"),
                number(row, "validationCost"),
                number(row, "validationAccuracy"),
                number(row, "rate"),
                number(row, "seconds"),
                number(row, "samplesPerSecond"));
    }

    private static double number(Map<?, ?> row, String name) {
        Object value = row.get(name);
        if (value == null && row.containsKey(name)) {
            return Double.NaN;
        }
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw new IllegalArgumentException("this is not the JSON of a history: '" + name + "' is " + value);
    }
}

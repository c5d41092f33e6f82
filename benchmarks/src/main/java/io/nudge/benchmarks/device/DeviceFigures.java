package io.nudge.benchmarks.device;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What no data sheet says of a device. At first these are assumptions, {@code assumptions.csv}; what was measured takes their
 * place.
 */
final class DeviceFigures {
    private static final String ANY = "*";
    private static final List<String> COLUMNS = List.of("device", "figure", "value", "source");

    /** One of them. */
    enum Figure {
        /** Microseconds that a kernel in a graph takes beside its work. */
        KERNEL_US(1000),
        /** Microseconds of the host for launching a graph. */
        GRAPH_US(1000),
        /** Share of its rate of arithmetic that the device reaches in products of cuBLAS. */
        PRODUCT_SHARE(1),
        /** Share of its rates of issue and arithmetic that it reaches in kernels of Nudge's. */
        KERNEL_SHARE(1),
        /** Share of its bandwidth. */
        BANDWIDTH_SHARE(1),
        /** How many times as fast as its memory its cache is. */
        CACHE_FACTOR(100),
        /** Cycles from one instruction of a warp to the next, where no other warp hides what the next waits for. */
        WARP_CYCLES(1000),
        /** Cycles from the last arrival at a barrier of a block to the first instruction behind it. */
        BARRIER_CYCLES(10_000),
        /** Cycles from a load of device memory to the first instruction that uses it. */
        WAIT_CYCLES(10_000);

        private final double most;

        Figure(double most) {
            this.most = most;
        }

        /** As files have it: {@code kernel us}. */
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    private final Map<Figure, Double> values;

    private DeviceFigures(Map<Figure, Double> values) {
        this.values = new EnumMap<>(values);
    }

    /** What is assumed of a device. */
    static DeviceFigures assumed(DeviceSheet device) {
        DeviceFigures none = new DeviceFigures(new EnumMap<>(Figure.class));
        DeviceFigures all = none.corrected(device, Csv.resource("assumptions.csv", COLUMNS));
        for (Figure each : Figure.values()) {
            if (!all.values.containsKey(each)) {
                throw new IllegalStateException(
                        "assumptions.csv says nothing of the " + each.label() + " of " + device.name());
            }
        }
        return all;
    }

    /**
     * Reads what was measured.
     *
     * @param file with the columns device, figure, value, source
     * @return its lines
     * @throws IllegalArgumentException if there is no such file, or a line says nothing that can be used
     */
    static List<Csv.Row> corrections(Path file) throws IOException {
        List<Csv.Row> rows = Csv.file(file, COLUMNS);
        rows.forEach(row -> check(row, DeviceSheet.all()));
        return rows;
    }

    /** The same with what rows say of a device, the later ones last. */
    DeviceFigures corrected(DeviceSheet device, List<Csv.Row> rows) {
        Map<Figure, Double> all = new EnumMap<>(Figure.class);
        all.putAll(values);
        for (Csv.Row row : rows) {
            String name = row.text("device");
            if (name.equals(ANY) || name.equals(device.name())) {
                all.put(figure(row), value(row));
            }
        }
        return new DeviceFigures(all);
    }

    private static void check(Csv.Row row, List<DeviceSheet> known) {
        String device = row.text("device");
        if (!device.equals(ANY) && known.stream().noneMatch(each -> each.name().equals(device))) {
            throw row.wrong("there is no device '" + device + "'; write one of "
                    + known.stream().map(DeviceSheet::name).collect(Collectors.joining(", ")) + ", or * for all");
        }
        row.text("source");
        value(row);
    }

    private static Figure figure(Csv.Row row) {
        String text = row.text("figure");
        return Arrays.stream(Figure.values())
                .filter(each -> each.label().equals(text))
                .findFirst()
                .orElseThrow(() -> row.wrong("there is no figure '" + text + "'; write one of "
                        + Arrays.stream(Figure.values()).map(Figure::label).collect(Collectors.joining(", "))));
    }

    private static double value(Csv.Row row) {
        Figure figure = figure(row);
        double value = row.number("value");
        if (value > figure.most) {
            throw row.wrong("the " + figure.label() + " is " + value + ", which is more than can be; write at most "
                    + figure.most);
        }
        return value;
    }

    double of(Figure figure) {
        return values.get(figure);
    }
}

package io.nudge.benchmarks.device;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What the maker says of a device. The figures and their sources are in {@code devices.csv}.
 *
 * @param name of the product
 * @param architecture what each of its multiprocessors has
 * @param multiprocessors how many there are
 * @param clock Hz, at most
 * @param rates floating-point operations in a second, by how a product is computed; empty where it cannot be so
 * @param bandwidth bytes of device memory in a second
 * @param cache bytes of the cache between memory and multiprocessors
 */
record DeviceSheet(
        String name,
        Architecture architecture,
        int multiprocessors,
        double clock,
        Map<Arithmetic, OptionalDouble> rates,
        double bandwidth,
        double cache) {
    private static final double MEGA = 1e6;
    private static final double GIGA = 1e9;
    private static final double TERA = 1e12;
    private static final double MEBI = 1024 * 1024;
    private static final List<String> COLUMNS = List.of(
            "device",
            "capability",
            "multiprocessors",
            "clock MHz",
            "float32 TFLOP/s",
            "tf32 TFLOP/s",
            "bfloat16 TFLOP/s",
            "float16 TFLOP/s",
            "memory GB/s",
            "L2 MB",
            "source");

    /** How products are computed; sums are in float32. */
    enum Arithmetic {
        /** As it is, without tensor cores. */
        FLOAT32,
        /** Factors rounded to TF32. */
        TF32,
        /** Factors rounded to bfloat16. */
        BFLOAT16,
        /** Factors rounded to float16. */
        FLOAT16;

        /** What PTX calls such factors. */
        String inPtx() {
            return switch (this) {
                case FLOAT32 -> "f32";
                case TF32 -> "tf32";
                case BFLOAT16 -> "bf16";
                case FLOAT16 -> "f16";
            };
        }

        private String column() {
            return name().toLowerCase(Locale.ROOT) + " TFLOP/s";
        }
    }

    /** All that are known. */
    static List<DeviceSheet> all() {
        Map<String, Architecture> architectures = Architecture.all();
        List<DeviceSheet> all = new ArrayList<>();
        for (Csv.Row row : Csv.resource("devices.csv", COLUMNS)) {
            row.text("source");
            Architecture architecture = architectures.get(row.text("capability"));
            if (architecture == null) {
                throw row.wrong("architectures.csv has no capability " + row.text("capability") + "; add it there");
            }
            Map<Arithmetic, OptionalDouble> rates = new EnumMap<>(Arithmetic.class);
            for (Arithmetic each : Arithmetic.values()) {
                OptionalDouble tera = row.maybe(each.column());
                rates.put(each, tera.isPresent() ? OptionalDouble.of(tera.getAsDouble() * TERA) : tera);
            }
            all.add(new DeviceSheet(
                    row.text("device"),
                    architecture,
                    row.whole("multiprocessors"),
                    row.number("clock MHz") * MEGA,
                    rates,
                    row.number("memory GB/s") * GIGA,
                    row.number("L2 MB") * MEBI));
        }
        return all;
    }

    /** Operations of float32 in a second, by all multiprocessors together. */
    double rate() {
        return rates.get(Arithmetic.FLOAT32).orElseThrow();
    }
}

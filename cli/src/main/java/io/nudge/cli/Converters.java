package io.nudge.cli;

import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads numbers, and says in plain words what is none. */
final class Converters {
    private Converters() {}

    static void register(CommandLine line) {
        ITypeConverter<Integer> integers = of(Integer::valueOf, "a whole number (of at most nine digits)");
        ITypeConverter<Long> longs = of(Long::valueOf, "a whole number");
        ITypeConverter<Double> doubles = of(Double::valueOf, "a number");
        line.registerConverter(Integer.class, integers);
        line.registerConverter(int.class, integers);
        line.registerConverter(Long.class, longs);
        line.registerConverter(long.class, longs);
        line.registerConverter(Double.class, doubles);
        line.registerConverter(double.class, doubles);
    }

    private static <T> ITypeConverter<T> of(Function<String, T> parse, String wanted) {
        return text -> {
            try {
                return parse.apply(text.strip());
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is not " + wanted);
            }
        };
    }
}

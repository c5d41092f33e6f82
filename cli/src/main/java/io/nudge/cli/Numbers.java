package io.nudge.cli;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Lists of numbers, as options have them: {@code 100,30}. */
final class Numbers {
    static final String NONE = "none";

    private Numbers() {}

    /** Sizes of layers; none for the empty text. */
    static int[] sizes(String option, String text) {
        if (text.isBlank() || text.strip().equals(NONE)) {
            return new int[0];
        }
        return Arrays.stream(text.split(",", -1))
                .mapToInt(part -> size(option, text, part.strip()))
                .toArray();
    }

    private static int size(String option, String text, String part) {
        try {
            int size = Integer.parseInt(part);
            if (size > 0) {
                return size;
            }
        } catch (NumberFormatException e) {
            throw new UsageException(
                    Text.format("%s '%s': '%s' is not a whole number; write sizes as in 100,30", option, text, part),
                    e);
        }
        throw new UsageException(
                Text.format("%s '%s': a layer must have at least 1 neuron, but '%s' has %s", option, text, text, part));
    }

    /** Numbers of any kind, at least one. */
    static double[] list(String option, String text) {
        return Arrays.stream(text.split(",", -1))
                .mapToDouble(part -> number(option, text, part.strip()))
                .toArray();
    }

    private static double number(String option, String text, String part) {
        try {
            return Double.parseDouble(part);
        } catch (NumberFormatException e) {
            throw new UsageException(Text.format("%s '%s': '%s' is not a number", option, text, part), e);
        }
    }

    static String write(int... sizes) {
        return sizes.length == 0
                ? NONE
                : Arrays.stream(sizes).mapToObj(Integer::toString).collect(Collectors.joining(","));
    }

    static String write(double... numbers) {
        return Arrays.stream(numbers).mapToObj(Double::toString).collect(Collectors.joining(","));
    }
}

package io.nudge.benchmarks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The size of one layer and its batch, written {@code 30x784@10}: W is [30, 784], ten examples at a time.
 *
 * @param out neurons of the layer
 * @param in neurons of the layer before
 * @param batch examples
 */
record LayerSize(int out, int in, int batch) {
    private static final Pattern FORM = Pattern.compile("(\\d+)x(\\d+)@(\\d+)");

    static LayerSize parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "the size '" + text + "' is not out x in @ batch; write it as 30x784@10");
        }
        return new LayerSize(
                Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)), Integer.parseInt(parts.group(3)));
    }

    /** Each example and each weight: a multiplication and an addition. */
    double flops() {
        return 2.0 * batch * out * in;
    }
}

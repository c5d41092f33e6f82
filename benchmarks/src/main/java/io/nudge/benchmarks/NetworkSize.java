package io.nudge.benchmarks;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The size of a network and its batch, written {@code 784-30-10@10}: 784 inputs, 30 hidden neurons, 10 outputs, ten examples at
 * a time.
 *
 * @param neurons n of layer 0, 1, …, L
 * @param batch examples
 */
record NetworkSize(List<Integer> neurons, int batch) {
    /** Digits, as in Nielsen's book: small enough that all but the mathematics shows. */
    static final String A = "784-30-10@10";

    /** A common network for digits. */
    static final String B = "784-512-512-10@128";

    /** Large enough that the products are nearly all there is. */
    static final String C = "1024-2048-2048-1024-10@512";

    private static final Pattern FORM = Pattern.compile("\\d+(-\\d+)+@\\d+");

    static NetworkSize parse(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "the size '" + text + "' is not layers @ batch; write it as 784-30-10@10");
        }
        int at = text.indexOf('@');
        List<Integer> neurons = Stream.of(text.substring(0, at).split("-"))
                .map(Integer::valueOf)
                .toList();
        return new NetworkSize(neurons, Integer.parseInt(text.substring(at + 1)));
    }

    /** n of layer 0, 1, …, L. */
    int[] layers() {
        return neurons.stream().mapToInt(Integer::intValue).toArray();
    }

    int inputs() {
        return neurons.get(0);
    }

    int outputs() {
        return neurons.get(neurons.size() - 1);
    }

    /** The products of a forward pass: W a in every layer. */
    double forwardFlops() {
        double weights = 0;
        for (int l = 1; l < neurons.size(); l++) {
            weights += (double) neurons.get(l) * neurons.get(l - 1);
        }
        return 2 * batch * weights;
    }

    /** Those of a step: W a and δ aᵀ in every layer, Wᵀ δ in every layer but the first. */
    double stepFlops() {
        return 3 * forwardFlops() - 2.0 * batch * neurons.get(0) * neurons.get(1);
    }
}

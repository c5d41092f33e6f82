package io.nudge.data;

import io.nudge.math.RandomStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A data set in two parts, made by {@link Dataset#split}.
 *
 * @param train the part to train on
 * @param held the part held back, to judge the network by
 */
public record Split(Dataset train, Dataset held) {
    static Split of(Dataset whole, double fraction, long seed) {
        if (!(fraction > 0 && fraction < 1)) {
            throw new IllegalArgumentException(
                    "the fraction to hold back must be more than 0 and less than 1, but is " + fraction);
        }
        int[] quota = quotas(groupSizes(whole), fraction, heldSize(whole.size(), fraction));
        return divide(whole, quota, RandomStream.of(seed, RandomStream.Use.SPLIT, 0));
    }

    private static int heldSize(int size, double fraction) {
        int held = (int) Math.round(size * fraction);
        if (held == 0 || held == size) {
            throw new DataException("of %d examples, a fraction of %s to hold back leaves no example to %s: %s"
                    .formatted(
                            size,
                            fraction,
                            held == 0 ? "hold back" : "train on",
                            size == 1 ? "at least two are needed" : "choose another fraction"));
        }
        return held;
    }

    /** The classes are divided one by one; without classes, all examples are one group. */
    private static int[] groupSizes(Dataset whole) {
        return whole.isClassification() ? whole.classCounts() : new int[] {whole.size()};
    }

    /** How many of each group to hold back: the method of largest remainders, and of equal ones the larger group first. */
    private static int[] quotas(int[] groupSizes, double fraction, int held) {
        int[] quota = new int[groupSizes.length];
        double[] remainder = new double[groupSizes.length];
        for (int group = 0; group < quota.length; group++) {
            double share = groupSizes[group] * fraction;
            quota[group] = (int) share;
            remainder[group] = share - quota[group];
        }
        int missing = held - Arrays.stream(quota).sum();
        byRemainder(groupSizes, remainder).limit(missing).forEach(group -> quota[group]++);
        return quota;
    }

    private static IntStream byRemainder(int[] groupSizes, double[] remainder) {
        Comparator<Integer> largestFirst = Comparator.comparingDouble((Integer group) -> -remainder[group]);
        return IntStream.range(0, groupSizes.length)
                .boxed()
                .sorted(largestFirst.thenComparing(group -> -groupSizes[group]))
                .mapToInt(group -> group);
    }

    /** Goes through the examples in a random order and holds back the first of each group, until its quota is reached. */
    private static Split divide(Dataset whole, int[] quota, RandomStream random) {
        int[] held = new int[Arrays.stream(quota).sum()];
        int[] train = new int[whole.size() - held.length];
        int heldSize = 0;
        int trainSize = 0;
        for (int example : random.permutation(whole.size())) {
            int group = whole.isClassification() ? whole.label(example) : 0;
            if (quota[group]-- > 0) {
                held[heldSize++] = example;
            } else {
                train[trainSize++] = example;
            }
        }
        return new Split(whole.subset(train), whole.subset(held));
    }
}

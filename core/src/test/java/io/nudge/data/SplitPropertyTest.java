package io.nudge.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SplitPropertyTest {
    @Property(tries = 200)
    void holdsBackOfEachClassItsShareWithinOneExample(
            @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 0, max = 40) Integer> counts,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double fraction,
            @ForAll long seed) {
        int[] classCounts = counts.stream().mapToInt(count -> count).toArray();
        int size = Arrays.stream(classCounts).sum();
        Assume.that(Math.round(size * fraction) > 0 && Math.round(size * fraction) < size);

        int[] held =
                SplitTest.numbered(classCounts).split(fraction, seed).held().classCounts();

        for (int label = 0; label < held.length; label++) {
            assertThat((double) held[label])
                    .as("held back of %d examples of class %d", classCounts[label], label)
                    .isCloseTo(classCounts[label] * fraction, within(1.0));
        }
    }

    @Property(tries = 200)
    void everyExampleIsInOnePart(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 30) Integer> counts,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double fraction,
            @ForAll long seed) {
        Dataset whole =
                SplitTest.numbered(counts.stream().mapToInt(count -> count).toArray());
        Assume.that(Math.round(whole.size() * fraction) > 0 && Math.round(whole.size() * fraction) < whole.size());

        assertThat(sortedUnion(whole.split(fraction, seed)))
                .isEqualTo(IntStream.range(0, whole.size()).toArray());
    }

    private static int[] sortedUnion(Split split) {
        return IntStream.concat(
                        Arrays.stream(SplitTest.numbers(split.train())), Arrays.stream(SplitTest.numbers(split.held())))
                .sorted()
                .toArray();
    }
}

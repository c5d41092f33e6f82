package io.nudge.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nudge.math.RandomStream.Use;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
    private static final int MANY = 200_000;

    private static RandomStream stream() {
        return RandomStream.of(17, Use.DATA, 3);
    }

    // ---- the bits, which are part of the format ---------------------------------------------------------------------

    @Test
    void theIntegersAreTheWordsOfItsPhiloxBlocks() {
        RandomStream stream = stream();
        int[] block = new int[4];
        for (int i = 0; i < 10; i++) {
            Philox.block(17, i / 4, RandomStream.streamId(Use.DATA, 3), block);
            assertThat(stream.nextInt()).as("number %d", i).isEqualTo(block[i % 4]);
        }
    }

    @Test
    void theBitsStayAsTheyAre() {
        RandomStream stream = RandomStream.of(42, Use.PARAMETERS, 1);
        assertThat(new int[] {stream.nextInt(), stream.nextInt()}).containsExactly(43202409, 542238995);
        assertThat(stream.uniform()).isEqualTo(0.23206616768418176);
        assertThat(new double[] {stream.normal(), stream.normal(), stream.normal()})
                .containsExactly(0.41382071712117524, 0.3236488850810572, -0.6429536554151177);
        assertThat(stream.below(1000)).isEqualTo(119);
        assertThat(stream.permutation(8)).containsExactly(3, 6, 7, 2, 4, 0, 1, 5);
    }

    @Test
    void aStreamIsNamedByUseAndIndex() {
        assertThat(RandomStream.streamId(Use.PARAMETERS, 0)).isZero();
        assertThat(RandomStream.streamId(Use.SHUFFLE, 5)).isEqualTo((1L << 56) + 5);
        assertThat(RandomStream.streamId(Use.DROPOUT, 0)).isEqualTo(2L << 56);
        assertThat(RandomStream.streamId(Use.DATA, (1L << 56) - 1)).isEqualTo((6L << 56) - 1);
        for (long bad : new long[] {-1, 1L << 56}) {
            assertThatThrownBy(() -> RandomStream.of(1, Use.DATA, bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("[0, 2^56)", String.valueOf(bad));
        }
    }

    // ---- statistics: 5 standard deviations of what is estimated -----------------------------------------------------

    @Test
    void uniformNumbersAreSpreadEvenly() {
        RandomStream stream = stream();
        double[] values =
                IntStream.range(0, MANY).mapToDouble(i -> stream.uniform()).toArray();
        assertThat(Arrays.stream(values).min().orElseThrow()).isBetween(0.0, 1e-4);
        assertThat(Arrays.stream(values).max().orElseThrow()).isBetween(1 - 1e-4, Math.nextDown(1.0));
        assertMoments(values, 0.5, 1.0 / 12);
        int[] bins = new int[16];
        for (double value : values) {
            bins[(int) (16 * value)]++;
        }
        assertEven(bins, MANY);
    }

    @Test
    void normalNumbersHaveMeanZeroAndVarianceOne() {
        RandomStream stream = stream();
        double[] values =
                IntStream.range(0, MANY).mapToDouble(i -> stream.normal()).toArray();
        assertMoments(values, 0, 1);
        double within1 = Arrays.stream(values).filter(z -> Math.abs(z) < 1).count() / (double) MANY;
        assertThat(within1).as("share within one σ").isCloseTo(0.6827, within(5 * 0.466 / Math.sqrt(MANY)));
        double beyond3 = Arrays.stream(values).filter(z -> Math.abs(z) > 3).count() / (double) MANY;
        assertThat(beyond3).as("share beyond three σ").isCloseTo(0.0027, within(5 * 0.052 / Math.sqrt(MANY)));
        assertThat(correlation(values)).as("of neighbours").isCloseTo(0, within(5 / Math.sqrt(MANY)));
    }

    private static void assertMoments(double[] values, double mean, double variance) {
        double sum = Arrays.stream(values).sum() / values.length;
        double squares = Arrays.stream(values).map(z -> (z - mean) * (z - mean)).sum() / values.length;
        assertThat(sum).as("mean").isCloseTo(mean, within(5 * Math.sqrt(variance / values.length)));
        assertThat(squares).as("variance").isCloseTo(variance, within(5 * variance * Math.sqrt(2.0 / values.length)));
    }

    private static double correlation(double[] values) {
        double sum = 0;
        for (int i = 1; i < values.length; i++) {
            sum += values[i] * values[i - 1];
        }
        return sum / values.length;
    }

    /** Counts of equal chance: the χ² of k bins has mean k − 1 and variance 2 (k − 1). */
    private static void assertEven(int[] counts, int total) {
        double expected = (double) total / counts.length;
        double chi = Arrays.stream(counts)
                .mapToDouble(c -> (c - expected) * (c - expected) / expected)
                .sum();
        int freedom = counts.length - 1;
        assertThat(chi).as("χ² of %s", Arrays.toString(counts)).isLessThan(freedom + 5 * Math.sqrt(2.0 * freedom));
    }

    @Test
    void wholeNumbersBelowABoundAreEquallyLikely() {
        for (int bound : new int[] {1, 2, 3, 10, 17}) {
            RandomStream stream = stream();
            int[] counts = new int[bound];
            for (int i = 0; i < MANY; i++) {
                counts[stream.below(bound)]++;
            }
            if (bound > 1) {
                assertEven(counts, MANY);
            }
        }
        RandomStream stream = stream();
        for (int i = 0; i < 1000; i++) {
            assertThat(stream.below(Integer.MAX_VALUE)).isNotNegative();
        }
        for (int bad : new int[] {0, -1}) {
            assertThatThrownBy(() -> stream.below(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("positive", String.valueOf(bad));
        }
    }

    @Test
    void aPermutationHasEveryNumberOnceAndEveryOrderIsAsLikely() {
        RandomStream stream = stream();
        assertThat(stream.permutation(0)).isEmpty();
        assertThat(stream.permutation(1)).containsExactly(0);
        int[] large = stream.permutation(1000);
        assertThat(Arrays.stream(large).sorted().toArray())
                .isEqualTo(IntStream.range(0, 1000).toArray());
        assertThat(large).isNotEqualTo(IntStream.range(0, 1000).toArray());
        int[] counts = new int[6];
        for (int i = 0; i < 60_000; i++) {
            int[] three = stream.permutation(3);
            counts[2 * three[0] + (three[1] > three[2] ? 1 : 0)]++;
        }
        assertEven(counts, 60_000);
    }

    // ---- independence -----------------------------------------------------------------------------------------------

    @Test
    void streamsOfAnotherSeedUseOrIndexShareNoNumbers() {
        RandomStream[] streams = {
            stream(),
            RandomStream.of(18, Use.DATA, 3),
            RandomStream.of(17, Use.SAMPLE, 3),
            RandomStream.of(17, Use.DATA, 4),
            RandomStream.of(-17, Use.DATA, 3)
        };
        Set<Double> seen = new HashSet<>();
        for (RandomStream stream : streams) {
            for (int i = 0; i < 2000; i++) {
                seen.add(stream.uniform());
            }
        }
        assertThat(seen).hasSize(2000 * streams.length);
    }

    @Test
    void neighbouringStreamsAreUncorrelated() {
        RandomStream one = RandomStream.of(17, Use.PARAMETERS, 0);
        RandomStream other = RandomStream.of(17, Use.PARAMETERS, 1);
        double sum = 0;
        for (int i = 0; i < MANY; i++) {
            sum += one.normal() * other.normal();
        }
        assertThat(sum / MANY).isCloseTo(0, within(5 / Math.sqrt(MANY)));
    }

    @Test
    void theSameStreamAgainGivesTheSame() {
        RandomStream one = stream();
        RandomStream again = stream();
        for (int i = 0; i < 100; i++) {
            assertThat(one.normal()).isEqualTo(again.normal());
        }
    }
}

package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.math.RandomStream;
import io.nudge.tensor.DType;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products by packed panels: which ones, and that nothing shows of how they are shared out; {@link MultiplierTest} has their values. */
class PackedMultiplierTest {
    /** Plain loops, in place: x may lie as it does. */
    private static PackedMultiplier of(Workers workers) {
        return new PackedMultiplier(workers, new PackedLoops(), new JavaMultiplier(workers, PlainProductLoops::new));
    }

    private static Product product(int m, int n, int k) {
        Product p = new Product();
        p.m = m;
        p.wholeRows = m;
        p.n = n;
        p.k = k;
        p.alpha = 1;
        p.a = random(1, (long) m * k);
        p.aStride = k;
        p.b = random(2, (long) n * k);
        p.bStride = k;
        p.bFlipped = true;
        p.c = CpuMemory.allocate(DType.FLOAT32, (long) m * n);
        p.cStride = n;
        return p;
    }

    private static CpuMemory random(long seed, long n) {
        RandomStream random = RandomStream.of(seed, RandomStream.Use.DATA, 0);
        CpuMemory memory = CpuMemory.allocate(DType.FLOAT32, n);
        for (int i = 0; i < n; i++) {
            memory.floats[i] = (float) random.uniform();
        }
        return memory;
    }

    @ParameterizedTest
    @CsvSource({"25, 10, 8", "161, 100, 600", "1000, 10, 30", "403, 150, 1030"})
    void anElementIsOneChainOfFusedOperationsForAnyNumberOfThreads(int m, int n, int k) {
        for (int threads = 1; threads <= 3; threads++) {
            Product p = product(m, n, k);
            try (Workers workers = new Workers(threads);
                    PackedMultiplier multiplier = of(workers)) {
                assertThat(multiplier.isMine(p)).isTrue();
                multiplier.multiply(p);
            }
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    float sum = 0;
                    for (int q = 0; q < k; q++) {
                        sum = Math.fma(p.a.floats[i * k + q], p.b.floats[j * k + q], sum);
                    }
                    assertThat(p.c.floats[i * n + j])
                            .as("%d threads, element %d, %d", threads, i, j)
                            .isEqualTo(sum);
                }
            }
        }
    }

    /** A large product before, with other numbers of everything: nothing of it is left where the small one looks. */
    @ParameterizedTest
    @CsvSource({"30, 20, 9", "26, 3, 700"})
    void whatAnotherProductLeftDoesNotCount(int m, int n, int k) {
        try (Workers workers = new Workers(2);
                PackedMultiplier used = of(workers);
                PackedMultiplier fresh = of(workers)) {
            Product large = product(300, 90, 1025);
            Arrays.fill(large.b.floats, Float.NaN);
            used.multiply(large);
            Product one = product(m, n, k);
            Product other = product(m, n, k);
            used.multiply(one);
            fresh.multiply(other);
            assertThat(one.c.floats).isEqualTo(other.c.floats);
        }
    }

    @ParameterizedTest
    @CsvSource({"24, 10, 30", "25, 10, 7", "25, 2048, 1025", "25, 1, 140000"})
    void productsThatOthersDoFasterAreTheirs(int m, int n, int k) {
        try (Workers workers = new Workers(1);
                PackedMultiplier multiplier = of(workers)) {
            assertThat(multiplier.isMine(product(m, n, k))).isFalse();
            Product more = product(25, 10, 8);
            more.beta = 1;
            assertThat(multiplier.isMine(more)).as("added to what is there").isFalse();
            more.beta = 0;
            more.alpha = 2;
            assertThat(multiplier.isMine(more)).as("times a number").isFalse();
        }
    }
}

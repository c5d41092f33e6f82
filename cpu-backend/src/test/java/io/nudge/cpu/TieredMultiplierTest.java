package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.tensor.DType;
import org.junit.jupiter.api.Test;

class TieredMultiplierTest {
    private static boolean isLarge(int lanes, int m, int n, int k) {
        Product p = new Product();
        p.m = m;
        p.n = n;
        p.k = k;
        p.c = CpuMemory.allocate(DType.FLOAT32, 0);
        return new TieredMultiplier(null, null, lanes).isLarge(p);
    }

    @Test
    void theSmallNetworkStaysInJava() {
        assertThat(isLarge(16, 10, 30, 784)).isFalse();
        assertThat(isLarge(8, 30, 784, 10)).isFalse();
    }

    @Test
    void theLargeNetworkGoesToOpenBlas() {
        assertThat(isLarge(16, 128, 512, 784)).isTrue();
        assertThat(isLarge(8, 128, 512, 512)).isTrue();
        assertThat(isLarge(1, 10, 30, 784)).isTrue();
    }

    @Test
    void aNarrowResultDoesNotPayForTheCopies() {
        assertThat(isLarge(16, 1, 8192, 8192)).isFalse();
        assertThat(isLarge(8, 60000, 10, 512)).isFalse();
    }

    @Test
    void whatIsTooLargeToBeCopiedStaysInJava() {
        assertThat(isLarge(16, 40000, 40000, 16)).isFalse();
        assertThat(isLarge(0, 1, 1, 1)).isTrue();
    }
}

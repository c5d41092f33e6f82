package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.cpu.CpuOptions.ProductChoice;
import io.nudge.math.RandomStream;
import io.nudge.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to multiply, against plain sums in float64. */
class MultiplierTest {
    private static final int[] SIZES = {1, 2, 3, 5, 10, 16, 33, 70};
    private static final int BEFORE = 5;

    private final RandomStream random = RandomStream.of(1, RandomStream.Use.DATA, 0);

    static Stream<Named<Multiplier>> multipliers() {
        return Stream.of(
                named(new CpuOptions(1, ProductChoice.JAVA, false)),
                named(new CpuOptions(3, ProductChoice.JAVA, true)),
                named(new CpuOptions(1, ProductChoice.OPENBLAS, true)),
                named(new CpuOptions(3, ProductChoice.OPENBLAS, true)));
    }

    private static Named<Multiplier> named(CpuOptions options) {
        return Named.of(options.toString(), Engine.open(options).multiplier);
    }

    @ParameterizedTest
    @MethodSource("multipliers")
    void computesTheProductInFloat32(Multiplier multiplier) {
        everySize(multiplier, DType.FLOAT32);
    }

    @ParameterizedTest
    @MethodSource("multipliers")
    void computesTheProductInFloat64(Multiplier multiplier) {
        everySize(multiplier, DType.FLOAT64);
    }

    private void everySize(Multiplier multiplier, DType type) {
        for (int m : SIZES) {
            for (int n : SIZES) {
                int k = SIZES[random.below(SIZES.length)];
                for (int kind = 0; kind < 4; kind++) {
                    for (double beta : new double[] {0, 1, -0.5}) {
                        check(multiplier, product(type, m, n, k, kind / 2 == 1, kind % 2 == 1, 0.75, beta));
                    }
                    check(multiplier, product(type, m, n, k, kind / 2 == 1, kind % 2 == 1, 1, 0));
                }
            }
        }
        check(multiplier, product(type, 130, 1100, 75, false, false, 0.75, 0));
        check(multiplier, product(type, 300, 200, 260, false, true, 0.75, 0));
        check(multiplier, product(type, 200, 300, 129, true, false, 0.75, 1));
        for (boolean flipped : new boolean[] {false, true}) {
            check(multiplier, product(type, 377, 30, 1100, false, flipped, 1, 0));
            check(multiplier, product(type, 47, 300, 513, false, flipped, 1, 0));
            check(multiplier, product(type, 1201, 10, 30, false, flipped, 1, 0));
        }
    }

    private Product product(DType type, int m, int n, int k, boolean ta, boolean tb, double alpha, double beta) {
        Product p = new Product();
        p.m = m;
        p.n = n;
        p.k = k;
        p.alpha = alpha;
        p.beta = beta;
        p.a = random(type, m * k);
        p.aAt = BEFORE;
        p.aStride = ta ? m : k;
        p.aFlipped = ta;
        p.b = random(type, k * n);
        p.bAt = BEFORE;
        p.bStride = tb ? k : n;
        p.bFlipped = tb;
        p.c = random(type, m * n);
        p.cAt = BEFORE;
        p.cStride = n;
        if (beta == 0) {
            spoil(p.c, BEFORE, BEFORE + m * n);
        }
        return p;
    }

    /** What does not count where beta is 0, and what lies around a matrix, is NaN: it must not get into a sum. */
    private CpuMemory random(DType type, int n) {
        CpuMemory memory = CpuMemory.allocate(type, n + 2L * BEFORE);
        spoil(memory, 0, n + 2 * BEFORE);
        for (int i = BEFORE; i < BEFORE + n; i++) {
            if (type == DType.FLOAT32) {
                memory.floats[i] = (float) (random.uniform() - 0.5);
            } else {
                memory.doubles[i] = random.uniform() - 0.5;
            }
        }
        return memory;
    }

    private static void spoil(CpuMemory memory, int from, int to) {
        if (memory.floats != null) {
            Arrays.fill(memory.floats, from, to, Float.NaN);
        } else {
            Arrays.fill(memory.doubles, from, to, Double.NaN);
        }
    }

    private static double get(CpuMemory memory, int i) {
        return memory.floats != null ? memory.floats[i] : memory.doubles[i];
    }

    private static void check(Multiplier multiplier, Product p) {
        double[] exact = new double[p.m * p.n];
        double[] size = new double[p.m * p.n];
        for (int i = 0; i < p.m; i++) {
            for (int j = 0; j < p.n; j++) {
                int at = i * p.n + j;
                exact[at] = p.beta == 0 ? 0 : p.beta * get(p.c, p.cAt + at);
                size[at] = Math.abs(exact[at]);
                for (int q = 0; q < p.k; q++) {
                    double a = get(p.a, p.aAt + (p.aFlipped ? q * p.m + i : i * p.k + q));
                    double b = get(p.b, p.bAt + (p.bFlipped ? j * p.k + q : q * p.n + j));
                    exact[at] += p.alpha * a * b;
                    size[at] += Math.abs(p.alpha * a * b);
                }
            }
        }
        String what = String.format(
                "%s: %d x %d x %d, transposed: %s, %s, beta %s",
                multiplier.name(), p.m, p.n, p.k, p.aFlipped, p.bFlipped, p.beta);
        int m = p.m;
        int n = p.n;
        int k = p.k;
        CpuMemory c = p.c;
        double u = p.isFloat32() ? 0x1p-24 : 0x1p-53;
        multiplier.multiply(p);
        for (int at = 0; at < m * n; at++) {
            double error = Math.abs(get(c, BEFORE + at) - exact[at]);
            if (!(error <= (k + 3) * u * size[at])) {
                assertThat(error).as("%s, element %d", what, at).isLessThanOrEqualTo((k + 3) * u * size[at]);
            }
        }
        for (int outside : List.of(BEFORE - 1, BEFORE + m * n)) {
            assertThat(get(c, outside)).as("%s, beside c", what).isNaN();
        }
    }
}

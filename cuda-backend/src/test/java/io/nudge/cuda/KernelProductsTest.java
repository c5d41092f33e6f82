package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.cuda.CudaOptions.ProductChoice;
import io.nudge.cuda.KernelProducts.Tiling;
import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.math.RandomStream;
import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each tiling computes the products that it is chosen for. */
@EmulatedDevice
class KernelProductsTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, SMALL",
        "32, 5000, 10000, SMALL",
        "5000, 32, 10000, SMALL",
        "512, 512, 128, SMALL",
        "512, 784, 128, MEDIUM",
        "512, 2048, 511, MEDIUM",
        "512, 2048, 512, LARGE",
        "2048, 1024, 1, LARGE"
    })
    void theTilingFollowsFromTheShape(long m, long n, long k, Tiling expected) {
        assertThat(Tiling.of(DType.FLOAT32, m, n, k)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1, 31, 32", "1, 128, 128", "1, 129, 96", "1, 100000, 384", "64, 10000, 2528", "264, 10000, 10016"})
    void whereTilesAreFewSeveralBlocksShareOne(long tiles, long k, long part) {
        assertThat(Tiling.SMALL.part(DType.FLOAT32, tiles, k)).isEqualTo(part);
    }

    @ParameterizedTest
    @CsvSource({
        "64, 512, 256",
        "64, 2048, 1024",
        "64, 4096, 1024",
        "128, 1024, 1024",
        "128, 2047, 2048",
        "128, 2048, 1024",
        "256, 2048, 1024",
        "256, 10000, 5008",
        "257, 2048, 2048",
        "1024, 4096, 4096"
    })
    void largeTilesAreSharedWhereThatMakesRoundsEven(long tiles, long k, long part) {
        assertThat(Tiling.LARGE.part(DType.FLOAT32, tiles, k)).isEqualTo(part);
    }

    /** Compared with cuBLAS in float64, whose sums differ in the last bits at most. */
    @ParameterizedTest
    @CsvSource({"3, 700, 5, small", "60, 600, 60, small", "640, 10, 650, medium", "1400, 9, 1000, large"})
    void eachTilingMultipliesAllWays(int m, int k, int n, String kernel) {
        for (Transpose ta : Transpose.values()) {
            for (Transpose tb : Transpose.values()) {
                double[] expected = product(ProductChoice.CUBLAS, m, k, n, ta, tb);
                Emulator.clearCounters();
                double[] actual = product(ProductChoice.KERNELS, m, k, n, ta, tb);
                String name = "launches.product_" + kernel + "_" + letter(ta) + letter(tb) + "_f64";
                assertThat(Emulator.counter(name)).as(name).isEqualTo(1);
                for (int i = 0; i < expected.length; i++) {
                    assertThat(Math.abs(actual[i] - expected[i]))
                            .as("element %d", i)
                            .isLessThan(1e-12 * k);
                }
            }
        }
    }

    private static char letter(Transpose transpose) {
        return transpose == Transpose.YES ? 't' : 'n';
    }

    private static double[] product(ProductChoice choice, int m, int k, int n, Transpose ta, Transpose tb) {
        try (CudaBackend backend =
                        CudaBackend.open(0, CudaOptions.fromProperties().withProduct(choice));
                Tensor a = drawn(backend, ta == Transpose.NO ? Shape.of(m, k) : Shape.of(k, m), 1);
                Tensor b = drawn(backend, tb == Transpose.NO ? Shape.of(k, n) : Shape.of(n, k), 2);
                Tensor c = drawn(backend, Shape.of(m, n), 3)) {
            backend.operations().product(0.5, a, ta, b, tb, 2, c);
            return c.doubles();
        }
    }

    private static Tensor drawn(CudaBackend backend, Shape shape, int index) {
        RandomStream random = RandomStream.of(1, RandomStream.Use.DATA, index);
        double[] values = new double[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.normal();
        }
        return backend.tensor(values, shape, DType.FLOAT64);
    }
}

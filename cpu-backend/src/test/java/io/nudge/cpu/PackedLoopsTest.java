package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Named.named;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The loops of training with packed weights: plain ones by the formula, and vectors with the same bits. */
class PackedLoopsTest {
    private static final int STRIDE = 71;

    private final Random random = new Random(20261126);

    /** Plain loops over panels as wide as those of the vectors. */
    private static PackedLoops plain(PackedLoops vectors) {
        return new PackedLoops() {
            @Override
            int width() {
                return vectors.width();
            }

            @Override
            int rows() {
                return vectors.rows();
            }

            @Override
            int height() {
                return vectors.height();
            }

            @Override
            int few() {
                return vectors.few();
            }
        };
    }

    private float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextFloat() - 0.5f;
        }
        return numbers;
    }

    /** Between rows of x; others are apart by any number. */
    private static int xStride(PackedLoops loops) {
        return loops.fixedStride() == 0 ? STRIDE : loops.fixedStride();
    }

    static Stream<PackedLoops> allLoops() {
        PackedLoops loops = Engine.choose(true, PackedLoops.class, PackedLoops::new);
        return Stream.of(loops.of(10), loops.of(128)).distinct();
    }

    /** Loops, and numbers of terms, rows or examples. */
    static Stream<Arguments> loopsAndCounts() {
        return allLoops()
                .flatMap(each -> IntStream.of(1, 2, 3, 10, 33)
                        .mapToObj(count -> Arguments.of(named(each.height() + " rows", each), count)));
    }

    @ParameterizedTest
    @MethodSource("loopsAndCounts")
    void rowsTimesAPanelHaveTheSameBits(PackedLoops vectors, int depth) {
        PackedLoops plain = plain(vectors);
        int height = vectors.height();
        int xStride = xStride(vectors);
        float[] x = numbers(xStride * height);
        float[] panel = numbers(depth * plain.width() + 3);
        float[] bias = numbers(plain.width() + 1);
        float[] expected = numbers(STRIDE * height + plain.width());
        float[] found = expected.clone();
        plain.multiply(depth, x, 2, xStride, panel, 3, bias, 1, 0, expected, 4, STRIDE);
        vectors.multiply(depth, x, 2, xStride, panel, 3, bias, 1, 0, found, 4, STRIDE);
        assertThat(found).isEqualTo(expected);
        plain.multiply(depth, x, 2, xStride, panel, 3, expected, 4, STRIDE, expected, 4, STRIDE);
        vectors.multiply(depth, x, 2, xStride, panel, 3, found, 4, STRIDE, found, 4, STRIDE);
        assertThat(found).as("on top of what was there").isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("loopsAndCounts")
    void aFewExamplesMoveRowsOfAPanelByTheSameBits(PackedLoops vectors, int count) {
        assumeThat(vectors.few()).as("examples that are added without a loop").isPositive();
        PackedLoops plain = plain(vectors);
        float[] x = numbers(STRIDE * plain.few());
        float[] delta = numbers(STRIDE * plain.few() + plain.width());
        float[] expected = numbers(count * plain.width() + 2);
        float[] found = expected.clone();
        plain.add(count, x, 1, STRIDE, delta, 3, STRIDE, 0.3f, expected, 2);
        vectors.add(count, x, 1, STRIDE, delta, 3, STRIDE, 0.3f, found, 2);
        assertThat(found).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("loopsAndCounts")
    void manyExamplesMoveRowsOfAPanelByTheSameBits(PackedLoops vectors, int examples) {
        PackedLoops plain = plain(vectors);
        int xStride = xStride(vectors);
        int count = 3 * plain.rows();
        float[] x = numbers(xStride * examples + count);
        float[] delta = numbers(plain.width() * examples + 3);
        float[] expected = numbers(count * plain.width() + 2);
        float[] found = expected.clone();
        plain.sum(count, examples, x, 1, xStride, delta, 3, 0.3f, expected, 2);
        vectors.sum(count, examples, x, 1, xStride, delta, 3, 0.3f, found, 2);
        assertThat(found).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("loopsAndCounts")
    void biasesMoveByTheSameBits(PackedLoops vectors, int examples) {
        PackedLoops plain = plain(vectors);
        float[] delta = numbers(STRIDE * examples + plain.width());
        float[] expected = numbers(plain.width() + 5);
        float[] found = expected.clone();
        plain.addRows(examples, delta, 3, STRIDE, 0.3f, expected, 5);
        vectors.addRows(examples, delta, 3, STRIDE, 0.3f, found, 5);
        assertThat(found).isEqualTo(expected);
    }

    /** A panel is at least so wide, and has at most so many rows to be flipped: as many as another one is wide. */
    @ParameterizedTest
    @MethodSource("loopsAndCounts")
    void rowsOfAPanelBecomeColumnsOfAnother(PackedLoops vectors, int count) {
        int width = vectors.width();
        int rows = Math.min(count, width);
        int columns = width - 2;
        float[] from = numbers(width * width + 3);
        float[] expected = numbers(width * width + 5);
        float[] found = expected.clone();
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                expected[5 + j * width + i] = from[3 + i * width + j];
            }
        }
        vectors.flip(rows, columns, from, 3, found, 5);
        assertThat(found).isEqualTo(expected);
    }

    /** Copies of rows are read up to their end, and what moves together lies in one block. */
    @ParameterizedTest
    @MethodSource("allLoops")
    void rowsOfXHaveRoomForTheirTermsAndAnOddNumberOfLines(PackedLoops vectors) {
        int stride = vectors.fixedStride();
        assumeThat(stride).as("a stride that loops know").isPositive();
        assertThat(stride).isGreaterThanOrEqualTo(vectors.depth() + vectors.rows());
        assertThat(stride % (2 * PackedLayer.LINE))
                .as("elements beyond an even number of lines")
                .isEqualTo(PackedLayer.LINE);
    }

    @ParameterizedTest
    @CsvSource({"10, 10", "20, 10", "50, 10", "99, 8", "100, 8", "128, 8", "512, 8", "16384, 8", "16385, 10"})
    void stepsHaveTheLoopsThatFillUpFewRowsAndCopyNotTooMany(int examples, int height) {
        PackedLoops loops = Engine.choose(true, PackedLoops.class, PackedLoops::new);
        assumeThat(loops.height()).as("rows, with 32 registers").isEqualTo(10);
        assertThat(loops.of(examples).height()).isEqualTo(height);
    }

    @Test
    void rowsTimesAPanelAreByTheFormula() {
        PackedLoops loops = new PackedLoops();
        int width = loops.width();
        float[] x = numbers(STRIDE * loops.rows());
        float[] panel = numbers(3 * width);
        float[] bias = numbers(width);
        float[] z = new float[STRIDE * loops.rows()];
        loops.multiply(3, x, 0, STRIDE, panel, 0, bias, 0, 0, z, 0, STRIDE);
        for (int i = 0; i < loops.rows(); i++) {
            for (int j = 0; j < width; j++) {
                float sum = bias[j];
                for (int k = 0; k < 3; k++) {
                    sum = Math.fma(x[i * STRIDE + k], panel[k * width + j], sum);
                }
                assertThat(z[i * STRIDE + j]).as("row %d, column %d", i, j).isEqualTo(sum);
            }
        }
    }

    @Test
    void aPanelMovesByTheFormulaWhateverNumberOfRowsAndExamples() {
        PackedLoops loops = new PackedLoops();
        int width = loops.width();
        float[] x = numbers(STRIDE * 7);
        float[] delta = numbers(width * 7);
        int count = 2 * loops.rows();
        float[] before = numbers(count * width);
        float[] panel = before.clone();
        loops.sum(count, 7, x, 0, STRIDE, delta, 0, 0.3f, panel, 0);
        for (int k = 0; k < count; k++) {
            for (int j = 0; j < width; j++) {
                float sum = 0;
                for (int i = 0; i < 7; i++) {
                    sum = Math.fma(x[i * STRIDE + k], delta[i * width + j], sum);
                }
                float moved = Math.fma(0.3f, sum, before[k * width + j]);
                assertThat(panel[k * width + j]).as("row %d, column %d", k, j).isEqualTo(moved);
            }
        }
    }
}

package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows become columns, and nothing else is touched. */
class TranspositionTest {
    private static final int FROM = 3;
    private static final int TO = 5;
    private static final int STRIDE = 70;

    static Stream<Arguments> sizes() {
        int[] some = {1, 7, 8, 15, 16, 17, 33, 64};
        return IntStream.of(some)
                .boxed()
                .flatMap(rows -> IntStream.of(some).mapToObj(columns -> Arguments.of(rows, columns)));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void rowsBecomeColumns(int rows, int columns) {
        float[] from = new float[FROM + STRIDE * 64];
        for (int i = 0; i < from.length; i++) {
            from[i] = i;
        }
        float[] to = new float[TO + STRIDE * 64];
        Arrays.fill(to, -1);
        float[] expected = to.clone();
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                expected[TO + j * STRIDE + i] = from[FROM + i * STRIDE + j];
            }
        }
        Transposition.into(from, FROM, STRIDE, rows, columns, to, TO, STRIDE);
        assertThat(to).isEqualTo(expected);
    }
}

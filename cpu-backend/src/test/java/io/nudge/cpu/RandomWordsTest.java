package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.math.Threefry;
import io.nudge.tensor.DType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomWordsTest {
    /** From the first group and from one far behind, in a step of more than 32 bits. */
    @ParameterizedTest
    @CsvSource({"0, 1", "0, 128", "1024, 129", "2147481600, 1920", "256, 8192"})
    void areThoseOfThreefry(int first, int elements) {
        long seed = 0xFEDCBA9876543210L;
        long stream = 0x02FFEEDDCCBBAA99L;
        long step = 0x1_8765_4321L;
        RandomWords random = new RandomWords();
        random.draw(seed, stream, step, first, elements);
        for (int i = 0; i < elements; i++) {
            assertThat(random.half(i / 16 * 16, i % 16))
                    .as("half word of element %d from %d on", i, first)
                    .isEqualTo(Threefry.half(seed, stream, step, first + i));
        }
    }

    @Test
    void vectorsDropTheSameElements() {
        int n = 20_000; // more than are drawn for at once, twice
        CpuMemory x = CpuMemory.allocate(DType.FLOAT32, n);
        for (int i = 0; i < n; i++) {
            x.floats[i] = i % 7 == 0 ? Float.NaN : i - 10_000f;
        }
        for (double rate : new double[] {0, 0.1, 0.5, 0.999}) {
            CpuMemory expected = CpuMemory.allocate(DType.FLOAT32, n);
            CpuMemory found = CpuMemory.allocate(DType.FLOAT32, n);
            VectorFloatTest.engine(false).floats[0].dropout(rate, 1, 2, 3, x, 1, expected, 0, 5, n - 1);
            VectorFloatTest.engine(true).floats[0].dropout(rate, 1, 2, 3, x, 1, found, 0, 5, n - 1);
            assertThat(found.floats).as("rate %s", rate).isEqualTo(expected.floats);
        }
    }

    /** Of a whole group, so that each half of each word has its turn. */
    @Test
    void theLeastHalfWordIsKeptAndTheNumberBeforeIsNot() {
        CpuMemory x = CpuMemory.allocate(DType.FLOAT32, RandomWords.GROUP);
        Arrays.fill(x.floats, 1);
        CpuMemory y = CpuMemory.allocate(DType.FLOAT32, RandomWords.GROUP);
        for (boolean vectors : new boolean[] {false, true}) {
            Kernels kernels = VectorFloatTest.engine(vectors).floats[0];
            for (int i = 0; i < RandomWords.GROUP; i++) {
                int half = Threefry.half(1, 2, 3, i);
                kernels.dropout(half / 65536.0, 1, 2, 3, x, 0, y, 0, 0, RandomWords.GROUP);
                assertThat(y.floats[i]).as("element %d, half word %d", i, half).isGreaterThanOrEqualTo(1);
                kernels.dropout((half + 1) / 65536.0, 1, 2, 3, x, 0, y, 0, 0, RandomWords.GROUP);
                assertThat(y.floats[i]).as("element %d, half word %d", i, half).isZero();
            }
        }
    }
}

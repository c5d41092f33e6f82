package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.math.Philox;
import io.nudge.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomWordsTest {
    /** Numbers of blocks that leave every part of a vector empty, few and many, and more than are drawn together. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void areThoseOfPhilox(boolean wide) {
        RandomWords random = new RandomWords(wide);
        for (int blocks = 0; blocks < 67; blocks++) {
            check(random, blocks);
        }
        check(random, Kernels.BLOCK / 4);
        check(random, Kernels.BLOCK + 3);
    }

    private static void check(RandomWords random, int blocks) {
        long seed = 0xFEDCBA9876543210L;
        long stream = 0x02FFEEDDCCBBAA99L;
        long step = 0x1_8765_4321L;
        int first = 1 << 29;
        long[] words = new long[2 * blocks];
        random.draw(seed, stream, step, first, blocks, words);
        int[] block = new int[4];
        for (int i = 0; i < blocks; i++) {
            Philox.block(seed, (first + i) | 0x8765_4321_0000_0000L, stream, block);
            for (int word = 0; word < 4; word++) {
                assertThat(RandomWords.word(words, 4 * i + word))
                        .as("word %d of block %d of %d", word, i, blocks)
                        .isEqualTo(block[word]);
            }
        }
    }

    @Test
    void vectorsDropTheSameElements() {
        int n = 5000;
        CpuMemory x = CpuMemory.allocate(DType.FLOAT32, n);
        for (int i = 0; i < n; i++) {
            x.floats[i] = i % 7 == 0 ? Float.NaN : i - 2500f;
        }
        for (double rate : new double[] {0, 0.1, 0.5, 0.999}) {
            CpuMemory expected = CpuMemory.allocate(DType.FLOAT32, n);
            CpuMemory found = CpuMemory.allocate(DType.FLOAT32, n);
            VectorFloatTest.engine(false).floats[0].dropout(rate, 1, 2, 3, x, 1, expected, 0, 4, n - 1);
            VectorFloatTest.engine(true).floats[0].dropout(rate, 1, 2, 3, x, 1, found, 0, 4, n - 1);
            assertThat(found.floats).as("rate %s", rate).isEqualTo(expected.floats);
        }
    }
}

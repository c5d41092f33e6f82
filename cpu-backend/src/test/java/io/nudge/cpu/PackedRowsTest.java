package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows lie where products look for them, as copies in blocks or as they are. */
class PackedRowsTest {
    private static final int ROWS = 10;
    private static final int COLUMNS = 531;
    private static final int STRIDE = 540;

    private static PackedLoops loops(int fixedStride) {
        return new PackedLoops() {
            @Override
            int fixedStride() {
                return fixedStride;
            }

            @Override
            int depth() {
                return 240;
            }
        };
    }

    private static CpuMemory matrix() {
        CpuMemory matrix = CpuMemory.allocate(DType.FLOAT32, (long) ROWS * STRIDE);
        for (int i = 0; i < matrix.floats.length; i++) {
            matrix.floats[i] = i;
        }
        return matrix;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 272})
    void rowsOfAMatrixAreFound(int fixedStride) {
        CpuMemory matrix = matrix();
        PackedRows rows = PackedRows.of(loops(fixedStride), matrix, STRIDE, ROWS, COLUMNS);
        rows.copy(matrix.floats, STRIDE, 0, ROWS, COLUMNS);
        for (int i = 0; i < ROWS; i++) {
            for (int k = 0; k < COLUMNS; k++) {
                assertThat(rows.memory.floats[rows.at(i, k)])
                        .as("row %d, column %d", i, k)
                        .isEqualTo(i * STRIDE + k);
            }
        }
    }
}

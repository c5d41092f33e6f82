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

    private static PackedLoops loops(boolean anyStride) {
        return new PackedLoops() {
            @Override
            boolean anyStride() {
                return anyStride;
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
    @ValueSource(booleans = {false, true})
    void rowsOfAMatrixAreFound(boolean anyStride) {
        CpuMemory matrix = matrix();
        PackedRows rows = PackedRows.of(loops(anyStride), matrix, STRIDE, ROWS, COLUMNS);
        rows.copy(matrix.floats, STRIDE, 0, ROWS, COLUMNS);
        for (int i = 0; i < ROWS; i++) {
            for (int k = 0; k < COLUMNS; k++) {
                assertThat(rows.memory.floats[rows.at(i, k)])
                        .as("row %d, column %d", i, k)
                        .isEqualTo(i * STRIDE + k);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void columnsOfAnotherMatrixAreFound(boolean anyStride) {
        CpuMemory matrix = matrix();
        PackedRows rows = PackedRows.of(loops(anyStride), matrix, STRIDE, ROWS, COLUMNS);
        rows.copy(matrix.floats, STRIDE, 0, ROWS, COLUMNS);
        PackedRows columns = PackedRows.room(loops(anyStride), /* rows= */ COLUMNS, /* columns= */ ROWS);
        columns.transpose(rows, 0, 7, COLUMNS);
        columns.transpose(rows, 7, ROWS, COLUMNS);
        for (int i = 0; i < ROWS; i++) {
            for (int k = 0; k < COLUMNS; k++) {
                assertThat(columns.memory.floats[columns.at(k, i)])
                        .as("row %d, column %d", k, i)
                        .isEqualTo(i * STRIDE + k);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void examplesBeyondABlockAreTransposedIntoTheNext(boolean anyStride) {
        CpuMemory matrix = CpuMemory.allocate(DType.FLOAT32, 531 * 16L);
        for (int i = 0; i < matrix.floats.length; i++) {
            matrix.floats[i] = i;
        }
        PackedRows rows = PackedRows.of(loops(anyStride), matrix, 16, COLUMNS, 16);
        rows.copy(matrix.floats, 16, 0, COLUMNS, 16);
        PackedRows columns = PackedRows.room(loops(anyStride), 20, COLUMNS);
        columns.transpose(rows, 0, COLUMNS, 16);
        for (int i = 0; i < COLUMNS; i++) {
            for (int k = 0; k < 16; k++) {
                assertThat(columns.memory.floats[columns.at(k, i)])
                        .as("row %d, column %d", k, i)
                        .isEqualTo(i * 16 + k);
            }
        }
    }
}

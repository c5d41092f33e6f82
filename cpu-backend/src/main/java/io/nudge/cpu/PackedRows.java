package io.nudge.cpu;

import io.nudge.tensor.DType;

/**
 * Rows of numbers as products take them: some columns of all rows, as many as there are terms taken at a time, then the next ones. Where
 * the loops want their rows a known number of elements apart, each block of columns is a copy; else all lie in rows as they are.
 */
final class PackedRows {
    final CpuMemory memory;

    /** Elements between two rows. */
    final int stride;

    private final int depth;

    /** Elements between two blocks of columns. */
    private final int apart;

    private final boolean copied;

    private PackedRows(CpuMemory memory, int stride, int depth, int apart, boolean copied) {
        this.memory = memory;
        this.stride = stride;
        this.depth = depth;
        this.apart = apart;
        this.copied = copied;
    }

    /** The rows of a matrix: themselves, or room for copies of them. */
    static PackedRows of(PackedLoops loops, CpuMemory matrix, int stride, int rows, int columns) {
        return loops.fixedStride() == 0
                ? new PackedRows(matrix, stride, loops.depth(), loops.depth(), false)
                : blocks(loops, rows, columns);
    }

    /** Room for rows that are written by {@link #put}. */
    static PackedRows room(PackedLoops loops, int rows, int columns) {
        if (loops.fixedStride() > 0) {
            return blocks(loops, rows, columns);
        }
        int stride = PackedLayer.stride(columns, loops.width());
        return new PackedRows(PackedLayer.room(loops, rows, stride), stride, loops.depth(), loops.depth(), true);
    }

    private static PackedRows blocks(PackedLoops loops, int rows, int columns) {
        CpuMemory memory = CpuMemory.allocate(DType.FLOAT32, elements(loops, rows, columns));
        int stride = loops.fixedStride();
        return new PackedRows(memory, stride, loops.depth(), rows * stride, true);
    }

    /** How many elements so many rows have at most, gaps included. */
    static long elements(PackedLoops loops, long rows, long columns) {
        long blocks = (columns + loops.depth() - 1) / loops.depth();
        int fixed = loops.fixedStride();
        return rows * (fixed == 0 ? columns + loops.width() + PackedLayer.LINE : blocks * fixed);
    }

    /** Where an element is. Those beside it are there too, up to the end of the block. */
    int at(int row, int column) {
        return column / depth * apart + row * stride + column % depth;
    }

    /** Copies some rows of a matrix, if these are not its own ones. */
    void copy(float[] from, int fromStride, int first, int last, int columns) {
        for (int i = first; copied && i < last; i++) {
            put(from, i * fromStride, i, columns);
        }
    }

    /** Writes a row. */
    void put(float[] from, int fromAt, int row, int columns) {
        int pieces = apart == depth ? columns : depth;
        for (int k = 0; k < columns; k += pieces) {
            System.arraycopy(from, fromAt + k, memory.floats, at(row, k), Math.min(pieces, columns - k));
        }
    }
}

package io.nudge.cpu;

import io.nudge.tensor.DType;

/** Where a worker computes how weights move by many examples. */
final class MoveRoom {
    /** Columns of δ, panel after panel, each row after row. */
    final CpuMemory delta;

    /** What comes to some rows of a panel. */
    final CpuMemory sums;

    /**
     * Makes room.
     *
     * @param examples of a batch
     * @param width columns of a panel
     * @param panels that move at a time
     * @param rows of a panel that move at a time
     */
    MoveRoom(int examples, int width, int panels, int rows) {
        delta = CpuMemory.allocate(DType.FLOAT32, (long) panels * examples * width);
        sums = CpuMemory.allocate(DType.FLOAT32, (long) rows * width);
    }
}

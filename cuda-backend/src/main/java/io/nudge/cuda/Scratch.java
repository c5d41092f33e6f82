package io.nudge.cuda;

import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * Room for the partial sums of a kernel, and counters by which its blocks know the last of them; kernels leave these zero.
 * One after the other, all kernels use the same room. Programs have its address in them, so that room which has become
 * too small is kept until the backend is closed; since it at least doubles, that wastes no more than its size.
 */
final class Scratch {
    /** A counter for each tile of columns. */
    private static final long COUNTERS = 1 << 16;

    private static final long FIRST = 1 << 16;

    private final Allocator allocator;
    private final Closing closing;
    private final Block counters;
    private Block room;

    Scratch(Calls calls, CUstream stream, Allocator allocator, Closing closing) {
        this.allocator = allocator;
        this.closing = closing;
        counters = allocator.take(COUNTERS * Integer.BYTES);
        closing.add(() -> allocator.give(counters));
        calls.driver(
                JCudaDriver.cuMemsetD8Async(counters.pointer, (byte) 0, counters.bytes, stream), "cuMemsetD8Async");
        room = grow(FIRST);
    }

    /** The address of so many bytes at least. */
    long room(long bytes) {
        if (bytes > room.bytes) {
            room = grow(Math.max(bytes, 2 * room.bytes));
        }
        return room.address;
    }

    private Block grow(long bytes) {
        Block block = allocator.take(bytes);
        closing.add(() -> allocator.give(block));
        return block;
    }

    /** The address of so many counters, all zero. */
    long counters(long count) {
        if (count > COUNTERS) {
            throw new IllegalArgumentException("a matrix with so many columns that sums over its rows need " + count
                    + " tiles is too wide, since at most " + COUNTERS + " are possible; take it in parts, by views of "
                    + "columns copied together");
        }
        return counters.address;
    }
}

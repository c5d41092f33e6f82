package io.nudge.cpu;

import io.nudge.tensor.DType;
import io.nudge.tensor.Memory;
import io.nudge.tensor.Tensor;
import java.lang.reflect.Array;

/**
 * A block of the Java heap: one array, of the type of its elements. The other two fields are null; once freed, all are.
 */
final class CpuMemory implements Memory {
    /** The largest array that every JVM makes. */
    static final long LARGEST = Integer.MAX_VALUE - 8;

    float[] floats;
    double[] doubles;
    long[] longs;

    private final DType type;

    private CpuMemory(DType type, int elements) {
        this.type = type;
        floats = type == DType.FLOAT32 ? new float[elements] : null;
        doubles = type == DType.FLOAT64 ? new double[elements] : null;
        longs = type == DType.INT64 ? new long[elements] : null;
    }

    static CpuMemory allocate(DType type, long elements) {
        if (elements > LARGEST) {
            throw new IllegalArgumentException(
                    "a tensor of " + elements + " elements does not fit into a Java array, which " + "holds at most "
                            + LARGEST + "; split it into several tensors");
        }
        try {
            return new CpuMemory(type, (int) elements);
        } catch (OutOfMemoryError e) {
            throw outOfMemory(type, elements, e);
        }
    }

    static OutOfMemoryError outOfMemory(DType type, long elements, OutOfMemoryError cause) {
        Runtime runtime = Runtime.getRuntime();
        long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
        OutOfMemoryError error = new OutOfMemoryError("a tensor of " + elements + " elements of " + type + " takes "
                + mebibytes(elements * type.bytes()) + " MiB, but of the heap's " + mebibytes(runtime.maxMemory())
                + " MiB only " + mebibytes(free)
                + " MiB are free; close tensors that are no longer used, make the batch "
                + "smaller, or give Java more memory, for example with -Xmx"
                + (mebibytes(runtime.maxMemory() + elements * type.bytes()) + 1023) / 1024 + "g");
        error.initCause(cause);
        return error;
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    /** This memory if it has so many elements, or else new memory. */
    CpuMemory orLarger(long elements) {
        return Array.getLength(array()) >= elements ? this : allocate(type, elements);
    }

    /** The memory of a tensor of this backend. */
    static CpuMemory of(Tensor tensor) {
        return (CpuMemory) tensor.memory();
    }

    @Override
    public void write(long offset, Object values) {
        System.arraycopy(values, 0, array(), (int) offset, Array.getLength(values));
    }

    @Override
    public void read(long offset, Object values) {
        System.arraycopy(array(), (int) offset, values, 0, Array.getLength(values));
    }

    /** Lets go of the array, whoever may still hold this object: its tensor, a scope, a program. */
    @Override
    public void free() {
        floats = null;
        doubles = null;
        longs = null;
    }

    /** A floating element. */
    double number(int at) {
        return floats != null ? floats[at] : doubles[at];
    }

    Object array() {
        return floats != null ? floats : doubles != null ? doubles : longs;
    }
}

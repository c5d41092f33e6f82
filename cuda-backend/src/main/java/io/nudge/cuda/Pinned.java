package io.nudge.cuda;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** Host memory that the device can reach at any time: what an asynchronous copy goes to or comes from must lie in such. */
final class Pinned {
    /** All that is copied is aligned to this. */
    static final int ALIGNMENT = 16;

    final Pointer pointer = new Pointer();
    private final ByteBuffer bytes;
    private final FloatBuffer floats;
    private final DoubleBuffer doubles;
    private final LongBuffer longs;

    Pinned(Calls calls, int size) {
        calls.driver(JCudaDriver.cuMemHostAlloc(pointer, size, 0), "cuMemHostAlloc");
        bytes = pointer.getByteBuffer(0, size).order(ByteOrder.nativeOrder());
        floats = bytes.asFloatBuffer();
        doubles = bytes.asDoubleBuffer();
        longs = bytes.asLongBuffer();
    }

    int size() {
        return bytes.capacity();
    }

    Pointer at(int offset) {
        return offset == 0 ? pointer : pointer.withByteOffset(offset);
    }

    /** As 8-byte whole numbers. */
    LongBuffer longs() {
        return longs;
    }

    /** Copies elements of an array in. */
    void put(int offset, Object values, int from, int count) {
        if (values instanceof float[] array) {
            floats.position(offset / Float.BYTES).put(array, from, count);
        } else if (values instanceof double[] array) {
            doubles.position(offset / Double.BYTES).put(array, from, count);
        } else {
            longs.position(offset / Long.BYTES).put((long[]) values, from, count);
        }
    }

    /** Copies elements of an array out. */
    void get(int offset, Object values, int from, int count) {
        if (values instanceof float[] array) {
            floats.position(offset / Float.BYTES).get(array, from, count);
        } else if (values instanceof double[] array) {
            doubles.position(offset / Double.BYTES).get(array, from, count);
        } else {
            longs.position(offset / Long.BYTES).get((long[]) values, from, count);
        }
    }

    static int elementBytes(Object values) {
        return values instanceof float[] ? Float.BYTES : Long.BYTES;
    }

    static int length(Object values) {
        return Array.getLength(values);
    }

    void free(Calls calls) {
        calls.onClose(JCudaDriver.cuMemFreeHost(pointer), "cuMemFreeHost");
    }
}

package io.nudge.cpu;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/** Numbers outside of the Java heap, where OpenBLAS takes them from; threads may read and write different ones at once. */
final class OutsideFloats implements AutoCloseable {
    private final FloatPointer memory;
    private final FloatBuffer buffer;

    /** For each worker, what is moved to where its part of a matrix begins. */
    private final FloatPointer[] parts;

    /**
     * Room for some numbers, at most {@link OpenBlas#LARGEST}; what is in it is not defined.
     *
     * @throws OutOfMemoryError if there is none
     */
    OutsideFloats(long elements, int workers) {
        try {
            memory = new FloatPointer(elements);
        } catch (OutOfMemoryError e) {
            OutOfMemoryError error = new OutOfMemoryError("OpenBLAS needs room for " + elements
                    + " numbers outside of the Java heap, which could not be had (" + e.getMessage()
                    + "); make the batch smaller, or compute products in Java: -D" + CpuOptions.PRODUCT + "=java");
            error.initCause(e);
            throw error;
        }
        buffer = memory.asBuffer();
        parts = new FloatPointer[workers];
        for (int i = 0; i < workers; i++) {
            parts[i] = new FloatPointer(memory);
        }
    }

    void put(int at, float[] from, int fromAt, int n) {
        buffer.put(at, from, fromAt, n);
    }

    void get(int at, float[] into, int intoAt, int n) {
        buffer.get(at, into, intoAt, n);
    }

    /** Where an element is; the same object for every call of a worker. */
    FloatPointer at(long element, int worker) {
        return parts[worker].position(element);
    }

    @Override
    public void close() {
        memory.close();
    }
}

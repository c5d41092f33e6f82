package io.nudge.tensor;

/**
 * A block of a backend's memory: what a backend gives out and takes back. Elements are of one {@link DType}; the array
 * that values are copied from or to is of the matching Java type: {@code float[]}, {@code double[]} or {@code long[]}.
 * Called only under the backend's lock, with arguments already checked.
 */
public interface Memory {
    /**
     * Copies values in. The array may be changed as soon as this returns.
     *
     * @param offset where to begin, in elements
     * @param values the array; all of it
     */
    void write(long offset, Object values);

    /**
     * Copies values out, after all work that was asked for before.
     *
     * @param offset where to begin, in elements
     * @param values the array to fill
     */
    void read(long offset, Object values);

    /** Gives the memory back. Called once. */
    void free();
}

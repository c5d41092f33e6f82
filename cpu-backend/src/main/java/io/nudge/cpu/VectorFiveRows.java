package io.nudge.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link VectorPackedLoops} for sixteen registers: five rows by two vectors.
 */
final class VectorFiveRows {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int WIDTH = 2 * LANES;

    /** Terms of a sum that are taken at a time: 15 KiB of a panel, half of a first cache. */
    static final int DEPTH = 240;

    /**
     * Elements between two rows of x, see {@link PackedLoops#fixedStride}. Java makes two shifts of a multiplication by a number with two
     * bits, and then neither leaves out checks of indexes nor unrolls a loop over rows: Java 17 needs both to be fast, and what later ones
     * unroll needs more registers than there are.
     */
    static final int FIXED = Runtime.version().feature() <= PackedLoops.JAVA_OF_FIVE ? 304 : 272;

    /** How much farther apart rows of x are than rows of δ. */
    private static final int APART = FIXED / WIDTH;

    private VectorFiveRows() {}

    /** The rows of x are {@link #FIXED} apart: what is known to the compiler takes no register. */
    static void multiply(
            int depth,
            float[] x,
            int xAt,
            float[] panel,
            int panelAt,
            float[] from,
            int fromAt,
            int fromStride,
            float[] z,
            int zAt,
            int zStride) {
        FloatVector s00 = FloatVector.fromArray(SPECIES, from, fromAt);
        FloatVector s01 = FloatVector.fromArray(SPECIES, from, fromAt + LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, from, fromAt + fromStride);
        FloatVector s11 = FloatVector.fromArray(SPECIES, from, fromAt + fromStride + LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, from, fromAt + 2 * fromStride);
        FloatVector s21 = FloatVector.fromArray(SPECIES, from, fromAt + 2 * fromStride + LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, from, fromAt + 3 * fromStride);
        FloatVector s31 = FloatVector.fromArray(SPECIES, from, fromAt + 3 * fromStride + LANES);
        FloatVector s40 = FloatVector.fromArray(SPECIES, from, fromAt + 4 * fromStride);
        FloatVector s41 = FloatVector.fromArray(SPECIES, from, fromAt + 4 * fromStride + LANES);
        FloatVector v;
        for (int k = 0; k < depth; k++) {
            FloatVector w0 = FloatVector.fromArray(SPECIES, panel, panelAt + k * WIDTH);
            FloatVector w1 = FloatVector.fromArray(SPECIES, panel, panelAt + k * WIDTH + LANES);
            v = FloatVector.broadcast(SPECIES, x[xAt + k]);
            s00 = v.fma(w0, s00);
            s01 = v.fma(w1, s01);
            v = FloatVector.broadcast(SPECIES, x[xAt + k + FIXED]);
            s10 = v.fma(w0, s10);
            s11 = v.fma(w1, s11);
            v = FloatVector.broadcast(SPECIES, x[xAt + k + 2 * FIXED]);
            s20 = v.fma(w0, s20);
            s21 = v.fma(w1, s21);
            v = FloatVector.broadcast(SPECIES, x[xAt + k + 3 * FIXED]);
            s30 = v.fma(w0, s30);
            s31 = v.fma(w1, s31);
            v = FloatVector.broadcast(SPECIES, x[xAt + k + 4 * FIXED]);
            s40 = v.fma(w0, s40);
            s41 = v.fma(w1, s41);
        }
        s00.intoArray(z, zAt);
        s01.intoArray(z, zAt + LANES);
        s10.intoArray(z, zAt + zStride);
        s11.intoArray(z, zAt + zStride + LANES);
        s20.intoArray(z, zAt + 2 * zStride);
        s21.intoArray(z, zAt + 2 * zStride + LANES);
        s30.intoArray(z, zAt + 3 * zStride);
        s31.intoArray(z, zAt + 3 * zStride + LANES);
        s40.intoArray(z, zAt + 4 * zStride);
        s41.intoArray(z, zAt + 4 * zStride + LANES);
    }

    /**
     * Rows of δ lie side by side, rows of x as for a product. The loop counts elements of δ: so Java 17 needs 24 instructions for ten
     * fused ones, where it needs 30 if rows are counted.
     */
    static void sum(
            int examples, float[] x, int xAt, float[] delta, int deltaAt, float factor, float[] panel, int panelAt) {
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s01 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector s11 = FloatVector.zero(SPECIES);
        FloatVector s20 = FloatVector.zero(SPECIES);
        FloatVector s21 = FloatVector.zero(SPECIES);
        FloatVector s30 = FloatVector.zero(SPECIES);
        FloatVector s31 = FloatVector.zero(SPECIES);
        FloatVector s40 = FloatVector.zero(SPECIES);
        FloatVector s41 = FloatVector.zero(SPECIES);
        FloatVector v;
        int first = xAt - deltaAt * APART;
        int end = deltaAt + examples * WIDTH;
        for (int at = deltaAt; at < end; at += WIDTH) {
            FloatVector d0 = FloatVector.fromArray(SPECIES, delta, at);
            FloatVector d1 = FloatVector.fromArray(SPECIES, delta, at + LANES);
            v = FloatVector.broadcast(SPECIES, x[at * APART + first]);
            s00 = v.fma(d0, s00);
            s01 = v.fma(d1, s01);
            v = FloatVector.broadcast(SPECIES, x[at * APART + first + 1]);
            s10 = v.fma(d0, s10);
            s11 = v.fma(d1, s11);
            v = FloatVector.broadcast(SPECIES, x[at * APART + first + 2]);
            s20 = v.fma(d0, s20);
            s21 = v.fma(d1, s21);
            v = FloatVector.broadcast(SPECIES, x[at * APART + first + 3]);
            s30 = v.fma(d0, s30);
            s31 = v.fma(d1, s31);
            v = FloatVector.broadcast(SPECIES, x[at * APART + first + 4]);
            s40 = v.fma(d0, s40);
            s41 = v.fma(d1, s41);
        }
        FloatVector factors = FloatVector.broadcast(SPECIES, factor);
        s00.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt)).intoArray(panel, panelAt);
        s01.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + LANES)).intoArray(panel, panelAt + LANES);
        s10.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + WIDTH)).intoArray(panel, panelAt + WIDTH);
        s11.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + WIDTH + LANES))
                .intoArray(panel, panelAt + WIDTH + LANES);
        s20.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 2 * WIDTH))
                .intoArray(panel, panelAt + 2 * WIDTH);
        s21.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 2 * WIDTH + LANES))
                .intoArray(panel, panelAt + 2 * WIDTH + LANES);
        s30.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 3 * WIDTH))
                .intoArray(panel, panelAt + 3 * WIDTH);
        s31.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 3 * WIDTH + LANES))
                .intoArray(panel, panelAt + 3 * WIDTH + LANES);
        s40.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 4 * WIDTH))
                .intoArray(panel, panelAt + 4 * WIDTH);
        s41.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 4 * WIDTH + LANES))
                .intoArray(panel, panelAt + 4 * WIDTH + LANES);
    }
}

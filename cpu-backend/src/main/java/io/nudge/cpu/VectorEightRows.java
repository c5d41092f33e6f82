package io.nudge.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link VectorPackedLoops} for the 32 registers of 512-bit vectors and most steps: eight rows by two vectors.
 * Rows of x are a known number of elements apart, so one register has the address of all: without that, a product takes 52 instructions
 * for 16 fused ones, and with it 33. The product of {@link VectorFiveRows} is its likeness, and so are the sums of {@link VectorTenRows}; a change here is
 * a change there.
 */
final class VectorEightRows {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int WIDTH = 2 * LANES;

    /** Terms of a sum that are taken at a time: 128 KiB of a panel, read ahead from the second cache. */
    static final int DEPTH = 1024;

    /** Elements between two rows of x, see {@link PackedLoops#fixedStride}; three bits, as {@link VectorFiveRows#FIXED} explains. */
    static final int FIXED = 1072;

    private VectorEightRows() {}

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
        FloatVector s50 = FloatVector.fromArray(SPECIES, from, fromAt + 5 * fromStride);
        FloatVector s51 = FloatVector.fromArray(SPECIES, from, fromAt + 5 * fromStride + LANES);
        FloatVector s60 = FloatVector.fromArray(SPECIES, from, fromAt + 6 * fromStride);
        FloatVector s61 = FloatVector.fromArray(SPECIES, from, fromAt + 6 * fromStride + LANES);
        FloatVector s70 = FloatVector.fromArray(SPECIES, from, fromAt + 7 * fromStride);
        FloatVector s71 = FloatVector.fromArray(SPECIES, from, fromAt + 7 * fromStride + LANES);
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
            v = FloatVector.broadcast(SPECIES, x[xAt + k + 5 * FIXED]);
            s50 = v.fma(w0, s50);
            s51 = v.fma(w1, s51);
            v = FloatVector.broadcast(SPECIES, x[xAt + k + 6 * FIXED]);
            s60 = v.fma(w0, s60);
            s61 = v.fma(w1, s61);
            v = FloatVector.broadcast(SPECIES, x[xAt + k + 7 * FIXED]);
            s70 = v.fma(w0, s70);
            s71 = v.fma(w1, s71);
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
        s50.intoArray(z, zAt + 5 * zStride);
        s51.intoArray(z, zAt + 5 * zStride + LANES);
        s60.intoArray(z, zAt + 6 * zStride);
        s61.intoArray(z, zAt + 6 * zStride + LANES);
        s70.intoArray(z, zAt + 7 * zStride);
        s71.intoArray(z, zAt + 7 * zStride + LANES);
    }

    /** Rows of δ lie side by side, rows of x as for a product. */
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
        FloatVector s50 = FloatVector.zero(SPECIES);
        FloatVector s51 = FloatVector.zero(SPECIES);
        FloatVector s60 = FloatVector.zero(SPECIES);
        FloatVector s61 = FloatVector.zero(SPECIES);
        FloatVector s70 = FloatVector.zero(SPECIES);
        FloatVector s71 = FloatVector.zero(SPECIES);
        FloatVector v;
        for (int i = 0; i < examples; i++) {
            int from = xAt + i * FIXED;
            int at = deltaAt + i * WIDTH;
            FloatVector d0 = FloatVector.fromArray(SPECIES, delta, at);
            FloatVector d1 = FloatVector.fromArray(SPECIES, delta, at + LANES);
            v = FloatVector.broadcast(SPECIES, x[from]);
            s00 = v.fma(d0, s00);
            s01 = v.fma(d1, s01);
            v = FloatVector.broadcast(SPECIES, x[from + 1]);
            s10 = v.fma(d0, s10);
            s11 = v.fma(d1, s11);
            v = FloatVector.broadcast(SPECIES, x[from + 2]);
            s20 = v.fma(d0, s20);
            s21 = v.fma(d1, s21);
            v = FloatVector.broadcast(SPECIES, x[from + 3]);
            s30 = v.fma(d0, s30);
            s31 = v.fma(d1, s31);
            v = FloatVector.broadcast(SPECIES, x[from + 4]);
            s40 = v.fma(d0, s40);
            s41 = v.fma(d1, s41);
            v = FloatVector.broadcast(SPECIES, x[from + 5]);
            s50 = v.fma(d0, s50);
            s51 = v.fma(d1, s51);
            v = FloatVector.broadcast(SPECIES, x[from + 6]);
            s60 = v.fma(d0, s60);
            s61 = v.fma(d1, s61);
            v = FloatVector.broadcast(SPECIES, x[from + 7]);
            s70 = v.fma(d0, s70);
            s71 = v.fma(d1, s71);
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
        s50.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 5 * WIDTH))
                .intoArray(panel, panelAt + 5 * WIDTH);
        s51.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 5 * WIDTH + LANES))
                .intoArray(panel, panelAt + 5 * WIDTH + LANES);
        s60.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 6 * WIDTH))
                .intoArray(panel, panelAt + 6 * WIDTH);
        s61.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 6 * WIDTH + LANES))
                .intoArray(panel, panelAt + 6 * WIDTH + LANES);
        s70.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 7 * WIDTH))
                .intoArray(panel, panelAt + 7 * WIDTH);
        s71.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 7 * WIDTH + LANES))
                .intoArray(panel, panelAt + 7 * WIDTH + LANES);
    }
}

package io.nudge.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The product of {@link VectorFiveRows} for four rows: later compilers than Java 17's read the numbers of all rows before they use the
 * first, and with five rows that is one register too many. A change here is a change there.
 */
final class VectorFourRows {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int WIDTH = 2 * LANES;
    private static final int FIXED = VectorFiveRows.FIXED;

    private VectorFourRows() {}

    /** The rows of x are {@link VectorFiveRows#FIXED} apart: what is known to the compiler takes no register. */
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
        }
        s00.intoArray(z, zAt);
        s01.intoArray(z, zAt + LANES);
        s10.intoArray(z, zAt + zStride);
        s11.intoArray(z, zAt + zStride + LANES);
        s20.intoArray(z, zAt + 2 * zStride);
        s21.intoArray(z, zAt + 2 * zStride + LANES);
        s30.intoArray(z, zAt + 3 * zStride);
        s31.intoArray(z, zAt + 3 * zStride + LANES);
    }
}

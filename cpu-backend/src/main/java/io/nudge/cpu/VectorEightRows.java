package io.nudge.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The product of {@link VectorTenRows} for eight rows, which batches of powers of two are made of; a change here is a change there.
 */
final class VectorEightRows {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int WIDTH = 2 * LANES;

    private VectorEightRows() {}

    static void multiply(
            int depth,
            float[] x,
            int xAt,
            int xStride,
            float[] panel,
            int panelAt,
            float[] from,
            int fromAt,
            int fromStride,
            float[] z,
            int zAt,
            int zStride) {
        int x0 = xAt;
        int x1 = xAt + xStride;
        int x2 = xAt + 2 * xStride;
        int x3 = xAt + 3 * xStride;
        int x4 = xAt + 4 * xStride;
        int x5 = xAt + 5 * xStride;
        int x6 = xAt + 6 * xStride;
        int x7 = xAt + 7 * xStride;
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
            v = FloatVector.broadcast(SPECIES, x[x0 + k]);
            s00 = v.fma(w0, s00);
            s01 = v.fma(w1, s01);
            v = FloatVector.broadcast(SPECIES, x[x1 + k]);
            s10 = v.fma(w0, s10);
            s11 = v.fma(w1, s11);
            v = FloatVector.broadcast(SPECIES, x[x2 + k]);
            s20 = v.fma(w0, s20);
            s21 = v.fma(w1, s21);
            v = FloatVector.broadcast(SPECIES, x[x3 + k]);
            s30 = v.fma(w0, s30);
            s31 = v.fma(w1, s31);
            v = FloatVector.broadcast(SPECIES, x[x4 + k]);
            s40 = v.fma(w0, s40);
            s41 = v.fma(w1, s41);
            v = FloatVector.broadcast(SPECIES, x[x5 + k]);
            s50 = v.fma(w0, s50);
            s51 = v.fma(w1, s51);
            v = FloatVector.broadcast(SPECIES, x[x6 + k]);
            s60 = v.fma(w0, s60);
            s61 = v.fma(w1, s61);
            v = FloatVector.broadcast(SPECIES, x[x7 + k]);
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
}

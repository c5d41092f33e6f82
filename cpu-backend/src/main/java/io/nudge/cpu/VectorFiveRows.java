package io.nudge.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link VectorPackedLoops} for sixteen registers: five rows by two vectors. {@link VectorTenRows} is its likeness; a change
 * here is a change there.
 */
final class VectorFiveRows {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int WIDTH = 2 * LANES;

    private VectorFiveRows() {}

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

    static void add(
            int count,
            float[] x,
            int xAt,
            int xStride,
            float[] delta,
            int deltaAt,
            int deltaStride,
            float factor,
            float[] panel,
            int panelAt) {
        int x0 = xAt;
        int x1 = xAt + xStride;
        int x2 = xAt + 2 * xStride;
        int x3 = xAt + 3 * xStride;
        int x4 = xAt + 4 * xStride;
        FloatVector d00 = FloatVector.fromArray(SPECIES, delta, deltaAt);
        FloatVector d01 = FloatVector.fromArray(SPECIES, delta, deltaAt + LANES);
        FloatVector d10 = FloatVector.fromArray(SPECIES, delta, deltaAt + deltaStride);
        FloatVector d11 = FloatVector.fromArray(SPECIES, delta, deltaAt + deltaStride + LANES);
        FloatVector d20 = FloatVector.fromArray(SPECIES, delta, deltaAt + 2 * deltaStride);
        FloatVector d21 = FloatVector.fromArray(SPECIES, delta, deltaAt + 2 * deltaStride + LANES);
        FloatVector d30 = FloatVector.fromArray(SPECIES, delta, deltaAt + 3 * deltaStride);
        FloatVector d31 = FloatVector.fromArray(SPECIES, delta, deltaAt + 3 * deltaStride + LANES);
        FloatVector d40 = FloatVector.fromArray(SPECIES, delta, deltaAt + 4 * deltaStride);
        FloatVector d41 = FloatVector.fromArray(SPECIES, delta, deltaAt + 4 * deltaStride + LANES);
        FloatVector factors = FloatVector.broadcast(SPECIES, factor);
        for (int k = 0; k < count; k++) {
            int at = panelAt + k * WIDTH;
            FloatVector s0 = FloatVector.zero(SPECIES);
            FloatVector s1 = FloatVector.zero(SPECIES);
            FloatVector v;
            v = FloatVector.broadcast(SPECIES, x[x0 + k]);
            s0 = v.fma(d00, s0);
            s1 = v.fma(d01, s1);
            v = FloatVector.broadcast(SPECIES, x[x1 + k]);
            s0 = v.fma(d10, s0);
            s1 = v.fma(d11, s1);
            v = FloatVector.broadcast(SPECIES, x[x2 + k]);
            s0 = v.fma(d20, s0);
            s1 = v.fma(d21, s1);
            v = FloatVector.broadcast(SPECIES, x[x3 + k]);
            s0 = v.fma(d30, s0);
            s1 = v.fma(d31, s1);
            v = FloatVector.broadcast(SPECIES, x[x4 + k]);
            s0 = v.fma(d40, s0);
            s1 = v.fma(d41, s1);
            s0.fma(factors, FloatVector.fromArray(SPECIES, panel, at)).intoArray(panel, at);
            s1.fma(factors, FloatVector.fromArray(SPECIES, panel, at + LANES)).intoArray(panel, at + LANES);
        }
    }

    static void sum(
            int examples,
            float[] x,
            int xAt,
            int xStride,
            float[] delta,
            int deltaAt,
            int deltaStride,
            float factor,
            float[] panel,
            int panelAt) {
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
        for (int i = 0; i < examples; i++) {
            int from = xAt + i * xStride;
            int at = deltaAt + i * deltaStride;
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

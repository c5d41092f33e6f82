package io.nudge.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link VectorPackedLoops} for the 32 registers of 512-bit vectors and steps that ten rows at a time suit better than the eight
 * of {@link VectorEightRows}: ten rows by two vectors, any number of elements apart.
 */
final class VectorTenRows {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int WIDTH = 2 * LANES;

    private VectorTenRows() {}

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
        int x8 = xAt + 8 * xStride;
        int x9 = xAt + 9 * xStride;
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
        FloatVector s80 = FloatVector.fromArray(SPECIES, from, fromAt + 8 * fromStride);
        FloatVector s81 = FloatVector.fromArray(SPECIES, from, fromAt + 8 * fromStride + LANES);
        FloatVector s90 = FloatVector.fromArray(SPECIES, from, fromAt + 9 * fromStride);
        FloatVector s91 = FloatVector.fromArray(SPECIES, from, fromAt + 9 * fromStride + LANES);
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
            v = FloatVector.broadcast(SPECIES, x[x8 + k]);
            s80 = v.fma(w0, s80);
            s81 = v.fma(w1, s81);
            v = FloatVector.broadcast(SPECIES, x[x9 + k]);
            s90 = v.fma(w0, s90);
            s91 = v.fma(w1, s91);
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
        s80.intoArray(z, zAt + 8 * zStride);
        s81.intoArray(z, zAt + 8 * zStride + LANES);
        s90.intoArray(z, zAt + 9 * zStride);
        s91.intoArray(z, zAt + 9 * zStride + LANES);
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
        int x5 = xAt + 5 * xStride;
        int x6 = xAt + 6 * xStride;
        int x7 = xAt + 7 * xStride;
        int x8 = xAt + 8 * xStride;
        int x9 = xAt + 9 * xStride;
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
        FloatVector d50 = FloatVector.fromArray(SPECIES, delta, deltaAt + 5 * deltaStride);
        FloatVector d51 = FloatVector.fromArray(SPECIES, delta, deltaAt + 5 * deltaStride + LANES);
        FloatVector d60 = FloatVector.fromArray(SPECIES, delta, deltaAt + 6 * deltaStride);
        FloatVector d61 = FloatVector.fromArray(SPECIES, delta, deltaAt + 6 * deltaStride + LANES);
        FloatVector d70 = FloatVector.fromArray(SPECIES, delta, deltaAt + 7 * deltaStride);
        FloatVector d71 = FloatVector.fromArray(SPECIES, delta, deltaAt + 7 * deltaStride + LANES);
        FloatVector d80 = FloatVector.fromArray(SPECIES, delta, deltaAt + 8 * deltaStride);
        FloatVector d81 = FloatVector.fromArray(SPECIES, delta, deltaAt + 8 * deltaStride + LANES);
        FloatVector d90 = FloatVector.fromArray(SPECIES, delta, deltaAt + 9 * deltaStride);
        FloatVector d91 = FloatVector.fromArray(SPECIES, delta, deltaAt + 9 * deltaStride + LANES);
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
            v = FloatVector.broadcast(SPECIES, x[x5 + k]);
            s0 = v.fma(d50, s0);
            s1 = v.fma(d51, s1);
            v = FloatVector.broadcast(SPECIES, x[x6 + k]);
            s0 = v.fma(d60, s0);
            s1 = v.fma(d61, s1);
            v = FloatVector.broadcast(SPECIES, x[x7 + k]);
            s0 = v.fma(d70, s0);
            s1 = v.fma(d71, s1);
            v = FloatVector.broadcast(SPECIES, x[x8 + k]);
            s0 = v.fma(d80, s0);
            s1 = v.fma(d81, s1);
            v = FloatVector.broadcast(SPECIES, x[x9 + k]);
            s0 = v.fma(d90, s0);
            s1 = v.fma(d91, s1);
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
        FloatVector s50 = FloatVector.zero(SPECIES);
        FloatVector s51 = FloatVector.zero(SPECIES);
        FloatVector s60 = FloatVector.zero(SPECIES);
        FloatVector s61 = FloatVector.zero(SPECIES);
        FloatVector s70 = FloatVector.zero(SPECIES);
        FloatVector s71 = FloatVector.zero(SPECIES);
        FloatVector s80 = FloatVector.zero(SPECIES);
        FloatVector s81 = FloatVector.zero(SPECIES);
        FloatVector s90 = FloatVector.zero(SPECIES);
        FloatVector s91 = FloatVector.zero(SPECIES);
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
            v = FloatVector.broadcast(SPECIES, x[from + 5]);
            s50 = v.fma(d0, s50);
            s51 = v.fma(d1, s51);
            v = FloatVector.broadcast(SPECIES, x[from + 6]);
            s60 = v.fma(d0, s60);
            s61 = v.fma(d1, s61);
            v = FloatVector.broadcast(SPECIES, x[from + 7]);
            s70 = v.fma(d0, s70);
            s71 = v.fma(d1, s71);
            v = FloatVector.broadcast(SPECIES, x[from + 8]);
            s80 = v.fma(d0, s80);
            s81 = v.fma(d1, s81);
            v = FloatVector.broadcast(SPECIES, x[from + 9]);
            s90 = v.fma(d0, s90);
            s91 = v.fma(d1, s91);
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
        s80.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 8 * WIDTH))
                .intoArray(panel, panelAt + 8 * WIDTH);
        s81.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 8 * WIDTH + LANES))
                .intoArray(panel, panelAt + 8 * WIDTH + LANES);
        s90.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 9 * WIDTH))
                .intoArray(panel, panelAt + 9 * WIDTH);
        s91.fma(factors, FloatVector.fromArray(SPECIES, panel, panelAt + 9 * WIDTH + LANES))
                .intoArray(panel, panelAt + 9 * WIDTH + LANES);
    }
}

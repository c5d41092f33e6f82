package io.nudge.cpu;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The panels in float64. {@link VectorFloatPanels} is its likeness; a change here is a change there. What {@link
 * VectorDoubleTiles} says of loops over vectors holds here too.
 */
final class VectorDoublePanels extends VectorPanels {
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /** Columns of a panel. */
    private static final int WIDTH = VECTORS * LANES;

    /** Some terms of a panel of op(b): its rows, one after the other, filled up with zeros where op(b) ends. */
    private final double[] panel = new double[DEPTH * WIDTH];

    /** The sums of a tile, a vector each. */
    private final double[] sums = new double[ROWS * WIDTH];

    @Override
    int width() {
        return WIDTH;
    }

    @Override
    void pack(Product p, int q, int depth, int j) {
        int width = Math.min(WIDTH, p.n - j);
        int at = p.bAt + q * (p.bFlipped ? 1 : p.bStride) + j * p.bColumn();
        if (width == WIDTH && p.bFlipped) {
            packColumns(p.b.doubles, at, p.bStride, depth, panel);
        } else if (width == WIDTH) {
            packRows(p.b.doubles, at, p.bStride, depth, panel);
        } else {
            Arrays.fill(panel, 0, depth * WIDTH, 0);
            packRest(p, at, width, depth);
        }
    }

    private void packRest(Product p, int at, int width, int depth) {
        if (p.bFlipped) {
            packColumns(p.b.doubles, at, p.bStride, width, depth, panel);
        } else {
            packRows(p.b.doubles, at, p.bStride, width, depth, panel);
        }
    }

    private static void packRows(double[] b, int at, int stride, int depth, double[] panel) {
        for (int r = 0; r < depth; r++) {
            int from = at + r * stride;
            int to = r * WIDTH;
            DoubleVector.fromArray(SPECIES, b, from).intoArray(panel, to);
            DoubleVector.fromArray(SPECIES, b, from + LANES).intoArray(panel, to + LANES);
        }
    }

    private static void packRows(double[] b, int at, int stride, int width, int depth, double[] panel) {
        for (int r = 0; r < depth; r++) {
            System.arraycopy(b, at + r * stride, panel, r * WIDTH, width);
        }
    }

    /**
     * Two columns of the panel are two rows of b. Here, other than in float32, nothing is gathered: that takes longer, and
     * its indices would be vectors of half the length that other integers have, which makes the compiler guess lengths.
     */
    private static void packColumns(double[] b, int at, int stride, int depth, double[] panel) {
        for (int s = 0; s < WIDTH; s += 2) {
            packTwo(b, at + s * stride, at + (s + 1) * stride, depth, panel, s);
        }
    }

    private static void packTwo(double[] b, int at0, int at1, int depth, double[] panel, int to) {
        for (int r = 0; r < depth; r++) {
            panel[to + r * WIDTH] = b[at0 + r];
            panel[to + r * WIDTH + 1] = b[at1 + r];
        }
    }

    private static void packColumns(double[] b, int at, int stride, int width, int depth, double[] panel) {
        for (int s = 0; s < width; s++) {
            for (int r = 0; r < depth; r++) {
                panel[r * WIDTH + s] = b[at + s * stride + r];
            }
        }
    }

    @Override
    void tile(Product p, int i, int q, int depth, int j) {
        int last = p.aAt + (p.m - 1) * p.aStride + q;
        int a0 = p.aAt + i * p.aStride + q;
        int a1 = Math.min(a0 + p.aStride, last);
        int a2 = Math.min(a1 + p.aStride, last);
        int a3 = Math.min(a2 + p.aStride, last);
        int a4 = Math.min(a3 + p.aStride, last);
        multiply(depth, p.a.doubles, a0, a1, a2, a3, a4, panel, sums);
        double alpha = p.alpha;
        double beta = q == 0 ? p.beta : 1;
        int rows = Math.min(ROWS, p.m - i);
        int width = Math.min(WIDTH, p.n - j);
        int at = p.cAt + i * p.cStride + j;
        if (width == WIDTH && beta == 0) {
            store(alpha, sums, p.c.doubles, at, p.cStride, rows);
        } else if (width == WIDTH) {
            store(alpha, sums, beta, p.c.doubles, at, p.cStride, rows);
        } else {
            storeRest(alpha, sums, beta, p.c.doubles, at, p.cStride, rows, width);
        }
    }

    private static void multiply(
            int depth, double[] a, int a0, int a1, int a2, int a3, int a4, double[] panel, double[] sums) {
        DoubleVector s00 = DoubleVector.zero(SPECIES);
        DoubleVector s01 = DoubleVector.zero(SPECIES);
        DoubleVector s10 = DoubleVector.zero(SPECIES);
        DoubleVector s11 = DoubleVector.zero(SPECIES);
        DoubleVector s20 = DoubleVector.zero(SPECIES);
        DoubleVector s21 = DoubleVector.zero(SPECIES);
        DoubleVector s30 = DoubleVector.zero(SPECIES);
        DoubleVector s31 = DoubleVector.zero(SPECIES);
        DoubleVector s40 = DoubleVector.zero(SPECIES);
        DoubleVector s41 = DoubleVector.zero(SPECIES);
        DoubleVector x;
        for (int r = 0; r < depth; r++) {
            DoubleVector y0 = DoubleVector.fromArray(SPECIES, panel, r * WIDTH);
            DoubleVector y1 = DoubleVector.fromArray(SPECIES, panel, r * WIDTH + LANES);
            x = DoubleVector.broadcast(SPECIES, a[a0 + r]);
            s00 = x.fma(y0, s00);
            s01 = x.fma(y1, s01);
            x = DoubleVector.broadcast(SPECIES, a[a1 + r]);
            s10 = x.fma(y0, s10);
            s11 = x.fma(y1, s11);
            x = DoubleVector.broadcast(SPECIES, a[a2 + r]);
            s20 = x.fma(y0, s20);
            s21 = x.fma(y1, s21);
            x = DoubleVector.broadcast(SPECIES, a[a3 + r]);
            s30 = x.fma(y0, s30);
            s31 = x.fma(y1, s31);
            x = DoubleVector.broadcast(SPECIES, a[a4 + r]);
            s40 = x.fma(y0, s40);
            s41 = x.fma(y1, s41);
        }
        s00.intoArray(sums, 0);
        s01.intoArray(sums, LANES);
        s10.intoArray(sums, 2 * LANES);
        s11.intoArray(sums, 3 * LANES);
        s20.intoArray(sums, 4 * LANES);
        s21.intoArray(sums, 5 * LANES);
        s30.intoArray(sums, 6 * LANES);
        s31.intoArray(sums, 7 * LANES);
        s40.intoArray(sums, 8 * LANES);
        s41.intoArray(sums, 9 * LANES);
    }

    /** c = alpha sums, for some rows of a tile. */
    private static void store(double alpha, double[] sums, double[] c, int at, int stride, int rows) {
        DoubleVector factor = DoubleVector.broadcast(SPECIES, alpha);
        for (int r = 0; r < rows; r++) {
            int to = at + r * stride;
            DoubleVector.fromArray(SPECIES, sums, r * WIDTH).mul(factor).intoArray(c, to);
            DoubleVector.fromArray(SPECIES, sums, r * WIDTH + LANES).mul(factor).intoArray(c, to + LANES);
        }
    }

    /** c = alpha sums + beta c, likewise. */
    private static void store(double alpha, double[] sums, double beta, double[] c, int at, int stride, int rows) {
        DoubleVector factor = DoubleVector.broadcast(SPECIES, alpha);
        DoubleVector kept = DoubleVector.broadcast(SPECIES, beta);
        for (int r = 0; r < rows; r++) {
            int to = at + r * stride;
            DoubleVector sum0 = DoubleVector.fromArray(SPECIES, sums, r * WIDTH).mul(factor);
            DoubleVector sum1 =
                    DoubleVector.fromArray(SPECIES, sums, r * WIDTH + LANES).mul(factor);
            DoubleVector.fromArray(SPECIES, c, to).fma(kept, sum0).intoArray(c, to);
            DoubleVector.fromArray(SPECIES, c, to + LANES).fma(kept, sum1).intoArray(c, to + LANES);
        }
    }

    /** The same where c ends before the panel does. */
    private static void storeRest(
            double alpha, double[] sums, double beta, double[] c, int at, int stride, int rows, int width) {
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < width; s++) {
                double sum = alpha * sums[r * WIDTH + s];
                int to = at + r * stride + s;
                c[to] = beta == 0 ? sum : Math.fma(beta, c[to], sum);
            }
        }
    }
}

package io.nudge.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The tiles in float64. {@link VectorFloatTiles} is its likeness; a change here is a change there. */
final class VectorDoubleTiles extends VectorTiles {
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> NARROW = DoubleVector.SPECIES_128;
    private static final int LANES = SPECIES.length();
    private static final int FEW = NARROW.length();
    /** From element t on, this says of each lane whether it is one of the last t. */
    private static final boolean[] LAST = new boolean[2 * LANES];

    static {
        java.util.Arrays.fill(LAST, LANES, 2 * LANES, true);
    }

    private final double[] sums = new double[SIDE * SIDE * LANES];
    private final double[] few = new double[FEW];

    @Override
    int lanes() {
        return LANES;
    }

    private static DoubleVector load(double[] x, int at) {
        return DoubleVector.fromArray(SPECIES, x, at);
    }

    private static DoubleVector all(double x) {
        return DoubleVector.broadcast(SPECIES, x);
    }

    @Override
    void dots(Product p, int i, int j) {
        int lastRow = p.aAt + (p.m - 1) * p.aStride;
        int lastColumn = p.bAt + (p.n - 1) * p.bStride;
        int a0 = p.aAt + i * p.aStride;
        int a1 = Math.min(a0 + p.aStride, lastRow);
        int a2 = Math.min(a1 + p.aStride, lastRow);
        int a3 = Math.min(a2 + p.aStride, lastRow);
        int b0 = p.bAt + j * p.bStride;
        int b1 = Math.min(b0 + p.bStride, lastColumn);
        int b2 = Math.min(b1 + p.bStride, lastColumn);
        int b3 = Math.min(b2 + p.bStride, lastColumn);
        dots(p.k, p.a.doubles, a0, a1, a2, a3, p.b.doubles, b0, b1, b2, b3, sums);
        storeDots(p, i, j);
    }

    /** The sixteen sums, each still a vector. Terms that do not fill a vector are the last lanes of one, with zeros before. */
    private static void dots(
            int k,
            double[] a,
            int a0,
            int a1,
            int a2,
            int a3,
            double[] b,
            int b0,
            int b1,
            int b2,
            int b3,
            double[] sums) {
        DoubleVector zero = DoubleVector.zero(SPECIES);
        DoubleVector s00 = zero;
        DoubleVector s01 = zero;
        DoubleVector s02 = zero;
        DoubleVector s03 = zero;
        DoubleVector s10 = zero;
        DoubleVector s11 = zero;
        DoubleVector s12 = zero;
        DoubleVector s13 = zero;
        DoubleVector s20 = zero;
        DoubleVector s21 = zero;
        DoubleVector s22 = zero;
        DoubleVector s23 = zero;
        DoubleVector s30 = zero;
        DoubleVector s31 = zero;
        DoubleVector s32 = zero;
        DoubleVector s33 = zero;
        DoubleVector x;
        for (int q = 0; q <= k - LANES; q += LANES) {
            DoubleVector y0 = load(b, b0 + q);
            DoubleVector y1 = load(b, b1 + q);
            DoubleVector y2 = load(b, b2 + q);
            DoubleVector y3 = load(b, b3 + q);
            x = load(a, a0 + q);
            s00 = x.fma(y0, s00);
            s01 = x.fma(y1, s01);
            s02 = x.fma(y2, s02);
            s03 = x.fma(y3, s03);
            x = load(a, a1 + q);
            s10 = x.fma(y0, s10);
            s11 = x.fma(y1, s11);
            s12 = x.fma(y2, s12);
            s13 = x.fma(y3, s13);
            x = load(a, a2 + q);
            s20 = x.fma(y0, s20);
            s21 = x.fma(y1, s21);
            s22 = x.fma(y2, s22);
            s23 = x.fma(y3, s23);
            x = load(a, a3 + q);
            s30 = x.fma(y0, s30);
            s31 = x.fma(y1, s31);
            s32 = x.fma(y2, s32);
            s33 = x.fma(y3, s33);
        }
        if (k % LANES != 0) {
            int end = k - LANES;
            VectorMask<Double> last = VectorMask.fromArray(SPECIES, LAST, k % LANES);
            DoubleVector y0 = zero.blend(load(b, b0 + end), last);
            DoubleVector y1 = zero.blend(load(b, b1 + end), last);
            DoubleVector y2 = zero.blend(load(b, b2 + end), last);
            DoubleVector y3 = zero.blend(load(b, b3 + end), last);
            x = zero.blend(load(a, a0 + end), last);
            s00 = x.fma(y0, s00);
            s01 = x.fma(y1, s01);
            s02 = x.fma(y2, s02);
            s03 = x.fma(y3, s03);
            x = zero.blend(load(a, a1 + end), last);
            s10 = x.fma(y0, s10);
            s11 = x.fma(y1, s11);
            s12 = x.fma(y2, s12);
            s13 = x.fma(y3, s13);
            x = zero.blend(load(a, a2 + end), last);
            s20 = x.fma(y0, s20);
            s21 = x.fma(y1, s21);
            s22 = x.fma(y2, s22);
            s23 = x.fma(y3, s23);
            x = zero.blend(load(a, a3 + end), last);
            s30 = x.fma(y0, s30);
            s31 = x.fma(y1, s31);
            s32 = x.fma(y2, s32);
            s33 = x.fma(y3, s33);
        }
        s00.intoArray(sums, 0);
        s01.intoArray(sums, 1 * LANES);
        s02.intoArray(sums, 2 * LANES);
        s03.intoArray(sums, 3 * LANES);
        s10.intoArray(sums, 4 * LANES);
        s11.intoArray(sums, 5 * LANES);
        s12.intoArray(sums, 6 * LANES);
        s13.intoArray(sums, 7 * LANES);
        s20.intoArray(sums, 8 * LANES);
        s21.intoArray(sums, 9 * LANES);
        s22.intoArray(sums, 10 * LANES);
        s23.intoArray(sums, 11 * LANES);
        s30.intoArray(sums, 12 * LANES);
        s31.intoArray(sums, 13 * LANES);
        s32.intoArray(sums, 14 * LANES);
        s33.intoArray(sums, 15 * LANES);
    }

    private void storeDots(Product p, int i, int j) {
        double[] c = p.c.doubles;
        int rows = Math.min(SIDE, p.m - i);
        int columns = Math.min(SIDE, p.n - j);
        for (int r = 0; r < rows; r++) {
            int at = p.cAt + (i + r) * p.cStride + j;
            for (int s = 0; s < columns; s++) {
                c[at + s] = lanesOf((r * SIDE + s) * LANES);
            }
        }
    }

    /** The sum over a vector's lanes in an order of our own; that of reduceLanes may change. */
    private double lanesOf(int at) {
        DoubleVector sum = DoubleVector.fromArray(NARROW, sums, at);
        for (int l = FEW; l < LANES; l += FEW) {
            sum = sum.add(DoubleVector.fromArray(NARROW, sums, at + l));
        }
        sum.intoArray(few, 0);
        return few[0] + few[1];
    }

    private static double factor(Product p, int row, int q) {
        return p.a.doubles[row + q * p.aColumn()];
    }

    @Override
    void addMultiples(Product p, int i, int q, int j, int width, boolean fresh) {
        int lastRow = p.aAt + (p.m - 1) * p.aRow();
        int row0 = p.aAt + i * p.aRow();
        int row1 = Math.min(row0 + p.aRow(), lastRow);
        int row2 = Math.min(row1 + p.aRow(), lastRow);
        int row3 = Math.min(row2 + p.aRow(), lastRow);
        DoubleVector f00 = all(factor(p, row0, q));
        DoubleVector f01 = all(factor(p, row0, q + 1));
        DoubleVector f02 = all(factor(p, row0, q + 2));
        DoubleVector f03 = all(factor(p, row0, q + 3));
        DoubleVector f10 = all(factor(p, row1, q));
        DoubleVector f11 = all(factor(p, row1, q + 1));
        DoubleVector f12 = all(factor(p, row1, q + 2));
        DoubleVector f13 = all(factor(p, row1, q + 3));
        DoubleVector f20 = all(factor(p, row2, q));
        DoubleVector f21 = all(factor(p, row2, q + 1));
        DoubleVector f22 = all(factor(p, row2, q + 2));
        DoubleVector f23 = all(factor(p, row2, q + 3));
        DoubleVector f30 = all(factor(p, row3, q));
        DoubleVector f31 = all(factor(p, row3, q + 1));
        DoubleVector f32 = all(factor(p, row3, q + 2));
        DoubleVector f33 = all(factor(p, row3, q + 3));
        int last = p.cAt + (p.m - 1) * p.cStride + j;
        int c0 = p.cAt + i * p.cStride + j;
        int c1 = Math.min(c0 + p.cStride, last);
        int c2 = Math.min(c1 + p.cStride, last);
        int c3 = Math.min(c2 + p.cStride, last);
        int b0 = p.bAt + q * p.bStride + j;
        int b1 = b0 + p.bStride;
        int b2 = b1 + p.bStride;
        int b3 = b2 + p.bStride;
        double[] b = p.b.doubles;
        double[] c = p.c.doubles;
        DoubleVector zero = DoubleVector.zero(SPECIES);
        for (int l = 0; l <= width - LANES; l += LANES) {
            DoubleVector s0 = fresh ? zero : load(c, c0 + l);
            DoubleVector s1 = fresh ? zero : load(c, c1 + l);
            DoubleVector s2 = fresh ? zero : load(c, c2 + l);
            DoubleVector s3 = fresh ? zero : load(c, c3 + l);
            DoubleVector y;
            y = load(b, b0 + l);
            s0 = f00.fma(y, s0);
            s1 = f10.fma(y, s1);
            s2 = f20.fma(y, s2);
            s3 = f30.fma(y, s3);
            y = load(b, b1 + l);
            s0 = f01.fma(y, s0);
            s1 = f11.fma(y, s1);
            s2 = f21.fma(y, s2);
            s3 = f31.fma(y, s3);
            y = load(b, b2 + l);
            s0 = f02.fma(y, s0);
            s1 = f12.fma(y, s1);
            s2 = f22.fma(y, s2);
            s3 = f32.fma(y, s3);
            y = load(b, b3 + l);
            s0 = f03.fma(y, s0);
            s1 = f13.fma(y, s1);
            s2 = f23.fma(y, s2);
            s3 = f33.fma(y, s3);
            s0.intoArray(c, c0 + l);
            s1.intoArray(c, c1 + l);
            s2.intoArray(c, c2 + l);
            s3.intoArray(c, c3 + l);
        }
        addRest(p, i, q, SIDE, j + width - width % LANES, j + width, fresh);
    }

    @Override
    void addMultiple(Product p, int i, int q, int j, int width, boolean fresh) {
        double[] b = p.b.doubles;
        double[] c = p.c.doubles;
        int bAt = p.bAt + q * p.bStride + j;
        for (int r = i; r < Math.min(i + SIDE, p.m); r++) {
            DoubleVector factor = all(factor(p, p.aAt + r * p.aRow(), q));
            int cAt = p.cAt + r * p.cStride + j;
            for (int l = 0; l <= width - LANES; l += LANES) {
                DoubleVector sum = fresh ? DoubleVector.zero(SPECIES) : load(c, cAt + l);
                factor.fma(load(b, bAt + l), sum).intoArray(c, cAt + l);
            }
        }
        addRest(p, i, q, 1, j + width - width % LANES, j + width, fresh);
    }

    /** The columns that do not fill a vector. */
    private static void addRest(Product p, int i, int q, int terms, int from, int to, boolean fresh) {
        double[] b = p.b.doubles;
        double[] c = p.c.doubles;
        for (int r = i; from < to && r < Math.min(i + SIDE, p.m); r++) {
            int cAt = p.cAt + r * p.cStride;
            for (int t = q; t < q + terms; t++) {
                double factor = factor(p, p.aAt + r * p.aRow(), t);
                int bAt = p.bAt + t * p.bStride;
                for (int j = from; j < to; j++) {
                    double sum = fresh && t == q ? 0 : c[cAt + j];
                    c[cAt + j] = Math.fma(factor, b[bAt + j], sum);
                }
            }
        }
    }
}

package io.nudge.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tiles in float32. {@link VectorDoubleTiles} is its likeness; a change here is a change there.
 *
 * <p>No loop over vectors calls a method of our own, and none uses a second length of vector: either may lead the
 * compiler to make an object of each vector, and the loop is thirty times slower.
 */
final class VectorFloatTiles extends VectorTiles {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int FEW = Math.min(4, LANES);
    /** From element t on, this says of each lane whether it is one of the last t. */
    private static final boolean[] LAST = new boolean[2 * LANES];

    static {
        Arrays.fill(LAST, LANES, 2 * LANES, true);
    }

    /** The sums of a tile, a vector each; and as much again of what {@link #fold} reads beyond. */
    private final float[] sums = new float[(SIDE * SIDE + 1) * LANES];

    @Override
    int lanes() {
        return LANES;
    }

    // ---- dot products -----------------------------------------------------------------------------------------------

    @Override
    void dots(Product p, int i, int j) {
        int lastRow = p.aAt + (p.m - 1) * p.aStride;
        int lastColumn = p.bAt + (p.n - 1) * p.bStride;
        int a0 = p.aAt + i * p.aStride;
        int b0 = p.bAt + j * p.bStride;
        int b1 = Math.min(b0 + p.bStride, lastColumn);
        int b2 = Math.min(b1 + p.bStride, lastColumn);
        int b3 = Math.min(b2 + p.bStride, lastColumn);
        if (a0 == lastRow) {
            dots(p.k, p.a.floats, a0, p.b.floats, b0, b1, b2, b3, sums);
            if (p.k % LANES != 0) {
                addRest(p.k, p.a.floats, a0, p.b.floats, b0, b1, b2, b3, sums, 0);
            }
            fold(sums, SIDE * LANES);
            storeDots(p, i, j);
            return;
        }
        int a1 = Math.min(a0 + p.aStride, lastRow);
        int a2 = Math.min(a1 + p.aStride, lastRow);
        int a3 = Math.min(a2 + p.aStride, lastRow);
        dots(p.k, p.a.floats, a0, a1, a2, a3, p.b.floats, b0, b1, b2, b3, sums);
        if (p.k % LANES != 0) {
            addRest(p.k, p.a.floats, a0, p.b.floats, b0, b1, b2, b3, sums, 0);
            addRest(p.k, p.a.floats, a1, p.b.floats, b0, b1, b2, b3, sums, SIDE * LANES);
            addRest(p.k, p.a.floats, a2, p.b.floats, b0, b1, b2, b3, sums, 2 * SIDE * LANES);
            addRest(p.k, p.a.floats, a3, p.b.floats, b0, b1, b2, b3, sums, 3 * SIDE * LANES);
        }
        fold(sums, SIDE * SIDE * LANES);
        storeDots(p, i, j);
    }

    /** Of one row, four sums in the same order. */
    private static void dots(int k, float[] a, int aAt, float[] b, int b0, int b1, int b2, int b3, float[] sums) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int q = 0; q <= k - LANES; q += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, a, aAt + q);
            s0 = x.fma(FloatVector.fromArray(SPECIES, b, b0 + q), s0);
            s1 = x.fma(FloatVector.fromArray(SPECIES, b, b1 + q), s1);
            s2 = x.fma(FloatVector.fromArray(SPECIES, b, b2 + q), s2);
            s3 = x.fma(FloatVector.fromArray(SPECIES, b, b3 + q), s3);
        }
        s0.intoArray(sums, 0);
        s1.intoArray(sums, LANES);
        s2.intoArray(sums, 2 * LANES);
        s3.intoArray(sums, 3 * LANES);
    }

    /** The sixteen sums, each still a vector, without the terms at the end that do not fill one. */
    private static void dots(
            int k, float[] a, int a0, int a1, int a2, int a3, float[] b, int b0, int b1, int b2, int b3, float[] sums) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector s00 = zero;
        FloatVector s01 = zero;
        FloatVector s02 = zero;
        FloatVector s03 = zero;
        FloatVector s10 = zero;
        FloatVector s11 = zero;
        FloatVector s12 = zero;
        FloatVector s13 = zero;
        FloatVector s20 = zero;
        FloatVector s21 = zero;
        FloatVector s22 = zero;
        FloatVector s23 = zero;
        FloatVector s30 = zero;
        FloatVector s31 = zero;
        FloatVector s32 = zero;
        FloatVector s33 = zero;
        FloatVector x;
        for (int q = 0; q <= k - LANES; q += LANES) {
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0 + q);
            FloatVector y1 = FloatVector.fromArray(SPECIES, b, b1 + q);
            FloatVector y2 = FloatVector.fromArray(SPECIES, b, b2 + q);
            FloatVector y3 = FloatVector.fromArray(SPECIES, b, b3 + q);
            x = FloatVector.fromArray(SPECIES, a, a0 + q);
            s00 = x.fma(y0, s00);
            s01 = x.fma(y1, s01);
            s02 = x.fma(y2, s02);
            s03 = x.fma(y3, s03);
            x = FloatVector.fromArray(SPECIES, a, a1 + q);
            s10 = x.fma(y0, s10);
            s11 = x.fma(y1, s11);
            s12 = x.fma(y2, s12);
            s13 = x.fma(y3, s13);
            x = FloatVector.fromArray(SPECIES, a, a2 + q);
            s20 = x.fma(y0, s20);
            s21 = x.fma(y1, s21);
            s22 = x.fma(y2, s22);
            s23 = x.fma(y3, s23);
            x = FloatVector.fromArray(SPECIES, a, a3 + q);
            s30 = x.fma(y0, s30);
            s31 = x.fma(y1, s31);
            s32 = x.fma(y2, s32);
            s33 = x.fma(y3, s33);
        }
        s00.intoArray(sums, 0);
        s01.intoArray(sums, LANES);
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

    /** Adds the terms at the end to four of the sums: the last lanes of the last full vector, with zeros before. */
    private static void addRest(
            int k, float[] a, int aAt, float[] b, int b0, int b1, int b2, int b3, float[] sums, int at) {
        FloatVector zero = FloatVector.zero(SPECIES);
        VectorMask<Float> last = VectorMask.fromArray(SPECIES, LAST, k % LANES);
        int end = k - LANES;
        FloatVector x = zero.blend(FloatVector.fromArray(SPECIES, a, aAt + end), last);
        FloatVector y = zero.blend(FloatVector.fromArray(SPECIES, b, b0 + end), last);
        x.fma(y, FloatVector.fromArray(SPECIES, sums, at)).intoArray(sums, at);
        y = zero.blend(FloatVector.fromArray(SPECIES, b, b1 + end), last);
        x.fma(y, FloatVector.fromArray(SPECIES, sums, at + LANES)).intoArray(sums, at + LANES);
        y = zero.blend(FloatVector.fromArray(SPECIES, b, b2 + end), last);
        x.fma(y, FloatVector.fromArray(SPECIES, sums, at + 2 * LANES)).intoArray(sums, at + 2 * LANES);
        y = zero.blend(FloatVector.fromArray(SPECIES, b, b3 + end), last);
        x.fma(y, FloatVector.fromArray(SPECIES, sums, at + 3 * LANES)).intoArray(sums, at + 3 * LANES);
    }

    /** Adds the upper half of the lanes to the lower half, until few are left; what is above them no longer counts. */
    private static void fold(float[] sums, int end) {
        for (int half = LANES / 2; half >= FEW; half /= 2) {
            for (int at = 0; at < end; at += LANES) {
                FloatVector.fromArray(SPECIES, sums, at)
                        .add(FloatVector.fromArray(SPECIES, sums, at + half))
                        .intoArray(sums, at);
            }
        }
    }

    private void storeDots(Product p, int i, int j) {
        float alpha = (float) p.alpha;
        float beta = (float) p.beta;
        float[] c = p.c.floats;
        int rows = Math.min(SIDE, p.m - i);
        int columns = Math.min(SIDE, p.n - j);
        for (int r = 0; r < rows; r++) {
            int at = p.cAt + (i + r) * p.cStride + j;
            for (int s = 0; s < columns; s++) {
                float sum = alpha * few((r * SIDE + s) * LANES);
                c[at + s] = beta == 0 ? sum : Math.fma(beta, c[at + s], sum);
            }
        }
    }

    /** The sum over a vector's lanes, folded before; reduceLanes would leave the order open. */
    private float few(int at) {
        float sum = sums[at];
        for (int l = 1; l < FEW; l++) {
            sum += sums[at + l];
        }
        return sum;
    }

    // ---- multiples of rows ------------------------------------------------------------------------------------------

    @Override
    void addMultiples(int terms, Product p, int i, int q, int j, int width, boolean fresh) {
        int aColumn = p.aColumn();
        int lastRow = p.aAt + (p.m - 1) * p.aRow() + q * aColumn;
        int row0 = p.aAt + i * p.aRow() + q * aColumn;
        int row1 = Math.min(row0 + p.aRow(), lastRow);
        int row2 = Math.min(row1 + p.aRow(), lastRow);
        int row3 = Math.min(row2 + p.aRow(), lastRow);
        int last = p.cAt + (p.m - 1) * p.cStride + j;
        int c0 = p.cAt + i * p.cStride + j;
        int c1 = Math.min(c0 + p.cStride, last);
        int c2 = Math.min(c1 + p.cStride, last);
        int c3 = Math.min(c2 + p.cStride, last);
        float alpha = (float) p.alpha;
        float[] a = p.a.floats;
        float[] b = p.b.floats;
        float[] c = p.c.floats;
        int bRow = p.bStride;
        int bAt = p.bAt + q * bRow + j;
        switch (terms) {
            case 4 -> addFour(alpha, a, row0, row1, row2, row3, aColumn, b, bAt, bRow, c, c0, c1, c2, c3, width, fresh);
            case 2 -> addTwo(alpha, a, row0, row1, row2, row3, aColumn, b, bAt, bRow, c, c0, c1, c2, c3, width, fresh);
            default -> addOne(alpha, a, row0, row1, row2, row3, aColumn, b, bAt, bRow, c, c0, c1, c2, c3, width, fresh);
        }
        if (width % LANES != 0) {
            addRest(terms, p, i, row0, bAt, c0, width, fresh);
        }
    }

    /** The columns that do not fill a vector, row by row. */
    private static void addRest(int terms, Product p, int i, int row0, int bAt, int c0, int width, boolean fresh) {
        int from = width - width % LANES;
        int aColumn = p.aColumn();
        for (int r = 0; r < Math.min(SIDE, p.m - i); r++) {
            int aAt = row0 + r * p.aRow();
            int cAt = c0 + r * p.cStride;
            switch (terms) {
                case 4 ->
                    addFour(
                            (float) p.alpha,
                            p.a.floats,
                            aAt,
                            aColumn,
                            p.b.floats,
                            bAt,
                            p.bStride,
                            p.c.floats,
                            cAt,
                            from,
                            width,
                            fresh);
                case 2 ->
                    addTwo(
                            (float) p.alpha,
                            p.a.floats,
                            aAt,
                            aColumn,
                            p.b.floats,
                            bAt,
                            p.bStride,
                            p.c.floats,
                            cAt,
                            from,
                            width,
                            fresh);
                default ->
                    addOne(
                            (float) p.alpha,
                            p.a.floats,
                            aAt,
                            aColumn,
                            p.b.floats,
                            bAt,
                            p.bStride,
                            p.c.floats,
                            cAt,
                            from,
                            width,
                            fresh);
            }
        }
    }

    private static void addFour(
            float alpha,
            float[] a,
            int row0,
            int row1,
            int row2,
            int row3,
            int aColumn,
            float[] b,
            int bAt,
            int bRow,
            float[] c,
            int c0,
            int c1,
            int c2,
            int c3,
            int width,
            boolean fresh) {
        FloatVector f00 = FloatVector.broadcast(SPECIES, alpha * a[row0]);
        FloatVector f01 = FloatVector.broadcast(SPECIES, alpha * a[row0 + aColumn]);
        FloatVector f02 = FloatVector.broadcast(SPECIES, alpha * a[row0 + 2 * aColumn]);
        FloatVector f03 = FloatVector.broadcast(SPECIES, alpha * a[row0 + 3 * aColumn]);
        FloatVector f10 = FloatVector.broadcast(SPECIES, alpha * a[row1]);
        FloatVector f11 = FloatVector.broadcast(SPECIES, alpha * a[row1 + aColumn]);
        FloatVector f12 = FloatVector.broadcast(SPECIES, alpha * a[row1 + 2 * aColumn]);
        FloatVector f13 = FloatVector.broadcast(SPECIES, alpha * a[row1 + 3 * aColumn]);
        FloatVector f20 = FloatVector.broadcast(SPECIES, alpha * a[row2]);
        FloatVector f21 = FloatVector.broadcast(SPECIES, alpha * a[row2 + aColumn]);
        FloatVector f22 = FloatVector.broadcast(SPECIES, alpha * a[row2 + 2 * aColumn]);
        FloatVector f23 = FloatVector.broadcast(SPECIES, alpha * a[row2 + 3 * aColumn]);
        FloatVector f30 = FloatVector.broadcast(SPECIES, alpha * a[row3]);
        FloatVector f31 = FloatVector.broadcast(SPECIES, alpha * a[row3 + aColumn]);
        FloatVector f32 = FloatVector.broadcast(SPECIES, alpha * a[row3 + 2 * aColumn]);
        FloatVector f33 = FloatVector.broadcast(SPECIES, alpha * a[row3 + 3 * aColumn]);
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int l = 0; l <= width - LANES; l += LANES) {
            FloatVector s0 = fresh ? zero : FloatVector.fromArray(SPECIES, c, c0 + l);
            FloatVector s1 = fresh ? zero : FloatVector.fromArray(SPECIES, c, c1 + l);
            FloatVector s2 = fresh ? zero : FloatVector.fromArray(SPECIES, c, c2 + l);
            FloatVector s3 = fresh ? zero : FloatVector.fromArray(SPECIES, c, c3 + l);
            FloatVector y;
            y = FloatVector.fromArray(SPECIES, b, bAt + l);
            s0 = f00.fma(y, s0);
            s1 = f10.fma(y, s1);
            s2 = f20.fma(y, s2);
            s3 = f30.fma(y, s3);
            y = FloatVector.fromArray(SPECIES, b, bAt + bRow + l);
            s0 = f01.fma(y, s0);
            s1 = f11.fma(y, s1);
            s2 = f21.fma(y, s2);
            s3 = f31.fma(y, s3);
            y = FloatVector.fromArray(SPECIES, b, bAt + 2 * bRow + l);
            s0 = f02.fma(y, s0);
            s1 = f12.fma(y, s1);
            s2 = f22.fma(y, s2);
            s3 = f32.fma(y, s3);
            y = FloatVector.fromArray(SPECIES, b, bAt + 3 * bRow + l);
            s0 = f03.fma(y, s0);
            s1 = f13.fma(y, s1);
            s2 = f23.fma(y, s2);
            s3 = f33.fma(y, s3);
            s0.intoArray(c, c0 + l);
            s1.intoArray(c, c1 + l);
            s2.intoArray(c, c2 + l);
            s3.intoArray(c, c3 + l);
        }
    }

    private static void addFour(
            float alpha,
            float[] a,
            int aAt,
            int aColumn,
            float[] b,
            int bAt,
            int bRow,
            float[] c,
            int cAt,
            int from,
            int to,
            boolean fresh) {
        float f0 = alpha * a[aAt];
        float f1 = alpha * a[aAt + aColumn];
        float f2 = alpha * a[aAt + 2 * aColumn];
        float f3 = alpha * a[aAt + 3 * aColumn];
        for (int l = from; l < to; l++) {
            float sum = fresh ? 0 : c[cAt + l];
            sum = Math.fma(f0, b[bAt + l], sum);
            sum = Math.fma(f1, b[bAt + bRow + l], sum);
            sum = Math.fma(f2, b[bAt + 2 * bRow + l], sum);
            sum = Math.fma(f3, b[bAt + 3 * bRow + l], sum);
            c[cAt + l] = sum;
        }
    }

    private static void addTwo(
            float alpha,
            float[] a,
            int row0,
            int row1,
            int row2,
            int row3,
            int aColumn,
            float[] b,
            int bAt,
            int bRow,
            float[] c,
            int c0,
            int c1,
            int c2,
            int c3,
            int width,
            boolean fresh) {
        FloatVector f00 = FloatVector.broadcast(SPECIES, alpha * a[row0]);
        FloatVector f01 = FloatVector.broadcast(SPECIES, alpha * a[row0 + aColumn]);
        FloatVector f10 = FloatVector.broadcast(SPECIES, alpha * a[row1]);
        FloatVector f11 = FloatVector.broadcast(SPECIES, alpha * a[row1 + aColumn]);
        FloatVector f20 = FloatVector.broadcast(SPECIES, alpha * a[row2]);
        FloatVector f21 = FloatVector.broadcast(SPECIES, alpha * a[row2 + aColumn]);
        FloatVector f30 = FloatVector.broadcast(SPECIES, alpha * a[row3]);
        FloatVector f31 = FloatVector.broadcast(SPECIES, alpha * a[row3 + aColumn]);
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int l = 0; l <= width - LANES; l += LANES) {
            FloatVector s0 = fresh ? zero : FloatVector.fromArray(SPECIES, c, c0 + l);
            FloatVector s1 = fresh ? zero : FloatVector.fromArray(SPECIES, c, c1 + l);
            FloatVector s2 = fresh ? zero : FloatVector.fromArray(SPECIES, c, c2 + l);
            FloatVector s3 = fresh ? zero : FloatVector.fromArray(SPECIES, c, c3 + l);
            FloatVector y;
            y = FloatVector.fromArray(SPECIES, b, bAt + l);
            s0 = f00.fma(y, s0);
            s1 = f10.fma(y, s1);
            s2 = f20.fma(y, s2);
            s3 = f30.fma(y, s3);
            y = FloatVector.fromArray(SPECIES, b, bAt + bRow + l);
            s0 = f01.fma(y, s0);
            s1 = f11.fma(y, s1);
            s2 = f21.fma(y, s2);
            s3 = f31.fma(y, s3);
            s0.intoArray(c, c0 + l);
            s1.intoArray(c, c1 + l);
            s2.intoArray(c, c2 + l);
            s3.intoArray(c, c3 + l);
        }
    }

    private static void addTwo(
            float alpha,
            float[] a,
            int aAt,
            int aColumn,
            float[] b,
            int bAt,
            int bRow,
            float[] c,
            int cAt,
            int from,
            int to,
            boolean fresh) {
        float f0 = alpha * a[aAt];
        float f1 = alpha * a[aAt + aColumn];
        for (int l = from; l < to; l++) {
            float sum = fresh ? 0 : c[cAt + l];
            sum = Math.fma(f0, b[bAt + l], sum);
            sum = Math.fma(f1, b[bAt + bRow + l], sum);
            c[cAt + l] = sum;
        }
    }

    private static void addOne(
            float alpha,
            float[] a,
            int row0,
            int row1,
            int row2,
            int row3,
            int aColumn,
            float[] b,
            int bAt,
            int bRow,
            float[] c,
            int c0,
            int c1,
            int c2,
            int c3,
            int width,
            boolean fresh) {
        FloatVector f00 = FloatVector.broadcast(SPECIES, alpha * a[row0]);
        FloatVector f10 = FloatVector.broadcast(SPECIES, alpha * a[row1]);
        FloatVector f20 = FloatVector.broadcast(SPECIES, alpha * a[row2]);
        FloatVector f30 = FloatVector.broadcast(SPECIES, alpha * a[row3]);
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int l = 0; l <= width - LANES; l += LANES) {
            FloatVector s0 = fresh ? zero : FloatVector.fromArray(SPECIES, c, c0 + l);
            FloatVector s1 = fresh ? zero : FloatVector.fromArray(SPECIES, c, c1 + l);
            FloatVector s2 = fresh ? zero : FloatVector.fromArray(SPECIES, c, c2 + l);
            FloatVector s3 = fresh ? zero : FloatVector.fromArray(SPECIES, c, c3 + l);
            FloatVector y;
            y = FloatVector.fromArray(SPECIES, b, bAt + l);
            s0 = f00.fma(y, s0);
            s1 = f10.fma(y, s1);
            s2 = f20.fma(y, s2);
            s3 = f30.fma(y, s3);
            s0.intoArray(c, c0 + l);
            s1.intoArray(c, c1 + l);
            s2.intoArray(c, c2 + l);
            s3.intoArray(c, c3 + l);
        }
    }

    private static void addOne(
            float alpha,
            float[] a,
            int aAt,
            int aColumn,
            float[] b,
            int bAt,
            int bRow,
            float[] c,
            int cAt,
            int from,
            int to,
            boolean fresh) {
        float f0 = alpha * a[aAt];
        for (int l = from; l < to; l++) {
            float sum = fresh ? 0 : c[cAt + l];
            sum = Math.fma(f0, b[bAt + l], sum);
            c[cAt + l] = sum;
        }
    }
}

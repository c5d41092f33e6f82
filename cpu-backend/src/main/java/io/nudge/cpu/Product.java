package io.nudge.cpu;

/**
 * A matrix product to be computed, c = alpha op(a) op(b) + beta c: op(a) is [m, k], op(b) is [k, n], c is [m, n], m, n
 * and k are at least 1. Where beta is 0, what is in c does not count, not even NaN. An element of c
 * depends on a row of op(a) and a column of op(b) alone, so that parts of c may be computed apart.
 *
 * <p>Filled in anew for every product, so that none is allocated.
 */
final class Product {
    int m;
    int n;
    int k;
    /** Rows of the product that this one is a part of, or m: what decides the order of sums must not depend on the parts. */
    int wholeRows;

    double alpha;
    double beta;
    CpuMemory a;
    int aAt;
    /** Elements between the beginnings of two stored rows of a; so for b and c. */
    int aStride;

    boolean aFlipped;
    CpuMemory b;
    int bAt;
    int bStride;
    boolean bFlipped;
    CpuMemory c;
    int cAt;
    int cStride;

    boolean isFloat32() {
        return c.floats != null;
    }

    /** Elements of a between op(a)_ip and op(a)_(i+1)p. */
    int aRow() {
        return aFlipped ? 1 : aStride;
    }

    /** Elements of a between op(a)_ip and op(a)_i(p+1). */
    int aColumn() {
        return aFlipped ? aStride : 1;
    }

    /** Elements of b between op(b)_pj and op(b)_p(j+1). */
    int bColumn() {
        return bFlipped ? bStride : 1;
    }

    /** How many multiplications there are. */
    long work() {
        return (long) m * n * k;
    }

    /** Elements of the largest of the three matrices. */
    long largest() {
        return Math.max((long) m * n, (long) k * Math.max(m, n));
    }

    /** Makes this the part of another product that computes some rows and columns of c, so many from the first on. */
    void partOf(Product whole, int row, int rows, int column, int columns) {
        m = rows;
        n = columns;
        wholeRows = whole.m;
        k = whole.k;
        alpha = whole.alpha;
        beta = whole.beta;
        a = whole.a;
        aAt = whole.aAt + row * whole.aRow();
        aStride = whole.aStride;
        aFlipped = whole.aFlipped;
        b = whole.b;
        bAt = whole.bAt + column * whole.bColumn();
        bStride = whole.bStride;
        bFlipped = whole.bFlipped;
        c = whole.c;
        cAt = whole.cAt + row * whole.cStride + column;
        cStride = whole.cStride;
    }

    /** Lets go of the arrays, which may be large. */
    void clear() {
        a = null;
        b = null;
        c = null;
    }
}

package io.nudge.cpu;

import java.util.Arrays;

/**
 * Matrix products in plain loops, for a JVM without the Vector API. A block of op(b) is copied so that its rows lie one
 * after the other in the first cache; then a row of c gathers multiples of them, four at a time, in a loop that the JIT
 * compiler turns into vector instructions. Each element of c is summed in an order that depends on k alone.
 */
final class PlainProductLoops implements ProductLoops {
    private static final int WIDTH = 256;
    private static final int DEPTH = 32;

    private final float[] floatBlock = new float[DEPTH * WIDTH];
    private final float[] floatRow = new float[WIDTH];
    private final double[] doubleBlock = new double[DEPTH * WIDTH];
    private final double[] doubleRow = new double[WIDTH];

    @Override
    public String name() {
        return "plain Java products";
    }

    @Override
    public int rowsAtOnce() {
        return 1;
    }

    @Override
    public int columnsAtOnce(boolean isFloat32) {
        return WIDTH;
    }

    @Override
    public void multiply(Product p) {
        for (int j = 0; j < p.n; j += WIDTH) {
            int width = Math.min(WIDTH, p.n - j);
            for (int q = 0; q < p.k; q += DEPTH) {
                int depth = Math.min(DEPTH, p.k - q);
                if (p.isFloat32()) {
                    floatBlock(p, q, depth, j, width);
                } else {
                    doubleBlock(p, q, depth, j, width);
                }
            }
        }
    }

    private void floatBlock(Product p, int q, int depth, int j, int width) {
        int bRow = p.bFlipped ? 1 : p.bStride;
        int bColumn = p.bFlipped ? p.bStride : 1;
        copy(p.b.floats, p.bAt + q * bRow + j * bColumn, bRow, bColumn, floatBlock, depth, width);
        for (int i = 0; i < p.m; i++) {
            int cAt = p.cAt + i * p.cStride + j;
            Arrays.fill(floatRow, 0, width, 0);
            int aAt = p.aAt + i * p.aRow() + q * p.aColumn();
            gather(p.a.floats, aAt, p.aColumn(), floatBlock, depth, floatRow, width);
            store((float) p.alpha, floatRow, q == 0 ? (float) p.beta : 1, p.c.floats, cAt, width);
        }
    }

    /** Along memory in b. */
    private static void copy(float[] b, int at, int bRow, int bColumn, float[] block, int depth, int width) {
        if (bColumn == 1) {
            for (int r = 0; r < depth; r++) {
                System.arraycopy(b, at + r * bRow, block, r * WIDTH, width);
            }
            return;
        }
        for (int s = 0; s < width; s++) {
            for (int r = 0; r < depth; r++) {
                block[r * WIDTH + s] = b[at + r * bRow + s * bColumn];
            }
        }
    }

    private static void store(float alpha, float[] row, float beta, float[] c, int cAt, int width) {
        if (beta == 0) {
            for (int s = 0; s < width; s++) {
                c[cAt + s] = alpha * row[s];
            }
        } else {
            for (int s = 0; s < width; s++) {
                c[cAt + s] = alpha * row[s] + beta * c[cAt + s];
            }
        }
    }

    private static void gather(float[] a, int aAt, int aColumn, float[] block, int depth, float[] row, int width) {
        int r = 0;
        for (; r < depth - 3; r += 4) {
            int at = aAt + r * aColumn;
            float f0 = a[at];
            float f1 = a[at + aColumn];
            float f2 = a[at + 2 * aColumn];
            float f3 = a[at + 3 * aColumn];
            add(f0, f1, f2, f3, block, r * WIDTH, row, width);
        }
        for (; r < depth; r++) {
            add(a[aAt + r * aColumn], block, r * WIDTH, row, width);
        }
    }

    private static void add(float f0, float f1, float f2, float f3, float[] block, int at, float[] row, int width) {
        for (int s = 0; s < width; s++) {
            row[s] = row[s]
                    + f0 * block[at + s]
                    + f1 * block[at + WIDTH + s]
                    + f2 * block[at + 2 * WIDTH + s]
                    + f3 * block[at + 3 * WIDTH + s];
        }
    }

    private static void add(float f, float[] block, int at, float[] row, int width) {
        for (int s = 0; s < width; s++) {
            row[s] += f * block[at + s];
        }
    }

    // ---- the same in float64

    private void doubleBlock(Product p, int q, int depth, int j, int width) {
        int bRow = p.bFlipped ? 1 : p.bStride;
        int bColumn = p.bFlipped ? p.bStride : 1;
        copy(p.b.doubles, p.bAt + q * bRow + j * bColumn, bRow, bColumn, doubleBlock, depth, width);
        for (int i = 0; i < p.m; i++) {
            int cAt = p.cAt + i * p.cStride + j;
            Arrays.fill(doubleRow, 0, width, 0);
            int aAt = p.aAt + i * p.aRow() + q * p.aColumn();
            gather(p.a.doubles, aAt, p.aColumn(), doubleBlock, depth, doubleRow, width);
            store(p.alpha, doubleRow, q == 0 ? p.beta : 1, p.c.doubles, cAt, width);
        }
    }

    /** Along memory in b. */
    private static void copy(double[] b, int at, int bRow, int bColumn, double[] block, int depth, int width) {
        if (bColumn == 1) {
            for (int r = 0; r < depth; r++) {
                System.arraycopy(b, at + r * bRow, block, r * WIDTH, width);
            }
            return;
        }
        for (int s = 0; s < width; s++) {
            for (int r = 0; r < depth; r++) {
                block[r * WIDTH + s] = b[at + r * bRow + s * bColumn];
            }
        }
    }

    private static void store(double alpha, double[] row, double beta, double[] c, int cAt, int width) {
        if (beta == 0) {
            for (int s = 0; s < width; s++) {
                c[cAt + s] = alpha * row[s];
            }
        } else {
            for (int s = 0; s < width; s++) {
                c[cAt + s] = alpha * row[s] + beta * c[cAt + s];
            }
        }
    }

    private static void gather(double[] a, int aAt, int aColumn, double[] block, int depth, double[] row, int width) {
        int r = 0;
        for (; r < depth - 3; r += 4) {
            int at = aAt + r * aColumn;
            double f0 = a[at];
            double f1 = a[at + aColumn];
            double f2 = a[at + 2 * aColumn];
            double f3 = a[at + 3 * aColumn];
            add(f0, f1, f2, f3, block, r * WIDTH, row, width);
        }
        for (; r < depth; r++) {
            add(a[aAt + r * aColumn], block, r * WIDTH, row, width);
        }
    }

    private static void add(
            double f0, double f1, double f2, double f3, double[] block, int at, double[] row, int width) {
        for (int s = 0; s < width; s++) {
            row[s] = row[s]
                    + f0 * block[at + s]
                    + f1 * block[at + WIDTH + s]
                    + f2 * block[at + 2 * WIDTH + s]
                    + f3 * block[at + 3 * WIDTH + s];
        }
    }

    private static void add(double f, double[] block, int at, double[] row, int width) {
        for (int s = 0; s < width; s++) {
            row[s] += f * block[at + s];
        }
    }
}

package io.nudge.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops over packed panels by the Vector API: two vectors side by side, and ten rows at a time with the 32 registers of 512-bit
 * vectors, five or four with the sixteen that others have. What is summed or kept in a loop stands in variables of its own: an array of
 * vectors would be made of objects.
 *
 * <p>Until this is fast the plain loops do the work, with the same bits.
 */
final class VectorPackedLoops extends PackedLoops {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int WIDTH = 2 * LANES;
    private static final boolean TEN = LANES >= 16;

    /** Rows of a panel in a sum. */
    private static final int ROWS = TEN ? 10 : 5;

    private static final int EIGHT = 8;
    private static final int FOUR = 4;

    /** Rows of x in a product. */
    private static final int HEIGHT = TEN ? 10 : Runtime.version().feature() <= JAVA_OF_FIVE ? 5 : FOUR;

    /** 64 KiB of a panel, read ahead from the second cache, or 15, half of a first cache. */
    private static final int DEPTH = TEN ? 512 : 240;

    // For trials: no more terms than the compiler needs to see, since each is slow until it has.
    private static final int TERMS = 24;
    private static final float[] X = new float[ROWS * (TEN ? TERMS : PackedRows.FIXED)];
    private static final float[] PANEL = new float[TERMS * WIDTH];
    private static final float[] ROOM = new float[TERMS * WIDTH];

    private final Trial multiplying = new Trial(
            () -> multiplyVectors(HEIGHT, TERMS, X, 0, X.length / ROWS, PANEL, 0, ROOM, 0, WIDTH, ROOM, 0, WIDTH),
            () -> super.multiply(HEIGHT, TERMS, X, 0, X.length / ROWS, PANEL, 0, ROOM, 0, WIDTH, ROOM, 0, WIDTH));
    private final Trial multiplyingEight = new Trial(
            () -> multiplyVectors(EIGHT, TERMS, X, 0, TERMS, PANEL, 0, ROOM, 0, WIDTH, ROOM, 0, WIDTH),
            () -> super.multiply(EIGHT, TERMS, X, 0, TERMS, PANEL, 0, ROOM, 0, WIDTH, ROOM, 0, WIDTH));
    private final Trial adding = new Trial(
            () -> VectorTenRows.add(TERMS, X, 0, TERMS, PANEL, 0, WIDTH, 0, ROOM, 0),
            () -> super.add(TERMS, X, 0, TERMS, PANEL, 0, WIDTH, 0, ROOM, 0));
    private final Trial summing = new Trial(
            () -> sumVectors(ROWS, ROWS, X, 0, X.length / ROWS, PANEL, 0, 0, ROOM, 0),
            () -> super.sum(ROWS, ROWS, X, 0, X.length / ROWS, PANEL, 0, 0, ROOM, 0));
    private final Trial addingRows = new Trial(
            () -> addRowVectors(TERMS, PANEL, 0, WIDTH, 0, ROOM, 0),
            () -> super.addRows(TERMS, PANEL, 0, WIDTH, 0, ROOM, 0));

    @Override
    int width() {
        return WIDTH;
    }

    @Override
    int rows() {
        return ROWS;
    }

    @Override
    int few() {
        return TEN ? ROWS : 0;
    }

    @Override
    int depth() {
        return DEPTH;
    }

    @Override
    boolean anyStride() {
        return TEN;
    }

    /** Eight where ten would leave more rows empty, or a thread with more to do. */
    @Override
    int height(int rows, int threads) {
        boolean eight = TEN && rowsOfThread(EIGHT, rows, threads) < rowsOfThread(HEIGHT, rows, threads);
        return eight ? EIGHT : HEIGHT;
    }

    private static int rowsOfThread(int height, int rows, int threads) {
        int tiles = (rows + height - 1) / height;
        return (tiles + threads - 1) / threads * height;
    }

    @Override
    void prepare(int height) {
        (height == EIGHT ? multiplyingEight : multiplying).hold();
        if (TEN) {
            adding.hold();
        }
        summing.hold();
        addingRows.hold();
    }

    @Override
    void multiply(
            int height,
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
        Trial trial = height == EIGHT ? multiplyingEight : multiplying;
        if (trial.passed()) {
            multiplyVectors(height, depth, x, xAt, xStride, panel, panelAt, from, fromAt, fromStride, z, zAt, zStride);
        } else {
            super.multiply(height, depth, x, xAt, xStride, panel, panelAt, from, fromAt, fromStride, z, zAt, zStride);
        }
    }

    private static void multiplyVectors(
            int height,
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
        if (height == EIGHT) {
            VectorEightRows.multiply(depth, x, xAt, xStride, panel, panelAt, from, fromAt, fromStride, z, zAt, zStride);
        } else if (TEN) {
            VectorTenRows.multiply(depth, x, xAt, xStride, panel, panelAt, from, fromAt, fromStride, z, zAt, zStride);
        } else if (height == FOUR) {
            VectorFourRows.multiply(depth, x, xAt, panel, panelAt, from, fromAt, fromStride, z, zAt, zStride);
        } else {
            VectorFiveRows.multiply(depth, x, xAt, panel, panelAt, from, fromAt, fromStride, z, zAt, zStride);
        }
    }

    @Override
    void add(
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
        if (TEN && adding.passed()) {
            VectorTenRows.add(count, x, xAt, xStride, delta, deltaAt, deltaStride, factor, panel, panelAt);
        } else {
            super.add(count, x, xAt, xStride, delta, deltaAt, deltaStride, factor, panel, panelAt);
        }
    }

    @Override
    void sum(
            int count,
            int examples,
            float[] x,
            int xAt,
            int xStride,
            float[] delta,
            int deltaAt,
            float factor,
            float[] panel,
            int panelAt) {
        if (summing.passed()) {
            sumVectors(count, examples, x, xAt, xStride, delta, deltaAt, factor, panel, panelAt);
        } else {
            super.sum(count, examples, x, xAt, xStride, delta, deltaAt, factor, panel, panelAt);
        }
    }

    private static void sumVectors(
            int count,
            int examples,
            float[] x,
            int xAt,
            int xStride,
            float[] delta,
            int deltaAt,
            float factor,
            float[] panel,
            int panelAt) {
        for (int k = 0; k < count; k += ROWS) {
            int to = panelAt + k * WIDTH;
            if (TEN) {
                VectorTenRows.sum(examples, x, xAt + k, xStride, delta, deltaAt, WIDTH, factor, panel, to);
            } else {
                VectorFiveRows.sum(examples, x, xAt + k, delta, deltaAt, factor, panel, to);
            }
        }
    }

    @Override
    void addRows(int rows, float[] delta, int deltaAt, int deltaStride, float factor, float[] bias, int biasAt) {
        if (addingRows.passed()) {
            addRowVectors(rows, delta, deltaAt, deltaStride, factor, bias, biasAt);
        } else {
            super.addRows(rows, delta, deltaAt, deltaStride, factor, bias, biasAt);
        }
    }

    private static void addRowVectors(
            int rows, float[] delta, int deltaAt, int deltaStride, float factor, float[] bias, int biasAt) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        for (int i = 0; i < rows; i++) {
            int at = deltaAt + i * deltaStride;
            s0 = s0.add(FloatVector.fromArray(SPECIES, delta, at));
            s1 = s1.add(FloatVector.fromArray(SPECIES, delta, at + LANES));
        }
        FloatVector factors = FloatVector.broadcast(SPECIES, factor);
        s0.fma(factors, FloatVector.fromArray(SPECIES, bias, biasAt)).intoArray(bias, biasAt);
        s1.fma(factors, FloatVector.fromArray(SPECIES, bias, biasAt + LANES)).intoArray(bias, biasAt + LANES);
    }
}

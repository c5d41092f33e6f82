package io.nudge.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops over packed panels by the Vector API: two vectors side by side, and eight or ten rows at a time with the 32 registers of
 * 512-bit vectors, five or four with the sixteen that others have. What is summed or kept in a loop stands in variables of its own: an
 * array of vectors would be made of objects.
 *
 * <p>Until this is fast the plain loops do the work, with the same bits.
 */
final class VectorPackedLoops extends PackedLoops {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int WIDTH = 2 * LANES;

    private static final int SIXTEEN = 16;
    private static final int TEN = 10;
    private static final int EIGHT = 8;
    private static final int FIVE = 5;
    private static final int FOUR = 4;

    /** 64 KiB of a panel, read ahead from the second cache, for {@link VectorTenRows}. */
    private static final int DEPTH_OF_TEN = 512;

    /** 64 KiB of δ, read ahead likewise, and sums that begin and end once. */
    private static final int TOGETHER_OF_EIGHT = 512;

    /** Examples of which there may be copies: 70 MB of them in each layer. */
    private static final int MOST_COPIED = 1 << 14;

    // For trials: no more terms than the compiler needs to see, since each is slow until it has.
    private static final int TERMS = 24;
    private static final float[] PANEL = new float[TERMS * WIDTH];
    private static final float[] ROOM = new float[TERMS * WIDTH];

    /** Rows of x in a product; what else these loops are follows from that. */
    private final int height;

    /** Rows of a panel in a sum. */
    private final int rows;

    private final int depth;
    private final int fixedStride;

    /** For steps that eight rows at a time suit better; null if there are no such loops, or these are they. */
    private final PackedLoops eight;

    private final Trial multiplying;

    /** Held for ten rows alone. */
    private final Trial adding;

    private final Trial summing;
    private final Trial addingRows;

    VectorPackedLoops() {
        this(
                LANES >= 16 ? TEN : Runtime.version().feature() <= JAVA_OF_FIVE ? FIVE : FOUR,
                LANES >= 16 ? new VectorPackedLoops(EIGHT, null) : null);
    }

    private VectorPackedLoops(int height, PackedLoops eight) {
        this.height = height;
        this.eight = eight;
        rows = height == FOUR ? FIVE : height;
        depth = height == TEN ? DEPTH_OF_TEN : height == EIGHT ? VectorEightRows.DEPTH : VectorFiveRows.DEPTH;
        fixedStride = height == TEN ? 0 : height == EIGHT ? VectorEightRows.FIXED : VectorFiveRows.FIXED;
        int stride = height == TEN ? TERMS : fixedStride;
        float[] x = new float[rows * stride];
        multiplying = new Trial(
                () -> multiplyVectors(TERMS, x, 0, stride, PANEL, 0, ROOM, 0, WIDTH, ROOM, 0, WIDTH),
                () -> super.multiply(TERMS, x, 0, stride, PANEL, 0, ROOM, 0, WIDTH, ROOM, 0, WIDTH));
        adding = new Trial(
                () -> VectorTenRows.add(TERMS, x, 0, stride, PANEL, 0, WIDTH, 0, ROOM, 0),
                () -> super.add(TERMS, x, 0, stride, PANEL, 0, WIDTH, 0, ROOM, 0));
        summing = new Trial(
                () -> sumVectors(rows, rows, x, 0, stride, PANEL, 0, 0, ROOM, 0),
                () -> super.sum(rows, rows, x, 0, stride, PANEL, 0, 0, ROOM, 0));
        addingRows = new Trial(
                () -> addRowVectors(TERMS, PANEL, 0, WIDTH, 0, ROOM, 0),
                () -> super.addRows(TERMS, PANEL, 0, WIDTH, 0, ROOM, 0));
    }

    @Override
    int width() {
        return WIDTH;
    }

    @Override
    int rows() {
        return rows;
    }

    @Override
    int few() {
        return height == TEN ? rows : 0;
    }

    @Override
    int depth() {
        return depth;
    }

    @Override
    int together() {
        return height == EIGHT ? TOGETHER_OF_EIGHT : super.together();
    }

    @Override
    int fixedStride() {
        return fixedStride;
    }

    @Override
    int height() {
        return height;
    }

    /**
     * Eight rows at a time take a twentieth less for each than ten do: so much that there may be more with those that fill up the last eight.
     * Their copies take room, {@link VectorEightRows#FIXED} elements for each example and layer.
     */
    @Override
    PackedLoops of(int examples) {
        boolean fills = 20 * whole(examples, EIGHT) <= 21 * whole(examples, TEN);
        return eight != null && fills && examples <= MOST_COPIED ? eight : this;
    }

    private static long whole(int examples, int height) {
        return ((long) examples + height - 1) / height * height;
    }

    @Override
    void prepare() {
        multiplying.hold();
        if (few() > 0) {
            adding.hold();
        }
        summing.hold();
        addingRows.hold();
    }

    @Override
    void multiply(
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
        if (multiplying.passed()) {
            multiplyVectors(depth, x, xAt, xStride, panel, panelAt, from, fromAt, fromStride, z, zAt, zStride);
        } else {
            super.multiply(depth, x, xAt, xStride, panel, panelAt, from, fromAt, fromStride, z, zAt, zStride);
        }
    }

    private void multiplyVectors(
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
            VectorEightRows.multiply(depth, x, xAt, panel, panelAt, from, fromAt, fromStride, z, zAt, zStride);
        } else if (height == TEN) {
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
        if (height == TEN && adding.passed()) {
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

    private void sumVectors(
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
        for (int k = 0; k < count; k += rows) {
            int to = panelAt + k * WIDTH;
            if (height == EIGHT) {
                VectorEightRows.sum(examples, x, xAt + k, delta, deltaAt, factor, panel, to);
            } else if (height == TEN) {
                VectorTenRows.sum(examples, x, xAt + k, xStride, delta, deltaAt, WIDTH, factor, panel, to);
            } else {
                VectorFiveRows.sum(examples, x, xAt + k, delta, deltaAt, factor, panel, to);
            }
        }
    }

    @Override
    void flip(int rows, int columns, float[] from, int fromAt, float[] to, int toAt) {
        int whole = rows / SIXTEEN * SIXTEEN;
        for (int i = 0; i < whole; i += SIXTEEN) {
            flipSixteen(columns, from, fromAt + i * WIDTH, to, toAt + i);
        }
        super.flip(rows - whole, columns, from, fromAt + whole * WIDTH, to, toAt + whole);
    }

    /** No vectors, but rows a known number of elements apart: addresses and checks are then those of one element. */
    private static void flipSixteen(int columns, float[] from, int fromAt, float[] to, int toAt) {
        for (int j = 0; j < columns; j++) {
            float a0 = from[fromAt + j];
            float a1 = from[fromAt + j + WIDTH];
            float a2 = from[fromAt + j + 2 * WIDTH];
            float a3 = from[fromAt + j + 3 * WIDTH];
            float a4 = from[fromAt + j + 4 * WIDTH];
            float a5 = from[fromAt + j + 5 * WIDTH];
            float a6 = from[fromAt + j + 6 * WIDTH];
            float a7 = from[fromAt + j + 7 * WIDTH];
            float a8 = from[fromAt + j + 8 * WIDTH];
            float a9 = from[fromAt + j + 9 * WIDTH];
            float a10 = from[fromAt + j + 10 * WIDTH];
            float a11 = from[fromAt + j + 11 * WIDTH];
            float a12 = from[fromAt + j + 12 * WIDTH];
            float a13 = from[fromAt + j + 13 * WIDTH];
            float a14 = from[fromAt + j + 14 * WIDTH];
            float a15 = from[fromAt + j + 15 * WIDTH];
            to[toAt + j * WIDTH] = a0;
            to[toAt + j * WIDTH + 1] = a1;
            to[toAt + j * WIDTH + 2] = a2;
            to[toAt + j * WIDTH + 3] = a3;
            to[toAt + j * WIDTH + 4] = a4;
            to[toAt + j * WIDTH + 5] = a5;
            to[toAt + j * WIDTH + 6] = a6;
            to[toAt + j * WIDTH + 7] = a7;
            to[toAt + j * WIDTH + 8] = a8;
            to[toAt + j * WIDTH + 9] = a9;
            to[toAt + j * WIDTH + 10] = a10;
            to[toAt + j * WIDTH + 11] = a11;
            to[toAt + j * WIDTH + 12] = a12;
            to[toAt + j * WIDTH + 13] = a13;
            to[toAt + j * WIDTH + 14] = a14;
            to[toAt + j * WIDTH + 15] = a15;
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

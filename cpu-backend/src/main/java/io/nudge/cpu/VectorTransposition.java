package io.nudge.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposition by the Vector API, of squares as long as a vector: halves of pairs of rows change places, then quarters, down to
 * single elements. What is left over at the edges goes to the plain loops; everything does until this is fast.
 */
final class VectorTransposition extends Transposition {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    // Lanes that change places, and those of them in the upper half of each pair of groups.
    private static final VectorShuffle<Float> SWAP8 = swap(8);
    private static final VectorShuffle<Float> SWAP4 = swap(4);
    private static final VectorShuffle<Float> SWAP2 = swap(2);
    private static final VectorShuffle<Float> SWAP1 = swap(1);
    private static final VectorMask<Float> UPPER8 = upper(8);
    private static final VectorMask<Float> UPPER4 = upper(4);
    private static final VectorMask<Float> UPPER2 = upper(2);
    private static final VectorMask<Float> UPPER1 = upper(1);

    private static final float[] ROOM = new float[2 * LANES * LANES];
    private static final Trial TRIAL = new Trial(
            () -> square(ROOM, 0, LANES, ROOM, LANES * LANES, LANES),
            () -> new Transposition().run(ROOM, 0, LANES, LANES, LANES, ROOM, LANES * LANES, LANES));

    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(SPECIES, i -> (i ^ distance) % LANES);
    }

    private static VectorMask<Float> upper(int distance) {
        boolean[] lanes = new boolean[LANES];
        for (int i = 0; i < LANES; i++) {
            lanes[i] = (i & distance) != 0;
        }
        return VectorMask.fromArray(SPECIES, lanes, 0);
    }

    @Override
    void run(float[] from, int fromAt, int fromStride, int rows, int columns, float[] to, int toAt, int toStride) {
        if (LANES != 16 && LANES != 8 || !TRIAL.passed()) {
            super.run(from, fromAt, fromStride, rows, columns, to, toAt, toStride);
            return;
        }
        int height = rows - rows % LANES;
        int wide = columns - columns % LANES;
        for (int i = 0; i < height; i += LANES) {
            for (int j = 0; j < wide; j += LANES) {
                square(from, fromAt + i * fromStride + j, fromStride, to, toAt + j * toStride + i, toStride);
            }
        }
        int right = columns - wide;
        super.run(from, fromAt + wide, fromStride, height, right, to, toAt + wide * toStride, toStride);
        int below = fromAt + height * fromStride;
        super.run(from, below, fromStride, rows - height, columns, to, toAt + height, toStride);
    }

    private static void square(float[] from, int fromAt, int fromStride, float[] to, int toAt, int toStride) {
        if (LANES == 16) {
            transpose16(from, fromAt, fromStride, to, toAt, toStride);
        } else {
            transpose8(from, fromAt, fromStride, to, toAt, toStride);
        }
    }

    private static void transpose16(float[] from, int fromAt, int fromStride, float[] to, int toAt, int toStride) {
        FloatVector v0 = FloatVector.fromArray(SPECIES, from, fromAt);
        FloatVector v1 = FloatVector.fromArray(SPECIES, from, fromAt + fromStride);
        FloatVector v2 = FloatVector.fromArray(SPECIES, from, fromAt + 2 * fromStride);
        FloatVector v3 = FloatVector.fromArray(SPECIES, from, fromAt + 3 * fromStride);
        FloatVector v4 = FloatVector.fromArray(SPECIES, from, fromAt + 4 * fromStride);
        FloatVector v5 = FloatVector.fromArray(SPECIES, from, fromAt + 5 * fromStride);
        FloatVector v6 = FloatVector.fromArray(SPECIES, from, fromAt + 6 * fromStride);
        FloatVector v7 = FloatVector.fromArray(SPECIES, from, fromAt + 7 * fromStride);
        FloatVector v8 = FloatVector.fromArray(SPECIES, from, fromAt + 8 * fromStride);
        FloatVector v9 = FloatVector.fromArray(SPECIES, from, fromAt + 9 * fromStride);
        FloatVector v10 = FloatVector.fromArray(SPECIES, from, fromAt + 10 * fromStride);
        FloatVector v11 = FloatVector.fromArray(SPECIES, from, fromAt + 11 * fromStride);
        FloatVector v12 = FloatVector.fromArray(SPECIES, from, fromAt + 12 * fromStride);
        FloatVector v13 = FloatVector.fromArray(SPECIES, from, fromAt + 13 * fromStride);
        FloatVector v14 = FloatVector.fromArray(SPECIES, from, fromAt + 14 * fromStride);
        FloatVector v15 = FloatVector.fromArray(SPECIES, from, fromAt + 15 * fromStride);
        FloatVector v;
        v = v0.rearrange(SWAP8).blend(v8, UPPER8);
        v0 = v0.blend(v8.rearrange(SWAP8), UPPER8);
        v8 = v;
        v = v1.rearrange(SWAP8).blend(v9, UPPER8);
        v1 = v1.blend(v9.rearrange(SWAP8), UPPER8);
        v9 = v;
        v = v2.rearrange(SWAP8).blend(v10, UPPER8);
        v2 = v2.blend(v10.rearrange(SWAP8), UPPER8);
        v10 = v;
        v = v3.rearrange(SWAP8).blend(v11, UPPER8);
        v3 = v3.blend(v11.rearrange(SWAP8), UPPER8);
        v11 = v;
        v = v4.rearrange(SWAP8).blend(v12, UPPER8);
        v4 = v4.blend(v12.rearrange(SWAP8), UPPER8);
        v12 = v;
        v = v5.rearrange(SWAP8).blend(v13, UPPER8);
        v5 = v5.blend(v13.rearrange(SWAP8), UPPER8);
        v13 = v;
        v = v6.rearrange(SWAP8).blend(v14, UPPER8);
        v6 = v6.blend(v14.rearrange(SWAP8), UPPER8);
        v14 = v;
        v = v7.rearrange(SWAP8).blend(v15, UPPER8);
        v7 = v7.blend(v15.rearrange(SWAP8), UPPER8);
        v15 = v;
        v = v0.rearrange(SWAP4).blend(v4, UPPER4);
        v0 = v0.blend(v4.rearrange(SWAP4), UPPER4);
        v4 = v;
        v = v1.rearrange(SWAP4).blend(v5, UPPER4);
        v1 = v1.blend(v5.rearrange(SWAP4), UPPER4);
        v5 = v;
        v = v2.rearrange(SWAP4).blend(v6, UPPER4);
        v2 = v2.blend(v6.rearrange(SWAP4), UPPER4);
        v6 = v;
        v = v3.rearrange(SWAP4).blend(v7, UPPER4);
        v3 = v3.blend(v7.rearrange(SWAP4), UPPER4);
        v7 = v;
        v = v8.rearrange(SWAP4).blend(v12, UPPER4);
        v8 = v8.blend(v12.rearrange(SWAP4), UPPER4);
        v12 = v;
        v = v9.rearrange(SWAP4).blend(v13, UPPER4);
        v9 = v9.blend(v13.rearrange(SWAP4), UPPER4);
        v13 = v;
        v = v10.rearrange(SWAP4).blend(v14, UPPER4);
        v10 = v10.blend(v14.rearrange(SWAP4), UPPER4);
        v14 = v;
        v = v11.rearrange(SWAP4).blend(v15, UPPER4);
        v11 = v11.blend(v15.rearrange(SWAP4), UPPER4);
        v15 = v;
        v = v0.rearrange(SWAP2).blend(v2, UPPER2);
        v0 = v0.blend(v2.rearrange(SWAP2), UPPER2);
        v2 = v;
        v = v1.rearrange(SWAP2).blend(v3, UPPER2);
        v1 = v1.blend(v3.rearrange(SWAP2), UPPER2);
        v3 = v;
        v = v4.rearrange(SWAP2).blend(v6, UPPER2);
        v4 = v4.blend(v6.rearrange(SWAP2), UPPER2);
        v6 = v;
        v = v5.rearrange(SWAP2).blend(v7, UPPER2);
        v5 = v5.blend(v7.rearrange(SWAP2), UPPER2);
        v7 = v;
        v = v8.rearrange(SWAP2).blend(v10, UPPER2);
        v8 = v8.blend(v10.rearrange(SWAP2), UPPER2);
        v10 = v;
        v = v9.rearrange(SWAP2).blend(v11, UPPER2);
        v9 = v9.blend(v11.rearrange(SWAP2), UPPER2);
        v11 = v;
        v = v12.rearrange(SWAP2).blend(v14, UPPER2);
        v12 = v12.blend(v14.rearrange(SWAP2), UPPER2);
        v14 = v;
        v = v13.rearrange(SWAP2).blend(v15, UPPER2);
        v13 = v13.blend(v15.rearrange(SWAP2), UPPER2);
        v15 = v;
        v = v0.rearrange(SWAP1).blend(v1, UPPER1);
        v0 = v0.blend(v1.rearrange(SWAP1), UPPER1);
        v1 = v;
        v = v2.rearrange(SWAP1).blend(v3, UPPER1);
        v2 = v2.blend(v3.rearrange(SWAP1), UPPER1);
        v3 = v;
        v = v4.rearrange(SWAP1).blend(v5, UPPER1);
        v4 = v4.blend(v5.rearrange(SWAP1), UPPER1);
        v5 = v;
        v = v6.rearrange(SWAP1).blend(v7, UPPER1);
        v6 = v6.blend(v7.rearrange(SWAP1), UPPER1);
        v7 = v;
        v = v8.rearrange(SWAP1).blend(v9, UPPER1);
        v8 = v8.blend(v9.rearrange(SWAP1), UPPER1);
        v9 = v;
        v = v10.rearrange(SWAP1).blend(v11, UPPER1);
        v10 = v10.blend(v11.rearrange(SWAP1), UPPER1);
        v11 = v;
        v = v12.rearrange(SWAP1).blend(v13, UPPER1);
        v12 = v12.blend(v13.rearrange(SWAP1), UPPER1);
        v13 = v;
        v = v14.rearrange(SWAP1).blend(v15, UPPER1);
        v14 = v14.blend(v15.rearrange(SWAP1), UPPER1);
        v15 = v;
        v0.intoArray(to, toAt);
        v1.intoArray(to, toAt + toStride);
        v2.intoArray(to, toAt + 2 * toStride);
        v3.intoArray(to, toAt + 3 * toStride);
        v4.intoArray(to, toAt + 4 * toStride);
        v5.intoArray(to, toAt + 5 * toStride);
        v6.intoArray(to, toAt + 6 * toStride);
        v7.intoArray(to, toAt + 7 * toStride);
        v8.intoArray(to, toAt + 8 * toStride);
        v9.intoArray(to, toAt + 9 * toStride);
        v10.intoArray(to, toAt + 10 * toStride);
        v11.intoArray(to, toAt + 11 * toStride);
        v12.intoArray(to, toAt + 12 * toStride);
        v13.intoArray(to, toAt + 13 * toStride);
        v14.intoArray(to, toAt + 14 * toStride);
        v15.intoArray(to, toAt + 15 * toStride);
    }

    private static void transpose8(float[] from, int fromAt, int fromStride, float[] to, int toAt, int toStride) {
        FloatVector v0 = FloatVector.fromArray(SPECIES, from, fromAt);
        FloatVector v1 = FloatVector.fromArray(SPECIES, from, fromAt + fromStride);
        FloatVector v2 = FloatVector.fromArray(SPECIES, from, fromAt + 2 * fromStride);
        FloatVector v3 = FloatVector.fromArray(SPECIES, from, fromAt + 3 * fromStride);
        FloatVector v4 = FloatVector.fromArray(SPECIES, from, fromAt + 4 * fromStride);
        FloatVector v5 = FloatVector.fromArray(SPECIES, from, fromAt + 5 * fromStride);
        FloatVector v6 = FloatVector.fromArray(SPECIES, from, fromAt + 6 * fromStride);
        FloatVector v7 = FloatVector.fromArray(SPECIES, from, fromAt + 7 * fromStride);
        FloatVector v;
        v = v0.rearrange(SWAP4).blend(v4, UPPER4);
        v0 = v0.blend(v4.rearrange(SWAP4), UPPER4);
        v4 = v;
        v = v1.rearrange(SWAP4).blend(v5, UPPER4);
        v1 = v1.blend(v5.rearrange(SWAP4), UPPER4);
        v5 = v;
        v = v2.rearrange(SWAP4).blend(v6, UPPER4);
        v2 = v2.blend(v6.rearrange(SWAP4), UPPER4);
        v6 = v;
        v = v3.rearrange(SWAP4).blend(v7, UPPER4);
        v3 = v3.blend(v7.rearrange(SWAP4), UPPER4);
        v7 = v;
        v = v0.rearrange(SWAP2).blend(v2, UPPER2);
        v0 = v0.blend(v2.rearrange(SWAP2), UPPER2);
        v2 = v;
        v = v1.rearrange(SWAP2).blend(v3, UPPER2);
        v1 = v1.blend(v3.rearrange(SWAP2), UPPER2);
        v3 = v;
        v = v4.rearrange(SWAP2).blend(v6, UPPER2);
        v4 = v4.blend(v6.rearrange(SWAP2), UPPER2);
        v6 = v;
        v = v5.rearrange(SWAP2).blend(v7, UPPER2);
        v5 = v5.blend(v7.rearrange(SWAP2), UPPER2);
        v7 = v;
        v = v0.rearrange(SWAP1).blend(v1, UPPER1);
        v0 = v0.blend(v1.rearrange(SWAP1), UPPER1);
        v1 = v;
        v = v2.rearrange(SWAP1).blend(v3, UPPER1);
        v2 = v2.blend(v3.rearrange(SWAP1), UPPER1);
        v3 = v;
        v = v4.rearrange(SWAP1).blend(v5, UPPER1);
        v4 = v4.blend(v5.rearrange(SWAP1), UPPER1);
        v5 = v;
        v = v6.rearrange(SWAP1).blend(v7, UPPER1);
        v6 = v6.blend(v7.rearrange(SWAP1), UPPER1);
        v7 = v;
        v0.intoArray(to, toAt);
        v1.intoArray(to, toAt + toStride);
        v2.intoArray(to, toAt + 2 * toStride);
        v3.intoArray(to, toAt + 3 * toStride);
        v4.intoArray(to, toAt + 4 * toStride);
        v5.intoArray(to, toAt + 5 * toStride);
        v6.intoArray(to, toAt + 6 * toStride);
        v7.intoArray(to, toAt + 7 * toStride);
    }
}

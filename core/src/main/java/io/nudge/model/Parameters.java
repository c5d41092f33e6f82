package io.nudge.model;

import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;

/**
 * Numbers in the type that they were computed in, bit for bit.
 *
 * @param array {@code float[]} or {@code double[]}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; networks are large
record Parameters(Object array) {
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    static Parameters zeros(DType type, long count) {
        if (count > LONGEST_ARRAY) {
            throw new ModelException("%d numbers do not fit into a Java array".formatted(count));
        }
        return new Parameters(type == DType.FLOAT32 ? new float[(int) count] : new double[(int) count]);
    }

    static Parameters of(Tensor tensor) {
        return new Parameters(tensor.type() == DType.FLOAT32 ? tensor.floats() : tensor.doubles());
    }

    /** The numbers in a type that holds them exactly, as those read from a tensor of that type do. */
    static Parameters of(DType type, double[] values) {
        if (type == DType.FLOAT64) {
            return new Parameters(values.clone());
        }
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return new Parameters(floats);
    }

    DType type() {
        return array instanceof float[] ? DType.FLOAT32 : DType.FLOAT64;
    }

    /** A part of them, to be written or read. */
    Slice slice(long offset, Shape shape) {
        return new Slice(type(), shape, array, Math.toIntExact(offset));
    }

    double[] doubles() {
        if (array instanceof double[] doubles) {
            return doubles.clone();
        }
        float[] floats = (float[]) array;
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    void writeTo(Tensor tensor) {
        if (array instanceof float[] floats) {
            tensor.write(floats);
        } else {
            tensor.write((double[]) array);
        }
    }

    /** Refuses to make an infinity out of a number. */
    void requireFit(DType target) {
        if (target != DType.FLOAT32 || !(array instanceof double[] doubles)) {
            return;
        }
        for (int i = 0; i < doubles.length; i++) {
            if (Float.isInfinite((float) doubles[i]) && !Double.isInfinite(doubles[i])) {
                throw new IllegalArgumentException(
                        "parameter %d is %s, too large for float32; load the model as float64"
                                .formatted(i, doubles[i]));
            }
        }
    }
}

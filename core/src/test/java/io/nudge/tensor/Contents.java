package io.nudge.tensor;

import java.util.Arrays;

/** What stands in a tensor of any type. */
final class Contents {
    private Contents() {}

    /** The elements as float64, which holds every float32 and every whole number used here. */
    static double[] of(Tensor tensor) {
        return tensor.type() == DType.INT64
                ? Arrays.stream(tensor.longs()).asDoubleStream().toArray()
                : tensor.doubles();
    }

    /** Writes double[] or long[], whichever is given. */
    static void write(Tensor tensor, Object values) {
        if (values instanceof long[] numbers) {
            tensor.write(numbers);
        } else {
            tensor.write((double[]) values);
        }
    }

    /** An array of a tensor's length, with one value throughout: double[], or long[] for whole numbers. */
    static Object filled(DType type, int length, double value) {
        if (type == DType.INT64) {
            long[] numbers = new long[length];
            Arrays.fill(numbers, (long) value);
            return numbers;
        }
        double[] values = new double[length];
        Arrays.fill(values, value);
        return values;
    }
}

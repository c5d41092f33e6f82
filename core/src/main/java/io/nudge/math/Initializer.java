package io.nudge.math;

import java.util.List;

/**
 * How the weights and biases of a layer are drawn before training. Weights come out row-major in the shape [out, in].
 *
 * <p>Immutable and thread-safe. Example: {@code Initializer.NORMAL.weights(30, 784, stream)} draws 23,520 numbers from
 * N(0, 1).
 */
public sealed interface Initializer {
    /** Weights and biases from N(0, 1) (Nielsen, chapter 1). */
    Initializer NORMAL = new Normal();
    /** Weights from N(0, 1/n_in), biases from N(0, 1) (Nielsen, chapter 3). */
    Initializer NORMAL_SCALED = new NormalScaled();
    /** Weights from U(−r, r) with r² = 6/(n_in + n_out), biases 0 (Glorot and Bengio, 2010). */
    Initializer GLOROT_UNIFORM = new Spread("glorot-uniform", true, 2, true);
    /** Weights from N(0, 2/(n_in + n_out)), biases 0 (Glorot and Bengio, 2010). */
    Initializer GLOROT_NORMAL = new Spread("glorot-normal", true, 2, false);
    /** Weights from U(−r, r) with r² = 6/n_in, biases 0 (He, Zhang, Ren and Sun, 2015). */
    Initializer HE_UNIFORM = new Spread("he-uniform", false, 2, true);
    /** Weights from N(0, 2/n_in), biases 0 (He, Zhang, Ren and Sun, 2015). */
    Initializer HE_NORMAL = new Spread("he-normal", false, 2, false);
    /** Weights and biases 0. */
    Initializer ZEROS = new Zeros();

    /** The names that {@link #named} knows. */
    String NAMES = "normal, normal-scaled, glorot-uniform, glorot-normal, he-uniform, he-normal, zeros";

    /**
     * Finds an initializer by its name.
     *
     * @param text for example {@code he-normal}
     * @return the initializer
     * @throws IllegalArgumentException if the name is unknown; the message lists those known
     */
    static Initializer named(String text) {
        Spec spec = Spec.parse("initializer", text).atMost("initializer", 0);
        for (Initializer each :
                List.of(NORMAL, NORMAL_SCALED, GLOROT_UNIFORM, GLOROT_NORMAL, HE_UNIFORM, HE_NORMAL, ZEROS)) {
            if (each.name().equals(spec.name())) {
                return each;
            }
        }
        throw spec.unknown("initializer", NAMES);
    }

    /**
     * Weights and biases given by value.
     *
     * @param weights w_jk, one row for each neuron j of the layer
     * @param biases b_j
     * @return the initializer
     */
    static Initializer given(double[][] weights, double[] biases) {
        List<Double> flat = java.util.Arrays.stream(weights)
                .flatMapToDouble(java.util.Arrays::stream)
                .boxed()
                .toList();
        return new Given(flat, java.util.Arrays.stream(biases).boxed().toList());
    }

    /**
     * The name that {@link #named} understands.
     *
     * @return for example {@code he-normal}
     */
    String name();

    /**
     * Draws the weights of a layer.
     *
     * @param out neurons of the layer
     * @param in neurons of the layer before
     * @param random where the numbers come from
     * @return out · in numbers, row-major in [out, in]
     */
    double[] weights(int out, int in, RandomStream random);

    /**
     * Draws the biases of a layer, after its weights.
     *
     * @param out neurons of the layer
     * @param random where the numbers come from
     * @return out numbers
     */
    double[] biases(int out, RandomStream random);

    /** Weights and biases from N(0, 1). */
    record Normal() implements Initializer {
        @Override
        public String name() {
            return "normal";
        }

        @Override
        public double[] weights(int out, int in, RandomStream random) {
            return normals(out * in, 1, random);
        }

        @Override
        public double[] biases(int out, RandomStream random) {
            return normals(out, 1, random);
        }
    }

    /** Weights from N(0, 1/n_in), biases from N(0, 1). */
    record NormalScaled() implements Initializer {
        @Override
        public String name() {
            return "normal-scaled";
        }

        @Override
        public double[] weights(int out, int in, RandomStream random) {
            return normals(out * in, Math.sqrt(1.0 / in), random);
        }

        @Override
        public double[] biases(int out, RandomStream random) {
            return normals(out, 1, random);
        }
    }

    /**
     * Weights with the variance gain / fan, where the fan is n_in, or the mean of n_in and n_out; biases 0.
     *
     * @param name the initializer's name
     * @param bothFans whether n_out counts too
     * @param gain the variance times the fan (for both fans: times their sum)
     * @param uniform uniform if true, normal if not
     */
    record Spread(String name, boolean bothFans, double gain, boolean uniform) implements Initializer {
        @Override
        public double[] weights(int out, int in, RandomStream random) {
            double deviation = Math.sqrt(gain / (bothFans ? (double) in + out : in));
            if (!uniform) {
                return normals(out * in, deviation, random);
            }
            double limit = Math.sqrt(3) * deviation;
            double[] values = new double[out * in];
            for (int i = 0; i < values.length; i++) {
                values[i] = limit * (2 * random.uniform() - 1);
            }
            return values;
        }

        @Override
        public double[] biases(int out, RandomStream random) {
            return new double[out];
        }
    }

    /** Weights and biases 0; every neuron of a layer then stays like its neighbours. */
    record Zeros() implements Initializer {
        @Override
        public String name() {
            return "zeros";
        }

        @Override
        public double[] weights(int out, int in, RandomStream random) {
            return new double[out * in];
        }

        @Override
        public double[] biases(int out, RandomStream random) {
            return new double[out];
        }
    }

    /**
     * Values given by the caller.
     *
     * @param weights w_jk, row-major
     * @param biases b_j
     */
    record Given(List<Double> weights, List<Double> biases) implements Initializer {
        /** Copies the lists. */
        public Given {
            weights = List.copyOf(weights);
            biases = List.copyOf(biases);
        }

        @Override
        public String name() {
            return "given";
        }

        @Override
        public double[] weights(int out, int in, RandomStream random) {
            return exactly(weights, out * in, "weights for a layer of shape [" + out + ", " + in + "]");
        }

        @Override
        public double[] biases(int out, RandomStream random) {
            return exactly(biases, out, "biases for a layer of " + out + " neurons");
        }

        private static double[] exactly(List<Double> values, int count, String what) {
            if (values.size() != count) {
                throw new IllegalArgumentException(values.size() + " given " + what + "; give " + count);
            }
            return values.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }

    private static double[] normals(int count, double deviation, RandomStream random) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = deviation * random.normal();
        }
        return values;
    }
}

package io.nudge.kernels;

import io.nudge.emulator.EmulatedDevice;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A layer forward and back by the kernels that take several, each matrix in memory that ends with it: the device reports who reads
 * further. What several layers come to is the specification of the CUDA backend.
 */
@EmulatedDevice
class NarrowLayersTest {
    private static final int IDENTITY = 8;
    private static final int DEPTH = 8;
    private static final int WORDS = 8;
    private static final int ROWS = 16;

    /** Rows, neurons before, neurons: whole tiles and a neuron more or less, with lines of whole packs and others. */
    private static final int[][] SHAPES = {
        {1, 1, 1},
        {3, 128, 65},
        {17, 128, 33},
        {16, 128, 127},
        {5, 64, 100},
        {2, 32, 40},
        {20, 10, 30},
        {16, 128, 128},
        {33, 47, 96}
    };

    /** How kernels multiply, and the unit roundoff of their factors. */
    enum Products {
        F32(Real.F32, "fused.f32", "_f32", 0x1p-24),
        F64(Real.F64, "fused.f64", "_f64", 0x1p-53),
        TF32(Real.F32, "fused_tensor.tf32", "_tf32", 0x1p-11),
        BF16(Real.F32, "fused_tensor.bf16", "_bf16", 0x1p-8),
        F16(Real.F32, "fused_tensor.f16", "_f16", 0x1p-11);

        final Real type;
        final String file;
        final String suffix;
        final double ofFactors;

        Products(Real type, String file, String suffix, double ofFactors) {
            this.type = type;
            this.file = file;
            this.suffix = suffix;
            this.ofFactors = ofFactors;
        }
    }

    @ParameterizedTest
    @EnumSource
    void forwardReadsItsWeightsAndNothingBehind(Products products) {
        Real type = products.type;
        for (int[] shape : SHAPES) {
            int m = shape[0];
            int k = shape[1];
            int n = shape[2];
            double[] x = Numbers.random(type, m * k, 1);
            double[] w = Numbers.random(type, n * k, 2);
            double[] bias = Numbers.random(type, n, 3);
            try (Device device = new Device()) {
                Memory into = device.room(type, 0, m * n);
                long[] layers = new long[DEPTH * WORDS];
                layers[0] = device.reals(type, 0, w).address();
                layers[1] = device.reals(type, 0, bias).address();
                layers[3] = into.address();
                layers[5] = n;
                layers[6] = IDENTITY;
                Memory from = device.reals(type, 0, x);
                device.launch(
                        products.file, "forward_layers" + products.suffix, tiles(m), 256, from, m, k, 0, 1, layers);
                Sums sums = new Sums(products, m, n, k);
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < n; j++) {
                        sums.add(i * n + j, 1, bias[j], type.u);
                        for (int l = 0; l < k; l++) {
                            sums.add(i * n + j, x[i * k + l], w[j * k + l], products.ofFactors);
                        }
                    }
                }
                sums.check(device.read(into), "forward " + Arrays.toString(shape));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void backReadsItsWeightsAndNothingBehind(Products products) {
        Real type = products.type;
        for (int[] shape : SHAPES) {
            int m = shape[0];
            int n = shape[1];
            int k = shape[2];
            double[] after = Numbers.random(type, m * k, 1);
            double[] w = Numbers.random(type, k * n, 2);
            try (Device device = new Device()) {
                Memory delta = device.room(type, 0, m * n);
                long[] layers = new long[DEPTH * WORDS];
                layers[0] = device.reals(type, 0, w).address();
                layers[1] = device.reals(type, 0, new double[m * n]).address();
                layers[2] = delta.address();
                layers[4] = device.room(type, 0, n).address();
                layers[5] = n;
                layers[6] = IDENTITY;
                device.launch(
                        products.file,
                        "backward_layers" + products.suffix,
                        tiles(m),
                        256,
                        device.reals(type, 0, after),
                        m,
                        k,
                        1.0,
                        device.room(type, 0, tiles(m) * n),
                        device.counters(2),
                        1,
                        layers);
                Sums sums = new Sums(products, m, n, k);
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < n; j++) {
                        for (int l = 0; l < k; l++) {
                            sums.add(i * n + j, after[i * k + l], w[l * n + j], products.ofFactors);
                        }
                    }
                }
                sums.check(device.read(delta), "back " + Arrays.toString(shape));
            }
        }
    }

    private static int tiles(int m) {
        return (m + ROWS - 1) / ROWS;
    }

    /** Sums of products of rounded factors, and how far off they may be: γ for the terms, and both roundings. */
    private static final class Sums {
        private final double ofTerms;
        private final double[] values;
        private final double[] bounds;

        Sums(Products products, int m, int n, int k) {
            ofTerms = (k + 2) * products.type.u;
            values = new double[m * n];
            bounds = new double[m * n];
        }

        void add(int at, double a, double b, double ofFactors) {
            values[at] += a * b;
            bounds[at] += Math.abs(a * b) * (1.01 * ofTerms + 2.01 * ofFactors);
        }

        void check(double[] actual, String what) {
            Numbers.assertWithin(actual, values, bounds, what);
        }
    }
}

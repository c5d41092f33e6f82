package io.nudge.emulator;

import static io.nudge.emulator.Programs.blocks;
import static io.nudge.emulator.Programs.random;
import static io.nudge.emulator.Programs.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import jcuda.driver.CUdeviceptr;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that compute much with few numbers, compiled by nvcc, against the same computation in Java. */
@EmulatedDevice
class SimulationProgramsTest {
    static Stream<Arguments> planes() {
        return Programs.seedsAndBlocks(1, 4, 8, 32);
    }

    private static int mandelbrot(int x, int y, int width, int height, int most) {
        float cr = -2f + 3f * x / width;
        float ci = -1.5f + 3f * y / height;
        float zr = 0;
        float zi = 0;
        int n = 0;
        while (n < most && zr * zr + zi * zi < 4f) {
            float r = zr * zr - zi * zi + cr;
            zi = 2f * zr * zi + ci;
            zr = r;
            n++;
        }
        return n;
    }

    @ParameterizedTest
    @MethodSource("planes")
    void mandelbrotDiverges(long seed, int side) {
        int width = 53;
        int height = 41;
        int most = 60 + (int) seed;
        try (Cuda cuda = Programs.device(seed)) {
            CUdeviceptr out = cuda.allocate(4L * width * height);
            Object[] arguments = {out, width, height, most};
            run(cuda, "mandelbrot", "mandelbrot", blocks(width, side), blocks(height, side), side, side, arguments);
            int[] found = cuda.ints(out, width * height);
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i]).as("point %d", i).isEqualTo(mandelbrot(i % width, i / width, width, height, most));
            }
            assertThat(Arrays.stream(found).distinct().count()).isGreaterThan(10);
        }
    }

    static Stream<Arguments> anyBlock() {
        return Programs.seedsAndBlocks(1, 33, 128, 512);
    }

    /** The normal distribution by the series of Marsaglia (Journal of Statistical Software 11(4), 2004). */
    private static double normal(double x) {
        double sum = x;
        double term = x;
        for (int i = 3; sum != sum + term; i += 2) {
            term *= x * x / i;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    }

    @ParameterizedTest
    @MethodSource("anyBlock")
    void blackScholes(long seed, int block) {
        int n = 201;
        Random random = new Random(seed);
        double[] price = random.doubles(n, 80, 120).toArray();
        double[] strike = random.doubles(n, 80, 120).toArray();
        double[] years = random.doubles(n, 0.5, 2).toArray();
        double rate = 0.02;
        double volatility = 0.3;
        double[] calls = new double[n];
        double[] puts = new double[n];
        double[] bounds = new double[n];
        for (int i = 0; i < n; i++) {
            double root = volatility * Math.sqrt(years[i]);
            double d1 = (Math.log(price[i] / strike[i]) + (rate + 0.5 * volatility * volatility) * years[i]) / root;
            double discounted = strike[i] * Math.exp(-rate * years[i]);
            calls[i] = price[i] * normal(d1) - discounted * normal(d1 - root);
            puts[i] = discounted * normal(root - d1) - price[i] * normal(-d1);
            // Two products of the size of price and strike. About 10 roundings, and functions good to 5 units in the
            // last place.
            bounds[i] = 30 * 0x1p-53 * (price[i] + strike[i]);
        }
        try (Cuda cuda = Programs.device(seed)) {
            CUdeviceptr call = cuda.allocate(8L * n);
            CUdeviceptr put = cuda.allocate(8L * n);
            Object[] arguments = {
                cuda.doubles(price), cuda.doubles(strike), cuda.doubles(years), rate, volatility, call, put, n
            };
            run(cuda, "black_scholes", "blackScholes", blocks(n, block), block, 0, arguments);
            Programs.assertClose(cuda.doubles(call, n), calls, bounds);
            Programs.assertClose(cuda.doubles(put, n), puts, bounds);
        }
    }

    static Stream<Arguments> tiles() {
        return Programs.seedsAndBlocks(16, 32, 64, 192);
    }

    @ParameterizedTest
    @MethodSource("tiles")
    void bodiesAttractEachOther(long seed, int block) {
        int n = 192;
        float softening = 0.01f;
        float step = 0.125f;
        float[] bodies = random(4 * n, seed);
        for (int i = 0; i < n; i++) {
            bodies[4 * i + 3] = Math.abs(bodies[4 * i + 3]); // the mass
        }
        float[] velocities = random(4 * n, -seed);
        double[] exact = new double[4 * n];
        double[] bounds = new double[4 * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double[] d = new double[3];
                double square = softening;
                for (int c = 0; c < 3; c++) {
                    d[c] = bodies[4 * j + c] - bodies[4 * i + c];
                    square += d[c] * d[c];
                }
                for (int c = 0; c < 3; c++) {
                    double pull = bodies[4 * j + 3] * d[c] / (square * Math.sqrt(square));
                    exact[4 * i + c] += pull;
                    // A sum of n terms; in each the distance, its inverse root, a cube and products: 20 roundings with
                    // room.
                    bounds[4 * i + c] += (n + 20) * Programs.UNIT * Math.abs(pull);
                }
            }
        }
        try (Cuda cuda = Programs.device(seed)) {
            CUdeviceptr places = cuda.floats(bodies);
            CUdeviceptr speeds = cuda.floats(velocities);
            CUdeviceptr pulls = cuda.allocate(16L * n);
            run(cuda, "nbody", "accelerate", n / block, block, 16 * block, places, pulls, n, softening);
            run(cuda, "nbody", "move", n / block, block, 0, places, speeds, pulls, step);
            float[] accelerations = cuda.floats(pulls, 4 * n);
            Programs.assertClose(accelerations, exact, bounds);
            float[] moved = cuda.floats(places, 4 * n);
            for (int i = 0; i < 4 * n; i++) {
                float speed = Math.fma(accelerations[i], step, velocities[i]);
                float expected = i % 4 == 3 ? bodies[i] : Math.fma(speed, step, bodies[i]);
                assertThat(moved[i]).as("coordinate %d", i).isEqualTo(expected);
            }
        }
    }
}

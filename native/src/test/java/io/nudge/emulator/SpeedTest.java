package io.nudge.emulator;

import static io.nudge.emulator.Programs.random;
import static io.nudge.emulator.Programs.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Locale;
import jcuda.driver.CUdeviceptr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How fast the device is, told and not judged: docs/emulated-device.md has the command. Five runs each, the fastest counts, on
 * as many threads as the setting says.
 */
@EmulatedDevice
@EnabledIfSystemProperty(named = "nudge.emulator.speed", matches = "print")
class SpeedTest {
    private static final int RUNS = 5;

    private static void tell(String what, long lanes, double seconds) {
        System.out.printf(
                Locale.ROOT,
                "%s: %.2f ms, %.0f million lane-instructions/s%n",
                what,
                seconds * 1e3,
                lanes / seconds / 1e6);
    }

    /** The seconds of the fastest run. */
    private static double fastest(Runnable work) {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < RUNS; i++) {
            long begin = System.nanoTime();
            work.run();
            best = Math.min(best, (System.nanoTime() - begin) * 1e-9);
        }
        return best;
    }

    private static long lanesOf(String kernel) {
        return Emulator.counter("instructions.lane." + kernel) / RUNS;
    }

    @Test
    void saxpyOfAMillion() {
        try (Cuda cuda = new Cuda()) {
            int n = 1 << 20;
            float[] x = random(n, 1);
            CUdeviceptr xs = cuda.floats(x);
            CUdeviceptr ys = cuda.floats(new float[n]);
            double seconds = fastest(() -> run(cuda, "vectors", "saxpy", 1024, 256, 0, 0.5f, xs, ys, n));
            float[] found = cuda.floats(ys, n);
            for (int i = 0; i < n; i++) {
                assertThat(found[i]).isCloseTo(RUNS * 0.5f * x[i], within(1e-6f));
            }
            tell("saxpy of 1,048,576", lanesOf("saxpy"), seconds);
        }
    }

    @Test
    void bodiesThatAttractEachOther() {
        try (Cuda cuda = new Cuda()) {
            int n = 2048;
            int block = 256;
            CUdeviceptr bodies = cuda.floats(random(4 * n, 2));
            CUdeviceptr pulls = cuda.floats(new float[4 * n]);
            double seconds = fastest(
                    () -> run(cuda, "nbody", "accelerate", n / block, block, 16 * block, bodies, pulls, n, 0.01f));
            assertThat(lanesOf("accelerate")).isGreaterThan((long) n * n);
            tell("2,048 bodies", lanesOf("accelerate"), seconds);
        }
    }

    @Test
    void aThousandSmallLaunches() {
        try (Cuda cuda = new Cuda()) {
            int n = 256;
            CUdeviceptr xs = cuda.floats(random(n, 3));
            CUdeviceptr ys = cuda.floats(new float[n]);
            double seconds = fastest(() -> {
                for (int i = 0; i < 1000; i++) {
                    Cuda.launch(cuda.function("programs/vectors", "vectorAdd"), 1, n, 0, null, xs, xs, ys, n);
                }
                cuda.floats(ys, n);
            });
            assertThat(Emulator.counter("launches.vectorAdd")).isEqualTo(1000L * RUNS);
            tell("1,000 launches of 256 threads", lanesOf("vectorAdd"), seconds);
        }
    }
}

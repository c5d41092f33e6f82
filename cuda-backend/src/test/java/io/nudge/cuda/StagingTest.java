package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of all sizes come through two halves of pinned memory unharmed. */
@EmulatedDevice
class StagingTest {
    private static final int SMALL = Engine.HALF / Float.BYTES;
    private static final int HALF = Uploads.HALF / Float.BYTES;

    private static float[] values(int count, long seed) {
        float[] values = new float[count];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(1 << 24);
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(
            ints = {1, 3, SMALL / 4 - 1, SMALL / 4, SMALL, SMALL + 1, HALF - 1, HALF, HALF + 1, 2 * HALF + 5, 3 * HALF})
    void whatIsWrittenIsRead(int count) {
        try (CudaBackend backend = CudaBackend.open(0);
                Tensor tensor = backend.zeros(Shape.of(count + 2), DType.FLOAT32)) {
            float[] values = values(count, count);
            tensor.view(1, Shape.of(count)).write(values);
            assertThat(Arrays.equals(tensor.view(1, Shape.of(count)).floats(), values))
                    .isTrue();
            float[] all = tensor.floats();
            assertThat(all[0]).isZero();
            assertThat(all[count + 1]).isZero();
        }
    }

    static Stream<Arguments> seedsAndSizes() {
        return LongStream.rangeClosed(1, 8)
                .boxed()
                .flatMap(seed -> Stream.of(Arguments.of(seed, 10_000), Arguments.of(seed, SMALL / 4 + 7)));
    }

    /** At every seed the device runs its work at other times; what is written meanwhile must not get in. */
    @ParameterizedTest
    @MethodSource("seedsAndSizes")
    void anArrayMayBeChangedAsSoonAsItIsWritten(long seed, int count) {
        Emulator.set("seed", Long.toString(seed));
        try (CudaBackend backend = CudaBackend.open(0);
                Tensor x = backend.zeros(Shape.of(count), DType.FLOAT32);
                Tensor sum = backend.zeros(Shape.of(count), DType.FLOAT32)) {
            Operations operations = backend.operations();
            float[] values = new float[count];
            for (int round = 1; round <= 9; round++) {
                Arrays.fill(values, round);
                x.write(values);
                Arrays.fill(values, Float.NaN);
                operations.add(sum, x, sum);
            }
            assertThat(sum.floats()).containsOnly(45);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void smallCopiesDoNotWaitForTheDevice(long seed) {
        Emulator.set("seed", Long.toString(seed));
        try (CudaBackend backend = CudaBackend.open(0);
                Tensor x = backend.zeros(Shape.of(3), DType.INT64)) {
            backend.synchronize();
            Emulator.clearCounters();
            for (int i = 0; i < 100; i++) {
                x.write(new long[] {i, i, i});
            }
            assertThat(Emulator.counter("synchronisations")).isZero();
            assertThat(x.longs()).containsOnly(99);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void smallCopiesOfDifferentWidthsKeepApart(long seed) {
        Emulator.set("seed", Long.toString(seed));
        try (CudaBackend backend = CudaBackend.open(0);
                Tensor narrow = backend.zeros(Shape.of(3), DType.FLOAT32);
                Tensor wide = backend.zeros(Shape.of(2), DType.INT64)) {
            narrow.write(new float[] {1, 2, 3});
            wide.write(new long[] {4, 5});
            assertThat(narrow.floats()).containsExactly(1, 2, 3);
            assertThat(wide.longs()).containsExactly(4, 5);
        }
    }
}

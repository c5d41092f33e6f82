package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Program;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Large copies run beside the computing, and each finds its place in the order of the calls all the same. The emulated
 * device runs either first, by its seed, wherever nothing makes one wait for the other.
 */
@EmulatedDevice
class UploadsTest {
    private static final int COUNT = (int) Uploads.LARGE / Float.BYTES + 3;

    private static float[] filled(float value) {
        float[] values = new float[COUNT];
        Arrays.fill(values, value);
        return values;
    }

    /** As data that are too large for the device pass through two parts that take turns. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void twoPartsTakeTurns(long seed) {
        Emulator.set("seed", Long.toString(seed));
        try (CudaBackend backend = CudaBackend.open(0);
                Tensor first = backend.zeros(Shape.of(COUNT));
                Tensor second = backend.zeros(Shape.of(COUNT));
                Tensor sum = backend.zeros(Shape.of(COUNT))) {
            Operations operations = backend.operations();
            Tensor[] parts = {first, second};
            try (Program one = backend.record(() -> operations.addScaled(1, first, sum));
                    Program other = backend.record(() -> operations.addScaled(1, second, sum))) {
                float expected = 0;
                for (int i = 1; i <= 10; i++) {
                    parts[i % 2].write(filled(i));
                    (i % 2 == 0 ? one : other).run();
                    expected += i;
                }
                assertThat(sum.floats()).containsOnly(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyUseTakesItsPlace(long seed) {
        Emulator.set("seed", Long.toString(seed));
        try (CudaBackend backend = CudaBackend.open(0);
                Tensor x = backend.zeros(Shape.of(COUNT));
                Tensor y = backend.zeros(Shape.of(COUNT))) {
            Operations operations = backend.operations();
            x.write(filled(1));
            assertThat(x.floats()).containsOnly(1);
            operations.copy(x, y);
            x.write(filled(2));
            x.view(0, Shape.of(2)).write(new float[] {7, 8});
            operations.add(x, y, y);
            assertThat(Arrays.copyOf(y.floats(), 3)).containsExactly(8, 9, 3);
            operations.fill(x, 5);
            x.write(filled(6));
            backend.synchronize();
            assertThat(x.floats()).containsOnly(6);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void memoryMayBeGivenBackWhileACopyToItIsUnderWay(long seed) {
        Emulator.set("seed", Long.toString(seed));
        for (boolean caching : new boolean[] {true, false}) {
            try (CudaBackend backend =
                    CudaBackend.open(0, CudaOptions.fromProperties().withCaching(caching))) {
                Tensor x = backend.zeros(Shape.of(COUNT));
                x.write(filled(1));
                x.close();
                try (Tensor y = backend.zeros(Shape.of(COUNT), DType.FLOAT32)) {
                    assertThat(y.floats()).containsOnly(0);
                }
            }
        }
    }

    @Test
    void synchronizeWaitsForTheComputingAndForTheCopies() {
        try (CudaBackend backend = CudaBackend.open(0);
                Tensor x = backend.zeros(Shape.of(COUNT))) {
            x.write(filled(1));
            Emulator.clearCounters();
            backend.synchronize();
            assertThat(Emulator.counter("synchronisations")).as("each stream").isEqualTo(2);
        }
    }

    @Test
    void whatMarksUsesAndCopiesGoesWithTheTensor() {
        try (CudaBackend backend = CudaBackend.open(0)) {
            Tensor x = backend.zeros(Shape.of(COUNT));
            x.write(filled(1));
            Emulator.clearCounters();
            x.close();
            assertThat(Emulator.counter("calls.cuEventDestroy")).isEqualTo(2);
        }
    }

    /** What the part that is not written has to do goes on: only what uses the other one waits. */
    @Test
    void aCopyWaitsForTheLastUseOfItsOwnMemoryOnly() {
        try (CudaBackend backend = CudaBackend.open(0);
                Tensor data = backend.zeros(Shape.of(COUNT));
                Tensor x = backend.zeros(Shape.of(4));
                Program program =
                        backend.record(() -> backend.operations().addScaled(1, data.view(0, Shape.of(4)), x))) {
            data.write(filled(1));
            program.run();
            backend.synchronize();
            Emulator.clearCounters();
            program.run();
            data.write(filled(2));
            assertThat(Emulator.counter("calls.cuEventRecord"))
                    .as("the use; the copy")
                    .isEqualTo(2);
            assertThat(Emulator.counter("calls.cuStreamWaitEvent"))
                    .as("the copy, for the use")
                    .isEqualTo(1);
            program.run();
            assertThat(Emulator.counter("calls.cuStreamWaitEvent"))
                    .as("the use, for the copy")
                    .isEqualTo(2);
            assertThat(Emulator.counter("synchronisations")).isZero();
            assertThat(x.floats()).containsOnly(1 + 1 + 2);
        }
    }
}

package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory that is kept, memory that is given back, and what happens when there is none left. */
@EmulatedDevice(memory = "64MB")
class MemoryTest {
    private static final long MIB = 1 << 20;

    private static Tensor mebibytes(CudaBackend backend, long count) {
        return backend.zeros(Shape.of(count * MIB / Float.BYTES), DType.FLOAT32);
    }

    @Test
    void whatIsGivenBackIsKeptForTheNextOfItsSize() {
        try (CudaBackend backend = CudaBackend.open(0)) {
            DeviceMemoryUse before = backend.deviceMemory();
            mebibytes(backend, 1).close();
            DeviceMemoryUse given = backend.deviceMemory();
            assertThat(given.inUse()).isEqualTo(before.inUse());
            assertThat(given.cached()).isEqualTo(before.cached() + MIB);
            assertThat(given.peak()).isEqualTo(before.inUse() + MIB);
            mebibytes(backend, 1).close();
            assertThat(backend.deviceMemory().reuses()).isEqualTo(given.reuses() + 1);
            assertThat(backend.deviceMemory().allocations()).isEqualTo(given.allocations());
        }
    }

    @Test
    void memoryThatWasUsedBeforeIsZeroAgain() {
        try (CudaBackend backend = CudaBackend.open(0)) {
            Tensor first = backend.zeros(Shape.of(100), DType.FLOAT32);
            backend.operations().fill(first, 7);
            first.close();
            try (Tensor second = backend.zeros(Shape.of(100), DType.FLOAT32)) {
                assertThat(second.floats()).containsOnly(0);
            }
        }
    }

    @Test
    void withoutTheCacheEveryTensorHasAnAllocationOfItsOwnSize() {
        try (CudaBackend backend =
                CudaBackend.open(0, CudaOptions.fromProperties().withCaching(false))) {
            Emulator.clearCounters();
            backend.zeros(Shape.of(5), DType.FLOAT32).close();
            assertThat(Emulator.counter("allocations.bytes")).isEqualTo(20);
            assertThat(Emulator.counter("frees")).isEqualTo(1);
            assertThat(backend.deviceMemory().cached()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 511, 512, 513, 1024, 1025, 5000, 1 << 20, (1 << 20) + 1, 3_000_001, 123_456_789_012L})
    void noSizeWastesMoreThanAFifthBeyondTheSmallest(long bytes) {
        long size = Allocator.sizeClass(bytes);
        assertThat(size).isGreaterThanOrEqualTo(bytes).isLessThan(Math.max(513, bytes + bytes / 4 + 512));
        assertThat(Allocator.sizeClass(size)).isEqualTo(size);
    }

    @Test
    void whereNothingIsLeftTheKeptMemoryIsGivenBackFirst() {
        try (CudaBackend backend = CudaBackend.open(0)) {
            Tensor small = mebibytes(backend, 12);
            Tensor other = mebibytes(backend, 10);
            small.close();
            other.close();
            Emulator.clearCounters();
            mebibytes(backend, 20).close();
            assertThat(Emulator.counter("calls.cuMemAlloc")).isEqualTo(2);
            assertThat(Emulator.counter("frees")).isEqualTo(2);
            assertThat(backend.deviceMemory().releases()).isEqualTo(1);
        }
    }

    @Test
    void outOfMemoryIsToldInFullAndLeavesTheBackendUsable() {
        try (CudaBackend backend = CudaBackend.open(0);
                Tensor large = mebibytes(backend, 16).named("the large one");
                Tensor small = backend.zeros(Shape.of(10), DType.FLOAT64).named("the small one")) {
            assertThatThrownBy(() -> mebibytes(backend, 40))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessageContainingAll("10485760 elements of float32", "40 MiB", "64 MiB", "are free")
                    .hasMessageContainingAll("the large one float32[4194304] (16777216 bytes), the small one")
                    .hasMessageContaining("close tensors");
            assertThat(backend.memory().tensors()).isEqualTo(2);
            backend.operations().fill(small, 3);
            assertThat(small.doubles()).containsOnly(3);
            large.close();
            mebibytes(backend, 8).close();
        }
    }

    @Test
    void aTensorThatNoMemoryHoldsIsToldToo() {
        try (CudaBackend backend = CudaBackend.open(0)) {
            assertThatThrownBy(() -> backend.zeros(Shape.of(Long.MAX_VALUE), DType.FLOAT32))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessageContaining("9223372036854775807 elements of float32");
            assertThat(backend.memory().tensors()).isZero();
        }
    }

    @Test
    void freeMemoryCountsWhatIsKept() {
        try (CudaBackend backend = CudaBackend.open(0)) {
            long before = backend.freeMemory();
            Tensor tensor = mebibytes(backend, 4);
            assertThat(backend.freeMemory()).isEqualTo(before - 4 * MIB);
            tensor.close();
            assertThat(backend.freeMemory()).isEqualTo(before);
        }
    }

    /** A wide matrix needs more room for its partial sums than there was at first; programs keep what they recorded. */
    @Test
    void roomForSumsGrowsWhileAProgramIsRecorded() {
        try (CudaBackend backend = CudaBackend.open(0);
                Tensor narrow = backend.zeros(Shape.of(64, 8), DType.FLOAT32);
                Tensor narrowSum = backend.zeros(Shape.of(8), DType.FLOAT32);
                Tensor wide = backend.zeros(Shape.of(200, 3001), DType.FLOAT32);
                Tensor wideSum = backend.zeros(Shape.of(3001), DType.FLOAT32)) {
            Operations operations = backend.operations();
            operations.fill(narrow, 1);
            operations.fill(wide, 1);
            try (var program = backend.record(() -> {
                operations.sumRows(narrow, 1, 0, narrowSum);
                operations.sumRows(wide, 1, 0, wideSum);
            })) {
                operations.sumRows(wide, 1, 0, wideSum);
                program.run();
                assertThat(narrowSum.floats()).containsOnly(64);
                assertThat(wideSum.floats()).containsOnly(200);
            }
        }
    }
}

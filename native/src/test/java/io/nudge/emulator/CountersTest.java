package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import jcuda.driver.CUdeviceptr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What kernels move, in sectors of 32 bytes, and how their accesses of shared memory fall on 32 banks of 4 bytes. */
@EmulatedDevice
class CountersTest {
    private static final String MODULE = "sharing";

    private static CUdeviceptr zeros(Cuda cuda, int n) {
        return cuda.floats(new float[n]);
    }

    /** Two blocks of 64 threads: four warps. */
    @ParameterizedTest
    @CsvSource({"1,0,16", "1,8,16", "1,1,20", "2,0,32", "3,0,48", "8,0,128", "32,5,128"})
    void sectorsDependOnStrideAndOffset(int stride, int offset, long sectors) {
        try (Cuda cuda = new Cuda()) {
            int n = 128 * stride + offset;
            cuda.run(MODULE, "strided", 2, 64, 0, zeros(cuda, n), zeros(cuda, n), stride, offset);
        }
        assertThat(Emulator.counter("bytes.read.strided")).isEqualTo(512);
        assertThat(Emulator.counter("bytes.write.strided")).isEqualTo(512);
        assertThat(Emulator.counter("requests.read.strided")).isEqualTo(4);
        assertThat(Emulator.counter("sectors.read.strided")).isEqualTo(sectors);
        assertThat(Emulator.counter("sectors.write.strided")).isEqualTo(sectors);
    }

    /** Four warps of a kernel, one of another. */
    @Test
    void instructionsAreCountedByKindInAllAndForAKernel() {
        try (Cuda cuda = new Cuda()) {
            cuda.run(MODULE, "strided", 2, 64, 0, zeros(cuda, 128), zeros(cuda, 128), 1, 0);
            cuda.run(MODULE, "vectors", 1, 32, 0, zeros(cuda, 128), zeros(cuda, 128));
        }
        assertThat(Emulator.counter("instructions.kind.ret")).isEqualTo(5);
        assertThat(Emulator.counter("instructions.kind.ret.strided")).isEqualTo(4);
        assertThat(Emulator.counter("instructions.kind.ret.vectors")).isEqualTo(1);
        assertThat(Emulator.counter("instructions.warp"))
                .isEqualTo(
                        Emulator.counter("instructions.warp.strided") + Emulator.counter("instructions.warp.vectors"));
    }

    @Test
    void vectorsMoveWhatTheyAskFor() {
        try (Cuda cuda = new Cuda()) {
            cuda.run(MODULE, "vectors", 1, 32, 0, zeros(cuda, 128), zeros(cuda, 128));
        }
        assertThat(Emulator.counter("bytes.read")).isEqualTo(512);
        assertThat(Emulator.counter("sectors.read")).isEqualTo(16);
        assertThat(Emulator.counter("sectors.write")).isEqualTo(16);
    }

    @Test
    void lanesThatReadTheSameShareASector() {
        try (Cuda cuda = new Cuda()) {
            cuda.run(MODULE, "same", 1, 64, 0, zeros(cuda, 1), zeros(cuda, 64));
        }
        assertThat(Emulator.counter("bytes.read.same")).isEqualTo(256);
        assertThat(Emulator.counter("sectors.read.same")).isEqualTo(2);
    }

    @Test
    void atomicsAreCountedApart() {
        try (Cuda cuda = new Cuda()) {
            cuda.run(MODULE, "atomicCount", 3, 32, 0, cuda.ints(0));
        }
        assertThat(Emulator.counter("bytes.atomic.atomicCount")).isEqualTo(384);
        assertThat(Emulator.counter("sectors.atomic.atomicCount")).isEqualTo(3);
        assertThat(Emulator.counter("sectors.read.atomicCount")).isZero();
    }

    @Test
    void allKernelsTogetherAreTheSumOfEach() {
        try (Cuda cuda = new Cuda()) {
            cuda.run(MODULE, "vectors", 1, 32, 0, zeros(cuda, 128), zeros(cuda, 128));
            cuda.run(MODULE, "same", 1, 32, 0, zeros(cuda, 1), zeros(cuda, 32));
        }
        assertThat(Emulator.counter("sectors.read"))
                .isEqualTo(Emulator.counter("sectors.read.vectors") + Emulator.counter("sectors.read.same"));
        Emulator.clearCounters();
        assertThat(Emulator.counters()).isEmpty();
    }

    /** One warp writes and reads once: wavefronts and conflicts of each. */
    @ParameterizedTest
    @CsvSource({
        "shared4,1,1,0",
        "shared4,2,2,1",
        "shared4,3,1,0",
        "shared4,32,32,31",
        "shared4,33,1,0",
        "shared4,0,1,0",
        "shared8,1,2,0",
        "shared8,2,4,2",
        "shared8,16,32,30",
        "shared8,17,2,0",
        "shared16,1,4,0",
        "shared16,2,8,4",
        "shared16,8,32,28",
        "shared16,9,4,0"
    })
    void banks(String kernel, int stride, long wavefronts, long conflicts) {
        try (Cuda cuda = new Cuda()) {
            cuda.run(MODULE, kernel, 1, 32, 32 << 10, cuda.allocate(512), stride);
        }
        assertThat(Emulator.counter("wavefronts.write." + kernel)).isEqualTo(wavefronts);
        assertThat(Emulator.counter("bank-conflicts.write." + kernel)).isEqualTo(conflicts);
        assertThat(Emulator.counter("wavefronts.read." + kernel)).isEqualTo(wavefronts);
        assertThat(Emulator.counter("bank-conflicts.read." + kernel)).isEqualTo(conflicts);
    }

    @ParameterizedTest
    @CsvSource({"32,0", "8,3", "1,31"})
    void atomicsOfOneWordWaitForEachOther(int words, long conflicts) {
        try (Cuda cuda = new Cuda()) {
            cuda.run(MODULE, "sharedAtomic", 1, 32, 0, cuda.allocate(128), words);
        }
        assertThat(Emulator.counter("bank-conflicts.atomic")).isEqualTo(conflicts);
    }
}

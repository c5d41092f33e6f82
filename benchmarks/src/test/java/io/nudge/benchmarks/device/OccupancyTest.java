package io.nudge.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Examples worked out by hand from the rules of NVIDIA's occupancy calculator. */
class OccupancyTest {
    @ParameterizedTest(name = "{0}: {1} registers, {2} B shared, {3} threads")
    @CsvSource({
        // 32 · 32 = 1024 registers a warp: 64 warps, all that there may be
        "9.0, 32, 0, 256, 8, 64, 100, warps",
        // 33 · 32 = 1056, given as 1280: 51 warps, of which 48 in fours, 6 blocks
        "9.0, 33, 0, 256, 6, 48, 75, registers",
        // 163 · 32 = 5216, given as 5376: 12 warps, one block of 8
        "9.0, 163, 0, 256, 1, 8, 12, registers",
        // 128 · 32 = 4096: 16 warps
        "8.0, 128, 0, 256, 2, 16, 25, registers",
        // 80 · 32 = 2560: 25 warps, of which 24 in fours: four blocks of five, not five
        "8.0, 80, 0, 160, 4, 20, 31, registers",
        // 26624 + 1024 = 27648 bytes of 167936: 6 blocks
        "8.0, 31, 26624, 256, 6, 48, 75, shared memory",
        // the same of 102400: 3 blocks, of 48 warps
        "8.6, 31, 26624, 256, 3, 24, 50, shared memory",
        // nothing is reserved: 26624 bytes of 65536, 2 blocks
        "7.5, 31, 26624, 256, 2, 16, 50, shared memory",
        // blocks of one warp: 32 of them, 16, 24
        "9.0, 16, 0, 32, 32, 32, 50, blocks",
        "8.6, 16, 0, 32, 16, 16, 33, blocks",
        "8.9, 16, 0, 1, 24, 24, 50, blocks",
        // 255 · 32 = 8160, given as 8192: 8 warps, fewer than a block has
        "9.0, 255, 0, 512, 0, 0, 0, registers"
    })
    void followsFromRegistersSharedMemoryAndThreads(
            String capability,
            int registers,
            int shared,
            int threads,
            int blocks,
            int warps,
            int percent,
            String limit) {
        assertThat(Occupancy.of(Architecture.all().get(capability), registers, shared, threads))
                .isEqualTo(new Occupancy(blocks, warps, percent, limit));
    }
}

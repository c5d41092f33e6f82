package io.nudge.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nudge.benchmarks.device.Model.Part;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What share of its rate a device can reach, by hand: an H100 has 132 multiprocessors of 128 lanes and four issues a cycle. */
class ProductLimitTest {
    private static final DeviceSheet H100 = DeviceSheet.all().get(0);

    private static ProductLimit limit(long blocks, long products, long all, long wavefronts) {
        KernelLaunch kernel = new KernelLaunch(
                "product",
                blocks,
                256,
                Map.of("instructions.warp", all, "wavefronts.read", wavefronts),
                Map.of("fma.rn.f32", products));
        return ProductLimit.of(kernel, 64.0 * products, 32_000, H100);
    }

    @Test
    void productsAloneReachAllOfIt() {
        ProductLimit limit = limit(132, 1_320_000, 1_320_000, 0);
        assertThat(limit.cycles()).isEqualTo(2500);
        assertThat(limit.share()).isCloseTo(1, within(1e-12));
    }

    @Test
    void otherInstructionsTakeTheirShare() {
        ProductLimit limit = limit(132, 1_320_000, 1_650_000, 0);
        assertThat(limit.busiest()).isEqualTo(Part.ISSUE);
        assertThat(limit.share()).isCloseTo(0.8, within(1e-12));
    }

    @Test
    void sharedMemoryMayBeTheBusiest() {
        ProductLimit limit = limit(132, 1_320_000, 1_320_000, 660_000);
        assertThat(limit.busiest()).isEqualTo(Part.SHARED);
        assertThat(limit.share()).isCloseTo(0.5, within(1e-12));
    }

    /** 133 blocks: one multiprocessor has two of them. */
    @Test
    void anUnevenNumberOfBlocksLeavesMultiprocessorsIdle() {
        assertThat(limit(133, 1_330_000, 1_330_000, 0).share()).isCloseTo(133 / 264.0, within(1e-12));
    }

    /** 32,000 bytes at 3.352 TB/s are 18.9 cycles. */
    @Test
    void bytesLimitItToo() {
        assertThat(limit(132, 1_320_000, 1_320_000, 0).bytesShare())
                .isCloseTo(2500 / (32_000 / 3.352e12 * 1.98e9), within(1e-9));
    }
}

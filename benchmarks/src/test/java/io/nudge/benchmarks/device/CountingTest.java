package io.nudge.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What training steps cost on the device. Times are asserted nowhere. */
@EmulatedDevice
class CountingTest {
    private static final long SECTOR = 32;

    private static Training training(String name) {
        return Training.ALL.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Optional<StepCounts> wholeSteps(String name) throws IOException {
        try (Backend backend = Backends.open(Main.EMULATED)) {
            return new Counting(backend).wholeSteps(training(name));
        }
    }

    private static StepCounts step(String name) throws IOException {
        System.setProperty(Main.WHOLE, "off");
        System.setProperty(Main.FUSED, "off");
        try (Backend backend = Backends.open(Main.EMULATED)) {
            return new Counting(backend).step(training(name));
        } finally {
            System.clearProperty(Main.WHOLE);
            System.clearProperty(Main.FUSED);
        }
    }

    /** Of n layers: 3n − 1 products; gathering, n ways forward and back, the biases' update, and the factors of descent. */
    @ParameterizedTest
    @CsvSource({"A, 5, 7", "B, 8, 9", "B with Adam, 8, 8", "C, 11, 11"})
    void aStepIsOneLaunchOfAFewKernels(String name, int products, int kernels) throws IOException {
        StepCounts step = step(name);
        assertThat(step.products()).hasSize(products);
        assertThat(step.kernels()).as("%s", step.kernels()).hasSize(kernels);
        assertThat(step.host().graphLaunches()).isEqualTo(1);
        assertThat(step.host().waits()).as("waits").isZero();
        assertThat(step.host().copies()).as("copies").isZero();
        assertThat(step.host().allocations()).as("allocations").isZero();
    }

    @ParameterizedTest
    @CsvSource({"A", "B", "B with Adam", "C"})
    void theProductsAreThoseOfTheNetwork(String name) throws IOException {
        StepCounts step = step(name);
        assertThat(step.products().stream()
                        .mapToDouble(ProductLaunch::operations)
                        .sum())
                .isEqualTo(step.training().operations());
    }

    /** No two lanes want different words of one bank, and no kernel asks for a sector much more than once. */
    @ParameterizedTest
    @CsvSource({"B", "B with Adam", "C"})
    void kernelsMoveWhatTheyMust(String name) throws IOException {
        StepCounts step = step(name);
        assertThat(step.kernels())
                .allSatisfy(kernel -> assertThat(kernel.conflicts())
                        .as("bank conflicts of %s", kernel.name())
                        .isZero());
        double moved = step.kernels().stream().mapToDouble(Launch::movedBytes).sum();
        double least = step.kernels().stream().mapToDouble(Launch::leastBytes).sum();
        assertThat(moved / least).as("bytes of all kernels against the least").isLessThan(1.15);
    }

    /**
     * 3 · 238,200 products, less 235,200 back to the inputs, by 32 lanes: 14,972 fused ones. A step reads its batch, 31 KB, once, and
     * what it writes is the parameters' share, 95 KB in 256 steps. Threads meet once for each layer forward, once more for a hidden one,
     * once for the output, once for each layer back but the last, and once with those that load.
     */
    @Test
    void aKernelTakesManyStepsOfASmallNetwork() throws IOException {
        StepCounts steps = wholeSteps("A").orElseThrow();
        assertThat(steps.steps()).isEqualTo(256);
        assertThat(steps.host().graphLaunches()).isEqualTo(1);
        assertThat(steps.products()).isEmpty();
        KernelLaunch kernel = steps.kernels().get(0);
        assertThat(steps.kernels()).hasSize(1);
        assertThat(kernel.kernel()).isEqualTo("whole_steps_f32");
        assertThat(kernel.blocks()).isEqualTo(1);
        assertThat(kernel.instructions(InstructionClass.FLOAT32) / steps.steps())
                .isBetween(14_972L, 22_000L);
        assertThat(kernel.readBytes() / steps.steps()).isBetween(31_360.0, 33_000.0);
        assertThat(kernel.writtenBytes() / steps.steps()).isBetween(372.0, 400.0);
        assertThat(kernel.wayBarriers() / steps.steps()).isBetween(6.0, 6.1);
        assertThat(kernel.wayInstructions()).isLessThan(kernel.instructions() / 4.0);
        assertThat(kernel.conflicts()).isLessThan(kernel.wavefronts() / 40);
    }

    @ParameterizedTest
    @CsvSource({"B", "B with Adam", "C"})
    void whatIsTooLargeIsTakenByNoSingleKernel(String name) throws IOException {
        assertThat(wholeSteps(name)).isEmpty();
    }

    /** w, g and two averages are read, w and the averages written: seven times 669,706 numbers, and next to nothing else. */
    @Test
    void adamTouchesEachNumberOnce() throws IOException {
        KernelLaunch adam = step("B with Adam").kernels().stream()
                .filter(kernel -> kernel.name().equals("update_adam_f32"))
                .findFirst()
                .orElseThrow();
        double numbers = 7 * 669_706.0 * Float.BYTES;
        assertThat(adam.leastBytes()).isBetween(numbers, numbers + 64 * SECTOR);
    }
}

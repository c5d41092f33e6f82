package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;

/** A test on the emulated device that fails says with which seed, and fails again with it. */
class SeedTest {
    private static final String PROPERTY = "nudge.emulator.seed";
    private static final Pattern SEED = Pattern.compile("with seed (\\d+) \\(-D" + Pattern.quote(PROPERTY) + "\\)");
    private String before;

    /** Has a fault that only some orders of work show: nothing makes the copy wait for the memset. */
    @EmulatedDevice
    static class Hasty {
        @Test
        void copiesBeforeItIsWritten() {
            try (Cuda cuda = new Cuda()) {
                CUdeviceptr from = cuda.allocate(16);
                CUdeviceptr to = cuda.allocate(16);
                CUstream a = Calls.stream(1);
                CUstream b = Calls.stream(1);
                JCudaDriver.cuMemsetD8Async(from, (byte) 1, 16, a);
                JCudaDriver.cuMemcpyDtoDAsync(to, from, 16, b);
                JCudaDriver.cuStreamSynchronize(b);
                JCudaDriver.cuCtxSynchronize();
                cuda.ints(to, 4);
                JCudaDriver.cuStreamDestroy(a);
                JCudaDriver.cuStreamDestroy(b);
            }
        }
    }

    /** What the failing test says, without addresses, which are never the same; nothing if it passes. */
    private static Optional<String> failureAt(long seed) {
        System.setProperty(PROPERTY, Long.toString(seed));
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(Hasty.class))
                                .build(),
                        listener);
        List<Failure> failures = listener.getSummary().getFailures();
        assertThat(listener.getSummary().getTestsStartedCount()).isEqualTo(1);
        return failures.stream()
                .findFirst()
                .map(f -> f.getException().getMessage().replaceAll("0x[0-9a-f]+", "0x"));
    }

    @BeforeEach
    void remember() {
        assumeTrue(Emulator.isAvailable(), "the emulated CUDA device was not built");
        before = System.getProperty(PROPERTY);
    }

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty(PROPERTY);
        } else {
            System.setProperty(PROPERTY, before);
        }
    }

    @Test
    void theSeedInAReportReproducesIt() {
        String failure = LongStream.range(1, 50)
                .mapToObj(SeedTest::failureAt)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow();
        Matcher matcher = SEED.matcher(failure);
        assertThat(matcher.find()).as(failure).isTrue();
        long seed = Long.parseLong(matcher.group(1));
        for (int i = 0; i < 5; i++) {
            assertThat(failureAt(seed)).contains(failure);
        }
    }
}

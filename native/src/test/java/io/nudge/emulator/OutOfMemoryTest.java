package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** A test that runs out of the device's memory fails, and those after it run. */
class OutOfMemoryTest {
    @EmulatedDevice
    static class Greedy {
        @Test
        void asksForTooMuch() {
            throw new OutOfMemoryError("the device has no more");
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void asksForTooMuchAgain(int ignored) {
            throw new OutOfMemoryError("the device has no more");
        }

        @Test
        void asksForNothing() {}
    }

    @Test
    void failsAloneAndSaysWhy() {
        assumeTrue(Emulator.isAvailable(), "the emulated CUDA device was not built");
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(Greedy.class))
                                .build(),
                        listener);
        TestExecutionSummary summary = listener.getSummary();
        assertThat(summary.getTestsSucceededCount()).isEqualTo(1);
        assertThat(summary.getFailures())
                .hasSize(3)
                .allSatisfy(failure -> assertThat(failure.getException())
                        .hasMessage("out of memory: the device has no more")
                        .hasCauseInstanceOf(OutOfMemoryError.class));
    }
}

package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.tensor.DType;
import io.nudge.tensor.Program;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a recorded training step costs. */
@EmulatedDevice
class StepTest {
    private static final int MOST_RUNS = 2000;
    private static final int MEASURED = 20;

    private static Map<String, Long> countersBeginningWith(String prefix) {
        return Emulator.counters().entrySet().stream()
                .filter(each -> each.getKey().startsWith(prefix))
                .collect(Collectors.toMap(each -> each.getKey().substring(prefix.length()), Map.Entry::getValue));
    }

    private static long products() {
        return countersBeginningWith("library.").values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void hasAsManyProductsAndKernelsAsLayersNeed(int layers) {
        try (CudaBackend backend = CudaBackend.open(0);
                TrainingStep step = new TrainingStep(backend, DType.FLOAT32, layers);
                Program program = backend.record(step)) {
            backend.synchronize();
            Emulator.clearCounters();
            program.run();
            backend.synchronize();
            assertThat(products()).as("products").isEqualTo(3L * layers - 1);
            assertThat(countersBeginningWith("launches.").values().stream()
                            .mapToLong(Long::longValue)
                            .sum())
                    .as("other kernels: %s", countersBeginningWith("launches."))
                    .isEqualTo(2L * layers + 3);
        }
    }

    @Test
    void isOneLaunchForTheHost() {
        try (CudaBackend backend = CudaBackend.open(0);
                TrainingStep step = new TrainingStep(backend, DType.FLOAT32, 3);
                Program program = backend.record(step)) {
            backend.synchronize();
            Emulator.clearCounters();
            for (int i = 0; i < 10; i++) {
                program.run();
            }
            assertThat(countersBeginningWith("calls."))
                    .containsExactlyInAnyOrderEntriesOf(
                            Map.of("cuCtxPushCurrent", 10L, "cuGraphLaunch", 10L, "cuCtxPopCurrent", 10L));
        }
    }

    @Test
    void isTheSameRecordedOrNot() {
        double[][] parameters = new double[2][];
        for (int i = 0; i < 2; i++) {
            try (CudaBackend backend = CudaBackend.open(0);
                    TrainingStep step = new TrainingStep(backend, DType.FLOAT32, 3);
                    Program program = backend.record(step)) {
                for (int run = 0; run < 5; run++) {
                    (i == 0 ? step : (Runnable) program::run).run();
                }
                parameters[i] = step.parameters();
            }
        }
        assertThat(parameters[1]).containsExactly(parameters[0]);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64"})
    void allocatesNothing(DType type) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (CudaBackend backend = CudaBackend.open(0);
                TrainingStep step = new TrainingStep(backend, type, 2);
                Program program = backend.record(step)) {
            DeviceMemoryUse before = backend.deviceMemory();
            long least = Long.MAX_VALUE;
            for (int runs = 0; runs < MOST_RUNS && least > 0; runs += MEASURED) {
                long start =
                        threads.getThreadAllocatedBytes(Thread.currentThread().getId());
                for (int i = 0; i < MEASURED; i++) {
                    program.run();
                }
                least = Math.min(
                        least,
                        threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - start);
                step.position().write(new long[3]); // the schedule begins anew
            }
            assertThat(least).as("bytes on the Java heap in %d steps", MEASURED).isZero();
            assertThat(backend.deviceMemory()).isEqualTo(before);
        }
    }
}

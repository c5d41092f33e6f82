package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.data.Datasets;
import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.tensor.Operations;
import io.nudge.train.Trainer;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an epoch costs beside its steps: the difference that one more of them makes. */
@EmulatedDevice
class EpochTest {
    private static final int BATCH = 40;

    /** Three steps of 40 irises and one of 30. */
    private static final long STEPS = 4;

    private static Map<String, Long> countersOf(int epochs, boolean whole) {
        try (CudaBackend backend =
                        CudaBackend.open(0, CudaOptions.fromProperties().withWhole(whole));
                Network network = Network.create(Architecture.sigmoid(4, 5, 3), Initializer.NORMAL, 1, backend)) {
            Emulator.clearCounters();
            Trainer.builder()
                    .optimizer(Optimizer.sgd(0.1))
                    .batch(BATCH)
                    .epochs(epochs)
                    .build()
                    .train(network, Datasets.iris());
            return Emulator.counters();
        }
    }

    private static Map<String, Long> costOfAnEpoch(boolean whole) {
        Map<String, Long> few = countersOf(2, whole);
        Map<String, Long> more = countersOf(3, whole);
        Map<String, Long> difference = new TreeMap<>();
        more.forEach((name, value) -> difference.put(name, value - few.getOrDefault(name, 0L)));
        return difference;
    }

    @Test
    void costsTheHostALaunchForEachStepAndAWait() {
        costsTheHost(STEPS, costOfAnEpoch(false));
    }

    @Test
    void costsTheHostOneLaunchWhereAllStepsAreTakenAtOnce() {
        Map<String, Long> cost = costOfAnEpoch(true);
        costsTheHost(1, cost);
        assertThat(cost).containsEntry("launches.whole_steps_f32", 1L);
    }

    private static void costsTheHost(long launches, Map<String, Long> cost) {
        assertThat(cost)
                .containsEntry("graph-launches", launches)
                .containsEntry("calls.cuGraphLaunch", launches)
                .containsEntry("calls.cuLaunchKernel", 1L) // Σ w², in which an overflow shows
                .containsEntry("synchronisations", 1L)
                .containsEntry("allocations", 0L)
                .containsEntry("calls.cuMemAlloc", 0L)
                .containsEntry("calls.cuMemsetD8Async", 0L)
                .doesNotContainKeys("host-allocations", "frees");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void movesOrderAndScheduleToTheDeviceAndAFewNumbersBackInOneCopy(boolean whole) {
        Map<String, Long> cost = costOfAnEpoch(whole);
        long order = 150 * Long.BYTES;
        long schedule = STEPS * Optimizer.COLUMNS * Double.BYTES;
        long position = Operations.POSITION * Long.BYTES;
        long tally = 3 * Double.BYTES;
        long norm = Double.BYTES;
        long record = 4 * Long.BYTES;
        assertThat(cost)
                .containsEntry("copies.HtoD", 4L)
                .containsEntry("copies.bytes.HtoD", order + schedule + position + tally)
                .containsEntry("copies.DtoH", 1L)
                .containsEntry("copies.bytes.DtoH", tally + norm + record);
    }
}

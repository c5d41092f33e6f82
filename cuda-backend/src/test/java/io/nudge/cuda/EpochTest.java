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

/** What an epoch costs beside its steps: the difference that one more of them makes. */
@EmulatedDevice
class EpochTest {
    private static final int BATCH = 40;

    /** Three steps of 40 irises and one of 30. */
    private static final long STEPS = 4;

    private static Map<String, Long> countersOf(int epochs) {
        try (CudaBackend backend = CudaBackend.open(0);
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

    private static Map<String, Long> costOfAnEpoch() {
        Map<String, Long> few = countersOf(2);
        Map<String, Long> more = countersOf(3);
        Map<String, Long> difference = new TreeMap<>();
        more.forEach((name, value) -> difference.put(name, value - few.getOrDefault(name, 0L)));
        return difference;
    }

    @Test
    void costsTheHostALaunchForEachStepAndTwoWaits() {
        Map<String, Long> cost = costOfAnEpoch();
        assertThat(cost)
                .containsEntry("graph-launches", STEPS)
                .containsEntry("calls.cuGraphLaunch", STEPS)
                .containsEntry("calls.cuLaunchKernel", 1L) // Σ w², in which an overflow shows
                .containsEntry("synchronisations", 2L)
                .containsEntry("allocations", 0L)
                .containsEntry("calls.cuMemAlloc", 0L)
                .containsEntry("calls.cuMemsetD8Async", 0L)
                .doesNotContainKeys("host-allocations", "frees");
    }

    @Test
    void movesOrderAndScheduleToTheDeviceAndFewNumbersBack() {
        Map<String, Long> cost = costOfAnEpoch();
        long order = 150 * Long.BYTES;
        long schedule = STEPS * Optimizer.COLUMNS * Double.BYTES;
        long position = Operations.POSITION * Long.BYTES;
        long tally = 3 * Double.BYTES;
        long norm = Double.BYTES;
        long record = 4 * Long.BYTES;
        assertThat(cost)
                .containsEntry("copies.HtoD", 4L)
                .containsEntry("copies.bytes.HtoD", order + schedule + position + tally)
                .containsEntry("copies.DtoH", 3L)
                .containsEntry("copies.bytes.DtoH", tally + norm + record);
    }
}

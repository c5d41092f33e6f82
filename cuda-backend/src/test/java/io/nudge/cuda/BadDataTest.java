package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.tensor.DType;
import io.nudge.tensor.Program;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Bad data that only a kernel can find is told at the next wait, and nothing is harmed by it. */
@EmulatedDevice
class BadDataTest {
    @Test
    void anOrderThatNamesNoExampleIsTold() {
        try (CudaBackend backend = CudaBackend.open(0);
                TrainingStep step = new TrainingStep(backend, DType.FLOAT32, 2);
                Program program = backend.record(step)) {
            long[] order = new long[50];
            order[7] = 50;
            step.order().write(order);
            program.run();
            assertThatThrownBy(backend::synchronize)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("gather: the order names example 50, but there are 50, from 0 on; write an order of "
                            + "those");
            step.order().write(new long[50]);
            program.run();
            backend.synchronize();
        }
    }

    @Test
    void aLabelBeyondTheClassesIsTold() {
        try (CudaBackend backend = CudaBackend.open(0);
                TrainingStep step = new TrainingStep(backend, DType.FLOAT64, 1)) {
            long[] labels = new long[50];
            Arrays.fill(labels, 2);
            labels[4] = -1;
            step.labels().write(labels);
            long[] order = new long[50];
            order[3] = 4;
            step.order().write(order);
            step.run();
            assertThatThrownBy(step::parameters)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "gatherOneHot: example 4 has the label -1, but the batch has room for 3 classes, from 0 "
                                    + "on; make it wider");
        }
    }

    @Test
    void aStepBeyondTheScheduleIsToldAndChangesNoParameter() {
        try (CudaBackend backend = CudaBackend.open(0);
                TrainingStep step = new TrainingStep(backend, DType.FLOAT32, 2);
                Program program = backend.record(step)) {
            double[] before = step.parameters();
            step.position().write(new long[] {0, 1000, 0, 0, 0, 0});
            program.run();
            assertThatThrownBy(step::parameters)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("update: the position is at step 1000, but the schedule has 1000 steps; write a longer "
                            + "schedule, or set the position back");
            assertThat(step.parameters()).containsExactly(before);
        }
    }

    @Test
    void aMistakeThatNobodyWaitedForIsToldOnClosing() {
        CudaBackend backend = CudaBackend.open(0);
        try (TrainingStep step = new TrainingStep(backend, DType.FLOAT32, 1)) {
            step.position().write(new long[] {0, -1, 0, 0, 0, 0});
            step.run();
        }
        assertThatThrownBy(backend::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the position is at step -1");
    }
}

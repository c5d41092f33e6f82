package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Program;
import io.nudge.tensor.Shape;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which steps one kernel takes, what that costs, and what it says. That they are right, the specification sees. */
@EmulatedDevice
class WholeTrainingTest {
    private static final int MOST_RUNS = 2000;
    private static final int MEASURED = 20;

    /** Of Nielsen's book, for 28 × 28 pixels. */
    private static final Architecture DIGITS = Architecture.sigmoid(784, 30, 10);

    private static final Architecture SMALL = Architecture.sigmoid(6, 5, 3);

    private static CudaBackend open() {
        return CudaBackend.open(0);
    }

    private static int stepsAtOnce(CudaBackend backend, DType type, Architecture architecture, int batch) {
        try (SmallTraining training = new SmallTraining(backend, type, architecture, batch, 3)) {
            return training.stepsAtOnce();
        }
    }

    private static int stepsAtOnce(Architecture architecture, int batch) {
        try (CudaBackend backend = open()) {
            return stepsAtOnce(backend, DType.FLOAT32, architecture, batch);
        }
    }

    // ---- what it costs ----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"FLOAT32, whole_steps_f32", "FLOAT64, whole_steps_f64"})
    void manyStepsAreOneKernelAndNothingElse(DType type, String kernel) {
        try (CudaBackend backend = open();
                SmallTraining training = new SmallTraining(backend, type, SMALL, 4, 30);
                Program program = backend.record(() -> training.train(30))) {
            program.run();
            backend.synchronize();
            Emulator.clearCounters();
            program.run();
            assertThat(countersOfWork()).isEmpty(); // nothing is waited for, and nothing runs before somebody waits
            backend.synchronize(); // which brings the record of faults back
            assertThat(countersOfWork())
                    .containsExactly(
                            "copies.DtoH",
                            "copies.bytes.DtoH",
                            "graph-launches",
                            "launches",
                            "launches." + kernel,
                            "synchronisations");
            assertThat(Emulator.counter("launches")).isEqualTo(1);
            assertThat(Emulator.counter("copies.bytes.DtoH")).isEqualTo(4 * Long.BYTES);
        }
    }

    private static Set<String> countersOfWork() {
        Set<String> names = new TreeSet<>(Emulator.counters().keySet());
        names.removeIf(
                name -> !name.matches("(copies|memsets|allocations|frees|launches|library|graph|synchron|host).*"));
        return names;
    }

    @Test
    void moreStepsThanOneLaunchShouldTakeAreSeveralLaunches() {
        try (CudaBackend backend = open();
                SmallTraining atOnce = new SmallTraining(backend, DType.FLOAT32, SMALL, 1, 30, 2001);
                SmallTraining inParts = new SmallTraining(backend, DType.FLOAT32, SMALL, 1, 30, 2001)) {
            atOnce.train(2001);
            backend.synchronize();
            assertThat(Emulator.counter("launches.whole_steps_f32")).isEqualTo(3);
            inParts.train(1999);
            inParts.train(2);
            assertThat(inParts.parameters()).containsExactly(atOnce.parameters());
        }
    }

    @Test
    void aRunAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (CudaBackend backend = open();
                SmallTraining training = new SmallTraining(backend, DType.FLOAT32, SMALL, 4, 30);
                Program program = backend.record(() -> training.train(8))) {
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
                training.position().write(new long[6]); // the schedule begins anew
            }
            assertThat(least).as("bytes on the Java heap in %d runs", MEASURED).isZero();
            assertThat(backend.deviceMemory()).isEqualTo(before);
        }
    }

    /** Whether 32 lanes share the sums of the first layer or each lane has sums of its own, those of a warp want different banks. */
    @ParameterizedTest
    @CsvSource({"784, 30, 10, 0.025", "200, 16, 30, 0.03"})
    void sharedMemoryIsUsedNearlyWithoutBankConflicts(int inputs, int hidden, int batch, double most) {
        Architecture architecture = Architecture.sigmoid(inputs, hidden, 10);
        int examples = 2 * batch;
        try (CudaBackend backend = open();
                SmallTraining training = new SmallTraining(backend, DType.FLOAT32, architecture, batch, examples)) {
            training.train(examples);
            backend.synchronize();
            double conflicts = passes("bank-conflicts.read") + passes("bank-conflicts.write");
            double all = passes("wavefronts.read") + passes("wavefronts.write");
            assertThat(conflicts / all)
                    .as("share of the passes of shared memory")
                    .isLessThan(most);
        }
    }

    private static double passes(String counter) {
        return Emulator.counter(counter + ".whole_steps_f32");
    }

    /** δ times 2 and half the rate are the same bits as neither, both where rows of outputs share a warp and where each has one. */
    @ParameterizedTest
    @ValueSource(ints = {3, 33})
    void theLossScaleOfThePositionCounts(int outputs) {
        Architecture architecture = Architecture.sigmoid(6, 5, outputs);
        try (CudaBackend backend = open();
                SmallTraining plain = new SmallTraining(backend, DType.FLOAT32, architecture, 4, 30);
                SmallTraining scaled = new SmallTraining(backend, DType.FLOAT32, architecture, 4, 30)) {
            scaled.position().write(new long[] {0, 0, 0, 1, 0, 0});
            scaled.rate(0.5 * SmallTraining.RATE);
            plain.train(30);
            scaled.train(30);
            assertThat(scaled.parameters()).containsExactly(plain.parameters());
        }
    }

    /** Where several lanes share the sums of 200 inputs: only the order of sums differs. */
    @Test
    void parametersGoWhereSingleOperationsTakeThem() {
        double[] whole = trainedInFloat64(true);
        double[] single = trainedInFloat64(false);
        for (int i = 0; i < single.length; i++) {
            assertThat(whole[i]).as("parameter %d", i).isCloseTo(single[i], within(1e-12));
        }
    }

    private static double[] trainedInFloat64(boolean whole) {
        try (CudaBackend backend =
                        CudaBackend.open(0, CudaOptions.fromProperties().withWhole(whole));
                SmallTraining training =
                        new SmallTraining(backend, DType.FLOAT64, Architecture.sigmoid(200, 16, 10), 10, 30)) {
            training.train(30);
            return training.parameters();
        }
    }

    // ---- which are taken --------------------------------------------------------------------------------------------

    /** Two batches of inputs fit beside 96 KiB of parameters where a block can have 163 or 227 KiB, and nothing where it has 99 or 64. */
    @EmulatedDevice(computeCapability = "8.0")
    @Test
    void theDigitsAreTakenOnAnA100() {
        assertThat(stepsAtOnce(DIGITS, 10)).isEqualTo(1000);
        assertThat(stepsAtOnce(DIGITS, 15)).as("with one batch of inputs").isEqualTo(1000);
        assertThat(stepsAtOnce(DIGITS, 16)).isEqualTo(1);
    }

    @EmulatedDevice(computeCapability = "8.9")
    @Test
    void theDigitsDoNotFitOnAnRtx4090() {
        assertThat(stepsAtOnce(DIGITS, 10)).isEqualTo(1);
        assertThat(stepsAtOnce(Architecture.sigmoid(784, 20, 10), 10)).isEqualTo(1000);
    }

    @EmulatedDevice(computeCapability = "7.5")
    @Test
    void whereOneBatchFitsButNotTwoTheBitsAreTheSame() {
        double[] one = trainedWithBatchOf30();
        Emulator.set("capability", "9.0");
        Emulator.reset();
        assertThat(trainedWithBatchOf30()).containsExactly(one);
    }

    /** 45 KiB, and 25 more for another batch. */
    private static double[] trainedWithBatchOf30() {
        try (CudaBackend backend = open();
                SmallTraining training =
                        new SmallTraining(backend, DType.FLOAT32, Architecture.sigmoid(200, 16, 10), 30, 100)) {
            assertThat(training.stepsAtOnce()).isEqualTo(1000);
            training.train(130);
            return training.parameters();
        }
    }

    @Test
    void fewerStepsAreTakenAtOnceWhereTheyAreLong() {
        Architecture wide = Architecture.sigmoid(100, 100, 100);
        assertThat(stepsAtOnce(wide, 40)).isEqualTo(1000);
        assertThat(stepsAtOnce(wide, 53)).as("beyond 2²⁰ products").isEqualTo(1);
        try (CudaBackend backend = open()) {
            assertThat(stepsAtOnce(backend, DType.FLOAT64, wide, 10)).isBetween(300, 400);
        }
    }

    @Test
    void layersAreCountedAndHaveToBeElementwise() {
        assertThat(stepsAtOnce(Architecture.sigmoid(3, 3, 3, 3, 3, 3, 3, 3, 3), 2))
                .as("8 layers")
                .isEqualTo(1000);
        assertThat(stepsAtOnce(Architecture.sigmoid(3, 3, 3, 3, 3, 3, 3, 3, 3, 3), 2))
                .as("9 layers")
                .isEqualTo(1);
        try (CudaBackend backend = open();
                SmallTraining training = new SmallTraining(backend, DType.FLOAT32, SMALL, 4, 30)) {
            assertThat(backend.operations().stepsAtOnce(training.steps(Activation.TANH)))
                    .isEqualTo(1000);
            assertThat(backend.operations().stepsAtOnce(training.steps(Activation.SOFTMAX)))
                    .as("softmax in a hidden layer")
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void productsThatRoundTheirFactorsAreNotReplaced(Precision precision) {
        try (CudaBackend backend =
                CudaBackend.open(0, CudaOptions.fromProperties().withPrecision(precision))) {
            boolean strict = precision == Precision.STRICT;
            assertThat(stepsAtOnce(backend, DType.FLOAT32, SMALL, 4)).isEqualTo(strict ? 1000 : 1);
            boolean scaled = precision == Precision.FLOAT16;
            assertThat(stepsAtOnce(backend, DType.FLOAT64, SMALL, 4)).isEqualTo(scaled ? 1 : 1000);
        }
    }

    @Test
    void anOptionSwitchesThemOff() {
        try (CudaBackend backend =
                        CudaBackend.open(0, CudaOptions.fromProperties().withWhole(false));
                SmallTraining training = new SmallTraining(backend, DType.FLOAT32, SMALL, 4, 30)) {
            assertThat(training.stepsAtOnce()).isEqualTo(1);
            training.train(30);
            backend.synchronize();
            assertThat(Emulator.counters()).doesNotContainKey("launches.whole_steps_f32");
            assertThat(Emulator.counter("launches.update_sgd_f32")).isEqualTo(8);
        }
    }

    // ---- what it says -----------------------------------------------------------------------------------------------

    @Test
    void theLogSaysOnceWhatIsTakenAndHowMuchMemoryItHas() {
        List<String> lines = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("io.nudge");
        logger.addHandler(handler);
        try (CudaBackend backend = open();
                SmallTraining training = new SmallTraining(backend, DType.FLOAT32, SMALL, 4, 30)) {
            training.train(30);
            training.train(30);
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(lines)
                .filteredOn(line -> line.contains("training steps"))
                .containsExactly(
                        "one kernel takes up to 1000 training steps of 6-5-3 at once (float32, batches of 4), in 2.3 of"
                                + " 226.0 KiB of shared memory; nudge.cuda.whole=off takes them one by one");
    }

    // ---- bad data ---------------------------------------------------------------------------------------------------

    @Test
    void anOrderThatNamesNoExampleIsTold() {
        try (CudaBackend backend = open();
                SmallTraining training = new SmallTraining(backend, DType.FLOAT32, SMALL, 4, 30)) {
            training.order.view(17, Shape.of(1)).write(new long[] {30});
            training.train(30);
            assertThatThrownBy(backend::synchronize)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("gather: the order names example 30, but there are 30, from 0 on; write an order of "
                            + "those");
        }
    }

    @Test
    void aLabelBeyondTheClassesIsTold() {
        try (CudaBackend backend = open();
                SmallTraining training = new SmallTraining(backend, DType.FLOAT64, SMALL, 4, 30)) {
            training.labels.view(29, Shape.of(1)).write(new long[] {-1});
            training.train(30);
            assertThatThrownBy(training::parameters)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "gatherOneHot: example 29 has the label -1, but the batch has room for 3 classes, from 0 "
                                    + "on; make it wider");
        }
    }

    @Test
    void aStepBeyondTheScheduleIsToldAndMovesNothing() {
        try (CudaBackend backend = open();
                SmallTraining training = new SmallTraining(backend, DType.FLOAT32, SMALL, 4, 30, 2);
                SmallTraining first = new SmallTraining(backend, DType.FLOAT32, SMALL, 4, 30, 2)) {
            first.train(8);
            double[] after = first.parameters();
            training.train(16);
            assertThatThrownBy(backend::synchronize)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("step 2", "the schedule has 2");
            assertThat(training.parameters()).containsExactly(after);
        }
    }

    @Test
    void whatTheLastStepDoesNotUseIsNotLookedAt() {
        try (CudaBackend backend = open();
                SmallTraining training = new SmallTraining(backend, DType.FLOAT32, SMALL, 4, 30)) {
            training.order.view(6, Shape.of(1)).write(new long[] {30});
            training.train(6);
            backend.synchronize();
        }
    }

    /**
     * An infinite δ makes the weights of a neuron infinite, but not what stands behind them in a row of shared memory: else the
     * neuron's sum would be no number, where it is −∞, and σ of it 0.
     */
    @Test
    void weightsThatOverflowDoSoByThemselves() {
        List<Dense> layers = List.of(new Dense(1, Activation.SIGMOID), new Dense(1, Activation.IDENTITY));
        for (boolean whole : new boolean[] {true, false}) {
            try (CudaBackend backend =
                            CudaBackend.open(0, CudaOptions.fromProperties().withWhole(whole));
                    SmallTraining training = new SmallTraining(
                            backend, DType.FLOAT32, new Architecture(3, layers, Cost.QUADRATIC), 1, 2)) {
                training.inputs.write(new double[] {1, 1, 1, 1, 1, 1});
                training.place(0, 0, 0, 3e19, 0, 0); // a is 1.5e19, its square a number, the weight times δ none
                training.train(2);
                assertThat(training.tally()[Operations.FAULT]).isZero();
                assertThat(training.tally()[Operations.COST]).isBetween(2e38, 4e38);
            }
        }
    }
}

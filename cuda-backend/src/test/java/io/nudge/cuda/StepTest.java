package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.nudge.cuda.CudaOptions.ProductChoice;
import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.math.Optimizer;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Program;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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

    private static long sum(Map<String, Long> counters) {
        return counters.values().stream().mapToLong(Long::longValue).sum();
    }

    private static CudaBackend open(ProductChoice choice, Precision precision) {
        return CudaBackend.open(
                0, CudaOptions.fromProperties().withProduct(choice).withPrecision(precision));
    }

    private static CudaBackend openWithLayersOneByOne(ProductChoice choice, Precision precision) {
        return CudaBackend.open(
                0,
                CudaOptions.fromProperties()
                        .withProduct(choice)
                        .withPrecision(precision)
                        .withFused(false));
    }

    /** Of n layers: 3n − 1 products, and gathering, n ways forward, n ways back, the optimizer; and what unscales gradients. */
    @ParameterizedTest
    @CsvSource({
        "CUBLAS, STRICT, 1, 0",
        "CUBLAS, STRICT, 2, 0",
        "CUBLAS, STRICT, 3, 0",
        "CUBLAS, STRICT, 5, 0",
        "CUBLAS, BFLOAT16, 1, 0",
        "CUBLAS, BFLOAT16, 3, 0",
        "CUBLAS, FLOAT16, 3, 1",
        "KERNELS, STRICT, 1, 0",
        "KERNELS, STRICT, 2, 0",
        "KERNELS, STRICT, 3, 0",
        "KERNELS, STRICT, 5, 0",
        "KERNELS, BFLOAT16, 3, 0",
        "KERNELS, FLOAT16, 3, 1"
    })
    void hasAsManyProductsAndKernelsAsLayersNeed(ProductChoice choice, Precision precision, int layers, int more) {
        try (CudaBackend backend = openWithLayersOneByOne(choice, precision);
                TrainingStep step = new TrainingStep(backend, DType.FLOAT32, layers);
                Program program = backend.record(step)) {
            program.run(); // which rounds the parameters first, where products take 16 bits
            backend.synchronize();
            Emulator.clearCounters();
            program.run();
            backend.synchronize();
            Map<String, Long> kernels = countersBeginningWith("launches.");
            long own = sum(countersBeginningWith("launches.product_"));
            long library = sum(countersBeginningWith("library."));
            assertThat(choice == ProductChoice.CUBLAS ? own : library)
                    .as("products by what was not chosen")
                    .isZero();
            assertThat(own + library).as("products").isEqualTo(3L * layers - 1);
            assertThat(sum(kernels) - own).as("other kernels: %s", kernels).isEqualTo(2L * layers + 2 + more);
        }
    }

    /** Instead of the update of all parameters, one of the biases; and the factors of the products are a launch more. */
    @ParameterizedTest
    @CsvSource({"CUBLAS, FLOAT32, 1", "CUBLAS, FLOAT64, 3", "KERNELS, FLOAT32, 3", "KERNELS, FLOAT64, 1"})
    void ofPlainDescentMovesTheWeightsByTheProductsThemselves(ProductChoice choice, DType type, int layers) {
        try (CudaBackend backend = openWithLayersOneByOne(choice, Precision.STRICT);
                TrainingStep step = new TrainingStep(backend, type, layers, Optimizer.sgd(0.1));
                Program program = backend.record(step)) {
            double[] before = step.parameters();
            Emulator.clearCounters();
            program.run();
            backend.synchronize();
            Map<String, Long> kernels = countersBeginningWith("launches.");
            long products = sum(countersBeginningWith("launches.product_")) + sum(countersBeginningWith("library."));
            assertThat(products).as("products").isEqualTo(3L * layers - 1);
            assertThat(sum(kernels) - sum(countersBeginningWith("launches.product_")))
                    .as("other kernels: %s", kernels)
                    .isEqualTo(2L * layers + 3);
            assertThat(step.parameters()).doesNotContain(before);
        }
    }

    /** A kernel forward and one back, whatever the number of layers; and a product for each gradient of weights. */
    @ParameterizedTest
    @CsvSource({"CUBLAS, FLOAT32, 2", "CUBLAS, FLOAT64, 5", "KERNELS, FLOAT32, 5", "KERNELS, FLOAT64, 2"})
    void takesNarrowLayersTogether(ProductChoice choice, DType type, int layers) {
        try (CudaBackend backend = open(choice, Precision.STRICT);
                TrainingStep step = new TrainingStep(backend, type, layers);
                Program program = backend.record(step)) {
            Emulator.clearCounters();
            program.run();
            backend.synchronize();
            long own = sum(countersBeginningWith("launches.product_"));
            assertThat(own + sum(countersBeginningWith("library.")))
                    .as("products")
                    .isEqualTo(layers);
            assertThat(countersBeginningWith("launches.forward_layers").values())
                    .containsExactly(1L);
            assertThat(countersBeginningWith("launches.backward_layers").values())
                    .containsExactly(1L);
            assertThat(sum(countersBeginningWith("launches.")) - own)
                    .as("all kernels: gathering, forward, the output, back, the optimizer")
                    .isEqualTo(5);
        }
    }

    @ParameterizedTest
    @CsvSource({"CUBLAS, STRICT", "CUBLAS, BFLOAT16", "CUBLAS, FLOAT16", "KERNELS, STRICT"})
    void isOneLaunchForTheHost(ProductChoice choice, Precision precision) {
        try (CudaBackend backend = open(choice, precision);
                TrainingStep step = new TrainingStep(backend, DType.FLOAT32, 3);
                Program program = backend.record(step)) {
            program.run();
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

    /** Not on the device either, where a graph might have nodes that do. */
    @ParameterizedTest
    @CsvSource({"CUBLAS, STRICT", "CUBLAS, FLOAT16", "KERNELS, STRICT"})
    void copiesWaitsAndAllocatesNowhere(ProductChoice choice, Precision precision) {
        try (CudaBackend backend = open(choice, precision);
                TrainingStep step = new TrainingStep(backend, DType.FLOAT32, 3);
                Program program = backend.record(step)) {
            program.run();
            backend.synchronize();
            Emulator.clearCounters();
            program.run();
            assertThat(Emulator.counter("synchronisations")).as("waits").isZero();
            Emulator.drain();
            assertThat(sum(countersBeginningWith("launches.")))
                    .as("kernels that ran")
                    .isPositive();
            for (String what : List.of("copies.", "memsets", "allocations", "frees", "host-allocations")) {
                assertThat(countersBeginningWith(what))
                        .as(what)
                        .allSatisfy((name, count) -> assertThat(count).isZero());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void isTheSameRecordedOrNot(Precision precision) {
        double[][] parameters = new double[2][];
        for (int i = 0; i < 2; i++) {
            try (CudaBackend backend = open(ProductChoice.CUBLAS, precision);
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
    @CsvSource({
        "CUBLAS, STRICT, FLOAT32",
        "CUBLAS, STRICT, FLOAT64",
        "CUBLAS, BFLOAT16, FLOAT32",
        "KERNELS, STRICT, FLOAT32"
    })
    void allocatesNothing(ProductChoice choice, Precision precision, DType type) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (CudaBackend backend = open(choice, precision);
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
                step.position().write(new long[Operations.POSITION]); // the schedule begins anew
            }
            assertThat(least).as("bytes on the Java heap in %d steps", MEASURED).isZero();
            assertThat(backend.deviceMemory()).isEqualTo(before);
        }
    }
}

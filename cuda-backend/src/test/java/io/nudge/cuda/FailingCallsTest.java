package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nudge.data.Dataset;
import io.nudge.data.Datasets;
import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.emulator.Report;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.nn.Network;
import io.nudge.tensor.BackendUnavailableException;
import io.nudge.tensor.DeviceFaultException;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import io.nudge.train.Trainer;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import jcuda.driver.CUresult;
import jcuda.jcublas.cublasStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every call of the driver and of cuBLAS that a training run makes is made to fail, each time that it is made: there is an
 * exception that names it, nothing is left behind, and the next backend trains as ever.
 */
@EmulatedDevice(computeCapability = "8.0") // where cuBLAS has the smaller workspace, so that each run takes less time
class FailingCallsTest {
    /** Their results are of no use: they are made when something has failed already, or leave what they cannot change. */
    private static final Set<String> UNHEARD =
            Set.of("cuCtxPopCurrent", "cuGetErrorName", "cuGetErrorString", "cuDevicePrimaryCtxReset");

    /**
     * What they fail to give back is there until the context goes, and with it all; a context that cannot be reached keeps
     * all.
     */
    private static final Set<String> GIVING_BACK = Set.of(
            "cuCtxPushCurrent",
            "cuMemFree",
            "cuMemFreeHost",
            "cuStreamDestroy",
            "cuEventDestroy",
            "cuModuleUnload",
            "cuGraphDestroy",
            "cuGraphExecDestroy",
            "cuDevicePrimaryCtxRelease",
            "cublasDestroy",
            "cuStreamEndCapture");

    private static final float[] PIECE = new float[(int) Uploads.LARGE / Float.BYTES];

    private static final Dataset DATA = Datasets.iris().subset(new int[] {1, 20, 60, 80, 90, 120, 140});

    /** Dropout, a ragged batch, products, and a piece of data large enough to be copied from beside: a bit of everything. */
    private static double[] train(Precision precision) {
        Architecture architecture = new Architecture(
                4,
                List.of(new Dense(5, Activation.TANH, 0.25), new Dense(3, Activation.SOFTMAX)),
                Cost.CATEGORICAL_CROSS_ENTROPY);
        CudaOptions options = CudaOptions.fromProperties().withPrecision(precision);
        try (CudaBackend backend = CudaBackend.open(0, options);
                Tensor piece = backend.zeros(Shape.of(PIECE.length));
                Network network = Network.create(architecture, Initializer.NORMAL, 1, backend)) {
            Trainer.builder()
                    .optimizer(Optimizer.adam(0.1))
                    .batch(4)
                    .epochs(1)
                    .build()
                    .train(network, DATA);
            piece.write(PIECE);
            backend.operations().scale(2, piece, piece);
            piece.write(PIECE);
            return network.parameters().doubles();
        }
    }

    /** How often each call is made in a run. */
    private static Map<String, Long> callsOfARun(Precision precision) {
        Emulator.clearCounters();
        train(precision);
        return Emulator.counters().entrySet().stream()
                .filter(each -> each.getKey().startsWith("calls.cu"))
                .filter(each -> !UNHEARD.contains(each.getKey().substring("calls.".length())))
                .collect(Collectors.toMap(
                        each -> each.getKey().substring("calls.".length()),
                        Map.Entry::getValue,
                        Long::sum,
                        TreeMap::new));
    }

    /** Runs in one precision, in which something fails. */
    private static final class Runs {
        final Precision precision;
        final double[] expected;
        final Set<String> faults = new LinkedHashSet<>();

        Runs(Precision precision) {
            this.precision = precision;
            this.expected = train(precision);
        }

        /** Lets a call fail each of these times, in runs one after another, and then train once more. */
        void failing(String call, LongStream times, int code) {
            times.forEach(nth -> fail(call, nth, code));
            try {
                assertThat(train(precision)).containsExactly(expected);
            } catch (RuntimeException | OutOfMemoryError | AssertionError e) {
                faults.add("after " + call + ": " + e);
            }
        }

        private void fail(String call, long nth, int code) {
            String what = call + ", time " + nth + ": ";
            Emulator.fail(call, nth, code);
            AtomicReference<double[]> found = new AtomicReference<>();
            Throwable thrown = catchThrowable(() -> found.set(train(precision)));
            boolean recovered = code == CUresult.CUDA_ERROR_OUT_OF_MEMORY && Arrays.equals(found.get(), expected);
            boolean told = thrown instanceof IllegalStateException || thrown instanceof BackendUnavailableException;
            boolean named = told && thrown.getMessage().contains(nameInMessages(call));
            if (!named && !recovered && !(thrown instanceof OutOfMemoryError)) {
                faults.add(what + "threw " + thrown);
            }
            Emulator.drain();
            Emulator.checkLeaks();
            for (Report report : Emulator.takeReports()) {
                if (!GIVING_BACK.contains(call) || !report.kind().equals("leak")) {
                    faults.add(what + report);
                }
            }
            Emulator.reset();
        }
    }

    private static String nameInMessages(String call) {
        return call.replace("_v2", "").replace("cuInit", "driver does not start");
    }

    private static int codeOf(String call) {
        return call.startsWith("cublas") ? cublasStatus.CUBLAS_STATUS_INTERNAL_ERROR : CUresult.CUDA_ERROR_UNKNOWN;
    }

    @Test
    void eachIsToldByNameAndLeavesNothingBehind() {
        Runs runs = new Runs(Precision.STRICT);
        callsOfARun(Precision.STRICT)
                .forEach((call, times) -> runs.failing(call, LongStream.rangeClosed(1, times), codeOf(call)));
        assertThat(runs.faults).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "FLOAT16"})
    void soAreThoseThatFactorsOf16BitsAdd(Precision precision) {
        Runs runs = new Runs(precision);
        Map<String, Long> strict = callsOfARun(Precision.STRICT);
        callsOfARun(precision).forEach((call, times) -> {
            if (times > strict.getOrDefault(call, 0L)) {
                runs.failing(call, LongStream.of(1, times), codeOf(call));
            }
        });
        assertThat(runs.faults).isEmpty();
    }

    /** A fault of the device itself, as it shows in each of the calls in turn. */
    @ParameterizedTest
    @EnumSource(names = {"STRICT", "BFLOAT16", "FLOAT16"})
    void afterAFaultOfTheDeviceTheNextBackendTrainsAsEver(Precision precision) {
        double[] expected = train(precision);
        Set<String> faults = new LinkedHashSet<>();
        for (String call : List.of(
                "cuLaunchKernel", "cuGraphLaunch", "cuMemcpyHtoDAsync", "cuMemcpyDtoHAsync", "cuStreamSynchronize")) {
            Emulator.fail(call, 1, CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
            Throwable thrown = catchThrowable(() -> train(precision));
            if (!(thrown instanceof DeviceFaultException)
                    || !thrown.getMessage().contains(call)) {
                faults.add(call + ": threw " + thrown);
            }
            Emulator.reset();
            if (!Arrays.equals(train(precision), expected)) {
                faults.add(call + ": the next run gave other numbers");
            }
        }
        assertThat(faults).isEmpty();
    }

    /** Told, or made up for by what the backend had kept. */
    @ParameterizedTest
    @EnumSource(names = {"STRICT", "BFLOAT16", "FLOAT16"})
    void outOfMemoryAtEachAllocationInTurnIsToldAndLeavesNothingBehind(Precision precision) {
        Runs runs = new Runs(precision);
        Map<String, Long> calls = callsOfARun(precision);
        for (String call : List.of("cuMemAlloc", "cuMemHostAlloc", "cuModuleLoadData", "cuGraphInstantiate")) {
            runs.failing(call, LongStream.rangeClosed(1, calls.get(call)), CUresult.CUDA_ERROR_OUT_OF_MEMORY);
        }
        assertThat(runs.faults).isEmpty();
    }
}

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
import io.nudge.train.Trainer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import jcuda.driver.CUresult;
import jcuda.jcublas.cublasStatus;
import org.junit.jupiter.api.Test;

/**
 * Every call of the driver and of cuBLAS that a training run makes is made to fail, the first and the last time that it is
 * made: each time there is an exception that names it, nothing is left behind, and the next backend trains as ever.
 */
@EmulatedDevice
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

    private static final Dataset DATA = Datasets.iris().subset(new int[] {1, 20, 60, 80, 90, 120, 140});

    /** Dropout, clipping, a ragged batch: a bit of everything. */
    private static double[] train() {
        Architecture architecture = new Architecture(
                4,
                List.of(new Dense(5, Activation.TANH, 0.25), new Dense(3, Activation.SOFTMAX)),
                Cost.CATEGORICAL_CROSS_ENTROPY);
        try (CudaBackend backend = CudaBackend.open(0);
                Network network = Network.create(architecture, Initializer.NORMAL, 1, backend)) {
            Trainer.builder()
                    .optimizer(Optimizer.adam(0.1))
                    .batch(4)
                    .epochs(1)
                    .build()
                    .train(network, DATA);
            return network.parameters().doubles();
        }
    }

    /** How often each call is made in a run. */
    private static Map<String, Long> callsOfARun() {
        Emulator.clearCounters();
        train();
        return Emulator.counters().entrySet().stream()
                .filter(each -> each.getKey().startsWith("calls.cu"))
                .filter(each -> !UNHEARD.contains(each.getKey().substring("calls.".length())))
                .collect(Collectors.toMap(
                        each -> each.getKey().substring("calls.".length()),
                        Map.Entry::getValue,
                        Long::sum,
                        TreeMap::new));
    }

    @Test
    void eachIsToldByNameAndLeavesNothingBehind() {
        double[] expected = train();
        Set<String> faults = new LinkedHashSet<>();
        for (Map.Entry<String, Long> call : callsOfARun().entrySet()) {
            int code = call.getKey().startsWith("cublas")
                    ? cublasStatus.CUBLAS_STATUS_INTERNAL_ERROR
                    : CUresult.CUDA_ERROR_UNKNOWN;
            for (long nth : new LinkedHashSet<>(List.of(1L, call.getValue()))) {
                check(call.getKey(), nth, code, expected, faults);
            }
        }
        assertThat(faults).isEmpty();
    }

    private static void check(String call, long nth, int code, double[] expected, Set<String> faults) {
        String what = call + ", time " + nth + ": ";
        Emulator.fail(call, nth, code);
        Throwable thrown = catchThrowable(FailingCallsTest::train);
        boolean told = thrown instanceof IllegalStateException || thrown instanceof BackendUnavailableException;
        String name = call.replace("_v2", "").replace("cuInit", "driver does not start");
        if (!(thrown instanceof OutOfMemoryError || (told && thrown.getMessage().contains(name)))) {
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
        try {
            assertThat(train()).containsExactly(expected);
        } catch (RuntimeException | AssertionError e) {
            faults.add(what + "the next run: " + e);
        }
    }

    /** A fault of the device itself, as it shows in each of the calls in turn. */
    @Test
    void afterAFaultOfTheDeviceTheNextBackendTrainsAsEver() {
        double[] expected = train();
        Set<String> faults = new LinkedHashSet<>();
        for (String call : List.of(
                "cuLaunchKernel", "cuGraphLaunch", "cuMemcpyHtoDAsync", "cuMemcpyDtoHAsync", "cuStreamSynchronize")) {
            Emulator.fail(call, 1, CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
            Throwable thrown = catchThrowable(FailingCallsTest::train);
            if (!(thrown instanceof DeviceFaultException)
                    || !thrown.getMessage().contains(call)) {
                faults.add(call + ": threw " + thrown);
            }
            Emulator.reset();
            if (!java.util.Arrays.equals(train(), expected)) {
                faults.add(call + ": the next run gave other numbers");
            }
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void outOfMemoryAtEachAllocationInTurnIsToldAndLeavesNothingBehind() {
        double[] expected = train();
        Set<String> faults = new LinkedHashSet<>();
        for (String call : List.of("cuMemAlloc", "cuMemHostAlloc", "cuModuleLoadData", "cuGraphInstantiate")) {
            long times = callsOfARun().get(call);
            for (long nth = 1; nth <= times; nth++) {
                check(call, nth, CUresult.CUDA_ERROR_OUT_OF_MEMORY, expected, faults);
            }
        }
        assertThat(faults).isEmpty();
    }
}

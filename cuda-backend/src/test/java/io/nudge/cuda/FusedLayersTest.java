package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Initializer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which layers one kernel takes, what that costs, and what it says. That they are right, the specification sees. */
@EmulatedDevice
class FusedLayersTest {
    private static final CudaOptions OPTIONS =
            CudaOptions.fromProperties().withProduct(CudaOptions.ProductChoice.KERNELS);

    private static CudaOptions byCublas(Precision precision) {
        return OPTIONS.withProduct(CudaOptions.ProductChoice.CUBLAS).withPrecision(precision);
    }

    private static Architecture tanh(int inputs, int... neurons) {
        List<Dense> layers = new ArrayList<>();
        for (int each : neurons) {
            layers.add(new Dense(each, Activation.TANH));
        }
        return new Architecture(inputs, layers, Cost.QUADRATIC);
    }

    /** What a way forward launches, and a way back if there is one, by kernel and without its type; products together. */
    private static Map<String, Long> launches(
            CudaOptions options, DType type, Architecture architecture, boolean back) {
        try (CudaBackend backend = CudaBackend.open(0, options);
                Network network = Network.create(architecture, Initializer.NORMAL, 1, backend, type);
                Pass pass = back ? Pass.training(network, 3, 1) : Pass.inference(network, 3)) {
            backend.synchronize();
            Emulator.clearCounters();
            pass.forward();
            if (back) {
                pass.backward();
            }
            backend.synchronize();
            Map<String, Long> launches = new TreeMap<>();
            Emulator.counters().forEach((name, count) -> {
                if (name.startsWith("launches.")) {
                    String kernel = name.replaceAll("launches.|_f32|_f64|_bf16|_f16", "");
                    launches.merge(kernel.replaceAll("product_.*", "product"), count, Long::sum);
                }
            });
            return launches;
        }
    }

    private static Map<String, Long> forward(Architecture architecture) {
        return launches(OPTIONS, DType.FLOAT32, architecture, false);
    }

    // ---- which are taken --------------------------------------------------------------------------------------------

    @Test
    void narrowLayersAreOneLaunchEachWay() {
        Architecture narrow = tanh(128, 128, 5, 128, 1);
        assertThat(forward(narrow)).containsExactlyInAnyOrderEntriesOf(Map.of("forward_layers", 1L));
        assertThat(launches(OPTIONS, DType.FLOAT64, narrow, true))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("forward_layers", 1L, "backward_layers", 1L, "output_delta", 1L, "product", 4L));
    }

    @Test
    void aWideInputIsLeftToAProduct() {
        assertThat(forward(tanh(129, 9, 9)))
                .containsExactlyInAnyOrderEntriesOf(Map.of("product", 1L, "forward_layers", 1L));
    }

    @Test
    void wideLayersGoOneByOneAndThoseBehindThemTogether() {
        assertThat(forward(tanh(9, 9, 129, 9, 9)))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("forward_layers", 2L, "product", 2L, "bias_activate_tanh", 1L));
        assertThat(launches(OPTIONS, DType.FLOAT32, tanh(9, 9, 129, 9, 9), true))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "forward_layers", 2L,
                        "bias_activate_tanh", 1L,
                        "output_delta", 1L,
                        "backward_layers", 1L,
                        "delta_tanh", 2L,
                        "product", 2L + 2L + 4L));
    }

    /** It would be the launches of the same two kernels. */
    @Test
    void aLayerWithAWideInputIsNotTakenAlone() {
        assertThat(forward(tanh(129, 9)))
                .containsExactlyInAnyOrderEntriesOf(Map.of("product", 1L, "bias_activate_tanh", 1L));
    }

    @Test
    void aLaunchTakesEightLayers() {
        assertThat(forward(tanh(1, 2, 3, 4, 5, 6, 7, 8, 9))).containsEntry("forward_layers", 1L);
        assertThat(forward(tanh(1, 2, 3, 4, 5, 6, 7, 8, 9, 10))).containsEntry("forward_layers", 2L);
    }

    @Test
    void whereDropoutIsBetweenLayersTheyGoOneByOne() {
        Architecture dropping = new Architecture(
                6, List.of(new Dense(5, Activation.TANH, 0.5), new Dense(3, Activation.TANH)), Cost.QUADRATIC);
        try (CudaBackend backend = CudaBackend.open(0, OPTIONS);
                Network network = Network.create(dropping, Initializer.NORMAL, 1, backend, DType.FLOAT32);
                Pass pass = Pass.training(network, 3, 1)) {
            pass.forwardWithDropout();
            pass.backward();
            backend.synchronize();
            assertThat(Emulator.counters())
                    .doesNotContainKeys("launches.forward_layers_f32", "launches.backward_layers_f32");
        }
    }

    /** Where factors are rounded their products are taken on tensor cores, or not at all: no others round so. */
    @ParameterizedTest
    @CsvSource({
        "9.0, STRICT, KERNELS, f32",
        "9.0, TF32, CUBLAS, tf32",
        "9.0, TF32, KERNELS, f32",
        "9.0, BFLOAT16, KERNELS, bf16",
        "9.0, FLOAT16, CUBLAS, f16",
        "8.0, TF32, CUBLAS, tf32",
        "8.0, BFLOAT16, CUBLAS, bf16",
        "8.0, FLOAT16, KERNELS, f16",
        "7.5, TF32, CUBLAS, f32",
        "7.5, FLOAT16, KERNELS, none",
        "7.0, FLOAT16, CUBLAS, none"
    })
    void factorsAreRoundedAsForProducts(
            String capability, Precision precision, CudaOptions.ProductChoice product, String variant) {
        Emulator.set("capability", capability);
        Emulator.reset();
        CudaOptions options = OPTIONS.withProduct(product).withPrecision(precision);
        launches(options, DType.FLOAT32, tanh(6, 5, 4, 3), true);
        List<String> together = Emulator.counters().keySet().stream()
                .filter(name -> name.startsWith("launches.") && name.contains("_layers_"))
                .toList();
        if (variant.equals("none")) {
            assertThat(together).isEmpty();
        } else {
            assertThat(together)
                    .containsExactlyInAnyOrder(
                            "launches.forward_layers_" + variant, "launches.backward_layers_" + variant);
        }
        assertThat(launches(options, DType.FLOAT64, tanh(6, 5, 3), false)).containsKey("forward_layers");
    }

    /** Activations and δ are factors of the gradients' products, which find their copies of 16 bits. */
    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "FLOAT16"})
    void copiesOfFactorsAreStoredOnTheWay(Precision precision) {
        String round = precision == Precision.BFLOAT16 ? "launches.round_bf16" : "launches.round_f16";
        try (CudaBackend backend = CudaBackend.open(0, byCublas(precision));
                Network network = Network.create(tanh(6, 9, 7, 3), Initializer.NORMAL, 1, backend, DType.FLOAT32);
                Pass pass = Pass.training(network, 20, 1);
                Pass fresh = Pass.training(network, 20, 1)) {
            step(pass, 1);
            backend.synchronize();
            Emulator.clearCounters();
            double[] gradients = step(pass, 2);
            assertThat(Emulator.counters().getOrDefault(round, 0L))
                    .as("of the input alone, which was written")
                    .isEqualTo(1);
            assertThat(gradients).containsExactly(step(fresh, 2));
        }
    }

    /** The product of a wide layer reads what one launch ends with; whoever likes reads the output. */
    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "FLOAT16"})
    void whatALaunchEndsWithHasItsCopyToo(Precision precision) {
        List<Dense> layers = List.of(
                new Dense(9, Activation.TANH),
                new Dense(5, Activation.TANH),
                new Dense(200, Activation.TANH),
                new Dense(7, Activation.TANH),
                new Dense(3, Activation.SOFTMAX));
        Architecture architecture = new Architecture(6, layers, Cost.HALF_QUADRATIC);
        try (CudaBackend backend = CudaBackend.open(0, byCublas(precision));
                Network network = Network.create(architecture, Initializer.NORMAL, 1, backend, DType.FLOAT32);
                Pass pass = Pass.inference(network, 20);
                Pass fresh = Pass.inference(network, 20);
                Tensor weights = backend.matrix(new double[][] {{1, 0, 2}, {0, 1, 3}, {1, 1, 5}}, DType.FLOAT32)) {
            forward(pass, 1, weights);
            double[] second = forward(pass, 2, weights);
            assertThat(second).containsExactly(forward(fresh, 2, weights));
        }
    }

    private static double[] forward(Pass pass, int seed, Tensor weights) {
        pass.input().write(new Random(seed).doubles(20 * 6).toArray());
        pass.forward();
        try (Tensor product = pass.output().matmul(weights)) {
            return product.doubles();
        }
    }

    private static double[] step(Pass pass, int seed) {
        pass.input().write(new Random(seed).doubles(20 * 6).toArray());
        pass.forward();
        pass.backward();
        return pass.gradients().doubles();
    }

    @Test
    void anOptionSwitchesThemOff() {
        assertThat(launches(OPTIONS.withFused(false), DType.FLOAT32, tanh(6, 5, 3), true))
                .doesNotContainKeys("forward_layers", "backward_layers");
    }

    // ---- what it costs ----------------------------------------------------------------------------------------------

    /** A batch is added up in 80 tiles of 3 groups, by blocks that come in any order. */
    @Test
    void theBitsDoNotDependOnTheOrderOfBlocks() {
        double[] first = gradients(OPTIONS);
        for (int seed = 2; seed <= 4; seed++) {
            Emulator.set("multiprocessors", "3");
            Emulator.set("seed", Integer.toString(seed));
            Emulator.reset();
            assertThat(gradients(OPTIONS)).as("order of blocks %d", seed).containsExactly(first);
        }
    }

    /** Each is a sum of 1,270 terms, in another order; a group that is missing is a fifth of it. */
    @Test
    void noGroupOfTheBatchIsLeftOut() {
        double[] oneByOne = gradients(OPTIONS.withFused(false));
        double[] together = gradients(OPTIONS);
        double largest = Arrays.stream(oneByOne).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < oneByOne.length; i++) {
            assertThat(together[i]).as("gradient %d", i).isCloseTo(oneByOne[i], within(1270 * 0x1p-24 * largest));
        }
    }

    private static double[] gradients(CudaOptions options) {
        try (CudaBackend backend = CudaBackend.open(0, options);
                Network network = Network.create(tanh(5, 6, 7, 2), Initializer.NORMAL, 1, backend, DType.FLOAT32);
                Pass pass = Pass.training(network, 1270, 1)) {
            double[] inputs = new double[1270 * 5];
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = Math.sin(i);
            }
            pass.input().write(inputs);
            pass.forward();
            pass.backward();
            return pass.gradients().doubles();
        }
    }

    @Test
    void inferenceStoresTheOutputAlone() {
        Map<String, Long> stored = new TreeMap<>();
        for (boolean back : new boolean[] {false, true}) {
            launches(OPTIONS, DType.FLOAT32, tanh(8, 128, 128, 8), back);
            stored.put(back ? "training" : "inference", Emulator.counter("bytes.write.forward_layers_f32"));
        }
        assertThat(stored)
                .containsEntry("inference", 2L * 3 * 8 * Float.BYTES)
                .containsEntry("training", 2L * 3 * (128 + 128 + 8) * Float.BYTES);
    }

    // ---- what it says -----------------------------------------------------------------------------------------------

    private static List<String> lines(CudaOptions options) {
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
        try (CudaBackend backend = CudaBackend.open(0, options);
                Network network = Network.create(tanh(200, 16, 10, 3), Initializer.NORMAL, 1, backend, DType.FLOAT32);
                Pass pass = Pass.training(network, 3, 1)) {
            for (int i = 0; i < 2; i++) {
                pass.forward();
                pass.backward();
            }
        } finally {
            logger.removeHandler(handler);
        }
        lines.removeIf(line -> !line.contains("one kernel takes layers"));
        return lines;
    }

    @Test
    void theLogSaysOnceWhatIsTakenTogether() {
        assertThat(lines(OPTIONS))
                .containsExactly(
                        "one kernel takes layers forward: sums-16-10-3 (float32); nudge.cuda.fused=off takes them one by one",
                        "one kernel takes layers back: 3-10-16 (float32); nudge.cuda.fused=off takes them one by one");
    }

    @Test
    void theLogSaysWhatFactorsAreRoundedTo() {
        assertThat(lines(OPTIONS.withPrecision(Precision.BFLOAT16)))
                .containsExactly(
                        "one kernel takes layers forward: sums-16-10-3 (float32, bfloat16 on tensor cores); nudge.cuda.fused=off takes them one by one",
                        "one kernel takes layers back: 3-10-16 (float32, bfloat16 on tensor cores); nudge.cuda.fused=off takes them one by one");
    }
}

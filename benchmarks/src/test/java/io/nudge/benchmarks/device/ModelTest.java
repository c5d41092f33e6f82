package io.nudge.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nudge.benchmarks.device.DeviceSheet.Arithmetic;
import io.nudge.benchmarks.device.Prediction.Bound;
import java.io.IOException;
import java.io.StringReader;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The arithmetic of the model, on a device made up so that numbers come out round. */
class ModelTest {
    private static final double NANO = 1e-9;
    private static final double EXACT = 1e-15;

    /** 32 lanes of float32, 2 of float64, 16 for exponentials. */
    private static final Architecture ARCHITECTURE =
            new Architecture("1.0", 65536, 256, 4, 65536, 0, 1024, 16, 32, 2, 16);

    /** A network that fits no cache of this device. */
    private static final Training LARGE = new Training("large", List.of(1000, 1000, 10), false, false, 100);

    private static final Training SMALL = new Training("small", List.of(10, 10), false, false, 1);

    /** 10 multiprocessors at 1 GHz, 640 GFLOP/s, 100 GB/s, a cache of 1 MiB; with TF32 ten times as fast. */
    private static DeviceSheet device() {
        Map<Arithmetic, OptionalDouble> rates = new EnumMap<>(Arithmetic.class);
        rates.put(Arithmetic.FLOAT32, OptionalDouble.of(640e9));
        rates.put(Arithmetic.TF32, OptionalDouble.of(6400e9));
        rates.put(Arithmetic.BFLOAT16, OptionalDouble.empty());
        rates.put(Arithmetic.FLOAT16, OptionalDouble.empty());
        return new DeviceSheet("made up", ARCHITECTURE, 10, 1e9, rates, 100e9, 1 << 20);
    }

    /** Half of every rate, 2 µs for a kernel, 5 for a graph, a cache four times as fast. */
    private static Model model(Arithmetic arithmetic) {
        String figures = """
                device,figure,value,source
                *,kernel us,2,test
                *,graph us,5,test
                *,product share,0.5,test
                made up,kernel share,0.5,test
                *,bandwidth share,0.5,test
                *,cache factor,4,test
                *,warp cycles,5,test
                *,barrier cycles,50,test
                *,wait cycles,300,test
                other,kernel us,9,test
                """;
        DeviceSheet device = device();
        try {
            List<Csv.Row> rows =
                    Csv.read("figures", new StringReader(figures), List.of("device", "figure", "value", "source"));
            return new Model(device, DeviceFigures.assumed(device).corrected(device, rows), arithmetic);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KernelLaunch kernel(long blocks, Map<String, Long> counters, Map<String, Long> kinds) {
        return new KernelLaunch("made_up_f32", blocks, 256, counters, kinds);
    }

    private static Prediction predict(Launch launch, Training training) {
        return model(Arithmetic.FLOAT32).predict(launch, training);
    }

    /** 1000 + 500 sectors of 32 bytes are 48,000 bytes: 960 ns at 50 GB/s. */
    @Test
    void bytesTakeTheirTimeAtTheShareOfTheBandwidth() {
        Prediction predicted =
                predict(kernel(10, Map.of("footprint.read", 1000L, "footprint.write", 500L), Map.of()), LARGE);
        assertThat(predicted.bytes()).isCloseTo(960 * NANO, within(EXACT));
        assertThat(predicted.arithmetic()).isZero();
        assertThat(predicted.launch()).isCloseTo(2000 * NANO, within(EXACT));
        assertThat(predicted.seconds()).isCloseTo(2960 * NANO, within(EXACT));
        assertThat(predicted.bound()).isEqualTo(Bound.LAUNCHES);
    }

    @Test
    void bytesComeFasterWhereAStepFitsIntoTheCache() {
        Prediction predicted = predict(kernel(10, Map.of("footprint.read", 1500L), Map.of()), SMALL);
        assertThat(predicted.bytes()).isCloseTo(240 * NANO, within(EXACT));
    }

    /** 40,000 instructions of warps, four in a cycle: 10,000 cycles of one multiprocessor, 1,000 of ten; at half the rate 2 µs. */
    @Test
    void instructionsAreIssuedFourInACycle() {
        Prediction predicted = predict(kernel(10, Map.of("instructions.warp", 40_000L), Map.of()), LARGE);
        assertThat(predicted.arithmetic()).isCloseTo(2000 * NANO, within(EXACT));
    }

    /** With 11 blocks one multiprocessor has two: 2/11 of the work. */
    @Test
    void theMultiprocessorWithMostBlocksDecides() {
        Prediction predicted = predict(kernel(11, Map.of("instructions.warp", 44_000L), Map.of()), LARGE);
        assertThat(predicted.arithmetic()).isCloseTo(2 * 2000 * NANO, within(EXACT));
    }

    /** One block: all is done by one multiprocessor. */
    @Test
    void aSingleBlockLeavesTheOthersIdle() {
        Prediction predicted = predict(kernel(1, Map.of("instructions.warp", 40_000L), Map.of()), LARGE);
        assertThat(predicted.arithmetic()).isCloseTo(20_000 * NANO, within(EXACT));
        assertThat(predicted.bound()).isEqualTo(Bound.ARITHMETIC);
    }

    /** Two blocks with 1,000 instructions, 4 barriers and 3 loads each, one after another: 5,000, 200 and 900 cycles. */
    @Test
    void theLongestWayThroughABlockTakesItsTimeHoweverLittleIsBusy() {
        Map<String, Long> counters =
                Map.of("instructions.warp", 8000L, "way.instructions", 2000L, "way.barriers", 8L, "way.waits", 6L);
        Prediction predicted = predict(kernel(2, counters, Map.of()), LARGE);
        assertThat(predicted.latency()).isCloseTo(6100 * NANO, within(EXACT));
        assertThat(predicted.arithmetic()).isCloseTo(2000 * NANO, within(EXACT));
        assertThat(predicted.seconds()).isCloseTo(8100 * NANO, within(EXACT));
        assertThat(predicted.bound()).isEqualTo(Bound.LATENCY);
    }

    /** 32 lanes take a warp's instruction in a cycle, 2 lanes in 16, 16 in 2. A wavefront is a cycle, and so are two sectors. */
    @Test
    void theBusiestPartDecides() {
        Model model = model(Arithmetic.FLOAT32);
        Map<String, Long> kinds = Map.of("fma.rn.f32", 1000L, "add.f64", 100L, "ex2.approx.f32", 400L);
        assertThat(model.cycles(kernel(10, Map.of(), kinds))).isEqualTo(160);
        assertThat(model.cycles(kernel(10, Map.of("wavefronts.read", 1500L, "wavefronts.write", 500L), kinds)))
                .isEqualTo(200);
        assertThat(model.cycles(kernel(10, Map.of("instructions.warp", 10_000L), kinds)))
                .isEqualTo(250);
        assertThat(model.cycles(kernel(10, Map.of("sectors.read", 4_500L, "sectors.write", 1_500L), kinds)))
                .isEqualTo(300);
    }

    /** 1,000 of 16 × 8 × 8 are 2,048,000 operations, of which a multiprocessor does 640 in a cycle with TF32. */
    @Test
    void tensorCoresTakeProductsAtTheRateOfTheirFactors() {
        Map<String, Long> kinds = Map.of("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", 1000L);
        assertThat(model(Arithmetic.TF32).cycles(kernel(10, Map.of(), kinds))).isCloseTo(320, within(EXACT));
    }

    /** Pieces of 64 × 64 × 128: 5 × 4 of two parts are 40, four to a multiprocessor, of 2·64·64·128 operations at 32 GFLOP/s. */
    @Test
    void aProductIsDividedIntoPieces() {
        Prediction predicted = predict(new ProductLaunch(320, 256, 256, 4, 4, false), LARGE);
        assertThat(predicted.arithmetic()).isCloseTo(4 * 1_048_576 / 32e9, within(EXACT));
    }

    /** One piece of 32 × 32 × 10 keeps one of ten busy. */
    @Test
    void aSmallProductIsNarrowAndLeavesTheOthersIdle() {
        Prediction predicted = predict(new ProductLaunch(10, 30, 10, 4, 4, false), LARGE);
        assertThat(predicted.arithmetic()).isCloseTo(2 * 32 * 32 * 10 / 32e9, within(EXACT));
    }

    /** (10·20 + 20·30) · 4 bytes of factors and 10·30 · 4 of results, which are read as well where they are added to. */
    @Test
    void aProductMovesItsMatricesOnce() {
        assertThat(new ProductLaunch(10, 30, 20, 4, 4, false).leastBytes()).isEqualTo(3200 + 1200);
        assertThat(new ProductLaunch(10, 30, 20, 4, 4, true).leastBytes()).isEqualTo(3200 + 2400);
        assertThat(new ProductLaunch(10, 30, 20, 2, 4, false).leastBytes()).isEqualTo(1600 + 1200);
        assertThat(new ProductLaunch(10, 30, 20, 2, 4, false).operations()).isEqualTo(12_000);
    }

    @Test
    void roundedFactorsMakeProductsFasterAndNothingElse() {
        ProductLaunch product = new ProductLaunch(320, 256, 256, 4, 4, false);
        KernelLaunch kernel = kernel(10, Map.of("instructions.warp", 40_000L), Map.of());
        Model tf32 = model(Arithmetic.FLOAT32).with(Arithmetic.TF32);
        assertThat(tf32.predict(product, LARGE).arithmetic())
                .isCloseTo(predict(product, LARGE).arithmetic() / 10, within(EXACT));
        assertThat(tf32.predict(kernel, LARGE)).isEqualTo(predict(kernel, LARGE));
        assertThat(tf32.isPossible()).isTrue();
        assertThat(tf32.with(Arithmetic.FLOAT16).isPossible()).isFalse();
    }

    /** Twice 2 µs of launching and 960 ns of bytes; 2 · 100 · (3 · 1,010,000 − 1,000,000) operations are 634 µs at least. */
    @Test
    void aStepIsTheSumOfItsLaunches() {
        KernelLaunch kernel = kernel(10, Map.of("footprint.read", 1500L), Map.of());
        StepCounts step = new StepCounts(LARGE, 1, List.of(kernel, kernel), new HostCounts(1, 1, 0, 0, 0));
        StepPrediction predicted = model(Arithmetic.FLOAT32).predict(step);
        assertThat(predicted.seconds()).isCloseTo(5920 * NANO, within(EXACT));
        assertThat(predicted.bound()).isEqualTo(Bound.LAUNCHES);
        assertThat(predicted.limit()).isCloseTo(406e6 / 640e9, within(EXACT));
        assertThat(predicted.share()).isCloseTo(634_375 / 5920.0, within(1e-9));
    }

    /** One kernel that takes ten steps: 2 µs and 960 ns of bytes, less than the 5 µs of its graph; half a microsecond a step. */
    @Test
    void stepsThatAreTakenAsOneShareItsTime() {
        KernelLaunch kernel = kernel(10, Map.of("footprint.read", 1500L, "sectors.read", 3000L), Map.of());
        StepCounts step = new StepCounts(LARGE, 10, List.of(kernel), new HostCounts(1, 1, 0, 0, 0));
        assertThat(model(Arithmetic.FLOAT32).predict(step).seconds()).isCloseTo(500 * NANO, within(EXACT));
        assertThat(step.leastBytesOfPasses()).isEqualTo(4800);
        assertThat(step.movedBytes()).isEqualTo(9600);
    }

    /** One kernel of 2 µs cannot be faster than its graph of 5. */
    @Test
    void aStepIsNotFasterThanTheHost() {
        StepCounts step =
                new StepCounts(SMALL, 1, List.of(kernel(1, Map.of(), Map.of())), new HostCounts(1, 1, 0, 0, 0));
        StepPrediction predicted = model(Arithmetic.FLOAT32).predict(step);
        assertThat(predicted.seconds()).isCloseTo(5000 * NANO, within(EXACT));
        assertThat(predicted.bound()).isEqualTo(Bound.LAUNCHES);
    }

    /** 1.5 MB take 30 µs, two launches 4, and 80,000 instructions 4. */
    @Test
    void aStepIsBoundByWhatMostOfItsTimeGoesTo() {
        KernelLaunch moving = kernel(10, Map.of("footprint.read", 46_875L), Map.of());
        KernelLaunch computing = kernel(10, Map.of("instructions.warp", 80_000L), Map.of());
        StepCounts step = new StepCounts(LARGE, 1, List.of(moving, computing), new HostCounts(1, 1, 0, 0, 0));
        assertThat(model(Arithmetic.FLOAT32).predict(step).bound()).isEqualTo(Bound.BYTES);
    }

    /** 100,000 instructions one after another are 500 µs. */
    @Test
    void aStepMayBeBoundByLatency() {
        KernelLaunch moving = kernel(10, Map.of("footprint.read", 46_875L), Map.of());
        KernelLaunch waiting = kernel(1, Map.of("way.instructions", 100_000L), Map.of());
        StepCounts step = new StepCounts(LARGE, 1, List.of(moving, waiting), new HostCounts(1, 1, 0, 0, 0));
        assertThat(model(Arithmetic.FLOAT32).predict(step).bound()).isEqualTo(Bound.LATENCY);
    }
}

package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The steps that lead to our own matrix product, {@code benchmarks/src/main/kernels/ladder}: each multiplies, and does what
 * {@code ladder.csv} says. {@code -Dnudge.ladder=write} writes that anew, which takes nvcc's ptxas.
 */
@EmulatedDevice
class LadderTest {
    private static final Path FOLDER = Path.of("../benchmarks/src/main/kernels/ladder");
    private static final Path TABLE = FOLDER.resolve("ladder.csv");

    /** From the folder of the kernels that ship. */
    private static final String PTX = "../../../benchmarks/src/main/kernels/ladder/ptx/";

    /** Rows and columns that are whole tiles of every step, and two numbers of terms. */
    private static final int SIDE = 256;

    private static final int TERMS = 32;

    /** Of the product that ships, whose blocks share tiles in other ways where there are fewer of these. */
    private static final int SIDE_OF_PRODUCT = 2048;

    /** Columns of the table, before those that say how many registers a step takes by architecture. */
    private static final List<String> COUNTED = List.of(
            "step",
            "side",
            "terms",
            "blocks",
            "shared",
            "instructions",
            "float32",
            "sectors read",
            "sectors written",
            "shared passes",
            "conflicts");

    /** One of them, with the elements of c that a block makes. */
    enum Step {
        NAIVE("1_naive", Device.THREADS, 1),
        COALESCED("2_coalesced", 1, Device.THREADS),
        SHARED("3_shared", 16, 16),
        COLUMN("4_column", 64, 32),
        SQUARE("5_square", 128, 128),
        VECTORS("6_vectors", 128, 128);

        private final String file;
        private final int tall;
        private final int broad;

        Step(String file, int tall, int broad) {
            this.file = file;
            this.tall = tall;
            this.broad = broad;
        }

        private String ptx() {
            return PTX + file;
        }

        private String entry() {
            return "ladder_" + file.substring(2);
        }

        private long blocks(int m, int n) {
            boolean byElement = tall == 1 || broad == 1;
            return byElement ? Grid.blocks((long) m * n, Device.THREADS) : Grid.blocks(m, tall) * Grid.blocks(n, broad);
        }
    }

    // ---- what they compute ------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void multipliesOddSizes(Step step) {
        check(step, 33, 35, 37);
        check(step, 1, 1, 1);
        check(step, 131, 129, 19);
    }

    @ParameterizedTest
    @EnumSource
    void multipliesEvenSizes(Step step) {
        check(step, 64, 48, 32);
        check(step, 132, 256, 12);
    }

    /** One width allows for 16 bytes at a time, the other does not. */
    @ParameterizedTest
    @EnumSource
    void multipliesWhereOneSizeIsOddAndTheOtherEven(Step step) {
        check(step, 20, 21, 8);
        check(step, 21, 20, 9);
    }

    private static void check(Step step, int m, int n, int k) {
        double[] a = Numbers.random(Real.F32, m * k, 1);
        double[] b = Numbers.random(Real.F32, k * n, 2);
        try (Device device = new Device(1)) {
            Memory c = device.room(Real.F32, 0, m * n);
            device.launch(
                    step.ptx(),
                    step.entry(),
                    step.blocks(m, n),
                    Device.THREADS,
                    device.reals(Real.F32, 0, a),
                    device.reals(Real.F32, 0, b),
                    c,
                    m,
                    n,
                    k);
            double[] found = device.read(c);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    double size = 0;
                    for (int t = 0; t < k; t++) {
                        double term = a[i * k + t] * b[t * n + j];
                        sum += term;
                        size += Math.abs(term);
                    }
                    assertThat(Math.abs(found[i * n + j] - sum))
                            .as("c[%d, %d] of %s, %d × %d × %d", i, j, step, m, n, k)
                            .isLessThanOrEqualTo((k + 1) * Real.F32.u * size);
                }
            }
        }
    }

    // ---- what they do -----------------------------------------------------------------------------------------------

    @Test
    void theTableSaysWhatEachStepDoes() throws IOException {
        List<String> table = table();
        if (System.getProperty("nudge.ladder", "").equals("write")) {
            assertThat(Assembler.hasPtxas()).as("ptxas is on the path").isTrue();
            Files.write(TABLE, table);
        }
        List<String> committed = Files.readAllLines(TABLE);
        if (Assembler.hasPtxas()) {
            assertThat(table).isEqualTo(committed);
        } else {
            assertThat(table)
                    .isEqualTo(committed.stream().map(LadderTest::counted).toList());
        }
    }

    /** Without the registers, which only ptxas tells. */
    private static String counted(String line) {
        return String.join(",", List.of(line.split(",", -1)).subList(0, COUNTED.size()));
    }

    private static List<String> table() {
        List<String> lines = new ArrayList<>();
        List<String> header = new ArrayList<>(COUNTED);
        if (Assembler.hasPtxas()) {
            Architecture.all(true).forEach(each -> header.add("sm_" + each.number));
        }
        lines.add(String.join(",", header));
        for (int terms : new int[] {TERMS, 2 * TERMS}) {
            for (Step step : Step.values()) {
                List<Object> cells = new ArrayList<>(List.of(step.file, SIDE, terms, step.blocks(SIDE, SIDE)));
                cells.add(shared(step.ptx(), step.entry()));
                cells.addAll(counts(step, SIDE, SIDE, terms));
                lines.add(line(cells, step.ptx(), step.entry()));
            }
            Tile tile = Tile.of(Real.F32, "large");
            String entry = "product_large_nn_f32";
            int parts = (int) tile.parts(SIDE_OF_PRODUCT, SIDE_OF_PRODUCT, SIDE_OF_PRODUCT);
            List<Object> cells = new ArrayList<>(List.of("product", SIDE_OF_PRODUCT, terms * parts));
            cells.add(tile.blocks(SIDE_OF_PRODUCT, SIDE_OF_PRODUCT, SIDE_OF_PRODUCT));
            cells.add(shared("product.f32", entry));
            cells.addAll(countsOfProduct(tile, entry, terms, parts));
            lines.add(line(cells, "product.f32", entry));
        }
        return lines;
    }

    private static String line(List<Object> cells, String ptx, String entry) {
        if (Assembler.hasPtxas()) {
            for (Architecture each : Architecture.all(true)) {
                cells.add(Assembler.withPtxas(ptx, each).get(entry).registers());
            }
        }
        return String.join(",", cells.stream().map(String::valueOf).toList());
    }

    private static int shared(String ptx, String entry) {
        return Assembler.withJcuda(ptx, Architecture.SM_80).get(entry).shared();
    }

    /** Two rows of tiles more, and three times the terms: what is counted is twice what a step of terms adds so often. */
    @ParameterizedTest
    @EnumSource
    void aLargeProductFollowsFromSmallOnes(Step step) {
        List<Long> few = counts(step, SIDE, SIDE, TERMS);
        List<Long> more = counts(step, SIDE, SIDE, 2 * TERMS);
        List<Long> followed = new ArrayList<>();
        for (int i = 0; i < few.size(); i++) {
            followed.add(2 * (few.get(i) + 2 * (more.get(i) - few.get(i))));
        }
        assertThat(counts(step, 2 * SIDE, SIDE, 3 * TERMS)).isEqualTo(followed);
    }

    /** From instructions on, in the order of {@link #COUNTED}. */
    private static List<Long> counts(Step step, int m, int n, int k) {
        try (Device device = new Device(1)) {
            Memory a = device.reals(Real.F32, 0, Numbers.random(Real.F32, m * k, 1));
            Memory b = device.reals(Real.F32, 0, Numbers.random(Real.F32, k * n, 2));
            Memory c = device.room(Real.F32, 0, m * n);
            Emulator.clearCounters();
            device.launch(step.ptx(), step.entry(), step.blocks(m, n), Device.THREADS, a, b, c, m, n, k);
            return counts();
        }
    }

    /** Of as many parts as there are of all terms, with fewer terms in each. */
    private static List<Long> countsOfProduct(Tile tile, String entry, int part, int parts) {
        int side = SIDE_OF_PRODUCT;
        int k = part * parts;
        try (Device device = new Device(1)) {
            Memory a = device.reals(Real.F32, 0, new double[side * k]);
            Memory c = device.room(Real.F32, 0, side * side);
            Memory sums = device.room(Real.F32, 0, parts * side * side);
            Memory counters = device.counters((int) tile.tiles(side, side));
            long blocks = tile.tiles(side, side) * parts;
            Emulator.clearCounters();
            Object[] arguments = {1.0, a, a, 0.0, c, side, side, k, 0, sums, counters, part, parts};
            device.launch("product.f32", entry, blocks, Device.THREADS, arguments);
            return counts();
        }
    }

    private static List<Long> counts() {
        return List.of(
                Emulator.counter("instructions.warp"),
                Emulator.counter("instructions.kind.fma.rn.f32"),
                Emulator.counter("sectors.read"),
                Emulator.counter("sectors.write"),
                Emulator.counter("wavefronts.read") + Emulator.counter("wavefronts.write"),
                Emulator.counter("bank-conflicts.read") + Emulator.counter("bank-conflicts.write"));
    }

    @Test
    void everyFileOfTheLadderIsAStep() throws IOException {
        try (Stream<Path> all = Files.list(FOLDER)) {
            assertThat(all.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".cu")))
                    .containsExactlyInAnyOrderElementsOf(Stream.of(Step.values())
                            .map(step -> step.file + ".cu")
                            .toList());
        }
    }
}

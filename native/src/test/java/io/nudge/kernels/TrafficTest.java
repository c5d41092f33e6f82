package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Bytes: every kernel moves at most a tenth more than it must, each element once, counted in sectors of 32 bytes; and no two lanes
 * want different words of one bank of shared memory.
 */
@EmulatedDevice
class TrafficTest {
    private static final double TENTH = 1.1;
    /** So large that tiles are wide: those of smaller matrices keep more processors busy instead. */
    private static final int M = 8192;

    private static final int N = 512;

    private final List<String> found = new ArrayList<>();

    /** Runs a kernel, whose arrays have so many elements in all, read and written. */
    private void run(
            Device device, Real type, String file, String kernel, double elements, long grid, Object... arguments) {
        measure(
                device,
                file + type.suffix.replace('_', '.'),
                kernel + type.suffix,
                elements * type.bytes,
                grid,
                arguments);
    }

    private void measure(Device device, String file, String entry, double bytes, long grid, Object... arguments) {
        Emulator.clearCounters();
        device.launch(file, entry, grid, Device.THREADS, arguments);
        double moved = 32.0 * (counter("sectors.read.", entry) + counter("sectors.write.", entry));
        double ratio = moved / bytes;
        long conflicts = counter("bank-conflicts.read.", entry) + counter("bank-conflicts.write.", entry);
        if (ratio > TENTH || conflicts > 0) {
            found.add(String.format("%s: %.3f of the least bytes, %d bank conflicts", entry, ratio, conflicts));
        }
    }

    private static long counter(String name, String entry) {
        return Emulator.counter(name + entry);
    }

    @ParameterizedTest
    @EnumSource
    void elementwise(Real type) {
        int n = 1 << 18;
        try (Device device = new Device()) {
            Memory a = device.reals(type, 0, Numbers.random(type, n, 1));
            Memory b = device.reals(type, 0, Numbers.random(type, n, 2));
            long grid = Grid.elements(n);
            run(device, type, "elementwise", "fill", n, grid, device.room(type, 0, n), n, 1.0);
            run(device, type, "elementwise", "add", 3 * n, grid, a, b, b, n);
            run(device, type, "elementwise", "scale", 2 * n, grid, a, b, n, 2.0);
            run(device, type, "elementwise", "add_scaled", 3 * n, grid, a, b, n, 2.0);
            run(device, type, "activate", "activate_tanh", 2 * n, grid, a, b, n, 0.0);
            run(device, type, "activate", "chain_tanh", 3 * n, grid, a, a, b, b, n, 0.0);
            Memory position = device.longs(0, 0, 0, 0, 0, 0);
            run(device, type, "dropout", "dropout", 2 * n, grid, a, b, n, position, 0.5, 1, 2);
            Memory sum = device.room(Real.F64, 0, 1);
            Memory scratch = device.room(Real.F64, 0, (int) Grid.blocks(n, 4096));
            run(device, type, "sum_squares", "sum_squares", n, Grid.chunks(n), a, n, sum, scratch, device.counters(1));
        }
        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void matrices(Real type) {
        int size = M * N;
        try (Device device = new Device()) {
            Memory x = device.reals(type, 0, Numbers.random(type, size, 1));
            Memory y = device.reals(type, 0, Numbers.random(type, size, 2));
            Memory row = device.reals(type, 0, Numbers.random(type, N, 3));
            Memory column = device.reals(type, 0, Numbers.random(type, M, 3));
            Memory into = device.room(type, 0, size);
            Memory db = device.room(type, 0, N);
            Memory scratch = device.room(type, 0, Grid.scratchOfColumns(M, N));
            Memory counters = device.counters(Grid.countersOfColumns(N));
            long grid = Grid.columns(type, M, N);
            run(device, type, "elementwise", "add_row", 2 * size, grid, x, row, into, M, N);
            run(device, type, "elementwise", "outer", size, grid, column, row, into, M, N);
            run(device, type, "elementwise", "transpose", 2 * size, Grid.tiles(M, N), x, into, M, N);
            run(device, type, "forward", "bias_activate_relu", 3 * size, grid, x, row, into, M, N, 0.0);
            run(device, type, "forward", "bias_activate_tanh", 2 * size, grid, into, row, into, M, N, 0.0);
            run(device, type, "delta", "delta_relu", 3 * size, grid, x, x, y, y, db, M, N, 0.0, 1.0, scratch, counters);
            run(device, type, "delta", "sum_rows", size, grid, x, db, M, N, 1.0, 0.0, scratch, counters);
        }
        assertThat(found).isEmpty();
    }

    /** Output layers: few columns, many, and more than a tile holds. */
    @ParameterizedTest
    @EnumSource
    void rows(Real type) {
        for (int n : new int[] {8, 10, 16, 32, 40, 256, 1000}) {
            rows(type, 16_000 / n / 8 * 8, n);
        }
        assertThat(found).isEmpty();
    }

    private void rows(Real type, int m, int n) {
        int size = m * n;
        try (Device device = new Device()) {
            Memory z = device.reals(type, 0, Numbers.random(type, size, 1));
            Memory a = device.reals(type, 0, Numbers.random(type, size, 2));
            Memory y = device.reals(type, 0, Numbers.random(type, size, 3));
            Memory bias = device.reals(type, 0, Numbers.random(type, n, 4));
            Memory costs = device.room(type, 0, m);
            Memory delta = device.room(type, 0, size);
            Memory db = device.room(type, 0, n);
            Memory scratch = device.room(type, 0, Grid.scratchOfRows(m, n));
            Memory counter = device.counters(1);
            Memory position = device.longs(0, 0, 0, 0, 0, 0);
            Memory tally = device.reals(Real.F64, 0, 0, 0, 0);
            long grid = Grid.rows(type, m, n);
            run(device, type, "activate", "activate_softmax", 2 * size, grid, z, a, m, n);
            run(device, type, "activate", "chain_softmax", 3 * size, grid, z, a, y, delta, m, n);
            // Which each block reads, or each of its warps.
            double withBias = 3.0 * size + (double) n * grid * (Grid.isSpread(m, n) ? 8 : 1);
            run(device, type, "forward", "bias_activate_softmax", withBias, grid, z, bias, a, m, n, 0.0);
            int deltaSize = 3 * size + 3 * Grid.scratchOfRows(m, n);
            run(
                    device,
                    type,
                    "delta",
                    "delta_softmax",
                    deltaSize,
                    grid,
                    z,
                    a,
                    y,
                    delta,
                    db,
                    m,
                    n,
                    0.0,
                    1.0,
                    scratch,
                    counter);
            int all = 4 * size + 2 * m + 3 * Grid.scratchOfRows(m, n);
            Object[] arguments = {4, 9, 0.0, z, a, y, costs, delta, db, m, n, 1.0, position, tally, scratch, counter};
            run(device, type, "cost", "output_delta", all, grid, arguments);
        }
    }

    @ParameterizedTest
    @EnumSource
    void updates(Real type) {
        int n = 1 << 16;
        try (Device device = new Device()) {
            Memory w = device.reals(type, 0, Numbers.random(type, n, 1));
            Memory g = device.reals(type, 0, Numbers.random(type, n, 2));
            Memory state = device.reals(type, 0, new double[2 * n]);
            Memory schedule = device.reals(Real.F64, 0, 1, 1, 1);
            Memory position = device.longs(0, 0, 0, 0, 0, 0);
            Memory tally = device.reals(Real.F64, 0, 0, 0, 0);
            Memory fault = device.longs(0, 0, 0, 0);
            for (Optimizer each : Optimizer.values()) {
                Object[] arguments = {
                    w, n, g, state, n, schedule, 1, position, tally, fault, 0.0, 0.1, 0.5, 0.5, 0.5, 0.5, 0, null
                };
                double elements = (3 + 2 * each.slots) * (double) n;
                run(device, type, "update", "update_" + each.entry, elements, Grid.elements(n), arguments);
            }
        }
        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void gathers(Real type) {
        int examples = 300;
        int m = 128;
        int n = 784;
        try (Device device = new Device()) {
            Memory rows = device.reals(type, 0, Numbers.random(type, examples * n, 1));
            Memory labels = device.longs(new long[examples]);
            long[] order = new long[examples];
            for (int i = 0; i < examples; i++) {
                order[i] = i * 7L % examples;
            }
            Memory inputs = device.room(type, 0, m * n);
            Memory targets = device.room(type, 0, m * 10);
            Object[] arguments = {
                rows,
                labels,
                examples,
                device.longs(order),
                examples,
                device.longs(0, 0, 0, 0, 0, 0),
                inputs,
                targets,
                m,
                n,
                10,
                device.longs(0, 0, 0, 0)
            };
            double elements = m * (2.0 * n + 10);
            run(device, type, "gather", "gather_batch", elements, Grid.elements(m * (n + 10L)), arguments);
        }
        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void productsHaveNoBankConflicts(Real type) {
        try (Device device = new Device()) {
            int size = 128;
            Memory a = device.reals(type, 0, Numbers.random(type, size * size, 1));
            Memory c = device.room(type, 0, size * size);
            for (int before = 0; before < 2; before++) {
                Memory b = device.reals(type, before, Numbers.random(type, size * size, 2));
                for (String tile : List.of("small", "medium", "large")) {
                    for (String letters : List.of("nn", "nt", "tn", "tt")) {
                        Tile of = Tile.of(type, tile);
                        Memory scratch = device.room(type, 0, (int) of.scratch(size, size, size) + 1);
                        Memory counters = device.counters((int) of.tiles(size, size));
                        long part = of.part(size, size, size);
                        long parts = of.parts(size, size, size);
                        Object[] arguments = {1.0, a, b, 0.0, c, size, size, size, 0, scratch, counters, part, parts};
                        String kernel = "product_" + tile + "_" + letters;
                        double any = Double.POSITIVE_INFINITY;
                        run(device, type, "product", kernel, any, of.blocks(size, size, size), arguments);
                    }
                }
            }
        }
        assertThat(found).isEmpty();
    }

    /** The copy of 16 bits is one write of half the size more. */
    @ParameterizedTest
    @EnumSource
    void copies(Half half) {
        int size = M * N;
        try (Device device = new Device()) {
            Memory x = device.reals(Real.F32, 0, Numbers.random(Real.F32, size, 1));
            Memory y = device.reals(Real.F32, 0, Numbers.random(Real.F32, size, 2));
            Memory row = device.reals(Real.F32, 0, Numbers.random(Real.F32, N, 3));
            Memory into = device.room(Real.F32, 0, size);
            Memory db = device.room(Real.F32, 0, N);
            Memory scratch = device.room(Real.F32, 0, Grid.scratchOfColumns(M, N));
            Memory counters = device.counters(Grid.countersOfColumns(N));
            Memory position = device.longs(0, 0, 0, 0, 0, 0);
            Memory copy = device.halves(0, size, (short) 0);
            long grid = Grid.columns(Real.F32, M, N);
            storing(device, half, "forward", "bias_activate_relu", 3.5 * size, grid, x, row, into, M, N, 0.0, copy);
            Object[] delta = {x, x, y, y, db, M, N, 0.0, 1.0, scratch, counters, copy};
            storing(device, half, "delta", "delta_relu", 3.5 * size, grid, delta);
            long elements = Grid.elements(size);
            storing(device, half, "dropout", "dropout", 2.5 * size, elements, x, into, size, position, 0.5, 1, 2, copy);
            storing(device, half, "round", "round", 1.5 * size, elements, x, copy, size);
            Memory schedule = device.reals(Real.F64, 0, 1, 1, 1);
            Memory tally = device.reals(Real.F64, 0, 0, 0, 0);
            Memory fault = device.longs(0, 0, 0, 0);
            Object[] update = {
                x, size, y, null, size, schedule, 1, position, tally, fault, 0.0, 0.1, 0.5, 0.5, 0.5, 0.5, 0, null, copy
            };
            storing(device, half, "update", "update_sgd", 3.5 * size, elements, update);
            Object[] gather = {x, M, device.longs(new long[M]), M, position, into, M, N, fault, copy};
            double least = 2.5 * size + 2 * M; // with an order of M whole numbers
            storing(device, half, "gather", "gather", least, elements, gather);
        }
        assertThat(found).isEmpty();
    }

    private void storing(
            Device device, Half half, String file, String kernel, double elements, long grid, Object... arguments) {
        measure(
                device,
                file + half.suffix.replace('_', '.'),
                kernel + half.suffix,
                elements * Float.BYTES,
                grid,
                arguments);
    }
}

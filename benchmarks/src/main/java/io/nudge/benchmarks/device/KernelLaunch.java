package io.nudge.benchmarks.device;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a kernel did, as the emulated device counted it.
 *
 * @param kernel its entry, such as {@code delta_relu_f32}
 * @param blocks of the grid
 * @param threads of a block
 * @param counters such as {@code sectors.read}
 * @param kinds how often warps executed each kind of instruction
 */
record KernelLaunch(String kernel, long blocks, int threads, Map<String, Long> counters, Map<String, Long> kinds)
        implements Launch {
    /** The counter of {@link #sharedBytes}. */
    static final String SHARED_BYTES = "shared.bytes";

    private static final double SECTOR = 32;

    /** A product on tensor cores: its shape, and what its factors are. */
    private static final Pattern PRODUCT =
            Pattern.compile("mma\\..*\\.m(?<m>\\d+)n(?<n>\\d+)k(?<k>\\d+)\\..*\\.f32\\.(?<factors>\\w+)\\.\\w+\\.f32");

    /** A multiplication and an addition. */
    private static final double OPERATIONS = 2;

    private static final List<String> ACCESSES = List.of("read", "write", "atomic");

    /** Keeps its own maps. */
    KernelLaunch {
        counters = Map.copyOf(counters);
        kinds = Map.copyOf(kinds);
    }

    @Override
    public String name() {
        return kernel;
    }

    /**
     * What a longer launch of the same blocks does.
     *
     * @param more a launch with one piece of work more
     * @param pieces how many more there are
     * @return this one, and the difference so many times
     */
    KernelLaunch extended(KernelLaunch more, long pieces) {
        if (!more.kernel.equals(kernel) || more.blocks != blocks) {
            throw new IllegalArgumentException(
                    name() + " is not extended by " + more.name() + ", which is another launch");
        }
        return new KernelLaunch(
                kernel,
                blocks,
                threads,
                extended(counters, more.counters, pieces),
                extended(kinds, more.kinds, pieces));
    }

    /** What so many times the blocks do, each of which does as much. */
    KernelLaunch widened(long times) {
        Map<String, Long> all = multiplied(counters, times);
        all.computeIfPresent(SHARED_BYTES, (name, ofBlock) -> counter(name));
        return new KernelLaunch(kernel, blocks * times, threads, all, multiplied(kinds, times));
    }

    private static Map<String, Long> multiplied(Map<String, Long> counts, long times) {
        Map<String, Long> all = new HashMap<>();
        counts.forEach((name, count) -> all.put(name, count * times));
        return all;
    }

    private static Map<String, Long> extended(Map<String, Long> some, Map<String, Long> more, long pieces) {
        Map<String, Long> all = new HashMap<>();
        more.forEach((name, count) -> {
            long before = some.getOrDefault(name, 0L);
            all.put(name, before + pieces * (count - before));
        });
        return all;
    }

    long counter(String name) {
        return counters.getOrDefault(name, 0L);
    }

    /** A counter of all accesses together: reads, writes and atomics. */
    long accesses(String counter) {
        return ACCESSES.stream()
                .mapToLong(each -> counter(counter + "." + each))
                .sum();
    }

    @Override
    public double movedBytes() {
        return SECTOR * accesses("sectors");
    }

    @Override
    public double leastBytes() {
        return SECTOR * accesses("footprint");
    }

    double readBytes() {
        return SECTOR * counter("sectors.read");
    }

    double writtenBytes() {
        return SECTOR * counter("sectors.write");
    }

    /** Of 4 bytes each, that are read or written, in whole sectors. */
    double elements() {
        return leastBytes() / Float.BYTES;
    }

    /** Instructions of warps. */
    long instructions() {
        return counter("instructions.warp");
    }

    /** Instructions of warps, of one class. */
    long instructions(InstructionClass of) {
        return kinds.entrySet().stream()
                .filter(each -> InstructionClass.of(each.getKey()) == of)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Floating-point operations on tensor cores, with factors that are rounded so. */
    double tensorOperations(DeviceSheet.Arithmetic of) {
        double operations = 0;
        for (Map.Entry<String, Long> each : kinds.entrySet()) {
            Matcher product = PRODUCT.matcher(each.getKey());
            if (product.matches() && product.group("factors").equals(of.inPtx())) {
                operations += each.getValue() * OPERATIONS * sides(product);
            }
        }
        return operations;
    }

    private static double sides(Matcher product) {
        return Double.parseDouble(product.group("m"))
                * Double.parseDouble(product.group("n"))
                * Double.parseDouble(product.group("k"));
    }

    /** Of a block: from barrier to barrier the instructions of the warp that takes longest, one after another. */
    double wayInstructions() {
        return counter("way.instructions") / (double) blocks;
    }

    /** Of a block: barriers, one after another. */
    double wayBarriers() {
        return counter("way.barriers") / (double) blocks;
    }

    /** Of a block: how often that warp waits for device memory, one time after another. */
    double wayWaits() {
        return counter("way.waits") / (double) blocks;
    }

    /** Shared memory of a block. */
    long sharedBytes() {
        return counter(SHARED_BYTES);
    }

    /** Passes of shared memory. */
    long wavefronts() {
        return accesses("wavefronts");
    }

    /** How many of these are more than was necessary. */
    long conflicts() {
        return accesses("bank-conflicts");
    }
}

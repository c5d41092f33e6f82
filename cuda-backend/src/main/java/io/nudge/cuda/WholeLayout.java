package io.nudge.cuda;

import io.nudge.tensor.DType;
import io.nudge.tensor.WholeSteps;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the kernel that takes whole steps has things in a block's shared memory, in elements: of each layer the weights, the bias, z
 * and a of a batch; two batches of inputs and targets, or one where two do not fit. Rows are whole packs of 16 bytes, an odd number of
 * them, as held.cuh wants them.
 */
final class WholeLayout {
    /** The most layers; DEPTH of the kernel. */
    static final int MOST_LAYERS = 8;

    private static final int PACK_BYTES = 16;
    private static final int WARP = 32;

    /** Neurons whose weights a thread moves together; TALL of the kernel. */
    private static final int TALL = 6;

    /** Threads that load, beside those that compute. */
    private static final int LOADERS = 128;

    /** Rows and columns of a tile of sums. */
    private static final int DOWN = 5;

    private static final int ACROSS = 4;

    /** How the sums of a layer are shared out: so many lanes have one of them, or a tile. Work is in instructions, about. */
    record Sharing(int lanes, boolean tiled, long work) {}

    /** What a layer has where; the first is the input, which has only neurons and a stride. */
    record Place(int neurons, int stride, Sharing sharing, long weights, long bias, long sums, long outputs) {}

    private final DType type;
    private final int pack;
    private final List<Place> places = new ArrayList<>();
    private long end;

    /** Of the batch that is computed with. */
    final long inputs;

    /** Of the batch that is loaded meanwhile; the same where only one fits. */
    final long nextInputs;

    final long targets;
    final long nextTargets;
    final long costs;
    final long picks;

    /**
     * Lays steps out.
     *
     * @param steps of few enough layers
     * @param limit bytes that two batches have to fit in; else there is one
     */
    WholeLayout(WholeSteps steps, long limit) {
        type = steps.inputs().type();
        pack = PACK_BYTES / type.bytes();
        int batch = steps.batch();
        int before = (int) steps.inputs().shape().columns();
        places.add(new Place(before, stride(before), new Sharing(0, false, 0), 0, 0, 0, 0));
        for (WholeSteps.Layer layer : steps.layers()) {
            int neurons = layer.neurons();
            long rows = whole(batch) * stride(neurons);
            places.add(new Place(
                    neurons,
                    stride(neurons),
                    sharing(batch, neurons, before),
                    take((long) neurons * stride(before)),
                    take(neurons),
                    take(rows),
                    take(rows)));
            before = neurons;
        }
        costs = take(2L * batch);
        picks = take((long) batch * Long.BYTES / type.bytes());
        long each = whole(batch) * places.get(0).stride();
        long wanted = (long) batch * stride(before);
        inputs = take(each);
        targets = take(wanted);
        boolean two = bytes() + (rounded(each) + rounded(wanted)) * type.bytes() <= limit;
        nextInputs = two ? take(each) : inputs;
        nextTargets = two ? take(wanted) : targets;
    }

    private static int upwards(int work, int part) {
        return (work + part - 1) / part;
    }

    /** Rows up to the end of the last tile. */
    private static long whole(int batch) {
        return (long) upwards(batch, DOWN) * DOWN;
    }

    /** An odd number of packs, in which whole groups of columns have room. */
    private int stride(int columns) {
        return (upwards(upwards(columns, TALL) * TALL, pack) | 1) * pack;
    }

    private long take(long elements) {
        long begin = end;
        end += rounded(elements);
        return begin;
    }

    private long rounded(long elements) {
        return (elements + pack - 1) / pack * pack;
    }

    /** The way with the least work for a thread: few lanes leave threads without any, many have more sums to add up. */
    private Sharing sharing(int batch, int neurons, int before) {
        int packs = upwards(before, pack);
        int tiles = upwards(batch, DOWN) * upwards(neurons, ACROSS);
        Sharing best = new Sharing(1, false, Long.MAX_VALUE);
        for (int lanes = 1; lanes <= WARP; lanes *= 2) {
            best = better(best, work(lanes, 1, 1, batch * neurons, packs));
            best = better(best, work(lanes, DOWN, ACROSS, tiles, packs));
        }
        return best;
    }

    private static Sharing better(Sharing one, Sharing other) {
        return other.work() < one.work() ? other : one;
    }

    /** Each pack along a sum: loads, addresses and products. Then sums are halved from lane to lane, and what is left is put down. */
    private Sharing work(int lanes, int down, int across, int tiles, int packs) {
        int sums = down * across;
        long along = (long) upwards(packs, lanes) * (2L * (down + across) + (long) pack * sums + 2);
        long together =
                5L * (sums - sums / lanes) + 5L * Integer.numberOfTrailingZeros(lanes) + 12L * upwards(sums, lanes);
        return new Sharing(lanes, sums > 1, upwards(tiles, computing() / lanes) * (along + together + 60));
    }

    /** Threads that compute; COMPUTING of the kernel. */
    private int computing() {
        return type == DType.FLOAT32 ? 512 : 256;
    }

    int threads() {
        return computing() + LOADERS;
    }

    /** The input, then each layer. */
    List<Place> places() {
        return places;
    }

    long elements() {
        return end;
    }

    long bytes() {
        return end * type.bytes();
    }
}

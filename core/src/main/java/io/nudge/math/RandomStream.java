package io.nudge.math;

/**
 * A sequence of random numbers drawn from {@link Philox}. A stream is named by a seed, what it is for, and an index (a
 * layer, an epoch): two uses never share numbers, and nothing drawn for one changes what another draws. The numbers are
 * the same on every JVM, processor and backend.
 *
 * <p>Not thread-safe; make one stream per use.
 */
public final class RandomStream {
    /** What a stream's numbers are for. The order of the constants is part of the format: append only. */
    public enum Use {
        /** Initial weights and biases; the index is the layer. */
        PARAMETERS,
        /** The order of the examples; the index is the epoch. */
        SHUFFLE,
        /** Which activations dropout keeps; the index is the layer. */
        DROPOUT,
        /** The division of a data set into parts. */
        SPLIT,
        /** Which parameters a check looks at. */
        SAMPLE,
        /** Made-up inputs for tests, checks and benchmarks. */
        DATA
    }

    private static final double TO_UNIT = 0x1.0p-53;

    private final long key;
    private final long streamId;
    private final int[] block = new int[4];
    private long nextBlock;
    private int used = block.length;
    private double spareNormal = Double.NaN;

    private RandomStream(long key, long streamId) {
        this.key = key;
        this.streamId = streamId;
    }

    /**
     * Opens a stream at its beginning.
     *
     * @param seed the run's seed
     * @param use what the numbers are for
     * @param index tells streams of the same use apart (a layer, an epoch); not negative
     * @return the stream
     */
    public static RandomStream of(long seed, Use use, long index) {
        return new RandomStream(seed, streamId(use, index));
    }

    /**
     * The number that names a stream: here the upper half of the counter, of {@link io.nudge.tensor.Operations#dropout} that of the key.
     *
     * @param use what the numbers are for
     * @param index tells streams of the same use apart; 0 to 2⁵⁶ − 1
     * @return use and index in one number
     */
    @SuppressWarnings("EnumOrdinal") // the order of the constants is the format
    public static long streamId(Use use, long index) {
        if (index < 0 || index >= 1L << 56) {
            throw new IllegalArgumentException("the index of a random stream must be in [0, 2^56), but is " + index);
        }
        return ((long) use.ordinal() << 56) | index;
    }

    /**
     * Draws 32 uniform bits.
     *
     * @return the next integer
     */
    public int nextInt() {
        if (used == block.length) {
            Philox.block(key, nextBlock++, streamId, block);
            used = 0;
        }
        return block[used++];
    }

    /**
     * Draws from the uniform distribution over [0, 1), in steps of 2⁻⁵³.
     *
     * @return the next number
     */
    public double uniform() {
        long high = nextInt() & 0xFFFFFFFFL;
        long low = nextInt() & 0xFFFFFFFFL;
        return ((high << 21) | (low >>> 11)) * TO_UNIT;
    }

    /**
     * Draws from the standard normal distribution N(0, 1), by the method of Box and Muller (1958). {@link StrictMath}
     * keeps the bits the same on every processor.
     *
     * @return the next number
     */
    public double normal() {
        if (!Double.isNaN(spareNormal)) {
            double spare = spareNormal;
            spareNormal = Double.NaN;
            return spare;
        }
        double radius = StrictMath.sqrt(-2.0 * StrictMath.log(1.0 - uniform()));
        double angle = 2.0 * Math.PI * uniform();
        spareNormal = radius * StrictMath.sin(angle);
        return radius * StrictMath.cos(angle);
    }

    /**
     * Draws a whole number below a bound, every one as likely as the others (Lemire, "Fast random integer generation in
     * an interval", 2019).
     *
     * @param bound the number of values; positive
     * @return a number in [0, bound)
     */
    public int below(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("the bound of a random number must be positive, but is " + bound);
        }
        long product = (nextInt() & 0xFFFFFFFFL) * bound;
        if ((product & 0xFFFFFFFFL) < bound) {
            long threshold = (1L << 32) % bound;
            while ((product & 0xFFFFFFFFL) < threshold) {
                product = (nextInt() & 0xFFFFFFFFL) * bound;
            }
        }
        return (int) (product >>> 32);
    }

    /**
     * Draws an order of the numbers 0 to n − 1, by the shuffle of Fisher and Yates.
     *
     * @param n how many numbers; not negative
     * @return the numbers, every order as likely as the others
     */
    public int[] permutation(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        for (int i = n - 1; i > 0; i--) {
            int j = below(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }
}

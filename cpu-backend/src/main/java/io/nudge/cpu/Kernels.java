package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;

/**
 * The passes over memory in one element type. Each is told where in which array to begin and how far to go, so that
 * several workers, each with kernels of its own, can do a part. A destination may be an operand, the same elements.
 * What the operations mean is said in {@link io.nudge.tensor.Operations}.
 */
abstract class Kernels {
    /**
     * Elements that are taken through several steps at a time: with what is computed from them they fit into the first
     * cache.
     */
    static final int BLOCK = 1024;

    /** Columns that are summed up at a time: the more of a row is read at once, the better memory keeps up. */
    static final int SUMS = 4 * BLOCK;

    /** Columns that are transposed at a time: as many lines of the first cache are written to. */
    static final int TILE = 16;

    /**
     * Elements of 4 bytes behind what a worker writes to while it goes on, in two lines of the cache, which processors fetch together: what comes next in
     * memory may be another worker's, and where two write to one line each waits for the other.
     */
    static final int APART = 32;

    abstract void fill(double value, CpuMemory x, int xAt, int n);

    abstract void add(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n);

    abstract void subtract(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n);

    abstract void hadamard(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n);

    abstract void scale(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n);

    abstract void addScaled(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n);

    /** y = alpha x + beta y. */
    abstract void combine(double alpha, CpuMemory x, int xAt, double beta, CpuMemory y, int yAt, int n);

    abstract void clamp(double limit, CpuMemory x, int xAt, CpuMemory y, int yAt, int n);

    /** Columns from to to of the sum over all rows. */
    abstract void sumRows(
            double scale,
            CpuMemory x,
            int xAt,
            int rows,
            int columns,
            int from,
            int to,
            double beta,
            CpuMemory into,
            int intoAt);

    abstract double sumSquares(CpuMemory x, int xAt, int n);

    abstract double sum(CpuMemory x, int xAt, int n);

    /** Whether none is infinite or not a number. */
    abstract boolean finite(CpuMemory x, int xAt, int n);

    /** Rows from to to of x [rows, columns] become columns of y. */
    abstract void transpose(CpuMemory x, int xAt, int rows, int columns, int from, int to, CpuMemory y, int yAt);

    /** For an elementwise σ. */
    abstract void activate(Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, int n);

    abstract void activatePrime(Activation f, CpuMemory z, int zAt, CpuMemory into, int intoAt, int n);

    /** For an elementwise σ. */
    abstract void chain(
            Activation f,
            CpuMemory z,
            int zAt,
            CpuMemory a,
            int aAt,
            CpuMemory up,
            int upAt,
            CpuMemory delta,
            int deltaAt,
            int n);

    abstract void softmax(CpuMemory z, int zAt, CpuMemory a, int aAt, int rows, int columns);

    abstract void softmaxChain(
            CpuMemory a, int aAt, CpuMemory up, int upAt, CpuMemory delta, int deltaAt, int rows, int columns);

    /** C₀ of every example. */
    abstract void costs(
            Cost cost,
            Activation f,
            CpuMemory z,
            int zAt,
            CpuMemory a,
            int aAt,
            CpuMemory y,
            int yAt,
            CpuMemory costs,
            int costsAt,
            int rows,
            int columns);

    /** ∂C₀/∂a. */
    abstract void costGradient(
            Cost cost, CpuMemory a, int aAt, CpuMemory y, int yAt, CpuMemory into, int intoAt, int rows, int columns);

    /** δ of a cross-entropy together with its activation, sigmoid or softmax. */
    abstract void fusedDelta(
            boolean softmax, CpuMemory a, int aAt, CpuMemory y, int yAt, CpuMemory delta, int deltaAt, int rows, int n);

    /** a = σ(z) for rows of a matrix, elementwise or not. */
    final void activateRows(Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, int rows, int columns) {
        if (f.elementwise()) {
            activate(f, z, zAt, a, aAt, rows * columns);
        } else {
            softmax(z, zAt, a, aAt, rows, columns);
        }
    }

    /** δ of an output layer. */
    final void costDelta(
            Cost cost,
            Activation f,
            CpuMemory z,
            int zAt,
            CpuMemory a,
            int aAt,
            CpuMemory y,
            int yAt,
            CpuMemory delta,
            int deltaAt,
            int rows,
            int columns) {
        if (cost.fusesWith(f)) {
            fusedDelta(!f.elementwise(), a, aAt, y, yAt, delta, deltaAt, rows, columns);
            return;
        }
        costGradient(cost, a, aAt, y, yAt, delta, deltaAt, rows, columns);
        if (f.elementwise()) {
            chain(f, z, zAt, a, aAt, delta, deltaAt, delta, deltaAt, rows * columns);
        } else {
            softmaxChain(a, aAt, delta, deltaAt, delta, deltaAt, rows, columns);
        }
    }

    /** How many examples are answered right. */
    abstract int right(CpuMemory a, int aAt, CpuMemory y, int yAt, int rows, int columns);

    /** Moves n parameters, all of them penalised or none; the two slots are where their state begins. */
    abstract void update(
            Descent rule,
            boolean penalized,
            CpuMemory w,
            int wAt,
            CpuMemory g,
            int gAt,
            CpuMemory state,
            int slot0,
            int slot1,
            double[] schedule,
            int rowAt,
            int n);

    /** Elements from to to. */
    abstract void dropout(
            double rate,
            long seed,
            long stream,
            long step,
            CpuMemory x,
            int xAt,
            CpuMemory y,
            int yAt,
            int from,
            int to);

    abstract double get(CpuMemory x, int at);

    abstract void set(CpuMemory x, int at, double value);

    /** The s of a cost whose gradient is s (a − y); 0 for any other. */
    static double slope(Cost cost, int outputs) {
        if (cost instanceof Cost.Quadratic) {
            return 2;
        } else if (cost instanceof Cost.HalfQuadratic) {
            return 1;
        }
        return cost instanceof Cost.MeanSquaredError ? 2.0 / outputs : 0;
    }
}

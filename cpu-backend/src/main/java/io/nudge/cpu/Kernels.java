package io.nudge.cpu;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;

/** The passes over memory, one element type each: pieces of operations, told where in an array to begin and how far to go. */
abstract class Kernels {
    abstract void fill(CpuMemory x, int xAt, int n, double value);

    abstract void add(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n);

    abstract void subtract(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n);

    abstract void hadamard(CpuMemory a, int aAt, CpuMemory b, int bAt, CpuMemory c, int cAt, int n);

    abstract void scale(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n);

    abstract void addScaled(double alpha, CpuMemory x, int xAt, CpuMemory y, int yAt, int n);

    abstract void sumRows(
            CpuMemory x,
            int xAt,
            int rows,
            int columns,
            int from,
            int to,
            double scale,
            double beta,
            CpuMemory into,
            int intoAt);

    abstract double sumSquares(CpuMemory x, int xAt, int n);

    abstract void clamp(CpuMemory x, int xAt, double limit, CpuMemory y, int yAt, int n);

    abstract void transpose(CpuMemory x, int xAt, int rows, int columns, CpuMemory y, int yAt);

    abstract void activate(Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, int n);

    abstract void activatePrime(Activation f, CpuMemory z, int zAt, CpuMemory a, int aAt, int n);

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

    abstract void softmax(CpuMemory z, int zAt, CpuMemory a, int aAt, int n);

    abstract void softmaxChain(CpuMemory a, int aAt, CpuMemory up, int upAt, CpuMemory delta, int deltaAt, int n);

    abstract void cost(
            Cost cost,
            Activation f,
            CpuMemory z,
            int zAt,
            CpuMemory a,
            int aAt,
            CpuMemory y,
            int yAt,
            int n,
            CpuMemory costs,
            int at);

    abstract void costDelta(
            Cost cost,
            Activation f,
            CpuMemory z,
            int zAt,
            CpuMemory a,
            int aAt,
            CpuMemory y,
            int yAt,
            CpuMemory delta,
            int at,
            int n);

    abstract double sum(CpuMemory x, int xAt, int n);

    abstract boolean right(CpuMemory a, int aAt, CpuMemory y, int yAt, int n);

    abstract void update(
            Descent rule,
            CpuMemory w,
            int wAt,
            int from,
            int to,
            int penalized,
            CpuMemory g,
            int gAt,
            CpuMemory state,
            int stateAt,
            int stride,
            double[] schedule,
            int rowAt);

    abstract void dropout(
            double rate,
            long seed,
            long stream,
            long total,
            CpuMemory x,
            int xAt,
            CpuMemory y,
            int yAt,
            int from,
            int to);

    abstract void set(CpuMemory x, int at, double value);

    abstract double get(CpuMemory x, int at);
}

package io.nudge.benchmarks;

/**
 * What one operation of a benchmark amounts to, so that its time can be told as a rate. What says nothing about an operation
 * is 0.
 *
 * @param flops multiplications and additions of its matrix products
 * @param bytes what has to be read and written once, however it is done
 * @param examples how many examples go through the network
 */
record Work(double flops, double bytes, double examples) {
    static Work flops(double flops) {
        return new Work(flops, 0, 0);
    }

    static Work bytes(double bytes) {
        return new Work(0, bytes, 0);
    }
}

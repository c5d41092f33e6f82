package io.nudge.cpu;

/**
 * How matrix products are computed: c = alpha op(a) op(b) + beta c, row-major and dense, on Java arrays. op(a) is [m, k],
 * op(b) is [k, n], c is [m, n]; m, n and k are at least 1. Where beta is 0, what was in c does not count, not even NaN. Used
 * by one thread at a time.
 */
interface Product extends AutoCloseable {
    /** What computes, in a few words for people. */
    String name();

    /** The product in float32; each array comes with where its matrix begins and, for a factor, whether it is transposed. */
    void multiply(
            int m,
            int n,
            int k,
            float alpha,
            float[] a,
            int aAt,
            boolean ta,
            float[] b,
            int bAt,
            boolean tb,
            float beta,
            float[] c,
            int cAt);

    /** The product in float64. */
    void multiply(
            int m,
            int n,
            int k,
            double alpha,
            double[] a,
            int aAt,
            boolean ta,
            double[] b,
            int bAt,
            boolean tb,
            double beta,
            double[] c,
            int cAt);

    @Override
    default void close() {}
}

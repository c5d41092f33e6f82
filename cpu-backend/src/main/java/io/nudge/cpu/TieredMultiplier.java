package io.nudge.cpu;

/**
 * Small products in Java, large ones by OpenBLAS. For OpenBLAS the matrices are copied, and a call costs some 0.3 µs;
 * the larger the product, the less that counts, and the longer the vectors that Java has, the later.
 *
 * <p>Measured on one thread of an AMD EPYC (Zen 5), float32, m × n × k, in µs:
 *
 * <pre>
 *                     Java, 512 bits   256 bits   no vectors   OpenBLAS 0.3.31 (its Haswell kernels)
 *    10 ×  30 × 784              4.2        9.2           55     17.2
 *    30 × 784 ×  10              6.2        9.0           49      8.2
 *   128 ×  10 × 512               12         24          183       21
 *   100 × 784 ×  32               48         80          453       54
 *    64 × 128 × 784               96        194         1376      140
 *   128 × 256 × 256              201        305         1927      155
 *   128 × 512 × 512              578       1076        19173      612
 *  1000 × 512 × 784             7746      13651       174062     6557
 *     1 × 512 × 512               18         34          329      118
 *  1000 ×  30 × 784              410        795         5036      570
 * </pre>
 */
final class TieredMultiplier implements Multiplier {
    private final Multiplier small;
    private final Multiplier large;
    private final int lanes;

    /**
     * Takes both.
     *
     * @param small computes in Java
     * @param large calls OpenBLAS
     * @param lanes how many float32 Java computes at once; 0 to think everything large
     */
    TieredMultiplier(Multiplier small, Multiplier large, int lanes) {
        this.small = small;
        this.large = large;
        this.lanes = lanes;
    }

    @Override
    public String name() {
        return lanes == 0 ? large.name() : large.name() + " for large products, else " + small.name();
    }

    @Override
    public void multiply(Product p) {
        (isLarge(p) ? large : small).multiply(p);
    }

    /**
     * From 2048 multiplications times the cube of the lanes on, unless c is narrow or a matrix too large to be copied.
     */
    boolean isLarge(Product p) {
        long side = p.isFloat32() ? lanes : lanes / 2;
        return p.work() >= 2048 * side * side * side
                && Math.min(p.m, p.n) >= 2 * side
                && p.largest() <= OpenBlas.LARGEST;
    }

    @Override
    public void close() {
        small.close();
        large.close();
    }
}

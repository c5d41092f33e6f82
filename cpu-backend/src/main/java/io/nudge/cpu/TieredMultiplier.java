package io.nudge.cpu;

/**
 * Small products in Java, large ones by OpenBLAS. For OpenBLAS the matrices are copied, and a call costs some 0.3 µs;
 * the larger the product, the less that counts, and the longer the vectors that Java has, the later.
 *
 * <p>Measured on one thread of an AMD EPYC (Zen 5), float32, m × n × k, in µs; OpenBLAS with its code for 256 bits
 * (OPENBLAS_CORETYPE=Haswell) and for 512:
 *
 * <pre>
 *                     Java, 512 bits   256 bits   no vectors   OpenBLAS 256 bits   512 bits
 *    10 ×  30 × 784              3.9         11           48         17             3.6
 *    30 × 784 ×  10              4.3        6.1           45          8.0           3.5
 *   128 ×  10 × 512               14         25          165         21              21
 *   100 × 784 ×  32               42         61          396         53              33
 *    64 × 128 × 784               95        222         1112        136              83
 *   128 × 256 × 256              203        343         1353        154              91
 *   128 × 512 × 512              623       1209         5340        616             346
 *  1000 × 512 × 784             7035      14844        64884       6174            3291
 *     1 × 512 × 512               17         37          152        118              29
 *  1000 ×  30 × 784              413        930         4339        547             429
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

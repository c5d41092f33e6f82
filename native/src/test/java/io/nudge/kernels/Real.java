package io.nudge.kernels;

/** The two element types that every kernel is compiled for. */
enum Real {
    F32("_f32", 4, 0x1p-24),
    F64("_f64", 8, 0x1p-53);

    /** What the names of a kernel's entry and file have at their end. */
    final String suffix;

    final int bytes;
    /** The unit roundoff u. */
    final double u;

    Real(String suffix, int bytes, double u) {
        this.suffix = suffix;
        this.bytes = bytes;
        this.u = u;
    }

    /** Elements in 16 bytes. */
    int wide() {
        return 16 / bytes;
    }

    double round(double x) {
        return this == F32 ? (float) x : x;
    }

    double[] round(double[] x) {
        double[] rounded = x.clone();
        for (int i = 0; i < x.length; i++) {
            rounded[i] = round(x[i]);
        }
        return rounded;
    }

    double ulp(double x) {
        return this == F32 ? Math.ulp((float) x) : Math.ulp(x);
    }

    double leastSubnormal() {
        return this == F32 ? Float.MIN_VALUE : Double.MIN_VALUE;
    }
}

package io.nudge.cuda;

import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;

/** What multiplies matrices on the device. */
interface Products {
    /**
     * c = alpha op(a) op(b) + beta c, none of the three lengths 0. Where beta is 0, what was in c does not count.
     *
     * @param alpha factor on the product
     * @param a [m, k], or [k, m] if transposed
     * @param ta whether a is transposed
     * @param b [k, n], or [n, k] if transposed
     * @param tb whether b is transposed
     * @param beta factor on what was in c
     * @param c [m, n]
     */
    void multiply(double alpha, Tensor a, Transpose ta, Tensor b, Transpose tb, double beta, Tensor c);

    /**
     * The same with factors that lie on the device. Where alpha is 0, what is in a and b does not count.
     *
     * @param factors [2]: alpha and beta
     * @param a [m, k], or [k, m] if transposed
     * @param ta whether a is transposed
     * @param b [k, n], or [n, k] if transposed
     * @param tb whether b is transposed
     * @param c [m, n]
     */
    void multiply(Tensor factors, Tensor a, Transpose ta, Tensor b, Transpose tb, Tensor c);

    /** How factors of float32 products are rounded. */
    Precision precision();

    /** What it is, with its version, in a few words. */
    String describe();
}

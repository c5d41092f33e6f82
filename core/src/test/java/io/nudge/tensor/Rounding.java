package io.nudge.tensor;

import org.apache.commons.numbers.gamma.Erfc;

/**
 * Running error analysis: every operation gives its result and a bound on the error that floating-point arithmetic makes
 * on the way there. The model is the standard one (Higham, "Accuracy and Stability of Numerical Algorithms", 2nd edition,
 * sections 2.2 and 3.3): fl(x ∘ y) = (x ∘ y)(1 + δ) + η with |δ| ≤ u, η for what gradual underflow loses,
 * and overflow to infinity. An error e in an operand passes through a function f as at most e · max |f′| over the interval.
 *
 * <p>u is the tensor's unit roundoff plus that of float64, since the reference value is itself computed in float64.
 */
final class Rounding {
    /**
     * exp, expm1, log, log1p and tanh, in multiples of u: java.lang.Math states at most 2.5 ulps (for tanh), CUDA's
     * mathematical functions at most 2; an ulp is at most 2 u |x|.
     */
    private static final int ELEMENTARY = 5;

    /** erfc, in multiples of u: CUDA states at most 5 ulps. */
    private static final int ERFC = 10;

    private final double u;
    private final double leastSubnormal;
    private final double leastNormal;
    private final double largest;

    Rounding(DType type) {
        boolean single = type == DType.FLOAT32;
        this.u = type.unitRoundoff() + DType.FLOAT64.unitRoundoff();
        this.leastSubnormal = single ? Float.MIN_VALUE : Double.MIN_VALUE;
        this.leastNormal = single ? Float.MIN_NORMAL : Double.MIN_NORMAL;
        this.largest = single ? Float.MAX_VALUE : Double.MAX_VALUE;
    }

    /** u of the model. */
    double unit() {
        return u;
    }

    /** γ_n = n u / (1 − n u): n roundings one after the other (Higham, lemma 3.1). */
    double gamma(long n) {
        return n * u / (1 - n * u);
    }

    /** What n roundings may lose to gradual underflow: half of the least subnormal each, and the reference as much. */
    double underflow(long n) {
        return n * leastSubnormal;
    }

    /** An element of a tensor, as it stands there. */
    Rounded exact(double x) {
        return new Rounded(x, 0);
    }

    /** A scalar argument or constant, rounded to the type once. */
    Rounded constant(double x) {
        return rounded(x, 0, 1);
    }

    Rounded plus(Rounded a, Rounded b) {
        return rounded(a.value() + b.value(), a.error() + b.error(), 1);
    }

    Rounded minus(Rounded a, Rounded b) {
        return plus(a, b.negated());
    }

    Rounded times(Rounded a, Rounded b) {
        double propagated =
                product(a.value(), b.error()) + product(b.value(), a.error()) + product(a.error(), b.error());
        return rounded(a.value() * b.value(), propagated, 1);
    }

    Rounded over(Rounded a, Rounded b) {
        double least = Math.abs(b.value()) - b.error();
        double quotient = a.value() / b.value();
        double propagated = a.error() == 0 && b.error() == 0
                ? 0
                : least > 0 ? (a.error() + product(quotient, b.error())) / least : Double.POSITIVE_INFINITY;
        return rounded(quotient, propagated, 1);
    }

    /** √(a ± e) differs from √a by at most e/√a, and by at most √e. */
    Rounded sqrt(Rounded a) {
        double propagated = a.error() == 0 ? 0 : Math.min(Math.sqrt(a.error()), a.error() / Math.sqrt(a.value()));
        return rounded(Math.sqrt(a.value()), propagated, 1);
    }

    /**
     * eᵃ. Below the least normal number the relative error means nothing, and an exponential may give 0 there: e⁻⁹⁰ in
     * float32.
     */
    Rounded exp(Rounded a) {
        double value = Math.exp(a.value());
        double flushed = value < 2 * leastNormal ? leastNormal : 0;
        return rounded(value, product(a.error(), Math.exp(a.value() + a.error())) + flushed, ELEMENTARY);
    }

    /** eᵃ − 1. */
    Rounded expm1(Rounded a) {
        return rounded(Math.expm1(a.value()), product(a.error(), Math.exp(a.value() + a.error())), ELEMENTARY);
    }

    Rounded log(Rounded a) {
        double least = a.value() - a.error();
        double propagated = a.error() == 0 ? 0 : least > 0 ? a.error() / least : Double.POSITIVE_INFINITY;
        return rounded(Math.log(a.value()), propagated, ELEMENTARY);
    }

    /** ln(1 + a). */
    Rounded log1p(Rounded a) {
        double least = 1 + a.value() - a.error();
        double propagated = a.error() == 0 ? 0 : least > 0 ? a.error() / least : Double.POSITIVE_INFINITY;
        return rounded(Math.log1p(a.value()), propagated, ELEMENTARY);
    }

    /** tanh a; its derivative is at most 1. */
    Rounded tanh(Rounded a) {
        return rounded(Math.tanh(a.value()), a.error(), ELEMENTARY);
    }

    /** erfc a; |erfc′(x)| = 2/√π e^(−x²), largest at the end of the interval next to 0. Underflows as exp does. */
    Rounded erfc(Rounded a) {
        double value = Erfc.value(a.value());
        double nearest = Math.max(0, Math.abs(a.value()) - a.error());
        double slope = 2 / Math.sqrt(Math.PI) * Math.exp(-nearest * nearest);
        double flushed = value < 2 * leastNormal ? leastNormal : 0;
        return rounded(value, product(a.error(), slope) + flushed, ERFC);
    }

    /** Σ of the terms in any order: each passes through at most n − 1 additions, so the error is at most γ_(n−1) Σ|x|. */
    Rounded sum(Rounded... terms) {
        double value = 0;
        double magnitude = 0;
        double error = 0;
        for (Rounded term : terms) {
            value += term.value();
            magnitude += Math.abs(term.value()) + term.error();
            error += term.error();
        }
        return rounded(value, error + product(magnitude, gamma(Math.max(0, terms.length - 1))), 0);
    }

    /** A result that carries an error over from its operands and is rounded so many times more. */
    Rounded rounded(double value, double propagated, int roundings) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return new Rounded(value, propagated == Double.POSITIVE_INFINITY ? propagated : 0);
        }
        double magnitude = Math.abs(value) + propagated;
        double error = propagated + product(magnitude, gamma(roundings)) + underflow(Math.min(roundings, 1));
        if (Math.abs(value) + error <= largest) {
            return new Rounded(value, error);
        }
        boolean surely = Math.abs(value) - error > largest * (1 + u);
        return surely
                ? new Rounded(Math.copySign(Double.POSITIVE_INFINITY, value), 0)
                : new Rounded(value, Double.POSITIVE_INFINITY);
    }

    /** Whether a magnitude stays clear of overflow. */
    boolean holds(double magnitude) {
        return magnitude * (1 + u) <= largest;
    }

    /** |x| e, where no error stays none and a boundless one boundless, whatever the magnitude. */
    private static double product(double x, double e) {
        return e == 0 || e == Double.POSITIVE_INFINITY ? e : x == 0 ? 0 : Math.abs(x) * e;
    }
}

package io.nudge.emulator;

import java.math.BigInteger;

/** A fraction of whole numbers: what a calculation gives before it is rounded. */
record Exact(BigInteger numerator, BigInteger denominator) {
    static Exact of(long value) {
        return of(BigInteger.valueOf(value));
    }

    static Exact of(BigInteger value) {
        return new Exact(value, BigInteger.ONE);
    }

    /** value · 2^exponent. */
    static Exact scaled(BigInteger value, int exponent) {
        return exponent >= 0 ? of(value.shiftLeft(exponent)) : new Exact(value, BigInteger.ONE.shiftLeft(-exponent));
    }

    int signum() {
        return numerator.signum();
    }

    Exact plus(Exact b) {
        return new Exact(
                numerator.multiply(b.denominator).add(b.numerator.multiply(denominator)),
                denominator.multiply(b.denominator));
    }

    Exact times(Exact b) {
        return new Exact(numerator.multiply(b.numerator), denominator.multiply(b.denominator));
    }

    Exact over(Exact b) {
        Exact r = new Exact(numerator.multiply(b.denominator), denominator.multiply(b.numerator));
        return r.denominator.signum() < 0 ? new Exact(r.numerator.negate(), r.denominator.negate()) : r;
    }

    /** The square root to so many bits that no format is longer; where it is not exact the last bit says so. */
    Exact root() {
        int bits = 1400;
        BigInteger[] r = numerator.shiftLeft(2 * bits).divide(denominator).sqrtAndRemainder();
        boolean isExact = r[1].signum() == 0
                && numerator.shiftLeft(2 * bits).mod(denominator).signum() == 0;
        return scaled(r[0].shiftLeft(1).add(isExact ? BigInteger.ZERO : BigInteger.ONE), -bits - 1);
    }

    /** The whole number that the mode makes of it. */
    BigInteger whole(Rounding mode) {
        BigInteger[] q = numerator.abs().divideAndRemainder(denominator);
        boolean isUp = mode.awayFromZero(signum() < 0, q[0], q[1], denominator);
        BigInteger magnitude = isUp ? q[0].add(BigInteger.ONE) : q[0];
        return signum() < 0 ? magnitude.negate() : magnitude;
    }

    /** The exponent of the first bit: 2^e ≤ |value| &lt; 2^(e + 1). */
    int exponent() {
        int e = numerator.abs().bitLength() - denominator.bitLength();
        BigInteger scaled = e >= 0 ? denominator.shiftLeft(e) : denominator;
        BigInteger value = e >= 0 ? numerator.abs() : numerator.abs().shiftLeft(-e);
        return value.compareTo(scaled) < 0 ? e - 1 : e;
    }
}

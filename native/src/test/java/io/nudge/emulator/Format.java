package io.nudge.emulator;

import java.math.BigInteger;

/** A format of floating-point numbers, and arithmetic on their bits that is exact up to its one rounding: the judge of the device. */
enum Format {
    F16(5, 10),
    BF16(8, 7),
    TF32(8, 10),
    F32(8, 23),
    F64(11, 52);

    private final int exponentBits;
    private final int mantissaBits;

    Format(int exponentBits, int mantissaBits) {
        this.exponentBits = exponentBits;
        this.mantissaBits = mantissaBits;
    }

    private int bits() {
        return 1 + exponentBits + mantissaBits;
    }

    /** What PTX gives where there is no number. */
    long nan() {
        return this == F64 ? 0x7ff8000000000000L : (1L << (bits() - 1)) - 1;
    }

    long infinity(boolean negative) {
        return sign(negative) | ((1L << exponentBits) - 1) << mantissaBits;
    }

    long zero(boolean negative) {
        return sign(negative);
    }

    long one() {
        return ((1L << (exponentBits - 1)) - 1) << mantissaBits;
    }

    private long sign(boolean negative) {
        return negative ? 1L << (bits() - 1) : 0;
    }

    boolean isNegative(long v) {
        return (v >>> (bits() - 1) & 1) != 0;
    }

    long magnitude(long v) {
        return v & ~sign(true);
    }

    boolean isNaN(long v) {
        return magnitude(v) > infinity(false);
    }

    boolean isInfinite(long v) {
        return magnitude(v) == infinity(false);
    }

    boolean isZero(long v) {
        return magnitude(v) == 0;
    }

    boolean isSubnormal(long v) {
        return !isZero(v) && magnitude(v) >>> mantissaBits == 0;
    }

    /** The value of a finite number. */
    Exact value(long v) {
        long field = magnitude(v) & ((1L << mantissaBits) - 1);
        int exponent = (int) (magnitude(v) >>> mantissaBits);
        long whole = exponent == 0 ? field : field | 1L << mantissaBits;
        int scale = Math.max(exponent, 1) - bias() - mantissaBits;
        return Exact.scaled(BigInteger.valueOf(isNegative(v) ? -whole : whole), scale);
    }

    double toDouble(long v) {
        if (isNaN(v)) {
            return Double.NaN;
        }
        if (isInfinite(v)) {
            return isNegative(v) ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return isZero(v)
                ? (isNegative(v) ? -0.0 : 0.0)
                : Double.longBitsToDouble(F64.round(value(v), false, Rounding.RN));
    }

    private int bias() {
        return (1 << (exponentBits - 1)) - 1;
    }

    /** To this format; where nothing is left of a value, its sign is, or the one given for a value of zero. */
    long round(Exact v, boolean negativeZero, Rounding mode) {
        if (v.signum() == 0) {
            return zero(negativeZero);
        }
        boolean negative = v.signum() < 0;
        int unit = Math.max(v.exponent(), 1 - bias()) - mantissaBits;
        Exact scaled = v.times(Exact.scaled(BigInteger.ONE, -unit));
        long whole = scaled.whole(mode).abs().longValueExact();
        long implied = 1L << mantissaBits;
        // A carry out of the mantissa raises the exponent, as it should.
        int exponent = unit + mantissaBits + bias();
        boolean isOver = exponent >= (1 << exponentBits) - 1;
        long field = isOver
                ? infinity(false)
                : whole < implied ? whole : ((long) exponent << mantissaBits) + whole - implied;
        if (field >= infinity(false)) {
            boolean away =
                    mode == Rounding.RN || mode == Rounding.RNA || mode == (negative ? Rounding.RM : Rounding.RP);
            return away ? infinity(negative) : infinity(negative) - 1;
        }
        return sign(negative) | field;
    }

    /** A double to the nearest. */
    long nearest(double v) {
        return convert(F64, Double.doubleToRawLongBits(v), Rounding.RN);
    }

    long convert(Format from, long v, Rounding mode) {
        if (from.isNaN(v)) {
            return nan();
        }
        return from.isInfinite(v) ? infinity(from.isNegative(v)) : round(from.value(v), from.isNegative(v), mode);
    }

    long add(long a, long b, Rounding mode) {
        return fma(a, one(), b, mode);
    }

    long negate(long a) {
        return a ^ sign(true);
    }

    long multiply(long a, long b, Rounding mode) {
        boolean negative = isNegative(a) != isNegative(b);
        if (isNaN(a) || isNaN(b)) {
            return nan();
        }
        if (isInfinite(a) || isInfinite(b)) {
            return isZero(a) || isZero(b) ? nan() : infinity(negative);
        }
        return round(value(a).times(value(b)), negative, mode);
    }

    long fma(long a, long b, long c, Rounding mode) {
        boolean negative = isNegative(a) != isNegative(b);
        if (isNaN(a) || isNaN(b) || isNaN(c)) {
            return nan();
        }
        if (isInfinite(a) || isInfinite(b)) {
            boolean none = isZero(a) || isZero(b) || (isInfinite(c) && isNegative(c) != negative);
            return none ? nan() : infinity(negative);
        }
        if (isInfinite(c)) {
            return c;
        }
        boolean bothNegative = negative && isNegative(c);
        boolean bothPositive = !negative && !isNegative(c);
        boolean zeros = isZero(c) && (isZero(a) || isZero(b));
        boolean sameSign = bothNegative || bothPositive;
        boolean negativeZero = mode == Rounding.RM;
        if (zeros && sameSign) {
            negativeZero = bothNegative;
        }
        return round(value(a).times(value(b)).plus(value(c)), negativeZero, mode);
    }

    long divide(long a, long b, Rounding mode) {
        boolean negative = isNegative(a) != isNegative(b);
        if (isNaN(a) || isNaN(b) || (isInfinite(a) && isInfinite(b)) || (isZero(a) && isZero(b))) {
            return nan();
        }
        if (isInfinite(a) || isZero(b)) {
            return infinity(negative);
        }
        return isInfinite(b) ? zero(negative) : round(value(a).over(value(b)), negative, mode);
    }

    long root(long a, Rounding mode) {
        if (isZero(a)) {
            return a;
        }
        if (isNaN(a) || isNegative(a)) {
            return nan();
        }
        return isInfinite(a) ? a : round(value(a).root(), false, mode);
    }

    /** .ftz: subnormal numbers are zeros of their sign. */
    long flush(long a) {
        return isSubnormal(a) ? zero(isNegative(a)) : a;
    }

    /** .sat: to [0, 1]; what is no number becomes 0. */
    long saturate(long a) {
        return isNaN(a) || isNegative(a) ? 0 : Math.min(a, one());
    }

    /** .relu: what is negative becomes 0. */
    long rectify(long a) {
        return isNaN(a) ? nan() : isNegative(a) ? 0 : a;
    }

    /** min or max: what is no number gives way to a number; −0 is less than +0. */
    long extreme(long a, long b, boolean max) {
        if (isNaN(a) || isNaN(b)) {
            return isNaN(a) && isNaN(b) ? nan() : isNaN(a) ? b : a;
        }
        boolean isFirstLess = Double.compare(toDouble(a), toDouble(b)) < 0;
        return isFirstLess == max ? b : a;
    }

    long extreme(long a, long b, boolean max, boolean nan, boolean xorSign) {
        if (nan && (isNaN(a) || isNaN(b))) {
            return nan();
        }
        long r = xorSign ? extreme(magnitude(a), magnitude(b), max) : extreme(a, b, max);
        return xorSign && !isNaN(r) ? magnitude(r) | sign(isNegative(a) != isNegative(b)) : r;
    }

    boolean compare(String comparison, long a, long b) {
        double x = toDouble(a);
        double y = toDouble(b);
        boolean unordered = Double.isNaN(x) || Double.isNaN(y);
        return switch (comparison) {
            case "eq" -> x == y;
            case "ne" -> !unordered && x != y;
            case "lt" -> x < y;
            case "le" -> x <= y;
            case "gt" -> x > y;
            case "ge" -> x >= y;
            case "equ" -> unordered || x == y;
            case "neu" -> x != y;
            case "ltu" -> !(x >= y);
            case "leu" -> !(x > y);
            case "gtu" -> !(x <= y);
            case "geu" -> !(x < y);
            case "num" -> !unordered;
            case "nan" -> unordered;
            default -> throw new IllegalArgumentException(comparison);
        };
    }
}

package io.nudge.emulator;

import java.math.BigInteger;

/** PTX's modes: to the nearest (ties to even, or away from zero), towards zero, down, up. */
enum Rounding {
    RN,
    RNA,
    RZ,
    RM,
    RP;

    static Rounding of(String modifier) {
        return valueOf(modifier.substring(0, 2).toUpperCase(java.util.Locale.ROOT));
    }

    /** Whether |value| = quotient + remainder / divisor becomes quotient + 1. */
    boolean awayFromZero(boolean negative, BigInteger quotient, BigInteger remainder, BigInteger divisor) {
        if (remainder.signum() == 0) {
            return false;
        }
        int half = remainder.shiftLeft(1).compareTo(divisor);
        return switch (this) {
            case RN -> half > 0 || (half == 0 && quotient.testBit(0));
            case RNA -> half >= 0;
            case RZ -> false;
            case RM -> negative;
            case RP -> !negative;
        };
    }
}

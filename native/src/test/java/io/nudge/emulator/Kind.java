package io.nudge.emulator;

import java.util.EnumSet;
import java.util.Random;

/** What a value is made of, and the values that instructions are tried with: by their bits. */
enum Kind {
    S16("s16", "b16", "h", 2),
    U16("u16", "b16", "h", 2),
    S32("s32", "b32", "r", 4),
    U32("u32", "b32", "r", 4),
    S64("s64", "b64", "d", 8),
    U64("u64", "b64", "d", 8),
    S16X2("s16x2", "b32", "r", 4),
    U16X2("u16x2", "b32", "r", 4),
    F16("f16", "b16", "h", 2),
    BF16("bf16", "b16", "h", 2),
    F16X2("f16x2", "b32", "r", 4),
    BF16X2("bf16x2", "b32", "r", 4),
    F32("f32", "f32", "f", 4),
    F64("f64", "f64", "g", 8);

    private static final long[] INTEGERS = {
        0,
        1,
        -1,
        2,
        -2,
        7,
        31,
        32,
        33,
        63,
        64,
        100,
        -100,
        255,
        256,
        32767,
        32768,
        65535,
        65536,
        0x7fffffL,
        0x7fffffffL,
        0x80000000L,
        0xffffffffL,
        0x12345678L,
        0x123456789abcdefL,
        0xff80ff7f80007fffL,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final float[] SINGLES = {
        0f,
        -0f,
        1f,
        -1f,
        0.5f,
        1.5f,
        2.5f,
        -2.5f,
        3e9f,
        -3e9f,
        1e-40f,
        -1e-40f,
        Float.MIN_VALUE,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        1e20f,
        1e-20f,
        0.1f,
        3.14159f,
        12345.678f,
        0x1.002p0f,
        0x1.ffdffep15f,
        65520f,
        0x1p-24f,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
    };
    private static final long[] HALVES = {
        0, 0x8000, 0x3c00, 0xbc00, 0x3800, 0x3e00, 0x4100, 0xc100, 0x0001, 0x8001, 0x03ff, 0x83ff, 0x0400, 0x8400,
        0x7bff, 0xfbff, 0x7800, 0x3c01, 0x3bff, 0x1400, 0x6400, 0x6401, 0x4248, 0x2e66, 0x7c00, 0xfc00, 0x7e00
    };
    /** 0x3f88² lies in the middle between two numbers, from which 0x2180 and 0xa180 take it away. */
    private static final long[] BRAINS = {
        0, 0x8000, 0x3f80, 0xbf80, 0x3f00, 0x3fc0, 0x4020, 0xc020, 0x0001, 0x8001, 0x007f, 0x807f, 0x0080, 0x8080,
        0x7f7f, 0xff7f, 0x7f00, 0x3f81, 0x3f7f, 0x3f88, 0x2180, 0xa180, 0x4049, 0x3dcd, 0x7f80, 0xff80, 0x7fc0
    };

    final String type;
    final String memory;
    final String register;
    final int bytes;

    Kind(String type, String memory, String register, int bytes) {
        this.type = type;
        this.memory = memory;
        this.register = register;
        this.bytes = bytes;
    }

    boolean isSigned() {
        return this == S16 || this == S32 || this == S64;
    }

    boolean isReal() {
        return EnumSet.range(F16, F64).contains(this);
    }

    boolean isPair() {
        return this == F16X2 || this == BF16X2 || this == S16X2 || this == U16X2;
    }

    int bits() {
        return 8 * bytes;
    }

    /** The whole numbers of twice as many bits. */
    Kind twice() {
        return switch (this) {
            case S16 -> S32;
            case U16 -> U32;
            case S32 -> S64;
            case U32 -> U64;
            default -> throw new IllegalStateException("nothing is wider than " + type);
        };
    }

    /** Of one of the numbers. */
    Format format() {
        return switch (this) {
            case F16, F16X2 -> Format.F16;
            case BF16, BF16X2 -> Format.BF16;
            case F32 -> Format.F32;
            case F64 -> Format.F64;
            default -> throw new IllegalStateException(type + " is no floating-point type");
        };
    }

    /** The least and the most significant bits that there are; the sign goes on upwards. */
    long cut(long bits) {
        long kept = bytes == 8 ? bits : bits & ((1L << (8 * bytes)) - 1);
        return switch (this) {
            case S16 -> (short) bits;
            case S32 -> (int) bits;
            default -> kept;
        };
    }

    long[] specials() {
        return switch (this) {
            case F16 -> HALVES.clone();
            case BF16 -> BRAINS.clone();
            case F16X2 -> paired(HALVES);
            case BF16X2 -> paired(BRAINS);
            case F32, F64 -> {
                long[] r = new long[SINGLES.length];
                for (int i = 0; i < r.length; i++) {
                    r[i] = this == F32
                            ? Float.floatToRawIntBits(SINGLES[i]) & 0xffffffffL
                            : Double.doubleToRawLongBits(SINGLES[i] * (i % 3 == 0 ? 1 : 1 + 0x1p-40));
                }
                yield r;
            }
            default -> {
                long[] r = new long[INTEGERS.length];
                for (int i = 0; i < r.length; i++) {
                    r[i] = cut(INTEGERS[i]);
                }
                yield r;
            }
        };
    }

    private static long[] paired(long[] halves) {
        long[] r = new long[halves.length];
        for (int i = 0; i < r.length; i++) {
            r[i] = halves[i] | halves[(i * 5 + 3) % r.length] << 16;
        }
        return r;
    }

    long random(Random random) {
        // Half of them of like magnitude, so that sums and comparisons have something to do.
        if ((this == F16 || this == F16X2) && random.nextBoolean()) {
            return ((random.nextInt() & 0x87ff87ffL) | 0x38003800L) & mask();
        }
        if ((this == BF16 || this == BF16X2) && random.nextBoolean()) {
            return ((random.nextInt() & 0x80ff80ffL) | 0x3f003f00L) & mask();
        }
        if (this == F32 && random.nextBoolean()) {
            return (random.nextInt() & 0x80ffffffL) | 0x3f000000L;
        }
        if (this == F64 && random.nextBoolean()) {
            return Double.doubleToRawLongBits((random.nextDouble() - 0.5) * 4);
        }
        return cut(random.nextLong());
    }

    private long mask() {
        return bytes == 2 ? 0xffffL : 0xffffffffL;
    }
}

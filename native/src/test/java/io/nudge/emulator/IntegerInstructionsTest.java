package io.nudge.emulator;

import static io.nudge.emulator.Snippet.one;
import static io.nudge.emulator.Snippet.three;
import static io.nudge.emulator.Snippet.two;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Arithmetic of whole numbers, with carries, in pairs and as dot products. */
class IntegerInstructionsTest extends InstructionSpecification {
    private static final List<Kind> ALL = List.of(Kind.S16, Kind.U16, Kind.S32, Kind.U32, Kind.S64, Kind.U64);

    static Stream<Snippet> rows() {
        List<Snippet> rows = new ArrayList<>();
        for (Kind k : ALL) {
            arithmetic(rows, k);
        }
        for (Kind k : List.of(Kind.S16, Kind.U16, Kind.S32, Kind.U32)) {
            wide(rows, k);
        }
        for (Kind k : List.of(Kind.S32, Kind.U32, Kind.S64, Kind.U64)) {
            carries(rows, k);
        }
        for (Kind k : List.of(Kind.S32, Kind.U32)) {
            shortened(rows, k);
        }
        for (Kind k : List.of(Kind.S16, Kind.S32, Kind.S64)) {
            rows.add(one("abs." + k.type, k, k, Math::abs));
            rows.add(one("neg." + k.type, k, k, a -> -a));
        }
        saturated(rows);
        pairs(rows);
        dots(rows);
        return rows.stream();
    }

    private static BigInteger big(Kind k, long v) {
        BigInteger b = BigInteger.valueOf(v);
        return k == Kind.U64 && v < 0 ? b.add(BigInteger.ONE.shiftLeft(64)) : b;
    }

    private static int compare(Kind k, long a, long b) {
        return big(k, a).compareTo(big(k, b));
    }

    private static long high(Kind k, long a, long b) {
        return big(k, a).multiply(big(k, b)).shiftRight(8 * k.bytes).longValue();
    }

    private static long clamped(long v) {
        return Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, v));
    }

    private static void arithmetic(List<Snippet> rows, Kind k) {
        rows.add(two("add." + k.type, k, (a, b) -> a + b));
        rows.add(two("sub." + k.type, k, (a, b) -> a - b));
        rows.add(two("mul.lo." + k.type, k, (a, b) -> a * b));
        rows.add(two("mul.hi." + k.type, k, (a, b) -> high(k, a, b)));
        rows.add(two("min." + k.type, k, (a, b) -> compare(k, a, b) < 0 ? a : b));
        rows.add(two("max." + k.type, k, (a, b) -> compare(k, a, b) > 0 ? a : b));
        rows.add(two(
                "div." + k.type,
                k,
                (a, b) -> b == 0 ? -1 : big(k, a).divide(big(k, b)).longValue()));
        rows.add(two(
                "rem." + k.type,
                k,
                (a, b) -> b == 0 ? a : big(k, a).remainder(big(k, b)).longValue()));
        rows.add(three("mad.lo." + k.type, k, (a, b, c) -> a * b + c));
        rows.add(three("mad.hi." + k.type, k, (a, b, c) -> high(k, a, b) + c));
        rows.add(three("sad." + k.type, k, (a, b, c) -> c + (compare(k, a, b) < 0 ? b - a : a - b)));
    }

    private static void wide(List<Snippet> rows, Kind k) {
        Kind w = k.twice();
        rows.add(two("mul.wide." + k.type, w, k, k, (a, b) -> a * b));
        rows.add(three("mad.wide." + k.type, w, k, k, w, (a, b, c) -> a * b + c));
    }

    /** A sum or product that leaves a carry, and what the next one makes of it. */
    private static void carries(List<Snippet> rows, Kind k) {
        Kind unsigned = k.bytes == 4 ? Kind.U32 : Kind.U64;
        String free = "%" + k.register + "20";
        BigInteger top = BigInteger.ONE.shiftLeft(8 * k.bytes);
        String leaves = "add.cc." + k.type + " " + free + ", $a, $b;\n\t";
        String borrows = "sub.cc." + k.type + " " + free + ", $a, $b;\n\t";
        Snippet.Three sum = (a, b, c) ->
                c + (unsignedOf(unsigned, a).add(unsignedOf(unsigned, b)).compareTo(top) >= 0 ? 1 : 0);
        Snippet.Three difference =
                (a, b, c) -> c - (unsignedOf(unsigned, a).compareTo(unsignedOf(unsigned, b)) < 0 ? 1 : 0);
        rows.add(two("add.cc." + k.type, k, (a, b) -> a + b));
        rows.add(two("sub.cc." + k.type, k, (a, b) -> a - b));
        rows.add(three("addc." + k.type, k, sum).by(leaves + "addc." + k.type + " $d, $c, 0"));
        rows.add(three("subc." + k.type, k, difference).by(borrows + "subc." + k.type + " $d, $c, 0"));
        rows.add(three("addc.cc." + k.type, k, (a, b, c) -> carryOfThree(unsigned, a, b, c))
                .by(leaves + "addc.cc." + k.type + " " + free + ", $c, $b;\n\taddc." + k.type + " $d, 0, 0"));
        rows.add(three("subc.cc." + k.type, k, (a, b, c) -> borrowOfThree(unsigned, a, b, c))
                .by(borrows + "subc.cc." + k.type + " " + free + ", $c, $b;\n\tsubc." + k.type + " $d, 0, 0"));
        for (String half : List.of("lo", "hi")) {
            Snippet.Two product = (a, b) -> half.equals("lo") ? a * b : high(k, a, b);
            String name = half + ".cc." + k.type;
            rows.add(three("mad." + name, k, (a, b, c) -> product.of(a, b) + c));
            rows.add(three("madc." + half + "." + k.type, k, (a, b, c) -> sum.of(a, b, product.of(a, c) + b))
                    .by(leaves + "madc." + half + "." + k.type + " $d, $a, $c, $b"));
            rows.add(three("madc." + name, k, (a, b, c) -> {
                        BigInteger r = unsignedOf(unsigned, product.of(a, b)).add(unsignedOf(unsigned, c));
                        BigInteger s = unsignedOf(unsigned, product.of(a, c))
                                .add(unsignedOf(unsigned, b))
                                .add(r.shiftRight(8 * k.bytes));
                        return s.shiftRight(8 * k.bytes).longValue();
                    })
                    .by("mad." + name + " " + free + ", $a, $b, $c;\n\tmadc." + name + " " + free
                            + ", $a, $c, $b;\n\taddc." + k.type + " $d, 0, 0"));
        }
    }

    private static BigInteger unsignedOf(Kind unsigned, long v) {
        return big(unsigned, unsigned.cut(v));
    }

    private static long carryOfThree(Kind k, long a, long b, long c) {
        BigInteger first = unsignedOf(k, a).add(unsignedOf(k, b)).shiftRight(8 * k.bytes);
        return unsignedOf(k, c)
                .add(unsignedOf(k, b))
                .add(first)
                .shiftRight(8 * k.bytes)
                .longValue();
    }

    private static long borrowOfThree(Kind k, long a, long b, long c) {
        BigInteger first = unsignedOf(k, a).compareTo(unsignedOf(k, b)) < 0 ? BigInteger.ONE : BigInteger.ZERO;
        return unsignedOf(k, c).subtract(unsignedOf(k, b)).subtract(first).signum() < 0 ? -1 : 0;
    }

    /** 24 bits of each factor. */
    private static void shortened(List<Snippet> rows, Kind k) {
        Snippet.One cut = a -> k == Kind.S32 ? a << 40 >> 40 : a & 0xffffff;
        rows.add(two("mul24.lo." + k.type, k, (a, b) -> cut.of(a) * cut.of(b)));
        rows.add(two("mul24.hi." + k.type, k, (a, b) -> (cut.of(a) * cut.of(b)) >> 16));
        rows.add(three("mad24.lo." + k.type, k, (a, b, c) -> cut.of(a) * cut.of(b) + c));
        rows.add(three("mad24.hi." + k.type, k, (a, b, c) -> ((cut.of(a) * cut.of(b)) >> 16) + c));
        if (k == Kind.S32) {
            rows.add(three("mad24.hi.sat.s32", k, (a, b, c) -> clamped((int) ((cut.of(a) * cut.of(b)) >> 16) + c)));
        }
    }

    private static void saturated(List<Snippet> rows) {
        rows.add(two("add.sat.s32", Kind.S32, (a, b) -> clamped(a + b)));
        rows.add(two("sub.sat.s32", Kind.S32, (a, b) -> clamped(a - b)));
        rows.add(three("mad.hi.sat.s32", Kind.S32, (a, b, c) -> clamped(((a * b) >> 32) + c)));
        rows.add(two("min.relu.s32", Kind.S32, (a, b) -> Math.max(0, Math.min(a, b)))
                .hopper());
        rows.add(two("max.relu.s32", Kind.S32, (a, b) -> Math.max(0, Math.max(a, b)))
                .hopper());
    }

    private static Snippet pair(String name, Kind k, Snippet.Two java) {
        Snippet.One low = a -> k == Kind.S16X2 ? (short) a : a & 0xffff;
        return two(
                        name,
                        k,
                        (a, b) -> (java.of(low.of(a), low.of(b)) & 0xffff)
                                | (java.of(low.of(a >> 16), low.of(b >> 16)) << 16))
                .hopper();
    }

    private static void pairs(List<Snippet> rows) {
        for (Kind k : List.of(Kind.S16X2, Kind.U16X2)) {
            rows.add(pair("add." + k.type, k, (a, b) -> a + b));
            rows.add(pair("min." + k.type, k, Math::min));
            rows.add(pair("max." + k.type, k, Math::max));
        }
        rows.add(pair("min.relu.s16x2", Kind.S16X2, (a, b) -> Math.max(0, Math.min(a, b))));
        rows.add(pair("max.relu.s16x2", Kind.S16X2, (a, b) -> Math.max(0, Math.max(a, b))));
    }

    private static long part(long v, int bits, int index, boolean signed) {
        long field = v >>> (bits * index) & ((1L << bits) - 1);
        return signed ? field << (64 - bits) >> (64 - bits) : field;
    }

    private static void dots(List<Snippet> rows) {
        for (Kind ka : List.of(Kind.U32, Kind.S32)) {
            for (Kind kb : List.of(Kind.U32, Kind.S32)) {
                boolean sa = ka == Kind.S32;
                boolean sb = kb == Kind.S32;
                String types = ka.type + "." + kb.type;
                rows.add(three("dp4a." + types, Kind.U32, (a, b, c) -> {
                    for (int i = 0; i < 4; i++) {
                        c += part(a, 8, i, sa) * part(b, 8, i, sb);
                    }
                    return c;
                }));
                for (int upper = 0; upper < 2; upper++) {
                    int first = 2 * upper;
                    rows.add(three(
                            "dp2a." + (upper == 0 ? "lo." : "hi.") + types,
                            Kind.U32,
                            (a, b, c) -> c
                                    + part(a, 16, 0, sa) * part(b, 8, first, sb)
                                    + part(a, 16, 1, sa) * part(b, 8, first + 1, sb)));
                }
            }
        }
    }
}

package io.nudge.emulator;

import static io.nudge.emulator.Snippet.one;
import static io.nudge.emulator.Snippet.three;
import static io.nudge.emulator.Snippet.two;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** cvt between all types of numbers, with every rounding and saturation that PTX has for the pair. */
class ConvertInstructionsTest extends InstructionSpecification {
    /** A type of whole numbers as cvt knows it, and the kind of register that holds it. */
    private record Whole(String name, int bits, boolean signed, Kind kind) {
        BigInteger least() {
            return signed ? BigInteger.ONE.shiftLeft(bits - 1).negate() : BigInteger.ZERO;
        }

        BigInteger most() {
            return BigInteger.ONE.shiftLeft(signed ? bits - 1 : bits).subtract(BigInteger.ONE);
        }

        BigInteger read(long v) {
            BigInteger low =
                    BigInteger.valueOf(v).and(BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE));
            return signed && low.testBit(bits - 1) ? low.subtract(BigInteger.ONE.shiftLeft(bits)) : low;
        }

        /** In its register, extended as the type says. */
        long wrapped(BigInteger v) {
            return read(v.longValue()).longValue();
        }

        /** Then there is nothing to saturate, and PTX refuses to. */
        boolean holds(Whole from) {
            return least().compareTo(from.least()) <= 0 && most().compareTo(from.most()) >= 0;
        }

        BigInteger clamped(BigInteger v) {
            return v.max(least()).min(most());
        }
    }

    private static final List<Whole> WHOLE = List.of(
            new Whole("s8", 8, true, Kind.S32),
            new Whole("u8", 8, false, Kind.U32),
            new Whole("s16", 16, true, Kind.S16),
            new Whole("u16", 16, false, Kind.U16),
            new Whole("s32", 32, true, Kind.S32),
            new Whole("u32", 32, false, Kind.U32),
            new Whole("s64", 64, true, Kind.S64),
            new Whole("u64", 64, false, Kind.U64));
    private static final List<Kind> REAL = List.of(Kind.F16, Kind.BF16, Kind.F32, Kind.F64);
    private static final List<String> ROUNDINGS = List.of("rn", "rz", "rm", "rp");

    static Stream<Snippet> rows() {
        List<Snippet> rows = new ArrayList<>();
        for (Whole to : WHOLE) {
            WHOLE.forEach(from -> wholes(rows, to, from));
            REAL.forEach(from -> toWhole(rows, to, from));
            REAL.forEach(real -> fromWhole(rows, real, to));
        }
        for (Kind to : REAL) {
            for (Kind from : REAL) {
                if (to == from) {
                    within(rows, to);
                } else {
                    between(rows, to, from);
                }
            }
        }
        pairs(rows);
        tensorFloats(rows);
        packs(rows);
        return rows.stream();
    }

    private static boolean isBrain(Kind... kinds) {
        return List.of(kinds).contains(Kind.BF16);
    }

    private static Snippet versioned(Snippet s, Kind... kinds) {
        return isBrain(kinds) ? s.hopper() : s;
    }

    private static void wholes(List<Snippet> rows, Whole to, Whole from) {
        String types = to.name + "." + from.name;
        if (!to.equals(from)) {
            rows.add(one("cvt." + types, to.kind, from.kind, a -> to.wrapped(from.read(a))));
        }
        if (!to.holds(from)) {
            rows.add(one("cvt.sat." + types, to.kind, from.kind, a -> to.wrapped(to.clamped(from.read(a)))));
        }
    }

    private static void toWhole(List<Snippet> rows, Whole to, Kind from) {
        Format f = from.format();
        if (isBrain(from) && to.bits == 8) {
            return;
        }
        for (String rounding : ROUNDINGS) {
            for (String sat : isBrain(from) ? List.of("") : List.of("", ".sat")) {
                for (String ftz : from == Kind.F32 ? List.of("", ".ftz") : List.of("")) {
                    String name = "cvt." + rounding + "i" + ftz + sat + "." + to.name + "." + from.type;
                    rows.add(versioned(
                            one(name, to.kind, from, a -> whole(to, f, ftz.isEmpty() ? a : f.flush(a), rounding)),
                            from));
                }
            }
        }
    }

    private static long whole(Whole to, Format f, long a, String rounding) {
        if (f.isNaN(a)) {
            return 0;
        }
        if (f.isInfinite(a)) {
            return to.wrapped(f.isNegative(a) ? to.least() : to.most());
        }
        return to.wrapped(to.clamped(f.value(a).whole(Rounding.of(rounding))));
    }

    private static void fromWhole(List<Snippet> rows, Kind to, Whole from) {
        Format f = to.format();
        if (isBrain(to) && from.bits == 8) {
            return;
        }
        for (String rounding : ROUNDINGS) {
            for (String sat : isBrain(to) ? List.of("") : List.of("", ".sat")) {
                String name = "cvt." + rounding + sat + "." + to.type + "." + from.name;
                rows.add(versioned(
                        one(name, to, from.kind, a -> {
                            long r = f.round(Exact.of(from.read(a)), false, Rounding.of(rounding));
                            return sat.isEmpty() ? r : f.saturate(r);
                        }),
                        to));
            }
        }
    }

    /** Between types: a rounding where the result is shorter, or where it may be. */
    private static void between(List<Snippet> rows, Kind to, Kind from) {
        boolean narrows = to.bytes < from.bytes;
        boolean may = isBrain(to, from) && to.bytes == 2 && from.bytes == 2;
        List<String> roundings = new ArrayList<>();
        if (!narrows) {
            roundings.add("");
        }
        if (narrows || may || from == Kind.BF16) {
            ROUNDINGS.forEach(r -> roundings.add("." + r));
        }
        for (String rounding : roundings) {
            for (String sat : isBrain(to, from) ? List.of("") : List.of("", ".sat")) {
                for (String ftz : to == Kind.F32 || from == Kind.F32 ? List.of("", ".ftz") : List.of("")) {
                    rows.add(real(to, from, rounding, ftz + sat));
                }
            }
        }
        if (from == Kind.F32 && to.bytes == 2) {
            for (String rounding : List.of(".rn", ".rz")) {
                rows.add(real(to, from, rounding, ".relu").hopper());
            }
        }
    }

    private static Snippet real(Kind to, Kind from, String rounding, String modifiers) {
        Format f = from.format();
        Format t = to.format();
        boolean ftz = modifiers.contains(".ftz");
        Rounding mode = rounding.isEmpty() ? Rounding.RN : Rounding.of(rounding.substring(1));
        Snippet s = one("cvt" + rounding + modifiers + "." + to.type + "." + from.type, to, from, a -> {
            long r = t.convert(f, ftz && from == Kind.F32 ? f.flush(a) : a, mode);
            r = ftz && to == Kind.F32 ? t.flush(r) : r;
            return modifiers.contains(".sat") ? t.saturate(r) : modifiers.contains(".relu") ? t.rectify(r) : r;
        });
        return versioned(s, to, from);
    }

    /** Within a type: to a whole number, or saturated. */
    private static void within(List<Snippet> rows, Kind k) {
        Format f = k.format();
        for (String sat : isBrain(k) ? List.of("") : List.of("", ".sat")) {
            for (String ftz : k == Kind.F32 ? List.of("", ".ftz") : List.of("")) {
                rows.add(real(k, k, "", ftz + sat));
                for (String rounding : ROUNDINGS) {
                    String name = "cvt." + rounding + "i" + ftz + sat + "." + k.type + "." + k.type;
                    rows.add(versioned(
                            one(name, k, k, a -> {
                                long r = integral(f, ftz.isEmpty() ? a : f.flush(a), rounding);
                                return sat.isEmpty() ? r : f.saturate(r);
                            }),
                            k));
                }
            }
        }
    }

    private static long integral(Format f, long a, String rounding) {
        if (f.isNaN(a) || f.isInfinite(a)) {
            return f.isNaN(a) ? f.nan() : a;
        }
        BigInteger whole = f.value(a).whole(Rounding.of(rounding));
        return f.round(Exact.of(whole), f.isNegative(a), Rounding.RN);
    }

    private static void pairs(List<Snippet> rows) {
        for (Kind to : List.of(Kind.F16X2, Kind.BF16X2)) {
            Format f = to.format();
            for (String rounding : List.of("rn", "rz")) {
                for (String relu : List.of("", ".relu")) {
                    Snippet.One half = a -> {
                        long r = f.convert(Format.F32, a, Rounding.of(rounding));
                        return relu.isEmpty() ? r : f.rectify(r);
                    };
                    rows.add(two(
                                    "cvt." + rounding + relu + "." + to.type + ".f32",
                                    to,
                                    Kind.F32,
                                    Kind.F32,
                                    (a, b) -> half.of(a) << 16 | half.of(b))
                            .hopper());
                }
            }
        }
    }

    private static void tensorFloats(List<Snippet> rows) {
        for (String mode : List.of("rna", "rn", "rz", "rn.relu", "rz.relu")) {
            Rounding rounding = mode.equals("rna") ? Rounding.RNA : Rounding.of(mode);
            rows.add(one("cvt." + mode + ".tf32.f32", Kind.U32, Kind.F32, a -> {
                        if (Format.F32.isNaN(a)) {
                            return Format.F32.nan();
                        }
                        long r = Format.TF32.convert(Format.F32, a, rounding) << 13;
                        return mode.contains("relu") ? Format.F32.rectify(r) : r;
                    })
                    .hopper());
        }
    }

    private static void packs(List<Snippet> rows) {
        for (int bits : new int[] {16, 8, 4, 2}) {
            for (boolean signed : new boolean[] {false, true}) {
                Whole type = new Whole((signed ? "s" : "u") + bits, bits, signed, Kind.U32);
                Snippet.One part = v -> type.clamped(BigInteger.valueOf(v)).longValue() & ((1L << bits) - 1);
                String name = "cvt.pack.sat." + type.name + ".s32";
                rows.add(
                        bits == 16
                                ? two(name, Kind.U32, Kind.S32, Kind.S32, (a, b) -> part.of(a) << 16 | part.of(b))
                                : three(
                                        name + ".b32",
                                        Kind.U32,
                                        Kind.S32,
                                        Kind.S32,
                                        Kind.U32,
                                        (a, b, c) -> c << (2 * bits) | part.of(a) << bits | part.of(b)));
            }
        }
    }
}

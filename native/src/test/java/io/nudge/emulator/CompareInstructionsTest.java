package io.nudge.emulator;

import static io.nudge.emulator.Snippet.three;
import static io.nudge.emulator.Snippet.two;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Comparisons, alone and joined with a predicate, and selections. */
class CompareInstructionsTest extends InstructionSpecification {
    private static final List<String> ORDERED = List.of("eq", "ne", "lt", "le", "gt", "ge");
    private static final List<String> UNORDERED = List.of("equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan");
    private static final List<Kind> WHOLE = List.of(Kind.S16, Kind.U16, Kind.S32, Kind.U32, Kind.S64, Kind.U64);
    private static final List<Kind> REAL = List.of(Kind.F16, Kind.BF16, Kind.F32, Kind.F64);

    private interface Test {
        boolean of(long a, long b);
    }

    static Stream<Snippet> rows() {
        List<Snippet> rows = new ArrayList<>();
        for (Kind k : WHOLE) {
            ORDERED.forEach(c -> setp(rows, c + "." + k.type, k, (a, b) -> holds(k, c, a, b)));
            if (!k.isSigned()) {
                List.of("eq", "ne").forEach(c -> setp(rows, c + "." + k.memory, k, (a, b) -> holds(k, c, a, b)));
                String[][] names = {{"lo", "lt"}, {"ls", "le"}, {"hi", "gt"}, {"hs", "ge"}};
                for (String[] n : names) {
                    setp(rows, n[0] + "." + k.type, k, (a, b) -> holds(k, n[1], a, b));
                }
            }
        }
        for (Kind k : REAL) {
            Stream.concat(ORDERED.stream(), UNORDERED.stream()).forEach(c -> reals(rows, k, c));
        }
        joins(rows);
        pairs(rows);
        for (Kind k : WHOLE) {
            sets(rows, k);
        }
        REAL.forEach(k -> sets(rows, k));
        for (Kind k : List.of(Kind.S16, Kind.U16, Kind.S32, Kind.U32, Kind.S64, Kind.U64, Kind.F32, Kind.F64)) {
            selections(rows, k, k.type);
            if (!k.isReal() && !k.isSigned()) {
                selections(rows, k, k.memory);
            }
        }
        return rows.stream();
    }

    private static boolean holds(Kind k, String comparison, long a, long b) {
        if (k.isReal()) {
            return k.format().compare(comparison, a, b);
        }
        int order = k == Kind.U64 ? Long.compareUnsigned(a, b) : Long.compare(a, b);
        return Format.F64.compare(comparison, Double.doubleToLongBits(order), 0);
    }

    private static Snippet setp(String name, Kind k, Test test) {
        String text = "setp." + name;
        return two(text, Kind.U32, k, k, (a, b) -> test.of(a, b) ? 1 : 2)
                .by(
                        text
                                + " %q1|%q2, $a, $b;\n\tselp.u32 %r20, 1, 0, %q1;\n\tselp.u32 %r21, 2, 0, %q2;\n\tadd.u32 $d, %r20, %r21");
    }

    private static void setp(List<Snippet> rows, String name, Kind k, Test test) {
        rows.add(setp(name, k, test));
    }

    private static void reals(List<Snippet> rows, Kind k, String comparison) {
        Format f = k.format();
        boolean half = k.bytes == 2;
        for (String ftz : k == Kind.F32 || k == Kind.F16 ? List.of("", ".ftz") : List.of("")) {
            Test test = (a, b) ->
                    ftz.isEmpty() ? f.compare(comparison, a, b) : f.compare(comparison, f.flush(a), f.flush(b));
            Snippet row = setp(comparison + ftz + "." + k.type, k, test);
            if (half) { // without a second result
                row = two(row.name(), Kind.U32, k, k, (a, b) -> test.of(a, b) ? 1 : 0)
                        .by(row.name() + " %q1, $a, $b;\n\tselp.u32 $d, 1, 0, %q1");
            }
            rows.add(half ? row.hopper() : row);
        }
    }

    private static boolean join(String how, boolean a, boolean b) {
        return how.equals("and") ? a && b : how.equals("or") ? a || b : a ^ b;
    }

    private static void joins(List<Snippet> rows) {
        for (String how : List.of("and", "or", "xor")) {
            for (String not : List.of("", "!")) {
                String text = "setp.lt." + how + ".s32";
                rows.add(
                        three(text, Kind.U32, Kind.S32, Kind.S32, Kind.S32, (a, b, c) -> {
                                    boolean p = c < 0 == not.isEmpty();
                                    return (join(how, a < b, p) ? 1L : 0L) + (join(how, a >= b, p) ? 2L : 0L);
                                })
                                .by(
                                        "setp.lt.s32 %q3, $c, 0;\n\t" + text + " %q1|%q2, $a, $b, " + not
                                                + "%q3;\n\tselp.u32 %r20, 1, 0, %q1;\n\tselp.u32 %r21, 2, 0, %q2;\n\tadd.u32 $d, %r20, %r21"));
                String set = "set.ge." + how + ".u32.f32";
                rows.add(three(
                                set,
                                Kind.U32,
                                Kind.F32,
                                Kind.F32,
                                Kind.S32,
                                (a, b, c) -> join(how, Format.F32.compare("ge", a, b), c < 0 == not.isEmpty()) ? -1 : 0)
                        .by("setp.lt.s32 %q3, $c, 0;\n\t" + set + " $d, $a, $b, " + not + "%q3"));
            }
        }
    }

    private static void pairs(List<Snippet> rows) {
        for (Kind k : List.of(Kind.F16X2, Kind.BF16X2)) {
            Format f = k.format();
            for (String c : Stream.concat(ORDERED.stream(), UNORDERED.stream()).toList()) {
                for (String ftz : k == Kind.F16X2 ? List.of("", ".ftz") : List.of("")) {
                    Snippet.Two test = (a, b) -> {
                        long x = ftz.isEmpty() ? a & 0xffff : f.flush(a & 0xffff);
                        long y = ftz.isEmpty() ? b & 0xffff : f.flush(b & 0xffff);
                        return f.compare(c, x, y) ? 1 : 0;
                    };
                    Snippet.Two both = (a, b) -> test.of(a, b) + 2 * test.of(a >>> 16, b >>> 16);
                    String name = c + ftz + "." + k.type;
                    rows.add(two("setp." + name, Kind.U32, k, k, both)
                            .by(
                                    "setp." + name
                                            + " %q1|%q2, $a, $b;\n\tselp.u32 %r20, 1, 0, %q1;\n\tselp.u32 %r21, 2, 0, %q2;\n\tadd.u32 $d, %r20, %r21")
                            .hopper());
                    if (ORDERED.indexOf(c) < 2 || c.equals("ltu")) {
                        String set = "set." + c + ftz + ".";
                        rows.add(two(
                                        set + k.type + "." + k.type,
                                        k,
                                        k,
                                        k,
                                        (a, b) -> (test.of(a, b) * f.one())
                                                | ((test.of(a >>> 16, b >>> 16) * f.one()) << 16))
                                .hopper());
                        rows.add(two(
                                        set + "u32." + k.type,
                                        Kind.U32,
                                        k,
                                        k,
                                        (a, b) ->
                                                (test.of(a, b) * 0xffff) | (test.of(a >>> 16, b >>> 16) * 0xffff0000L))
                                .hopper());
                    }
                }
            }
        }
    }

    /** To each type that a truth may have. */
    private static void sets(List<Snippet> rows, Kind k) {
        boolean half = k == Kind.F16 || k == Kind.BF16;
        List<Kind> results = half
                ? List.of(Kind.U16, Kind.S16, Kind.U32, Kind.S32, Kind.F16, Kind.BF16)
                : List.of(Kind.U32, Kind.S32, Kind.F32, Kind.F16, Kind.BF16);
        for (String c : k.isReal() ? List.of("eq", "lt", "geu", "nan") : List.of("eq", "ne", "gt")) {
            for (Kind to : results) {
                if (k == Kind.BF16 && to == Kind.F16) {
                    continue; // not in PTX
                }
                long yes = to.isReal() ? to.format().one() : -1;
                Snippet row =
                        two("set." + c + "." + to.type + "." + k.type, to, k, k, (a, b) -> holds(k, c, a, b) ? yes : 0);
                boolean isNew = half || to == Kind.F16 || to == Kind.BF16;
                rows.add(isNew ? row.hopper() : row);
            }
        }
        if (k == Kind.F32) {
            Format f = Format.F32;
            rows.add(two(
                    "set.lt.ftz.f32.f32", k, k, k, (a, b) -> f.compare("lt", f.flush(a), f.flush(b)) ? f.one() : 0));
        }
    }

    private static void selections(List<Snippet> rows, Kind k, String type) {
        rows.add(three("selp." + type, k, k, k, Kind.S32, (a, b, c) -> c < 0 ? a : b)
                .by("setp.lt.s32 %q1, $c, 0;\n\tselp." + type + " $d, $a, $b, %q1"));
        rows.add(three("slct." + type + ".s32", k, k, k, Kind.S32, (a, b, c) -> c >= 0 ? a : b));
        rows.add(Snippet.of(
                "slct." + type + ".f32",
                "slct." + type + ".f32",
                k,
                List.of(k, k, Kind.F32),
                (v, i) -> Format.F32.compare("ge", v[i][2], 0) ? v[i][0] : v[i][1]));
        rows.add(Snippet.of(
                "slct.ftz." + type + ".f32",
                "slct.ftz." + type + ".f32",
                k,
                List.of(k, k, Kind.F32),
                (v, i) -> Format.F32.compare("ge", Format.F32.flush(v[i][2]), 0) ? v[i][0] : v[i][1]));
    }
}

package io.nudge.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** atom and red: every operation of every type, in each space, order and scope. */
class AtomicInstructionsTest extends InstructionSpecification {
    private static final List<Kind> WHOLE = List.of(Kind.S32, Kind.U32, Kind.S64, Kind.U64);
    private static final List<Kind> REAL = List.of(Kind.F16, Kind.F16X2, Kind.BF16, Kind.BF16X2, Kind.F32, Kind.F64);

    static Stream<Snippet> rows() {
        List<Snippet> rows = new ArrayList<>();
        for (Kind k : WHOLE) {
            boolean unsigned = !k.isSigned();
            all(rows, "min", k, (a, b, c) -> compare(k, a, b) < 0 ? a : b);
            all(rows, "max", k, (a, b, c) -> compare(k, a, b) > 0 ? a : b);
            if (k != Kind.S64) {
                all(rows, "add", k, (a, b, c) -> a + b);
            }
            if (unsigned) {
                bits(rows, k);
            }
        }
        all(rows, "inc", Kind.U32, (a, b, c) -> a >= b ? 0 : a + 1);
        all(rows, "dec", Kind.U32, (a, b, c) -> a == 0 || a > b ? b : a - 1);
        swap(rows, "cas.b16", Kind.U16);
        for (Kind k : REAL) {
            reals(rows, k);
        }
        orders(rows);
        together(rows);
        return rows.stream();
    }

    private static int compare(Kind k, long a, long b) {
        return k == Kind.U64 ? Long.compareUnsigned(a, b) : Long.compare(a, b);
    }

    private static void all(List<Snippet> rows, String operation, Kind k, Snippet.Three java) {
        row(rows, operation + "." + k.type, k, java, false);
    }

    private static void bits(List<Snippet> rows, Kind k) {
        row(rows, "and." + k.memory, k, (a, b, c) -> a & b, false);
        row(rows, "or." + k.memory, k, (a, b, c) -> a | b, false);
        row(rows, "xor." + k.memory, k, (a, b, c) -> a ^ b, false);
        swap(rows, "exch." + k.memory, k);
        swap(rows, "cas." + k.memory, k);
    }

    /** What was there, and what is there then; red leaves the same without telling what was. */
    private static void row(List<Snippet> rows, String operation, Kind k, Snippet.Three java, boolean hopper) {
        String free = "%" + k.register + "20";
        for (String space : List.of("global", "shared", "")) {
            String dot = space.isEmpty() ? "" : space + ".";
            String at = space.equals("shared") ? "[$m]" : "[$s]";
            String plain = space.equals("shared") ? "shared." : "global.";
            String put = "st." + plain + k.memory + " " + at + ", $a;\n\t";
            String atom = "atom." + dot + operation;
            add(rows, atom, k, (a, b, c) -> a, put + atom + " $d, " + at + ", $b", hopper);
            String get = ";\n\tld." + plain + k.memory + " $d, " + at;
            add(rows, atom, k, java, put + atom + " " + free + ", " + at + ", $b" + get, hopper);
            String red = "red." + dot + operation;
            add(rows, red, k, java, put + red + " " + at + ", $b" + get, hopper);
        }
    }

    private static void add(List<Snippet> rows, String name, Kind k, Snippet.Three java, String text, boolean hopper) {
        Snippet s = Snippet.three(name, k, java).by(text);
        rows.add(hopper ? s.hopper() : s);
    }

    private static void swap(List<Snippet> rows, String operation, Kind k) {
        boolean compares = operation.startsWith("cas");
        String values = compares ? ", $b, $c" : ", $b";
        for (String space : List.of("global", "shared")) {
            String at = space.equals("shared") ? "[$m]" : "[$s]";
            String name = "atom." + space + "." + operation;
            String put = "st." + space + "." + k.memory + " " + at + ", $a;\n\t";
            String free = "%" + k.register + "20";
            add(rows, name, k, (a, b, c) -> a, put + name + " $d, " + at + values, false);
            add(
                    rows,
                    name,
                    k,
                    (a, b, c) -> !compares ? b : a == b ? c : a,
                    put + name + " " + free + ", " + at + values + ";\n\tld." + space + "." + k.memory + " $d, " + at,
                    false);
        }
    }

    private static void reals(List<Snippet> rows, Kind k) {
        Format f = k.format();
        boolean brief = k != Kind.F32 && k != Kind.F64;
        row(
                rows,
                (brief ? "add.noftz." : "add.") + k.type,
                k,
                (a, b, c) -> {
                    if (!brief) {
                        return f.add(a, b, Rounding.RN);
                    }
                    long r = 0;
                    for (int part = 0; part < 8 * k.bytes; part += 16) {
                        r |= f.add(a >>> part & 0xffff, b >>> part & 0xffff, Rounding.RN) << part;
                    }
                    return r;
                },
                brief);
    }

    private static void orders(List<Snippet> rows) {
        for (String order : List.of("relaxed", "acquire", "release", "acq_rel")) {
            for (String scope : List.of("cta", "gpu", "sys", "cluster")) {
                String what = order + "." + scope + ".global.add.u32";
                add(
                        rows,
                        "atom." + what,
                        Kind.U32,
                        (a, b, c) -> a + b,
                        "st.global.b32 [$s], $a;\n\tatom." + what + " %r20, [$s], $b;\n\tld.global.b32 $d, [$s]",
                        true);
                if (order.equals("relaxed") || order.equals("release")) {
                    add(
                            rows,
                            "red." + what,
                            Kind.U32,
                            (a, b, c) -> a + b,
                            "st.global.b32 [$s], $a;\n\tred." + what + " [$s], $b;\n\tld.global.b32 $d, [$s]",
                            true);
                }
            }
        }
        String policy = "createpolicy.fractional.L2::evict_last.b64 %d20;\n\tst.global.b32 [$s], $a;\n\t";
        add(
                rows,
                "atom.global.add.L2::cache_hint.u32",
                Kind.U32,
                (a, b, c) -> a + b,
                policy + "atom.global.add.L2::cache_hint.u32 %r20, [$s], $b, %d20;\n\tld.global.b32 $d, [$s]",
                true);
        add(
                rows,
                "red.global.add.L2::cache_hint.u32",
                Kind.U32,
                (a, b, c) -> a + b,
                policy + "red.global.add.L2::cache_hint.u32 [$s], $b, %d20;\n\tld.global.b32 $d, [$s]",
                true);
        add(
                rows,
                "atom.shared::cta.add.u32",
                Kind.U32,
                (a, b, c) -> a + b,
                "st.shared.b32 [$m], $a;\n\tatom.shared::cta.add.u32 %r20, [$m], $b;\n\tld.shared.b32 $d, [$m]",
                true);
    }

    /** All threads of the block add to one place. */
    private static void together(List<Snippet> rows) {
        rows.add(
                Snippet.of("red.shared.add.u32", "all", Kind.U32, List.of(Kind.U32), (v, i) -> {
                            long sum = 0;
                            for (long[] each : v) {
                                sum += each[0];
                            }
                            return sum;
                        })
                        .by(
                                "st.shared.b32 [sm], 0;\n\tbar.sync 0;\n\tred.shared.add.u32 [sm], $a;\n\tbar.sync 0;\n\tld.shared.b32 $d, [sm]"));
    }
}

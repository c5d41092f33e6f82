package io.nudge.emulator;

import static io.nudge.emulator.Snippet.one;
import static io.nudge.emulator.Snippet.three;
import static io.nudge.emulator.Snippet.two;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Loads, stores, addresses and hints: what is written is what is read, whatever is said about caches and order. */
class MemoryInstructionsTest extends InstructionSpecification {
    private static final List<Kind> ALL =
            List.of(Kind.S16, Kind.U16, Kind.S32, Kind.U32, Kind.S64, Kind.U64, Kind.F32, Kind.F64);

    static Stream<Snippet> rows() {
        List<Snippet> rows = new ArrayList<>();
        for (Kind k : ALL) {
            types(rows, k);
            vectors(rows, k);
        }
        narrow(rows);
        orders(rows);
        hints(rows);
        addresses(rows);
        policies(rows);
        return rows.stream();
    }

    private static void through(List<Snippet> rows, String store, String load, Kind k, boolean hopper) {
        Snippet s = one(load, k, k, a -> a).by(store + ", $a;\n\t" + load + " $d, [$s]");
        Snippet t = one(store.substring(0, store.indexOf(' ')), k, k, a -> a)
                .by(store + ", $a;\n\tld.global." + k.memory + " $d, [$s]");
        rows.add(hopper ? s.hopper() : s);
        rows.add(hopper ? t.hopper() : t);
    }

    private static void types(List<Snippet> rows, Kind k) {
        through(rows, "st.global." + k.type + " [$s]", "ld.global." + k.type, k, false);
        through(rows, "st." + k.type + " [$s]", "ld." + k.type, k, false);
        through(rows, "st.global." + k.memory + " [$s+0]", "ld.global.nc." + k.memory, k, false);
        rows.add(one("ld.shared." + k.type, k, k, a -> a)
                .by("st.shared." + k.type + " [$m], $a;\n\tld.shared." + k.type + " $d, [$m]"));
        rows.add(one("st.shared." + k.type, k, k, a -> a)
                .by("st.shared." + k.type + " [$m+8], $a;\n\tld.shared." + k.memory + " $d, [$m+8]"));
        String local = ".local .align 8 .b8 loc[16];\n\t";
        rows.add(one("ld.local." + k.type, k, k, a -> a)
                .by(local + "st.local." + k.type + " [loc], $a;\n\tld.local." + k.type + " $d, [loc]"));
        rows.add(one("st.local." + k.type, k, k, a -> a)
                .by(local + "st.local." + k.type + " [loc+8], $a;\n\tld.local." + k.memory + " $d, [loc+8]"));
        rows.add(one("ldu.global." + k.type, k, k, a -> a)
                .by("st.global." + k.memory + " [$s], $a;\n\tldu.global." + k.type + " $d, [$s]"));
    }

    private static void vectors(List<Snippet> rows, Kind k) {
        String one = "%" + k.register + "20";
        rows.add(two("ld.global.v2." + k.type, k, (a, b) -> b)
                .by("st.global.v2." + k.memory + " [$s], {$a, $b};\n\tld.global.v2." + k.type + " {" + one
                        + ", $d}, [$s]"));
        rows.add(two("st.shared.v2." + k.type, k, (a, b) -> b)
                .by("st.shared.v2." + k.type + " [$m], {$a, $b};\n\tld.shared." + k.memory + " $d, [$m+" + k.bytes
                        + "]"));
        if (k.bytes < 8) {
            rows.add(three("ld.global.v4." + k.type, k, (a, b, c) -> c)
                    .by("st.global.v4." + k.memory + " [$s], {$b, $a, $c, $a};\n\tld.global.v4." + k.type + " {" + one
                            + ", " + one + ", $d, " + one + "}, [$s]"));
            rows.add(three("st.global.v4." + k.type, k, (a, b, c) -> c)
                    .by("st.global.v4." + k.type + " [$s], {$b, $a, $b, $c};\n\tld.global." + k.memory + " $d, [$s+"
                            + 3 * k.bytes + "]"));
        }
    }

    /** Less than a register holds: the rest of it is the sign, or zero. */
    private static void narrow(List<Snippet> rows) {
        for (Kind k : List.of(Kind.S16, Kind.S32, Kind.S64)) {
            rows.add(one("ld.global.s8", k, k, a -> (byte) a).by("st.global.b8 [$s], $a;\n\tld.global.s8 $d, [$s]"));
            rows.add(one("ld.global.u8", k, k, a -> a & 0xff).by("st.global.u8 [$s], $a;\n\tld.global.u8 $d, [$s]"));
            rows.add(one("st.global.b8", k, k, a -> a & 0xff).by("st.global.b8 [$s], $a;\n\tld.global.b8 $d, [$s]"));
        }
        rows.add(one("ld.shared.s16", Kind.S64, Kind.S64, a -> (short) a)
                .by("st.shared.s16 [$m], $a;\n\tld.shared.s16 $d, [$m]"));
        rows.add(two("ld.global.v4.u8", Kind.U32, (a, b) -> b & 0xff)
                .by("st.global.v4.u8 [$s], {$a, $a, $a, $b};\n\tld.global.v4.u8 {%r20, %r21, %r22, $d}, [$s]"));
    }

    private static void orders(List<Snippet> rows) {
        through(rows, "st.weak.global.b32 [$s]", "ld.weak.global.b32", Kind.U32, false);
        through(rows, "st.volatile.global.b32 [$s]", "ld.volatile.global.b32", Kind.U32, false);
        rows.add(one("ld.volatile.shared.b32", Kind.U32, Kind.U32, a -> a)
                .by("st.volatile.shared.b32 [$m], $a;\n\tld.volatile.shared.b32 $d, [$m]"));
        for (String scope : List.of("cta", "gpu", "sys", "cluster")) {
            boolean hopper = scope.equals("cluster");
            through(
                    rows,
                    "st.relaxed." + scope + ".global.b64 [$s]",
                    "ld.relaxed." + scope + ".global.b64",
                    Kind.U64,
                    hopper);
            through(rows, "st.release." + scope + ".b32 [$s]", "ld.acquire." + scope + ".b32", Kind.U32, hopper);
            for (String order : List.of("sc", "acq_rel")) {
                fence(rows, "fence." + order + "." + scope, hopper);
            }
        }
        fence(rows, "fence.gpu", false);
        fence(rows, "fence.proxy.alias", true);
        for (String level : List.of("cta", "gl", "sys")) {
            fence(rows, "membar." + level, false);
        }
        fence(rows, "membar.proxy.alias", true);
    }

    private static void fence(List<Snippet> rows, String name, boolean hopper) {
        Snippet s = one(name, Kind.U32, Kind.U32, a -> a)
                .by("st.global.b32 [$s], $a;\n\t" + name + ";\n\tld.global.b32 $d, [$s]");
        rows.add(hopper ? s.hopper() : s);
    }

    private static void hints(List<Snippet> rows) {
        for (String cache : List.of("ca", "cg", "cs", "lu", "cv")) {
            through(rows, "st.global.b32 [$s]", "ld.global." + cache + ".b32", Kind.U32, false);
        }
        for (String cache : List.of("wb", "cg", "cs", "wt")) {
            through(rows, "st.global." + cache + ".b32 [$s]", "ld.global.b32", Kind.U32, false);
        }
        for (String level : List.of(
                "L1::evict_normal", "L1::evict_unchanged", "L1::evict_first", "L1::evict_last", "L1::no_allocate")) {
            through(rows, "st.global." + level + ".f32 [$s]", "ld.global." + level + ".f32", Kind.F32, true);
            through(rows, "st.global.f32 [$s]", "ld.global.nc." + level + ".f32", Kind.F32, true);
        }
        for (String size : List.of("L2::64B", "L2::128B", "L2::256B")) {
            through(rows, "st.global.b64 [$s]", "ld.global." + size + ".b64", Kind.U64, true);
            through(rows, "st.global.b64 [$s]", "ld.global.nc." + size + ".b64", Kind.U64, true);
        }
    }

    /** From the addresses of a space to generic ones and back, and what space one lies in. */
    private static void addresses(List<Snippet> rows) {
        rows.add(one("cvta.to.global.u64", Kind.U32, Kind.U32, a -> a)
                .by("cvta.to.global.u64 %d20, $s;\n\tst.global.b32 [%d20], $a;\n\tld.b32 $d, [$s]"));
        rows.add(one("cvta.global.u64", Kind.U32, Kind.U32, a -> a)
                .by("cvta.global.u64 %d20, $s;\n\tst.b32 [%d20], $a;\n\tld.global.b32 $d, [$s]"));
        rows.add(
                one("cvta.shared.u64", Kind.U32, Kind.U32, a -> a)
                        .by(
                                "cvt.u64.u32 %d21, $m;\n\tcvta.shared.u64 %d20, %d21;\n\tst.b32 [%d20], $a;\n\tld.shared.b32 $d, [$m]"));
        rows.add(one("cvta.to.shared.u64", Kind.U32, Kind.U32, a -> a)
                .by("cvt.u64.u32 %d21, $m;\n\tcvta.shared.u64 %d20, %d21;\n\tcvta.to.shared.u64 %d22, %d20;\n\t"
                        + "st.shared.b32 [%d22], $a;\n\tld.b32 $d, [%d20]"));
        String local = ".local .align 8 .b8 loc[16];\n\tmov.u64 %d21, loc;\n\tcvta.local.u64 %d20, %d21;\n\t";
        rows.add(one("cvta.local.u64", Kind.U32, Kind.U32, a -> a)
                .by(local + "st.b32 [%d20], $a;\n\tld.local.b32 $d, [loc]"));
        rows.add(one("cvta.to.local.u64", Kind.U32, Kind.U32, a -> a)
                .by(local + "cvta.to.local.u64 %d22, %d20;\n\tst.local.b32 [%d22], $a;\n\tld.b32 $d, [%d20]"));
        String shared = "cvt.u64.u32 %d21, $m;\n\tcvta.shared.u64 %d20, %d21;\n\t";
        String[] spaces = {"global", "shared", "local", "const"};
        String[] makes = {"mov.b64 %d20, $s;\n\t", shared, local};
        for (int is = 0; is < makes.length; is++) {
            for (int asked = 0; asked < spaces.length; asked++) {
                int yes = is == asked ? 1 : 0;
                String name = "isspacep." + spaces[asked];
                rows.add(one(name, Kind.U32, Kind.U32, a -> yes)
                        .by(makes[is] + name + " %q1, %d20;\n\tselp.u32 $d, 1, 0, %q1"));
            }
        }
        rows.add(one("isspacep.shared::cta", Kind.U32, Kind.U32, a -> 1)
                .by(shared + "isspacep.shared::cta %q1, %d20;\n\tselp.u32 $d, 1, 0, %q1")
                .hopper());
        rows.add(one("isspacep.shared::cluster", Kind.U32, Kind.U32, a -> 1)
                .by(shared + "isspacep.shared::cluster %q1, %d20;\n\tselp.u32 $d, 1, 0, %q1")
                .hopper());
    }

    private static void policies(List<Snippet> rows) {
        String through =
                ";\n\tst.global.L2::cache_hint.b32 [$s], $a, %d20;\n\tld.global.L2::cache_hint.b32 $d, [$s], %d20";
        for (String policy : List.of(
                "createpolicy.fractional.L2::evict_last.b64 %d20, 1.0",
                "createpolicy.fractional.L2::evict_first.b64 %d20",
                "createpolicy.fractional.L2::evict_normal.L2::evict_unchanged.b64 %d20, 0.5",
                "createpolicy.range.global.L2::evict_last.L2::evict_unchanged.b64 %d20, [$s], 16, 32",
                "createpolicy.cvt.L2.b64 %d20, $s")) {
            String name = policy.substring(0, policy.indexOf(' '));
            rows.add(one(name, Kind.U32, Kind.U32, a -> a).by(policy + through).hopper());
        }
        for (String line : List.of(
                "prefetch.global.L1 [$s]",
                "prefetch.global.L2 [$s]",
                "prefetch.L1 [$s]",
                "prefetch.L2 [$s]",
                "prefetch.global.L2::evict_last [$s]",
                "prefetch.global.L2::evict_normal [$s]",
                "prefetchu.L1 [$s]",
                "applypriority.global.L2::evict_normal [%d20], 128",
                "applypriority.L2::evict_normal [%d20], 128")) {
            String name = line.substring(0, line.indexOf(' '));
            rows.add(one(name, Kind.U32, Kind.U32, a -> a)
                    .by("and.b64 %d20, $s, -128;\n\tst.global.b32 [$s], $a;\n\t" + line + ";\n\tld.global.b32 $d, [$s]")
                    .hopper());
        }
        // A line that is discarded may be written anew.
        for (String name : List.of("discard.global.L2", "discard.L2")) {
            rows.add(one(name, Kind.U32, Kind.U32, a -> a)
                    .by("and.b64 %d20, $s, -128;\n\t" + name + " [%d20], 128;\n\tbar.sync 0;\n\t"
                            + "st.global.b32 [$s], $a;\n\tld.global.b32 $d, [$s]")
                    .hopper());
        }
    }
}

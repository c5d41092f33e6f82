package io.nudge.emulator;

import static io.nudge.emulator.Snippet.one;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongBinaryOperator;
import java.util.stream.Stream;

/** What the lanes of a warp do together, the block's barriers, and what is about the thread itself. */
class WarpInstructionsTest extends InstructionSpecification {
    private static final int LANES = 32;
    private static final List<Kind> A = List.of(Kind.U32);
    private static final List<Kind> AB = List.of(Kind.U32, Kind.U32);
    /** Two groups of lanes: each names only its own members. */
    private static final String SPLIT =
            "and.b32 %r22, %r0, 1;\n\tsetp.eq.u32 %q5, %r22, 0;\n\tselp.b32 %r23, 0x55555555, 0xaaaaaaaa, %q5;\n\t";

    static Stream<Snippet> rows() {
        List<Snippet> rows = new ArrayList<>();
        shuffles(rows);
        votes(rows);
        matches(rows);
        reductions(rows);
        barriers(rows);
        threads(rows);
        return rows.stream();
    }

    private static int first(int i) {
        return i / LANES * LANES;
    }

    private static void shuffles(List<Snippet> rows) {
        for (String mode : List.of("up", "down", "bfly", "idx")) {
            for (int width : new int[] {32, 16, 8}) {
                int clamp = (mode.equals("up") ? 0 : 31) | (32 - width) << 8;
                String name = "shfl.sync." + mode + ".b32";
                rows.add(Snippet.of(name, name, Kind.U32, AB, (v, i) -> {
                            int lane = i % LANES;
                            int from = from(mode, lane, (int) v[i][1] & 31, width);
                            boolean fits = from >= 0;
                            return v[first(i) + (fits ? from : lane)][0] + (fits ? 1 : 0);
                        })
                        .by(name + " %r20|%q1, $a, $b, " + clamp
                                + ", 0xffffffff;\n\tselp.u32 %r21, 1, 0, %q1;\n\tadd.u32 $d, %r20, %r21"));
            }
        }
    }

    /** The lane that is read, or −1 where it lies outside of the segment. */
    private static int from(String mode, int lane, int by, int width) {
        int start = lane / width * width;
        int from = switch (mode) {
            case "up" -> lane - by;
            case "down" -> lane + by;
            case "bfly" -> lane ^ by;
            default -> start + by % width;
        };
        return mode.equals("up") ? (from >= start ? from : -1) : (from < start + width ? from : -1);
    }

    private static long ballot(long[][] v, int i, int members) {
        long r = 0;
        for (int lane = 0; lane < LANES; lane++) {
            if ((members >>> lane & 1) == 1 && v[first(i) + lane][0] % 3 == 0) {
                r |= 1L << lane;
            }
        }
        return r;
    }

    private static void votes(List<Snippet> rows) {
        String test = "rem.u32 %r20, $a, 3;\n\tsetp.eq.u32 %q1, %r20, 0;\n\t";
        String end = ";\n\tselp.u32 $d, 1, 0, %q2";
        int all = -1;
        vote(rows, "all", test, end, (v, i) -> ballot(v, i, all) == 0xffffffffL ? 1 : 0);
        vote(rows, "any", test, end, (v, i) -> ballot(v, i, all) != 0 ? 1 : 0);
        vote(rows, "uni", test, end, (v, i) -> ballot(v, i, all) == 0 || ballot(v, i, all) == 0xffffffffL ? 1 : 0);
        rows.add(Snippet.of("vote.sync.ballot.b32", "", Kind.U32, A, (v, i) -> ballot(v, i, all))
                .by(test + "vote.sync.ballot.b32 $d, %q1, 0xffffffff"));
        rows.add(Snippet.of("vote.sync.ballot.b32", "", Kind.U32, A, (v, i) -> ~ballot(v, i, all))
                .by(test + "vote.sync.ballot.b32 $d, !%q1, 0xffffffff"));
        rows.add(one("activemask.b32", Kind.U32, Kind.U32, a -> 0xffffffffL).by("activemask.b32 $d"));
    }

    private static void vote(List<Snippet> rows, String mode, String test, String end, Snippet.Reference java) {
        String name = "vote.sync." + mode + ".pred";
        rows.add(Snippet.of(name, name, Kind.U32, A, java).by(test + name + " %q2, %q1, 0xffffffff" + end));
    }

    private static void matches(List<Snippet> rows) {
        for (Kind k : List.of(Kind.U32, Kind.U64)) {
            String value = "and.b" + 8 * k.bytes + " %" + k.register + "21, $a, 3;\n\t";
            String any = "match.any.sync.b" + 8 * k.bytes;
            rows.add(Snippet.of(any, any, Kind.U32, List.of(k), (v, i) -> {
                        long r = 0;
                        for (int lane = 0; lane < LANES; lane++) {
                            boolean same = ((v[first(i) + lane][0] ^ v[i][0]) & 3) == 0;
                            r |= (same && lane % 2 == i % 2 ? 1L : 0) << lane;
                        }
                        return r;
                    })
                    .by(SPLIT + value + "@%q5 " + any + " $d, %" + k.register + "21, %r23;\n\t@!%q5 " + any + " $d, %"
                            + k.register + "21, %r23"));
            String all = "match.all.sync.b" + 8 * k.bytes;
            rows.add(Snippet.of(all, all, Kind.U32, List.of(k), (v, i) -> {
                        boolean same = true;
                        for (int lane = 0; lane < LANES; lane++) {
                            same &= ((v[first(i) + lane][0] ^ v[i][0]) & 3) == 0;
                        }
                        return same ? 0 : 5;
                    })
                    .by(value + all + " %r20|%q1, %" + k.register
                            + "21, 0xffffffff;\n\tselp.u32 %r24, 1, 5, %q1;\n\tadd.u32 $d, %r20, %r24"));
            rows.add(Snippet.of(all, all, Kind.U32, List.of(k), (v, i) -> 0xffffffffL + i / LANES)
                    .by("shr.u32 %r25, %r0, 5;\n\t"
                            + (k == Kind.U64 ? "cvt.u64.u32 %d21, %r25;\n\t" : "mov.b32 %r21, %r25;\n\t")
                            + all + " %r20|%q1, %" + k.register
                            + "21, 0xffffffff;\n\tselp.u32 %r24, %r25, 99, %q1;\n\tadd.u32 $d, %r20, %r24"));
        }
        rows.add(Snippet.of("elect.sync", "", Kind.U32, A, (v, i) -> i % 2 + (i % LANES < 2 ? 100 : 0))
                .by(SPLIT + "@%q5 elect.sync %r20|%q1, %r23;\n\t@!%q5 elect.sync %r20|%q1, %r23;\n\t"
                        + "selp.u32 %r24, 100, 0, %q1;\n\tadd.u32 $d, %r20, %r24")
                .hopper());
    }

    private static void reduction(List<Snippet> rows, String name, Kind k, LongBinaryOperator java) {
        String text = "redux.sync." + name;
        rows.add(Snippet.of(text, text, k, List.of(k), (v, i) -> {
                    long r = v[first(i) + i % 2][0];
                    for (int lane = 2 + i % 2; lane < LANES; lane += 2) {
                        r = java.applyAsLong(r, v[first(i) + lane][0]);
                    }
                    return r;
                })
                .by(SPLIT + "@%q5 " + text + " $d, $a, %r23;\n\t@!%q5 " + text + " $d, $a, %r23")
                .hopper());
    }

    private static void reductions(List<Snippet> rows) {
        for (Kind k : List.of(Kind.U32, Kind.S32)) {
            reduction(rows, "add." + k.type, k, Long::sum);
            reduction(rows, "min." + k.type, k, Math::min);
            reduction(rows, "max." + k.type, k, Math::max);
        }
        reduction(rows, "and.b32", Kind.U32, (a, b) -> a & b);
        reduction(rows, "or.b32", Kind.U32, (a, b) -> a | b);
        reduction(rows, "xor.b32", Kind.U32, (a, b) -> a ^ b);
    }

    private static long count(long[][] v, int from, int to, int divisor) {
        long n = 0;
        for (int i = from; i < to; i++) {
            n += v[i][0] % divisor == 0 ? 1 : 0;
        }
        return n;
    }

    private static Snippet.Reference counted(boolean half, int divisor, String operation) {
        return (v, i) -> {
            int from = half ? i / 512 * 512 : 0;
            int to = half ? from + 512 : CASES;
            long n = count(v, from, to, divisor);
            return operation.equals("popc") ? n : operation.equals("and") ? (n == to - from ? 1 : 0) : n > 0 ? 1 : 0;
        };
    }

    /** All of the block at one barrier; or each half at one of its own. */
    private static void barriers(List<Snippet> rows) {
        for (String name : List.of("bar", "bar.cta", "barrier", "barrier.cta")) {
            for (String aligned : name.startsWith("barrier") ? List.of("", ".aligned") : List.of("")) {
                boolean isNew = !name.equals("bar");
                synchronising(rows, name, aligned, isNew);
                for (String operation : List.of("popc", "and", "or")) {
                    for (int divisor : new int[] {1, 3, 7}) {
                        reducing(rows, name + ".red." + operation + aligned, operation, divisor, isNew);
                    }
                }
            }
        }
        rows.add(Snippet.of("bar.warp.sync", "", Kind.U32, A, (v, i) -> v[first(i) + (i + 1) % LANES][0])
                .by("st.shared.b32 [$m], $a;\n\tbar.warp.sync 0xffffffff;\n\t" + neighbour()));
    }

    /** Reads what the next lane has stored in its place in shared memory. */
    private static String neighbour() {
        return "add.u32 %r20, %r0, 1;\n\tand.b32 %r20, %r20, 31;\n\tand.b32 %r21, %r0, -32;\n\t"
                + "or.b32 %r20, %r20, %r21;\n\tmov.u32 %r21, sm;\n\tmad.lo.u32 %r20, %r20, 16, %r21;\n\tld.shared.b32 $d, [%r20]";
    }

    private static void synchronising(List<Snippet> rows, String name, String aligned, boolean isNew) {
        String sync = name + ".sync" + aligned;
        String other =
                "mov.u32 %r21, sm;\n\tsub.u32 %r20, 1023, %r0;\n\tmad.lo.u32 %r20, %r20, 16, %r21;\n\tld.shared.b32 $d, [%r20]";
        Snippet s = Snippet.of(sync, sync, Kind.U32, A, (v, i) -> v[CASES - 1 - i][0])
                .by("st.shared.b32 [$m], $a;\n\t" + sync + " 0;\n\t" + other);
        rows.add(isNew ? s.hopper() : s);
        // Half of the threads only arrive; the others wait for them.
        String arrive = name + ".arrive" + aligned;
        Snippet t = Snippet.of(arrive, arrive, Kind.U32, A, (v, i) -> i < 512 ? v[CASES - 1 - i][0] : v[i][0])
                .by("st.shared.b32 [$m], $a;\n\tmov.b32 $d, $a;\n\tsetp.lt.u32 %q1, %r0, 512;\n\t@!%q1 " + arrive
                        + " 1, 1024;\n\t@!%q1 bra DONE;\n\t" + sync + " 1, 1024;\n\t" + other
                        + ";\nDONE:\n\tmov.b32 $d, $d");
        rows.add(isNew ? t.hopper() : t);
    }

    private static void reducing(List<Snippet> rows, String name, String operation, int divisor, boolean isNew) {
        boolean popc = operation.equals("popc");
        String text = name + (popc ? ".u32" : ".pred");
        String test = "rem.u32 %r20, $a, " + divisor + ";\n\tsetp.eq.u32 %q1, %r20, 0;\n\t";
        String to = popc ? " $d, " : " %q2, ";
        String end = popc ? "" : ";\n\tselp.u32 $d, 1, 0, %q2";
        Snippet whole = Snippet.of(text, text, Kind.U32, A, counted(false, divisor, operation))
                .by(test + text + to + "0, %q1" + end);
        Snippet halves = Snippet.of(text, text, Kind.U32, A, counted(true, divisor, operation))
                .by(test + "not.pred %q1, %q1;\n\tshr.u32 %r21, %r0, 9;\n\tadd.u32 %r21, %r21, 3;\n\t" + text + to
                        + "%r21, 512, !%q1" + end);
        rows.add(isNew ? whole.hopper() : whole);
        rows.add(isNew ? halves.hopper() : halves);
    }

    private static void threads(List<Snippet> rows) {
        for (String line : List.of("nanosleep.u32 100", "brkpt", "pmevent 1", "pmevent.mask 3")) {
            String name = line.contains(" ") ? line.substring(0, line.indexOf(' ')) : line;
            rows.add(one(name, Kind.U32, Kind.U32, a -> a).by(line + ";\n\tmov.b32 $d, $a"));
        }
        for (String line : List.of("griddepcontrol.launch_dependents", "griddepcontrol.wait")) {
            rows.add(one(line, Kind.U32, Kind.U32, a -> a)
                    .by(line + ";\n\tmov.b32 $d, $a")
                    .hopper());
        }
        rows.add(one("brx.idx", Kind.U32, Kind.U32, a -> (a & 3) * 10 + 1).by("""
                and.b32 %r20, $a, 3;
                TABLE: .branchtargets L0, L1, L2, L3;
                brx.idx %r20, TABLE;
                L0:
                mov.u32 $d, 1;
                bra.uni ENDED;
                L1:
                mov.u32 $d, 11;
                bra.uni ENDED;
                L2:
                mov.u32 $d, 21;
                bra.uni ENDED;
                L3:
                mov.u32 $d, 31;
                ENDED:
                mov.u32 $d, $d"""));
    }
}

package io.nudge.emulator;

import static io.nudge.emulator.Snippet.one;
import static io.nudge.emulator.Snippet.three;
import static io.nudge.emulator.Snippet.two;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Logic, shifts, fields, bytes; and the moves between registers. */
class BitInstructionsTest extends InstructionSpecification {
    static Stream<Snippet> rows() {
        List<Snippet> rows = new ArrayList<>();
        for (Kind k : List.of(Kind.U16, Kind.U32, Kind.U64)) {
            logic(rows, k);
        }
        predicates(rows);
        for (Kind k : List.of(Kind.S16, Kind.U16, Kind.S32, Kind.U32, Kind.S64, Kind.U64)) {
            rows.add(two("shr." + k.type, k, k, Kind.U32, (a, n) -> right(k, a, n)));
        }
        for (Kind k : List.of(Kind.U32, Kind.U64)) {
            counts(rows, k);
        }
        for (Kind k : List.of(Kind.S32, Kind.U32, Kind.S64, Kind.U64)) {
            fields(rows, k);
        }
        funnels(rows);
        for (int table : new int[] {0, 0x3f, 0x80, 0x96, 0xca, 0xe8, 0xff}) {
            rows.add(three("lop3.b32", Kind.U32, (a, b, c) -> look(table, a, b, c))
                    .by("lop3.b32 $d, $a, $b, $c, " + table));
        }
        bytes(rows);
        masks(rows);
        moves(rows);
        return rows.stream();
    }

    private static void logic(List<Snippet> rows, Kind k) {
        rows.add(two("and." + k.memory, k, (a, b) -> a & b));
        rows.add(two("or." + k.memory, k, (a, b) -> a | b));
        rows.add(two("xor." + k.memory, k, (a, b) -> a ^ b));
        rows.add(one("not." + k.memory, k, k, a -> ~a));
        rows.add(one("cnot." + k.memory, k, k, a -> a == 0 ? 1 : 0));
        rows.add(two("shl." + k.memory, k, k, Kind.U32, (a, n) -> n >= k.bits() ? 0 : a << n));
        rows.add(two("shr." + k.memory, k, k, Kind.U32, (a, n) -> right(k, a, n)));
        rows.add(one("mov." + k.memory, k, k, a -> a));
        rows.add(one("mov." + k.type, k, k, a -> a));
    }

    private static long right(Kind k, long a, long n) {
        if (n >= k.bits()) {
            return k.isSigned() && a < 0 ? -1 : 0;
        }
        return k.isSigned() ? a >> n : a >>> n;
    }

    private static void predicates(List<Snippet> rows) {
        String tests = "setp.lt.s32 %q1, $a, 0;\n\tsetp.lt.s32 %q2, $b, 0;\n\t";
        String end = ";\n\tselp.u32 $d, 1, 0, %q3";
        rows.add(two("and.pred", Kind.U32, Kind.S32, Kind.S32, (a, b) -> a < 0 && b < 0 ? 1 : 0)
                .by(tests + "and.pred %q3, %q1, %q2" + end));
        rows.add(two("or.pred", Kind.U32, Kind.S32, Kind.S32, (a, b) -> a < 0 || b < 0 ? 1 : 0)
                .by(tests + "or.pred %q3, %q1, %q2" + end));
        rows.add(two("xor.pred", Kind.U32, Kind.S32, Kind.S32, (a, b) -> (a < 0) != (b < 0) ? 1 : 0)
                .by(tests + "xor.pred %q3, %q1, %q2" + end));
        rows.add(two("not.pred", Kind.U32, Kind.S32, Kind.S32, (a, b) -> a < 0 ? 0 : 1)
                .by(tests + "not.pred %q3, %q1" + end));
        rows.add(two("mov.pred", Kind.U32, Kind.S32, Kind.S32, (a, b) -> b < 0 ? 1 : 0)
                .by(tests + "mov.pred %q3, %q2" + end));
    }

    private static void counts(List<Snippet> rows, Kind k) {
        int spare = 64 - 8 * k.bytes;
        rows.add(one("popc." + k.memory, Kind.U32, k, Long::bitCount));
        rows.add(one("clz." + k.memory, Kind.U32, k, a -> Long.numberOfLeadingZeros(a) - spare));
        rows.add(one("brev." + k.memory, k, k, a -> Long.reverse(a) >>> spare));
    }

    private static void fields(List<Snippet> rows, Kind k) {
        int bits = 8 * k.bytes;
        Snippet.One first = a -> {
            long v = k.isSigned() && a < 0 ? ~a : a;
            return v == 0 ? -1 : 63 - Long.numberOfLeadingZeros(v);
        };
        rows.add(one("bfind." + k.type, Kind.U32, k, first));
        rows.add(one("bfind.shiftamt." + k.type, Kind.U32, k, a -> first.of(a) < 0 ? -1 : bits - 1 - first.of(a)));
        rows.add(three("bfe." + k.type, k, k, Kind.U32, Kind.U32, (a, from, n) -> field(k, a, from & 255, n & 255)));
        if (!k.isSigned()) {
            rows.add(three("bfi." + k.memory, k, k, k, Kind.U32, (a, b, from) -> inserted(bits, a, b, from & 255, 9))
                    .by("bfi." + k.memory + " $d, $a, $b, $c, 9"));
            rows.add(three("bfi." + k.memory, k, k, k, Kind.U32, (a, b, n) -> inserted(bits, a, b, 5, n & 255))
                    .by("bfi." + k.memory + " $d, $a, $b, 5, $c"));
        }
    }

    /** Bit by bit, as the manual has it. */
    private static long field(Kind k, long a, long from, long n) {
        int bits = 8 * k.bytes;
        long sign = k.isSigned() && n > 0 ? a >>> Math.min(from + n - 1, bits - 1) & 1 : 0;
        long r = 0;
        for (int i = 0; i < bits; i++) {
            long bit = i < n && from + i < bits ? a >>> (from + i) & 1 : sign;
            r |= bit << i;
        }
        return r;
    }

    private static long inserted(int bits, long a, long b, long from, long n) {
        long r = b;
        for (int i = 0; i < n && from + i < bits; i++) {
            long at = from + i;
            r = (r & ~(1L << at)) | ((a >>> i & 1) << at);
        }
        return r;
    }

    private static void funnels(List<Snippet> rows) {
        for (String mode : List.of("wrap", "clamp")) {
            Snippet.One amount = c -> mode.equals("wrap") ? c & 31 : Math.min(c, 32);
            rows.add(three(
                    "shf.l." + mode + ".b32",
                    Kind.U32,
                    (a, b, c) -> amount.of(c) == 32 ? a : (b << 32 | a) << amount.of(c) >>> 32));
            rows.add(three("shf.r." + mode + ".b32", Kind.U32, (a, b, c) -> (b << 32 | a) >>> amount.of(c)));
        }
    }

    private static long look(int table, long a, long b, long c) {
        long r = 0;
        for (int i = 0; i < 32; i++) {
            long index = ((a >>> i & 1) << 2) | ((b >>> i & 1) << 1) | (c >>> i & 1);
            r |= (table >>> index & 1L) << i;
        }
        return r;
    }

    /** The bytes of prmt's modes, from the manual's tables: the most significant first, for a selector of 0 to 3. */
    private static final String[][] PERMUTATIONS = {
        {"f4e", "3210", "4321", "5432", "6543"},
        {"b4e", "5670", "6701", "7012", "0123"},
        {"rc8", "0000", "1111", "2222", "3333"},
        {"ecl", "3210", "3211", "3222", "3333"},
        {"ecr", "0000", "1110", "2210", "3210"},
        {"rc16", "1010", "3232", "1010", "3232"}
    };

    private static void bytes(List<Snippet> rows) {
        rows.add(three("prmt.b32", Kind.U32, (a, b, c) -> {
            long r = 0;
            for (int i = 0; i < 4; i++) {
                long select = c >>> (4 * i) & 15;
                long value = (b << 32 | a) >>> (8 * (select & 7)) & 255;
                r |= (select < 8 ? value : value >= 128 ? 255 : 0) << (8 * i);
            }
            return r;
        }));
        for (String[] mode : PERMUTATIONS) {
            rows.add(three("prmt.b32." + mode[0], Kind.U32, (a, b, c) -> {
                long r = 0;
                for (char place : mode[1 + (int) (c & 3)].toCharArray()) {
                    r = (r << 8) | ((b << 32 | a) >>> (8 * (place - '0')) & 255);
                }
                return r;
            }));
        }
    }

    private static void masks(List<Snippet> rows) {
        for (int offset : new int[] {0, 1, 3, -1, -2}) {
            rows.add(two("fns.b32", Kind.U32, (a, b) -> find(a, b & 31, offset))
                    .by("and.b32 %r20, $b, 31;\n\tfns.b32 $d, $a, %r20, " + offset));
        }
        for (String mode : List.of("clamp", "wrap")) {
            boolean clamps = mode.equals("clamp");
            for (Kind k : List.of(Kind.S32, Kind.U32)) {
                rows.add(two("szext." + mode + "." + k.type, k, k, Kind.U32, (a, n) -> {
                            if (clamps && n >= 32) {
                                return a;
                            }
                            long bits = n & 31;
                            return bits == 0
                                    ? 0
                                    : k == Kind.S32 ? a << (64 - bits) >> (64 - bits) : a & ((1L << bits) - 1);
                        })
                        .hopper());
            }
            rows.add(two("bmsk." + mode + ".b32", Kind.U32, (a, n) -> {
                        if (clamps && a >= 32) {
                            return 0;
                        }
                        long ones = clamps && n >= 32 ? -1 : (1L << (n & 31)) - 1;
                        return ones << (a & 31);
                    })
                    .hopper());
        }
    }

    private static long find(long mask, long base, int offset) {
        if (offset == 0) {
            return (mask >>> base & 1) == 1 ? base : -1;
        }
        int left = Math.abs(offset);
        for (long at = base; at >= 0 && at < 32; at += Integer.signum(offset)) {
            left -= (int) (mask >>> at & 1);
            if (left == 0) {
                return at;
            }
        }
        return -1;
    }

    private static void moves(List<Snippet> rows) {
        rows.add(one("mov.f32", Kind.F32, Kind.F32, a -> a));
        rows.add(one("mov.f64", Kind.F64, Kind.F64, a -> a));
        rows.add(two("mov.b32 {16}", Kind.U32, Kind.U16, Kind.U16, (a, b) -> a | b << 16)
                .by("mov.b32 $d, {$a, $b}"));
        rows.add(two("mov.b64 {32}", Kind.U64, Kind.U32, Kind.U32, (a, b) -> a | b << 32)
                .by("mov.b64 $d, {$a, $b}"));
        rows.add(two("mov.b64 {16}", Kind.U64, Kind.U16, Kind.U16, (a, b) -> a | b << 16 | b << 32 | a << 48)
                .by("mov.b64 $d, {$a, $b, $b, $a}"));
        rows.add(one("mov.b32 {16}", Kind.U16, Kind.U32, a -> a >>> 16).by("mov.b32 {%h20, $d}, $a"));
        rows.add(one("mov.b64 {32}", Kind.U32, Kind.U64, a -> a >>> 32).by("mov.b64 {%r20, $d}, $a"));
        rows.add(one("mov.b64 {16}", Kind.U16, Kind.U64, a -> a >>> 32).by("mov.b64 {%h20, %h21, $d, %h22}, $a"));
    }
}

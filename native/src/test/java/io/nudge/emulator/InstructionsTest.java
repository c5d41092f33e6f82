package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;
import jcuda.driver.CUdeviceptr;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One row an instruction and mode: what it computes of special values and others is compared, bit by bit or within a tolerance, with
 * Java. NVIDIA's own assembler has to take every program.
 */
@EmulatedDevice
class InstructionsTest {
    private static final long[] INTEGERS = {
        0,
        1,
        -1,
        2,
        -2,
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
        0x7fffffffL,
        0x80000000L,
        0xffffffffL,
        0x12345678L,
        0x123456789abcdefL,
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
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
    };

    /** What a value is made of: where its kind says single or double, the bits of one. */
    private enum Kind {
        S32("s32", "b32", "r", 4),
        U32("u32", "b32", "r", 4),
        S64("s64", "b64", "d", 8),
        U64("u64", "b64", "d", 8),
        F32("f32", "f32", "f", 4),
        F64("f64", "f64", "g", 8);

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

        long cut(long bits) {
            return this == S32 ? (int) bits : this == U32 ? bits & 0xffffffffL : bits;
        }

        /** Special values in the bits of this kind. */
        long[] specials() {
            return switch (this) {
                case F32 -> {
                    long[] r = new long[SINGLES.length];
                    for (int i = 0; i < r.length; i++) {
                        r[i] = Float.floatToRawIntBits(SINGLES[i]) & 0xffffffffL;
                    }
                    yield r;
                }
                case F64 -> {
                    long[] r = new long[SINGLES.length];
                    for (int i = 0; i < r.length; i++) {
                        r[i] = Double.doubleToRawLongBits(SINGLES[i] * (1 + 0x1p-40));
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
    }

    /** An instruction: d of a, b and, where it takes three, c; the result by Java from the same bits. */
    private record Row(
            String instruction, Kind result, List<Kind> sources, double tolerance, BiFunction<long[], Row, Long> java) {
        @Override
        public String toString() {
            return instruction;
        }

        String ptx() {
            StringBuilder loads = new StringBuilder();
            StringBuilder operands = new StringBuilder("%" + result.register + "9");
            for (int i = 0; i < sources.size(); i++) {
                Kind k = sources.get(i);
                String register = "%" + k.register + (i + 1);
                loads.append("\tld.global.%s %s, [%%p%d];%n".formatted(k.memory, register, i));
                operands.append(", ").append(register);
            }
            StringBuilder addresses = new StringBuilder();
            for (int i = 0; i <= 3; i++) {
                int bytes = i == 3 ? result.bytes : i < sources.size() ? sources.get(i).bytes : 4;
                addresses.append("\tld.param.u64 %%p%d, [k_%d];%n\tmad.wide.u32 %%p%d, %%r0, %d, %%p%d;%n"
                        .formatted(i, i, i, bytes, i));
            }
            return ".version 7.0\n.target sm_75\n.address_size 64\n"
                    + ".visible .entry k(.param .u64 k_0, .param .u64 k_1, .param .u64 k_2, .param .u64 k_3, .param .u32 k_4)\n{\n"
                    + "\t.reg .b32 %r<12>;\n\t.reg .b64 %d<12>;\n\t.reg .f32 %f<12>;\n\t.reg .f64 %g<12>;\n"
                    + "\t.reg .b64 %p<4>;\n\t.reg .pred %q, %u;\n"
                    + "\tmov.u32 %r0, %tid.x;\n\tld.param.u32 %r11, [k_4];\n\tsetp.ge.u32 %q, %r0, %r11;\n\t@%q bra END;\n"
                    + addresses + loads
                    + (instruction.contains("%")
                            ? "\t" + instruction.replace("$d", "%" + result.register + "9") + ";\n"
                            : "\t" + instruction + " " + operands + ";\n")
                    + "\tst.global." + result.memory + " [%p3], %" + result.register + "9;\nEND:\n\tret;\n}\n";
        }
    }

    private static Row row(String instruction, Kind result, List<Kind> sources, BiFunction<long[], Row, Long> java) {
        return new Row(instruction, result, sources, 0, java);
    }

    private static Row integers(String operation, Kind k, LongBinaryOperator java) {
        return row(operation + "." + k.type, k, List.of(k, k), (v, r) -> java.applyAsLong(v[0], v[1]));
    }

    private static Row bits(String operation, Kind k, LongBinaryOperator java) {
        return row(operation + "." + k.memory, k, List.of(k, k), (v, r) -> java.applyAsLong(v[0], v[1]));
    }

    private static Row one(String operation, Kind result, Kind k, LongUnaryOperator java) {
        return row(operation, result, List.of(k), (v, r) -> java.applyAsLong(v[0]));
    }

    private static float single(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    private static long bitsOf(float f) {
        return Float.isNaN(f) ? 0x7fffffffL : Float.floatToRawIntBits(f) & 0xffffffffL;
    }

    private static float flushed(float f) {
        return Math.abs(f) < Float.MIN_NORMAL ? Math.copySign(0f, f) : f;
    }

    private static Row singles(String instruction, DoubleBinaryOperator java) {
        return row(
                instruction,
                Kind.F32,
                List.of(Kind.F32, Kind.F32),
                (v, r) -> bitsOf((float) java.applyAsDouble(single(v[0]), single(v[1]))));
    }

    private static Row flushing(String instruction, DoubleBinaryOperator java) {
        return row(
                instruction,
                Kind.F32,
                List.of(Kind.F32, Kind.F32),
                (v, r) -> bitsOf(flushed((float) java.applyAsDouble(flushed(single(v[0])), flushed(single(v[1]))))));
    }

    private static Row near(String instruction, double tolerance, DoubleUnaryOperator java) {
        return new Row(
                instruction,
                Kind.F32,
                List.of(Kind.F32),
                tolerance,
                (v, r) -> bitsOf((float) java.applyAsDouble(single(v[0]))));
    }

    private static Row doubles(String instruction, DoubleBinaryOperator java) {
        return row(
                instruction,
                Kind.F64,
                List.of(Kind.F64, Kind.F64),
                (v, r) -> Double.doubleToLongBits(
                        java.applyAsDouble(Double.longBitsToDouble(v[0]), Double.longBitsToDouble(v[1]))));
    }

    private static Row compares(String comparison, Kind k, BiFunction<Long, Long, Boolean> java) {
        String text = "setp.%s.%s %%q, %%%s1, %%%s2;%n\tselp.u32 $d, 1, 0, %%q"
                .formatted(comparison, k.type, k.register, k.register);
        return row(text, Kind.U32, List.of(k, k), (v, r) -> java.apply(v[0], v[1]) ? 1L : 0L);
    }

    private static long shift(long a, long n, int bits, boolean left, boolean signed) {
        long by = n & 0xffffffffL;
        if (by >= bits) {
            return left || !signed || a >= 0 ? 0 : -1;
        }
        return left ? a << by : signed ? a >> by : a >>> by;
    }

    private static double least(double a, double b) {
        return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.min(a, b);
    }

    private static double most(double a, double b) {
        return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.max(a, b);
    }

    private static double clamped(double v) {
        return v > 1 ? 1 : v > 0 ? v : 0;
    }

    private static long rounded(double v, double low, double high) {
        return Double.isNaN(v) ? 0 : (long) Math.max(low, Math.min(high, v));
    }

    static Stream<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Kind k : new Kind[] {Kind.S32, Kind.U32, Kind.S64, Kind.U64}) {
            boolean isSigned = k == Kind.S32 || k == Kind.S64;
            int bits = k.bytes * 8;
            rows.add(integers("add", k, (a, b) -> a + b));
            rows.add(integers("sub", k, (a, b) -> a - b));
            rows.add(integers("mul.lo", k, (a, b) -> a * b));
            rows.add(integers("min", k, (a, b) -> isSigned ? Math.min(a, b) : Long.compareUnsigned(a, b) < 0 ? a : b));
            rows.add(integers("max", k, (a, b) -> isSigned ? Math.max(a, b) : Long.compareUnsigned(a, b) > 0 ? a : b));
            rows.add(integers("div", k, (a, b) -> b == 0 ? -1 : isSigned ? a / b : Long.divideUnsigned(a, b)));
            rows.add(integers("rem", k, (a, b) -> b == 0 ? a : isSigned ? a % b : Long.remainderUnsigned(a, b)));
            rows.add(row("mad.lo." + k.type, k, List.of(k, k, k), (v, r) -> v[0] * v[1] + v[2]));
            rows.add(row("shr." + k.type, k, List.of(k, Kind.U32), (v, r) -> shift(v[0], v[1], bits, false, isSigned)));
            rows.add(compares("lt", k, (a, b) -> isSigned ? a < b : Long.compareUnsigned(a, b) < 0));
            rows.add(compares("eq", k, (a, b) -> a.equals(b)));
            rows.add(compares("ge", k, (a, b) -> isSigned ? a >= b : Long.compareUnsigned(a, b) >= 0));
        }
        for (Kind k : new Kind[] {Kind.U32, Kind.U64}) {
            int bits = k.bytes * 8;
            rows.add(bits("and", k, (a, b) -> a & b));
            rows.add(bits("or", k, (a, b) -> a | b));
            rows.add(bits("xor", k, (a, b) -> a ^ b));
            rows.add(one("not." + k.memory, k, k, a -> ~a));
            rows.add(row("shl." + k.memory, k, List.of(k, Kind.U32), (v, r) -> shift(v[0], v[1], bits, true, false)));
            rows.add(one("popc." + k.memory, Kind.U32, k, Long::bitCount));
            rows.add(one("clz." + k.memory, Kind.U32, k, a -> Long.numberOfLeadingZeros(a) - (64 - bits)));
            rows.add(one("brev." + k.memory, k, k, a -> Long.reverse(a) >>> (64 - bits)));
            rows.add(one("bfind." + k.type, Kind.U32, k, a -> a == 0 ? -1 : 63 - Long.numberOfLeadingZeros(a)));
        }
        rows.add(integers("mul.hi", Kind.S32, (a, b) -> (a * b) >> 32));
        rows.add(integers("mul.hi", Kind.U32, (a, b) -> (a * b) >>> 32));
        rows.add(integers("mul.hi", Kind.S64, Math::multiplyHigh));
        rows.add(row("mul.wide.s32", Kind.S64, List.of(Kind.S32, Kind.S32), (v, r) -> v[0] * v[1]));
        rows.add(row("mul.wide.u32", Kind.U64, List.of(Kind.U32, Kind.U32), (v, r) -> v[0] * v[1]));
        rows.add(row("mad.wide.s32", Kind.S64, List.of(Kind.S32, Kind.S32, Kind.S64), (v, r) -> v[0] * v[1] + v[2]));
        rows.add(integers(
                "add.sat", Kind.S32, (a, b) -> Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, a + b))));
        rows.add(one("abs.s32", Kind.S32, Kind.S32, Math::abs));
        rows.add(one("neg.s64", Kind.S64, Kind.S64, a -> -a));
        rows.add(row(
                "shf.l.wrap.b32",
                Kind.U32,
                List.of(Kind.U32, Kind.U32, Kind.U32),
                (v, r) -> (v[1] << 32 | v[0]) << (v[2] & 31) >>> 32));
        rows.add(row(
                "shf.r.wrap.b32",
                Kind.U32,
                List.of(Kind.U32, Kind.U32, Kind.U32),
                (v, r) -> (v[1] << 32 | v[0]) >>> (v[2] & 31)));
        rows.add(row(
                "lop3.b32 $d, %r1, %r2, %r3, 0xE8",
                Kind.U32,
                List.of(Kind.U32, Kind.U32, Kind.U32),
                (v, r) -> (v[0] & v[1]) | (v[0] & v[2]) | (v[1] & v[2])));
        rows.add(row("bfe.u32 $d, %r1, 4, 9", Kind.U32, List.of(Kind.U32), (v, r) -> v[0] >>> 4 & 511));
        rows.add(row("bfe.s32 $d, %r1, 4, 9", Kind.S32, List.of(Kind.S32), (v, r) -> v[0] << 51 >> 55));
        rows.add(row(
                "bfi.b32 $d, %r1, %r2, 8, 5",
                Kind.U32, List.of(Kind.U32, Kind.U32), (v, r) -> (v[1] & ~0x1f00L) | (v[0] & 31) << 8));
        rows.add(one("prmt.b32 $d, %r1, %r1, 0x0123", Kind.U32, Kind.U32, a -> Integer.reverseBytes((int) a)));

        rows.add(singles("add.f32", (a, b) -> (float) a + (float) b));
        rows.add(singles("sub.rn.f32", (a, b) -> (float) a - (float) b));
        rows.add(singles("mul.f32", (a, b) -> (float) a * (float) b));
        rows.add(singles("div.rn.f32", (a, b) -> (float) a / (float) b));
        rows.add(singles("min.f32", InstructionsTest::least));
        rows.add(singles("max.f32", InstructionsTest::most));
        rows.add(singles("add.sat.f32", (a, b) -> clamped((float) a + (float) b)));
        rows.add(flushing("add.ftz.f32", (a, b) -> (float) a + (float) b));
        rows.add(flushing("mul.ftz.f32", (a, b) -> (float) a * (float) b));
        rows.add(row(
                "fma.rn.f32",
                Kind.F32,
                List.of(Kind.F32, Kind.F32, Kind.F32),
                (v, r) -> bitsOf(Math.fma(single(v[0]), single(v[1]), single(v[2])))));
        rows.add(singles("mul.rz.f32", (a, b) -> towards(a * b, (float) (a * b), 0)));
        rows.add(singles("mul.rm.f32", (a, b) -> towards(a * b, (float) (a * b), -1)));
        rows.add(singles("mul.rp.f32", (a, b) -> towards(a * b, (float) (a * b), 1)));
        rows.add(near("rcp.rn.f32", 0, a -> 1f / (float) a));
        rows.add(near("sqrt.rn.f32", 0, Math::sqrt));
        rows.add(near("rcp.approx.f32", 1e-7, a -> 1 / a));
        rows.add(near("sqrt.approx.f32", 1e-7, Math::sqrt));
        rows.add(near("rsqrt.approx.f32", 1e-7, a -> 1 / Math.sqrt(a)));
        rows.add(near("ex2.approx.f32", 1e-6, a -> Math.pow(2, a)));
        rows.add(near("lg2.approx.f32", 1e-6, a -> a < 0 ? Double.NaN : Math.log(a) / Math.log(2)));
        rows.add(near("sin.approx.f32", 1e-6, Math::sin));
        rows.add(near("cos.approx.f32", 1e-6, Math::cos));
        rows.add(near("tanh.approx.f32", 1e-6, Math::tanh));
        rows.add(one("neg.f32", Kind.F32, Kind.F32, a -> a ^ 0x80000000L));
        rows.add(one("abs.f32", Kind.F32, Kind.F32, a -> a & 0x7fffffffL));
        rows.add(doubles("add.f64", Double::sum));
        rows.add(doubles("sub.f64", (a, b) -> a - b));
        rows.add(doubles("mul.f64", (a, b) -> a * b));
        rows.add(doubles("div.rn.f64", (a, b) -> a / b));
        rows.add(doubles("min.f64", InstructionsTest::least));
        rows.add(doubles("max.f64", InstructionsTest::most));
        for (String c : new String[] {"lt", "eq", "ne", "ge", "ltu", "neu", "num", "nan"}) {
            rows.add(compares(c, Kind.F32, (a, b) -> compare(c, single(a), single(b))));
        }

        rows.add(one("cvt.rn.f32.s32", Kind.F32, Kind.S32, a -> bitsOf((float) (int) a)));
        rows.add(one("cvt.rn.f32.u32", Kind.F32, Kind.U32, a -> bitsOf((float) a)));
        rows.add(one("cvt.rn.f32.s64", Kind.F32, Kind.S64, a -> bitsOf((float) a)));
        rows.add(one("cvt.rz.f32.s32", Kind.F32, Kind.S32, a -> bitsOf(towards((double) a, (float) a, 0))));
        rows.add(one("cvt.rn.f64.s64", Kind.F64, Kind.S64, a -> Double.doubleToLongBits((double) a)));
        rows.add(one("cvt.rzi.s32.f32", Kind.S32, Kind.F32, a -> (int) single(a)));
        rows.add(one(
                "cvt.rni.s32.f32",
                Kind.S32,
                Kind.F32,
                a -> rounded(Math.rint(single(a)), Integer.MIN_VALUE, Integer.MAX_VALUE)));
        rows.add(one(
                "cvt.rmi.s32.f32",
                Kind.S32,
                Kind.F32,
                a -> rounded(Math.floor(single(a)), Integer.MIN_VALUE, Integer.MAX_VALUE)));
        rows.add(one("cvt.rzi.u32.f32", Kind.U32, Kind.F32, a -> rounded(single(a), 0, 0xffffffffL)));
        rows.add(one("cvt.rzi.s64.f32", Kind.S64, Kind.F32, a -> (long) single(a)));
        rows.add(one("cvt.rni.f32.f32", Kind.F32, Kind.F32, a -> bitsOf((float) Math.rint(single(a)))));
        rows.add(one("cvt.sat.f32.f32", Kind.F32, Kind.F32, a -> bitsOf((float) clamped(single(a)))));
        rows.add(one("cvt.f64.f32", Kind.F64, Kind.F32, a -> Double.doubleToLongBits(single(a))));
        rows.add(one("cvt.rn.f32.f64", Kind.F32, Kind.F64, a -> bitsOf((float) Double.longBitsToDouble(a))));
        rows.add(one("cvt.s64.s32", Kind.S64, Kind.S32, a -> (int) a));
        rows.add(one("cvt.u64.u32", Kind.U64, Kind.U32, a -> a));
        rows.add(one("cvt.u32.u64", Kind.U32, Kind.U64, a -> a));
        rows.add(one("cvt.s32.s8", Kind.S32, Kind.S32, a -> (byte) a));
        rows.add(one("cvt.u32.u16", Kind.U32, Kind.U32, a -> a & 0xffff));
        rows.add(one("cvt.sat.u8.s32", Kind.U32, Kind.S32, a -> Math.max(0, Math.min(255, a))));
        return rows.stream();
    }

    /** The neighbour of the nearest float that lies on the side asked for: towards zero, down or up. */
    private static float towards(double exact, float nearest, int side) {
        if (Double.isNaN(exact) || Double.isInfinite(exact) || exact == nearest) {
            return nearest;
        }
        boolean isAbove = nearest > exact;
        boolean wantsBelow = side < 0 || (side == 0 && exact > 0);
        if (isAbove && wantsBelow) {
            return Math.nextDown(nearest);
        }
        return !isAbove && !wantsBelow ? Math.nextUp(nearest) : nearest;
    }

    private static boolean compare(String c, float a, float b) {
        boolean unordered = Float.isNaN(a) || Float.isNaN(b);
        return switch (c) {
            case "lt" -> a < b;
            case "eq" -> a == b;
            case "ne" -> !unordered && a != b;
            case "ge" -> a >= b;
            case "ltu" -> unordered || a < b;
            case "neu" -> unordered || a != b;
            case "num" -> !unordered;
            default -> unordered;
        };
    }

    @ParameterizedTest
    @MethodSource("rows")
    void computesWhatJavaComputes(Row row) {
        String ptx = row.ptx();
        assemble(ptx);
        // All pairs of special values; a third operand goes through them as well.
        List<long[]> cases = new ArrayList<>();
        long[] firsts = row.sources.get(0).specials();
        long[] seconds = row.sources.size() > 1 ? row.sources.get(1).specials() : new long[] {0};
        long[] thirds = row.sources.size() > 2 ? row.sources.get(2).specials() : new long[] {0};
        for (long a : firsts) {
            for (long b : seconds) {
                cases.add(new long[] {a, b, thirds[cases.size() * 7 % thirds.length]});
            }
        }
        int n = Math.min(cases.size(), 1024);
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr[] in = new CUdeviceptr[3];
            for (int s = 0; s < 3; s++) {
                int bytes = s < row.sources.size() ? row.sources.get(s).bytes : 4;
                byte[] data = new byte[n * bytes];
                for (int i = 0; i < data.length; i++) {
                    data[i] = (byte) (cases.get(i / bytes)[s] >>> (i % bytes * 8));
                }
                in[s] = cuda.bytes(data);
            }
            CUdeviceptr out = cuda.allocate((long) n * row.result.bytes);
            jcuda.driver.CUfunction f = new jcuda.driver.CUfunction();
            jcuda.driver.JCudaDriver.cuModuleGetFunction(f, cuda.load(ptx), "k");
            Cuda.launch(f, 1, 1024, 0, null, in[0], in[1], in[2], out, n);
            int[] words = cuda.ints(out, n * row.result.bytes / 4);
            for (int i = 0; i < n; i++) {
                long found = row.result.bytes == 4
                        ? words[i] & 0xffffffffL
                        : (words[2 * i] & 0xffffffffL) | ((long) words[2 * i + 1] << 32);
                long expected = row.java.apply(cases.get(i), row);
                check(row, cases.get(i), found, row.result.bytes == 4 ? expected & 0xffffffffL : expected);
            }
        }
    }

    private static void check(Row row, long[] v, long found, long expected) {
        if (found == expected) {
            return;
        }
        double a = row.result == Kind.F64 ? Double.longBitsToDouble(found) : single(found);
        double b = row.result == Kind.F64 ? Double.longBitsToDouble(expected) : single(expected);
        boolean isReal = row.result == Kind.F32 || row.result == Kind.F64;
        boolean sameNaN = isReal
                && Double.isNaN(a)
                && Double.isNaN(b)
                && (row.result == Kind.F64 || row.instruction.startsWith("neg") || row.instruction.startsWith("abs"));
        boolean near = isReal && row.tolerance > 0 && Math.abs(a - b) <= row.tolerance * Math.max(1, Math.abs(b));
        assertThat(sameNaN || near)
                .as(
                        "%s of 0x%x, 0x%x, 0x%x is 0x%x (%s), has to be 0x%x (%s)",
                        row.instruction, v[0], v[1], v[2], found, a, expected, b)
                .isTrue();
    }

    /** NVIDIA's assembler, which is inside JCuda's natives. */
    static void assemble(String ptx) {
        JNvPTXCompiler.setExceptionsEnabled(false);
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        byte[] text = (ptx + "\0").getBytes(StandardCharsets.US_ASCII);
        assertThat(JNvPTXCompiler.nvPTXCompilerCreate(compiler, text.length, text))
                .isEqualTo(nvPTXCompileResult.NVPTXCOMPILE_SUCCESS);
        int result = JNvPTXCompiler.nvPTXCompilerCompile(compiler, 1, new String[] {"--gpu-name=sm_75"});
        String log = "";
        if (result != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
            long[] size = new long[1];
            JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
            byte[] logs = new byte[(int) size[0]];
            JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, logs);
            log = new String(logs, StandardCharsets.US_ASCII);
        }
        JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
        assertThat(result).as("%s%n%s", log, ptx).isEqualTo(nvPTXCompileResult.NVPTXCOMPILE_SUCCESS);
    }
}

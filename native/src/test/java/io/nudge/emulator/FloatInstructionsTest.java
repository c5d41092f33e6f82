package io.nudge.emulator;

import static io.nudge.emulator.Snippet.one;
import static io.nudge.emulator.Snippet.two;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;

/** Arithmetic of float32 and float64 in every mode of rounding, and the approximations. */
class FloatInstructionsTest extends InstructionSpecification {
    private static final List<String> ROUNDINGS = List.of("", ".rn", ".rz", ".rm", ".rp");

    /** What is done to operands and result, around the one rounding. */
    private interface Operation {
        long of(long a, long b, long c, Rounding mode);
    }

    static Stream<Snippet> rows() {
        List<Snippet> rows = new ArrayList<>();
        for (Kind k : List.of(Kind.F32, Kind.F64)) {
            Format f = k.format();
            family(rows, "add", k, 2, true, (a, b, c, m) -> f.add(a, b, m));
            family(rows, "sub", k, 2, true, (a, b, c, m) -> f.add(a, f.isNaN(b) ? b : f.negate(b), m));
            family(rows, "mul", k, 2, true, (a, b, c, m) -> f.multiply(a, b, m));
            family(rows, "fma", k, 3, true, f::fma);
            family(rows, "mad", k, 3, true, f::fma);
            family(rows, "div", k, 2, false, (a, b, c, m) -> f.divide(a, b, m));
            family(rows, "rcp", k, 1, false, (a, b, c, m) -> f.divide(f.one(), a, m));
            family(rows, "sqrt", k, 1, false, (a, b, c, m) -> f.root(a, m));
            extremes(rows, k);
            signs(rows, k);
            classes(rows, k);
        }
        approximations(rows);
        return rows.stream();
    }

    private static void family(
            List<Snippet> rows, String name, Kind k, int operands, boolean saturates, Operation operation) {
        for (String rounding : ROUNDINGS) {
            boolean mayBeLeftOut = operands == 2 && !name.equals("div");
            if (rounding.isEmpty() && !mayBeLeftOut) {
                continue;
            }
            for (String ftz : k == Kind.F32 ? List.of("", ".ftz") : List.of("")) {
                for (String sat : k == Kind.F32 && saturates ? List.of("", ".sat") : List.of("")) {
                    String text = name + rounding + ftz + sat + "." + k.type;
                    Rounding mode = rounding.isEmpty() ? Rounding.RN : Rounding.of(rounding.substring(1));
                    rows.add(modified(text, k, operands, mode, !ftz.isEmpty(), !sat.isEmpty(), operation));
                }
            }
        }
    }

    private static Snippet modified(
            String text, Kind k, int operands, Rounding mode, boolean ftz, boolean sat, Operation operation) {
        Format f = k.format();
        return Snippet.of(text, text, k, List.of(k, k, k).subList(0, operands), (v, i) -> {
            long[] in = v[i].clone();
            for (int s = 0; s < operands && ftz; s++) {
                in[s] = f.flush(in[s]);
            }
            long r = operation.of(in[0], in[1], in[2], mode);
            r = ftz ? f.flush(r) : r;
            return sat ? f.saturate(r) : r;
        });
    }

    private static void extremes(List<Snippet> rows, Kind k) {
        Format f = k.format();
        for (boolean max : new boolean[] {false, true}) {
            String name = max ? "max" : "min";
            if (k == Kind.F64) {
                rows.add(two(name + ".f64", k, (a, b) -> f.extreme(a, b, max)));
                continue;
            }
            for (String ftz : List.of("", ".ftz")) {
                for (String nan : List.of("", ".NaN")) {
                    for (String xorSign : List.of("", ".xorsign.abs")) {
                        Snippet row = modified(
                                name + ftz + nan + xorSign + ".f32",
                                k,
                                2,
                                Rounding.RN,
                                !ftz.isEmpty(),
                                false,
                                (a, b, c, m) -> f.extreme(a, b, max, !nan.isEmpty(), !xorSign.isEmpty()));
                        rows.add(nan.isEmpty() && xorSign.isEmpty() ? row : row.hopper());
                    }
                }
            }
        }
    }

    private static void signs(List<Snippet> rows, Kind k) {
        Format f = k.format();
        rows.add(one("neg." + k.type, k, k, f::negate));
        rows.add(one("abs." + k.type, k, k, f::magnitude));
        rows.add(two("copysign." + k.type, k, (a, b) -> f.isNegative(a) ? f.negate(f.magnitude(b)) : f.magnitude(b)));
        if (k == Kind.F32) {
            rows.add(one("neg.ftz.f32", k, k, a -> f.negate(f.flush(a))));
            rows.add(one("abs.ftz.f32", k, k, a -> f.magnitude(f.flush(a))));
        }
    }

    private static void classes(List<Snippet> rows, Kind k) {
        Format f = k.format();
        classOf(rows, "finite", k, a -> f.isNaN(a) || f.isInfinite(a) ? 0 : 1);
        classOf(rows, "infinite", k, a -> f.isInfinite(a) ? 1 : 0);
        classOf(rows, "number", k, a -> f.isNaN(a) ? 0 : 1);
        classOf(rows, "notanumber", k, a -> f.isNaN(a) ? 1 : 0);
        classOf(rows, "normal", k, a -> f.isNaN(a) || f.isInfinite(a) || f.isSubnormal(a) || f.isZero(a) ? 0 : 1);
        classOf(rows, "subnormal", k, a -> f.isSubnormal(a) ? 1 : 0);
    }

    private static void classOf(List<Snippet> rows, String name, Kind k, Snippet.One java) {
        String text = "testp." + name + "." + k.type;
        rows.add(one(text, Kind.U32, k, java).by(text + " %q1, $a;\n\tselp.u32 $d, 1, 0, %q1"));
    }

    private static void near(List<Snippet> rows, String name, boolean mayFlush, DoubleUnaryOperator java) {
        Format f = Format.F32;
        for (String ftz : mayFlush ? List.of("", ".ftz") : List.of("")) {
            rows.add(one(name + ".approx" + ftz + ".f32", Kind.F32, Kind.F32, a -> {
                        long r = f.nearest(java.applyAsDouble(f.toDouble(ftz.isEmpty() ? a : f.flush(a))));
                        return ftz.isEmpty() ? r : f.flush(r);
                    })
                    .within(1e-6));
        }
    }

    private static void approximations(List<Snippet> rows) {
        near(rows, "rcp", true, a -> 1 / a);
        near(rows, "sqrt", true, Math::sqrt);
        near(rows, "rsqrt", true, a -> 1 / Math.sqrt(a));
        near(rows, "ex2", true, a -> Math.pow(2, a));
        near(rows, "lg2", true, a -> Math.log(a) / Math.log(2));
        near(rows, "sin", true, Math::sin);
        near(rows, "cos", true, Math::cos);
        near(rows, "tanh", false, Math::tanh);
        Format f = Format.F32;
        for (String name : List.of("div.approx.f32", "div.full.f32")) {
            rows.add(two(name, Kind.F32, (a, b) -> f.divide(a, b, Rounding.RN)).within(1e-6));
        }
        for (String name : List.of("div.approx.ftz.f32", "div.full.ftz.f32")) {
            rows.add(two(name, Kind.F32, (a, b) -> f.flush(f.divide(f.flush(a), f.flush(b), Rounding.RN)))
                    .within(1e-6));
        }
        coarse(rows, "rcp.approx.ftz.f64", a -> 1 / a);
        coarse(rows, "rsqrt.approx.ftz.f64", a -> 1 / Math.sqrt(a));
        rows.add(one(
                        "rsqrt.approx.f64",
                        Kind.F64,
                        Kind.F64,
                        a -> Format.F64.nearest(1 / Math.sqrt(Format.F64.toDouble(a))))
                .within(1e-8));
    }

    /** Of 64 bits only the upper 32 are read and written. */
    private static void coarse(List<Snippet> rows, String name, DoubleUnaryOperator java) {
        Format f = Format.F64;
        long upper = 0xffffffffL << 32;
        rows.add(one(name, Kind.F64, Kind.F64, a -> {
                    long r = f.nearest(java.applyAsDouble(f.toDouble(f.flush(a & upper))));
                    return f.isNaN(r) ? r : f.flush(r) & upper;
                })
                .within(1e-6));
    }
}

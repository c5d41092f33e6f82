package io.nudge.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;

/** Arithmetic of float16 and bfloat16, one number in a register or two: each result is rounded once. */
class HalfInstructionsTest extends InstructionSpecification {
    private interface Operation {
        long of(long a, long b, long c);
    }

    static Stream<Snippet> rows() {
        List<Snippet> rows = new ArrayList<>();
        for (Kind k : List.of(Kind.F16, Kind.F16X2, Kind.BF16, Kind.BF16X2)) {
            boolean brain = k.format() == Format.BF16;
            Format f = k.format();
            for (String after : brain ? List.of("") : List.of("", ".ftz", ".sat", ".ftz.sat")) {
                sums(rows, k, after);
            }
            for (String after :
                    brain ? List.of("", ".relu") : List.of("", ".ftz", ".sat", ".ftz.sat", ".relu", ".ftz.relu")) {
                add(rows, "fma.rn" + after, k, 3, (a, b, c) -> f.fma(a, b, c, Rounding.RN));
            }
            for (String ftz : brain ? List.of("") : List.of("", ".ftz")) {
                add(rows, "neg" + ftz, k, 1, (a, b, c) -> f.negate(a));
                add(rows, "abs" + ftz, k, 1, (a, b, c) -> f.magnitude(a));
                extremes(rows, k, ftz);
            }
            near(rows, "tanh.approx", k, Math::tanh);
            near(rows, brain ? "ex2.approx.ftz" : "ex2.approx", k, a -> Math.pow(2, a));
        }
        return rows.stream();
    }

    private static void sums(List<Snippet> rows, Kind k, String after) {
        Format f = k.format();
        for (String rounding : List.of("", ".rn")) {
            String modifiers = rounding + after;
            add(rows, "add" + modifiers, k, 2, (a, b, c) -> f.add(a, b, Rounding.RN));
            add(rows, "sub" + modifiers, k, 2, (a, b, c) -> f.add(a, f.isNaN(b) ? b : f.negate(b), Rounding.RN));
            add(rows, "mul" + modifiers, k, 2, (a, b, c) -> f.multiply(a, b, Rounding.RN));
        }
    }

    private static void extremes(List<Snippet> rows, Kind k, String ftz) {
        for (boolean max : new boolean[] {false, true}) {
            for (String nan : List.of("", ".NaN")) {
                for (String xorSign : List.of("", ".xorsign.abs")) {
                    add(
                            rows,
                            (max ? "max" : "min") + ftz + nan + xorSign,
                            k,
                            2,
                            (a, b, c) -> k.format().extreme(a, b, max, !nan.isEmpty(), !xorSign.isEmpty()));
                }
            }
        }
    }

    /** For each number of a pair alone, with what the modifiers do before and after. */
    private static void add(List<Snippet> rows, String name, Kind k, int operands, Operation operation) {
        rows.add(snippet(name, k, operands, operation));
    }

    private static Snippet snippet(String name, Kind k, int operands, Operation operation) {
        String text = name + "." + k.type;
        Format f = k.format();
        boolean ftz = name.contains(".ftz");
        Operation around = (a, b, c) -> {
            long r = ftz ? operation.of(f.flush(a), f.flush(b), f.flush(c)) : operation.of(a, b, c);
            r = ftz ? f.flush(r) : r;
            return name.contains(".sat") ? f.saturate(r) : name.contains(".relu") ? f.rectify(r) : r;
        };
        return Snippet.of(text, text, k, List.of(k, k, k).subList(0, operands), (v, i) -> {
                    long r = 0;
                    for (int part = 0; part < (k.isPair() ? 32 : 16); part += 16) {
                        r |= around.of(v[i][0] >>> part & 0xffff, v[i][1] >>> part & 0xffff, v[i][2] >>> part & 0xffff)
                                << part;
                    }
                    return r;
                })
                .hopper();
    }

    /** PTX bounds the error by some units in the last place. */
    private static void near(List<Snippet> rows, String name, Kind k, DoubleUnaryOperator java) {
        Format f = k.format();
        double unit = f == Format.F16 ? 0x1p-10 : 0x1p-7;
        rows.add(snippet(name, k, 1, (a, b, c) -> f.nearest(java.applyAsDouble(f.toDouble(a))))
                .within(unit));
    }
}

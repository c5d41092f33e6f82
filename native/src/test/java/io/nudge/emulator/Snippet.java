package io.nudge.emulator;

import java.util.List;
import java.util.Locale;

/**
 * An instruction to be tried: d of a, b and c, and what has to come out. Its text is one instruction without operands, or several
 * with them: then {@code $d}, {@code $a}, {@code $b} and {@code $c} are the registers of result and sources, {@code $s} is the
 * address of 16 bytes of global memory of the thread's own, {@code $m} of 16 bytes of shared memory; free are {@code %r20} to {@code
 * %r29} and the same of the other kinds, and the predicates {@code %q1} to {@code %q9}.
 */
record Snippet(
        String name,
        String text,
        Kind result,
        List<Kind> sources,
        double tolerance,
        String version,
        String target,
        Reference reference) {

    /** What has to come out for the i-th of all cases, each of which is the bits of a, b and c. */
    interface Reference {
        long of(long[][] cases, int i);
    }

    interface One {
        long of(long a);
    }

    interface Two {
        long of(long a, long b);
    }

    interface Three {
        long of(long a, long b, long c);
    }

    static Snippet one(String name, Kind result, Kind source, One java) {
        return of(name, name, result, List.of(source), (v, i) -> java.of(v[i][0]));
    }

    static Snippet two(String name, Kind kind, Two java) {
        return two(name, kind, kind, kind, java);
    }

    static Snippet two(String name, Kind result, Kind a, Kind b, Two java) {
        return of(name, name, result, List.of(a, b), (v, i) -> java.of(v[i][0], v[i][1]));
    }

    static Snippet three(String name, Kind kind, Three java) {
        return three(name, kind, kind, kind, kind, java);
    }

    static Snippet three(String name, Kind result, Kind a, Kind b, Kind c, Three java) {
        return of(name, name, result, List.of(a, b, c), (v, i) -> java.of(v[i][0], v[i][1], v[i][2]));
    }

    static Snippet of(String name, String text, Kind result, List<Kind> sources, Reference reference) {
        return new Snippet(name, text, result, sources, 0, "7.0", "sm_75", reference);
    }

    /** The same by other instructions around the one that the name says. */
    Snippet by(String body) {
        return new Snippet(name, body, result, sources, tolerance, version, target, reference);
    }

    /** For what PTX 7.0 or sm_75 does not have. */
    Snippet hopper() {
        return new Snippet(name, text, result, sources, tolerance, "8.0", "sm_90", reference);
    }

    /** Relative, and absolute below 1. */
    Snippet within(double error) {
        return new Snippet(name, text, result, sources, error, version, target, reference);
    }

    String opcode() {
        return name.substring(0, name.contains(".") ? name.indexOf('.') : name.length());
    }

    private static String register(Kind kind, int number) {
        return "%" + kind.register + number;
    }

    private String body() {
        if (!text.contains("$d")) {
            StringBuilder line = new StringBuilder(text).append(" $d");
            for (int i = 0; i < sources.size(); i++) {
                line.append(", $").append((char) ('a' + i));
            }
            return replaced(line.toString());
        }
        return replaced(text);
    }

    private String replaced(String line) {
        String r = line.replace("$d", register(result, 9)).replace("$s", "%d10").replace("$m", "%r10");
        for (int i = 0; i < sources.size(); i++) {
            r = r.replace("$" + (char) ('a' + i), register(sources.get(i), i + 1));
        }
        return r;
    }

    /** A kernel k(a, b, c, d, scratch, n) that does this for each thread. */
    String ptx() {
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            int bytes = i == 3 ? result.bytes : i < sources.size() ? sources.get(i).bytes : 4;
            code.append("\tld.param.u64 %%p%d, [k_%d];%n\tmad.wide.u32 %%p%d, %%r0, %d, %%p%d;%n"
                    .formatted(i, i, i, bytes, i));
        }
        code.append("\tld.param.u64 %d10, [k_4];\n\tmad.wide.u32 %d10, %r0, 16, %d10;\n");
        code.append("\tmov.u32 %r10, sm;\n\tmad.lo.u32 %r10, %r0, 16, %r10;\n");
        for (int i = 0; i < sources.size(); i++) {
            Kind k = sources.get(i);
            code.append("\tld.global.%s %s, [%%p%d];%n".formatted(k.memory, register(k, i + 1), i));
        }
        return String.format(Locale.ROOT, ".version %s\n.target %s\n.address_size 64\n", version, target)
                + ".visible .entry k(.param .u64 k_0, .param .u64 k_1, .param .u64 k_2, .param .u64 k_3, .param .u64 k_4,"
                + " .param .u32 k_5)\n{\n"
                + "\t.reg .b16 %h<30>;\n\t.reg .b32 %r<30>;\n\t.reg .b64 %d<30>;\n\t.reg .f32 %f<30>;\n\t.reg .f64 %g<30>;\n"
                + "\t.reg .b64 %p<4>;\n\t.reg .pred %q<10>;\n\t.shared .align 16 .b8 sm[16384];\n"
                + "\tmov.u32 %r0, %tid.x;\n\tld.param.u32 %r11, [k_5];\n\tsetp.ge.u32 %q0, %r0, %r11;\n\t@%q0 bra END;\n"
                + code
                + "\t" + body() + ";\n"
                + "\tst.global." + result.memory + " [%p3], " + register(result, 9) + ";\nEND:\n\tret;\n}\n";
    }

    @Override
    public String toString() {
        return name;
    }
}

package io.nudge.benchmarks.device;

import java.util.Set;

/** What part of a multiprocessor an instruction of PTX keeps busy, as far as that can be told from PTX. */
enum InstructionClass {
    /** Additions, multiplications and fused ones of float32. */
    FLOAT32,
    /** All arithmetic of float64, conversions from and to it included. */
    FLOAT64,
    /** Exponentials, logarithms, reciprocals, roots and quotients of float32. */
    SPECIAL,
    /** Products on tensor cores. */
    TENSOR,
    /** Loads, stores and atomics of device and shared memory. */
    MEMORY,
    /** Whole numbers, addresses, comparisons, branches, moves, barriers. */
    OTHER;

    private static final Set<String> ARITHMETIC = Set.of("add", "sub", "mul", "fma", "mad");
    private static final Set<String> SPECIALS =
            Set.of("ex2", "lg2", "rcp", "rsqrt", "sqrt", "div", "sin", "cos", "tanh");
    private static final Set<String> ACCESSES = Set.of("ld", "ldu", "st", "atom", "red", "cp", "ldmatrix");
    private static final Set<String> MOVES = Set.of("mov", "selp", "ld", "st");

    /**
     * Tells.
     *
     * @param kind as the emulator counts it: {@code fma.rn.f32}
     * @return the class
     */
    static InstructionClass of(String kind) {
        String operation = kind.split("\\.", 2)[0];
        if (ACCESSES.contains(operation)) {
            return kind.contains(".param") || kind.contains(".local") ? OTHER : MEMORY;
        }
        if (operation.equals("mma")) {
            return TENSOR;
        }
        if (kind.contains(".f64") && !MOVES.contains(operation)) {
            return FLOAT64;
        }
        if (kind.endsWith(".f32") && ARITHMETIC.contains(operation)) {
            return FLOAT32;
        }
        return kind.endsWith(".f32") && SPECIALS.contains(operation) ? SPECIAL : OTHER;
    }
}

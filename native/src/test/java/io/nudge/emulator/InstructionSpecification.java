package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each snippet of a family: its instruction does to special values, all pairs of them, and to drawn ones what Java computes, bit by
 * bit or within a tolerance. NVIDIA's own assembler has to take every program.
 */
@EmulatedDevice
abstract class InstructionSpecification {
    /** So many threads try an instruction, each on values of its own. */
    static final int CASES = 1024;

    private static final long SEED = 20;

    @ParameterizedTest
    @MethodSource("rows")
    void computesWhatJavaComputes(Snippet snippet) {
        String ptx = snippet.ptx();
        NvidiaAssembler.takes(ptx);
        long[][] cases = cases(snippet);
        long[] found = run(snippet, ptx, cases);
        for (int i = 0; i < CASES; i++) {
            check(snippet, cases[i], found[i], snippet.reference().of(cases, i));
        }
    }

    private static long[][] cases(Snippet snippet) {
        Random random = new Random(SEED);
        long[][] specials = new long[3][];
        for (int s = 0; s < 3; s++) {
            specials[s] =
                    s < snippet.sources().size() ? snippet.sources().get(s).specials() : new long[] {0};
        }
        long[][] cases = new long[CASES][3];
        int pairs = specials[0].length * specials[1].length;
        for (int i = 0; i < CASES; i++) {
            for (int s = 0; s < snippet.sources().size(); s++) {
                int which = s == 0 ? i / specials[1].length : s == 1 ? i : i * 7 + i / 27;
                cases[i][s] = i < pairs
                        ? specials[s][which % specials[s].length]
                        : snippet.sources().get(s).random(random);
            }
        }
        return cases;
    }

    private static long[] run(Snippet snippet, String ptx, long[][] cases) {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr[] in = new CUdeviceptr[3];
            for (int s = 0; s < 3; s++) {
                int bytes = s < snippet.sources().size() ? snippet.sources().get(s).bytes : 4;
                byte[] data = new byte[CASES * bytes];
                for (int i = 0; i < data.length; i++) {
                    data[i] = (byte) (cases[i / bytes][s] >>> (i % bytes * 8));
                }
                in[s] = cuda.bytes(data);
            }
            int bytes = snippet.result().bytes;
            CUdeviceptr out = cuda.allocate((long) CASES * bytes);
            CUdeviceptr scratch = cuda.allocate(16L * CASES);
            CUfunction f = new CUfunction();
            JCudaDriver.cuModuleGetFunction(f, cuda.load(ptx), "k");
            Cuda.launch(f, 1, CASES, 0, null, in[0], in[1], in[2], out, scratch, CASES);
            int[] words = cuda.ints(out, CASES * bytes / 4);
            long[] result = new long[CASES];
            for (int i = 0; i < CASES; i++) {
                result[i] = switch (bytes) {
                    case 2 -> words[i / 2] >>> (i % 2 * 16) & 0xffff;
                    case 4 -> words[i] & 0xffffffffL;
                    default -> (words[2 * i] & 0xffffffffL) | ((long) words[2 * i + 1] << 32);
                };
            }
            return result;
        }
    }

    private static void check(Snippet snippet, long[] v, long found, long expected) {
        Kind kind = snippet.result();
        long needed = kind.bytes == 8 ? expected : expected & ((1L << (8 * kind.bytes)) - 1);
        boolean fine = found == needed;
        if (!fine && kind.isReal()) {
            fine = isNear(snippet, found, needed, 0) && (!kind.isPair() || isNear(snippet, found, needed, 1));
        }
        assertThat(fine)
                .as(
                        "%s of 0x%x, 0x%x, 0x%x is 0x%x, has to be 0x%x (drawn with seed %d)",
                        snippet.text(), v[0], v[1], v[2], found, needed, SEED)
                .isTrue();
    }

    private static boolean isNear(Snippet snippet, long found, long expected, int part) {
        Kind kind = snippet.result();
        Format format = kind.format();
        long mask = kind.isPair() ? 0xffff : -1;
        long a = found >>> (16 * part) & mask;
        long b = expected >>> (16 * part) & mask;
        // Of float64 any NaN will do; so will any where the sign alone is changed.
        boolean keepsNaN = kind == Kind.F64
                || snippet.opcode().equals("neg")
                || snippet.opcode().equals("abs");
        if (format.isNaN(a) && format.isNaN(b)) {
            return a == b || keepsNaN;
        }
        double x = format.toDouble(a);
        double y = format.toDouble(b);
        return a == b || (snippet.tolerance() > 0 && Math.abs(x - y) <= snippet.tolerance() * Math.max(1, Math.abs(y)));
    }
}

package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code mma.sync}: every shape and type, on whole matrices that are dealt out to the lanes as the PTX ISA says ("Matrix Fragments for
 * mma"), against the product in float64. NVIDIA's own assembler has to take every program.
 */
@EmulatedDevice
class MatrixInstructionsTest {
    private static final int LANES = 32;
    private static final int COLUMNS = 8;

    /** A kind of element, as bits. */
    private enum Element {
        F16(5, 10, 16),
        BF16(8, 7, 16),
        TF32(8, 23, 32),
        F32(8, 23, 32),
        F64(11, 52, 64);

        final int exponentBits;
        final int mantissaBits;
        final int bits;

        Element(int exponentBits, int mantissaBits, int bits) {
            this.exponentBits = exponentBits;
            this.mantissaBits = mantissaBits;
            this.bits = bits;
        }

        int perRegister() {
            return bits == 16 ? 2 : 1;
        }

        int registerBytes() {
            return Math.max(4, bits / 8);
        }

        String register() {
            return this == F64 ? "f64" : this == F32 ? "f32" : "b32";
        }

        /** Half the distance from 1 to the next number. */
        double unit() {
            return Math.scalb(1.0, -mantissaBits - 1);
        }

        double value(long pattern) {
            long bitsThatCount = this == TF32 ? pattern & ~0x1fffL : pattern;
            int bias = (1 << (exponentBits - 1)) - 1;
            long mantissa = bitsThatCount & ((1L << mantissaBits) - 1);
            int exponent = (int) (bitsThatCount >>> mantissaBits) & ((1 << exponentBits) - 1);
            double sign = (pattern >>> (bits - 1) & 1) == 0 ? 1 : -1;
            if (exponent == (1 << exponentBits) - 1) {
                return mantissa == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
            }
            long whole = exponent == 0 ? mantissa : mantissa + (1L << mantissaBits);
            return sign * Math.scalb((double) whole, Math.max(exponent, 1) - bias - mantissaBits);
        }

        /** Any sign and mantissa, a magnitude of about 1/16 to 8. */
        long random(Random random) {
            int exponent = (1 << (exponentBits - 1)) - 5 + random.nextInt(7);
            long mantissa = random.nextLong() & ((1L << mantissaBits) - 1);
            return (random.nextBoolean() ? 1L << (bits - 1) : 0) | ((long) exponent << mantissaBits) | mantissa;
        }
    }

    /** An instruction; its fragments by the formulas of the PTX ISA. */
    private record Form(int rows, int depth, Element input, Element sum, String version, String target) {
        String instruction() {
            String in = input.name().toLowerCase(Locale.ROOT);
            String out = sum.name().toLowerCase(Locale.ROOT);
            return "mma.sync.aligned.m%dn8k%d.row.col.%s.%s.%s.%s".formatted(rows, depth, out, in, in, out);
        }

        @Override
        public String toString() {
            return instruction();
        }

        int elementsA() {
            return rows * depth / LANES;
        }

        int elementsB() {
            return COLUMNS * depth / LANES;
        }

        int elementsC() {
            return rows * COLUMNS / LANES;
        }

        /** Where element i of a lane's fragment of A lies in the matrix, row by row. */
        int placeA(int lane, int i) {
            int group = lane >> 2;
            int thread = lane % 4;
            if (input.bits == 16) {
                int row = i % 4 < 2 ? group : group + 8;
                int column = thread * 2 + (i & 1) + (i < 4 ? 0 : 8);
                return row * depth + column;
            }
            int row = i % 2 == 0 ? group : group + 8;
            return row * depth + thread + i / 2 * 4;
        }

        int placeB(int lane, int i) {
            int thread = lane % 4;
            int row = input.bits == 16 ? thread * 2 + (i & 1) + (i < 2 ? 0 : 8) : thread + i * 4;
            return row * COLUMNS + (lane >> 2);
        }

        int placeC(int lane, int i) {
            int row = i < 2 ? lane >> 2 : (lane >> 2) + 8;
            return row * COLUMNS + lane % 4 * 2 + (i & 1);
        }

        int registers(int elements, Element e) {
            return elements / e.perRegister();
        }

        /** Loads A, B and C, each a lane's registers one after the other; stores D. */
        String ptx(String guard) {
            int[] counts = {registers(elementsA(), input), registers(elementsB(), input), registers(elementsC(), sum)};
            Element[] kinds = {input, input, sum};
            StringBuilder body = new StringBuilder();
            for (int m = 0; m < 4; m++) {
                int k = m == 3 ? 2 : m;
                body.append("\tld.param.u64 %%p%d, [k_%d];%n\tmad.wide.u32 %%p%d, %%t, %d, %%p%d;%n"
                        .formatted(m, m, m, counts[k] * kinds[k].registerBytes(), m));
            }
            for (int m = 0; m < 3; m++) {
                for (int r = 0; r < counts[m]; r++) {
                    body.append("\tld.global.%s %%%c%d, [%%p%d+%d];%n"
                            .formatted(kinds[m].register(), "abc".charAt(m), r, m, r * kinds[m].registerBytes()));
                }
            }
            body.append("\t%s%s %s, %s, %s, %s;%n"
                    .formatted(
                            guard,
                            instruction(),
                            vector('d', counts[2]),
                            vector('a', counts[0]),
                            vector('b', counts[1]),
                            vector('c', counts[2])));
            for (int r = 0; r < counts[2]; r++) {
                body.append("\tst.global.%s [%%p3+%d], %%d%d;%n".formatted(sum.register(), r * sum.registerBytes(), r));
            }
            String registers = "\t.reg .%s %%a<8>, %%b<4>;%n\t.reg .%s %%c<4>, %%d<4>;%n"
                    .formatted(input.register().equals("f32") ? "b32" : input.register(), sum.register());
            return kernel(version, target, registers + body);
        }

        private static String vector(char name, int count) {
            return IntStream.range(0, count).mapToObj(i -> "%" + name + i).collect(Collectors.joining(", ", "{", "}"));
        }
    }

    private static String kernel(String version, String target, String body) {
        return ".version " + version + "\n.target " + target + "\n.address_size 64\n"
                + ".visible .entry k(.param .u64 k_0, .param .u64 k_1, .param .u64 k_2, .param .u64 k_3)\n{\n"
                + "\t.reg .b32 %t;\n\t.reg .b64 %p<4>;\n\t.reg .pred %q;\n\tmov.u32 %t, %tid.x;\n"
                + body + "\tret;\n}\n";
    }

    static Stream<Form> forms() {
        return Stream.of(
                new Form(16, 4, Element.TF32, Element.F32, "7.0", "sm_80"),
                new Form(16, 8, Element.TF32, Element.F32, "7.0", "sm_80"),
                new Form(16, 8, Element.F16, Element.F32, "6.5", "sm_75"),
                new Form(16, 8, Element.F16, Element.F16, "6.5", "sm_75"),
                new Form(16, 8, Element.BF16, Element.F32, "7.0", "sm_80"),
                new Form(16, 16, Element.F16, Element.F32, "7.0", "sm_80"),
                new Form(16, 16, Element.F16, Element.F16, "7.0", "sm_80"),
                new Form(16, 16, Element.BF16, Element.F32, "7.0", "sm_80"),
                new Form(8, 4, Element.F64, Element.F64, "7.0", "sm_80"),
                new Form(16, 4, Element.F64, Element.F64, "7.8", "sm_90"),
                new Form(16, 8, Element.F64, Element.F64, "7.8", "sm_90"),
                new Form(16, 16, Element.F64, Element.F64, "7.8", "sm_90"));
    }

    /** Bits of A, B and C, row by row. */
    private static final class Matrices {
        final Form form;
        final long[] a;
        final long[] b;
        final long[] c;

        Matrices(Form form, long[] a, long[] b, long[] c) {
            this.form = form;
            this.a = a;
            this.b = b;
            this.c = c;
        }

        static Matrices random(Form f, long seed) {
            Random random = new Random(seed);
            return new Matrices(
                    f,
                    random(f.rows * f.depth, f.input, random),
                    random(f.depth * COLUMNS, f.input, random),
                    random(f.rows * COLUMNS, f.sum, random));
        }

        private static long[] random(int size, Element e, Random random) {
            return LongStream.generate(() -> e.random(random)).limit(size).toArray();
        }

        double product(int row, int column, boolean absolute) {
            double sum = form.sum.value(c[row * COLUMNS + column]);
            sum = absolute ? Math.abs(sum) : sum;
            for (int k = 0; k < form.depth; k++) {
                double p = form.input.value(a[row * form.depth + k]) * form.input.value(b[k * COLUMNS + column]);
                sum += absolute ? Math.abs(p) : p;
            }
            return sum;
        }
    }

    @FunctionalInterface
    private interface Place {
        int of(int lane, int i);
    }

    /** The lanes' registers, little-endian, the first element of a register in its low half. */
    private static byte[] deal(long[] matrix, int elements, Element e, Place place) {
        int bytes = e.bits / 8;
        byte[] result = new byte[LANES * elements * bytes];
        for (int lane = 0; lane < LANES; lane++) {
            for (int i = 0; i < elements; i++) {
                for (int b = 0; b < bytes; b++) {
                    result[(lane * elements + i) * bytes + b] = (byte) (matrix[place.of(lane, i)] >>> (8 * b));
                }
            }
        }
        return result;
    }

    private static long[] collect(byte[] registers, int elements, Element e, Place place, int size) {
        int bytes = e.bits / 8;
        long[] result = new long[size];
        for (int lane = 0; lane < LANES; lane++) {
            for (int i = 0; i < elements; i++) {
                for (int b = bytes - 1; b >= 0; b--) {
                    int at = place.of(lane, i);
                    result[at] = (result[at] << 8) | (registers[(lane * elements + i) * bytes + b] & 0xff);
                }
            }
        }
        return result;
    }

    private static long[] multiply(Matrices m) {
        Form f = m.form;
        String ptx = f.ptx("");
        NvidiaAssembler.takes(ptx);
        try (Cuda cuda = new Cuda()) {
            CUfunction function = new CUfunction();
            JCudaDriver.cuModuleGetFunction(function, cuda.load(ptx), "k");
            int size = f.rows * COLUMNS;
            CUdeviceptr out = cuda.allocate((long) size * f.sum.bits / 8);
            Cuda.launch(
                    function,
                    1,
                    LANES,
                    0,
                    null,
                    cuda.bytes(deal(m.a, f.elementsA(), f.input, f::placeA)),
                    cuda.bytes(deal(m.b, f.elementsB(), f.input, f::placeB)),
                    cuda.bytes(deal(m.c, f.elementsC(), f.sum, f::placeC)),
                    out);
            byte[] registers = new byte[size * f.sum.bits / 8];
            JCudaDriver.cuMemcpyDtoH(Pointer.to(registers), out, registers.length);
            return collect(registers, f.elementsC(), f.sum, f::placeC, size);
        }
    }

    private static void check(Matrices m, long[] found) {
        Form f = m.form;
        // Each of the depth + 1 additions may round once, in float32 where the sums are not float64 (a subnormal one to
        // a multiple of
        // 2^-149); float16 sums round once more.
        double u = f.sum == Element.F64 ? Element.F64.unit() : Element.F32.unit();
        for (int row = 0; row < f.rows; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                double expected = m.product(row, column, false);
                double bound = (f.depth + 1) * (u * m.product(row, column, true) + Math.scalb(1.0, -150));
                if (f.sum == Element.F16) {
                    bound += Element.F16.unit() * Math.abs(expected) + 0x1p-25;
                }
                double value = f.sum.value(found[row * COLUMNS + column]);
                assertThat(Math.abs(value - expected))
                        .as("%s: D[%d][%d] is %s, has to be %s within %s", f, row, column, value, expected, bound)
                        .isLessThanOrEqualTo(bound);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void multipliesAndAdds(Form form) {
        for (long seed = 1; seed <= 3; seed++) {
            Matrices m = Matrices.random(form, seed);
            check(m, multiply(m));
        }
    }

    static Stream<Form> formsWithWiderReference() {
        return forms().filter(form -> form.sum != Element.F64);
    }

    @ParameterizedTest
    @MethodSource("formsWithWiderReference")
    void subnormalNumbersCount(Form form) {
        Matrices m = Matrices.random(form, 4);
        LongUnaryOperator small =
                bits -> bits & ((1L << (form.input.bits - 1)) | ((1L << form.input.mantissaBits) - 1));
        Matrices tiny = new Matrices(form, Arrays.stream(m.a).map(small).toArray(), m.b, new long[form.rows * COLUMNS]);
        long[] found = multiply(tiny);
        check(tiny, found);
        assertThat(Arrays.stream(found).anyMatch(bits -> form.sum.value(bits) != 0))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void infinitiesAndNoNumbersStayInTheirRowAndColumn(Form form) {
        Matrices m = Matrices.random(form, 5);
        Element in = form.input;
        long infinite = ((1L << in.exponentBits) - 1) << in.mantissaBits;
        m.a[2 * form.depth + 1] = infinite;
        m.b[3 * COLUMNS + 4] = infinite | (1L << (in.mantissaBits - 1));
        long[] found = multiply(m);
        for (int row = 0; row < form.rows; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                double value = form.sum.value(found[row * COLUMNS + column]);
                assertThat(Double.isNaN(value))
                        .as("[%d][%d] %s", row, column, value)
                        .isEqualTo(column == 4);
                assertThat(Double.isInfinite(value)).isEqualTo(row == 2 && column != 4);
            }
        }
    }

    @Test
    void tensorFloatsIgnoreTheLowThirteenBits() {
        Form form = new Form(16, 8, Element.TF32, Element.F32, "7.0", "sm_80");
        Matrices m = Matrices.random(form, 6);
        LongUnaryOperator cut = bits -> bits & ~0x1fffL;
        Matrices coarse = new Matrices(
                form,
                Arrays.stream(m.a).map(cut).toArray(),
                Arrays.stream(m.b).map(cut).toArray(),
                m.c);
        assertThat(multiply(m)).isEqualTo(multiply(coarse));
    }

    @Test
    void allLanesHaveToBeThere() {
        Form form = forms().findFirst().orElseThrow();
        String ptx = form.ptx("setp.lt.u32 %q, %t, 20;\n\t@%q ");
        try (Cuda cuda = new Cuda()) {
            CUfunction function = new CUfunction();
            JCudaDriver.cuModuleGetFunction(function, cuda.load(ptx), "k");
            CUdeviceptr zeros = cuda.bytes(new byte[1024]);
            Cuda.launch(function, 1, LANES, 0, null, zeros, zeros, zeros, cuda.allocate(512));
            JCudaDriver.cuCtxSynchronize();
            assertThat(Emulator.takeReports())
                    .filteredOn(r -> r.kind().equals("inactive-lane"))
                    .singleElement()
                    .satisfies(r -> assertThat(r.text()).contains("mma.sync", "0x000fffff"));
        }
    }

    @Test
    void whatNvidiaRefusesIsRefused() {
        Form form = new Form(16, 8, Element.TF32, Element.F32, "7.0", "sm_75");
        List<String> refused = List.of(
                form.ptx(""),
                new Form(16, 16, Element.TF32, Element.F32, "7.0", "sm_80").ptx(""),
                new Form(16, 8, Element.F64, Element.F64, "7.0", "sm_80").ptx(""));
        for (String ptx : refused) {
            assertThat(NvidiaAssembler.assemble(ptx)).isNotEmpty();
            try (Cuda cuda = new Cuda()) {
                assertThatThrownBy(() -> cuda.load(ptx)).isInstanceOf(CudaException.class);
            }
            assertThat(Emulator.takeReports())
                    .singleElement()
                    .satisfies(r -> assertThat(r.text()).contains("mma.sync.aligned"));
        }
    }
}

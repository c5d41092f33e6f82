package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import jcuda.CudaException;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code cp.async}: a copy to shared memory is there for a thread when it has waited for it, and for others after a barrier. Before, it is
 * as if it had not begun. NVIDIA's own assembler has to take every program.
 *
 * <p>The programs run with 64 threads. Each has a place of 16 bytes in shared memory, at %s, and there is one of another warp, at %n; a
 * source of 16 bytes, at %g, that starts with the thread's number; and a result, at %o.
 */
@EmulatedDevice
class AsyncCopyTest {
    private static final int THREADS = 64;
    private static final String COPY = "cp.async.ca.shared.global [%s], [%g], 16;\n";
    private static final String COMMIT = "cp.async.commit_group;\n";
    private static final String WAIT = "cp.async.wait_group 0;\n";
    private static final String BARRIER = "bar.sync 0;\n";
    private static final String READ_OWN = "ld.shared.b32 %v, [%s];\n";
    private static final String READ_OTHER = "ld.shared.b32 %v, [%n];\n";
    private static final String STORE = "st.global.b32 [%o], %v;\n";

    private static String ptx(String target, String... body) {
        return ".version 7.5\n.target " + target + "\n.address_size 64\n"
                + ".visible .entry k(.param .u64 k_0, .param .u64 k_1, .param .u32 k_2)\n{\n"
                + ".reg .b32 %t, %s, %n, %v, %w, %x;\n.reg .b64 %g, %o, %h;\n.reg .pred %q;\n"
                + ".shared .align 16 .b8 places[1024];\n"
                + "ld.param.u64 %g, [k_0];\nld.param.u64 %o, [k_1];\nld.param.u32 %x, [k_2];\nmov.u32 %t, %tid.x;\n"
                + "mad.wide.u32 %g, %t, 16, %g;\nmad.wide.u32 %o, %t, 4, %o;\n"
                + "mov.u32 %s, places;\nmov.u32 %n, %s;\nmad.lo.u32 %s, %t, 16, %s;\n"
                + "xor.b32 %w, %t, 32;\nmad.lo.u32 %n, %w, 16, %n;\nmov.u32 %v, 0;\n"
                + String.join("", body)
                + "ret;\n}\n";
    }

    private static byte[] source() {
        byte[] result = new byte[THREADS * 16];
        for (int i = 0; i < result.length; i++) {
            result[i] = (byte) (i % 16 == 0 ? i / 16 : i % 4 == 0 ? 100 + i % 16 : 0);
        }
        return result;
    }

    /** Runs a program that NVIDIA takes. */
    private static int[] run(CUdeviceptr source, Cuda cuda, String ptx, int argument) {
        NvidiaAssembler.takes(ptx);
        CUfunction function = new CUfunction();
        JCudaDriver.cuModuleGetFunction(function, cuda.load(ptx), "k");
        CUdeviceptr out = cuda.ints(new int[THREADS]);
        Cuda.launch(function, 1, THREADS, 0, null, source, out, argument);
        return cuda.ints(out, THREADS);
    }

    private static int[] run(String... body) {
        try (Cuda cuda = new Cuda()) {
            return run(cuda.bytes(source()), cuda, ptx("sm_80", body), 0);
        }
    }

    private static int[] numbers() {
        return IntStream.range(0, THREADS).toArray();
    }

    private static int[] numbersOfOthers() {
        return IntStream.range(0, THREADS).map(i -> i ^ 32).toArray();
    }

    private static void reports(String kind, String... texts) {
        assertThat(Emulator.takeReports()).isNotEmpty().allSatisfy(r -> {
            assertThat(r.kind()).isEqualTo(kind);
            assertThat(r.text()).contains(texts);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cp.async.ca.shared.global [%s], [%g], 4;",
                "cp.async.ca.shared.global [%s], [%g], 8;",
                "cp.async.ca.shared.global [%s], [%g], 16;",
                "cp.async.cg.shared.global [%s], [%g], 16;",
                "cp.async.cg.shared.global.L2::128B [%s], [%g], 16;"
            })
    void copiesForTheThreadItself(String copy) {
        assertThat(run(copy, COMMIT, WAIT, READ_OWN, STORE)).isEqualTo(numbers());
    }

    @Test
    void copiesForOthersAfterABarrier() {
        assertThat(run(COPY, COMMIT, WAIT, BARRIER, READ_OTHER, STORE)).isEqualTo(numbersOfOthers());
    }

    @Test
    void waitAllCommitsAsWell() {
        assertThat(run(COPY, "cp.async.wait_all;\n", BARRIER, READ_OTHER, STORE))
                .isEqualTo(numbersOfOthers());
    }

    @ParameterizedTest
    @CsvSource({"0,0", "4,104", "8,108", "12,112"})
    void allBytesAreCopied(int at, int expected) {
        int[] result = run(COPY, COMMIT, WAIT, "ld.shared.b32 %v, [%s+" + at + "];\n", STORE);
        assertThat(result[0]).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "1,7,0", "4,7,0", "5,7,104", "16,7,104"})
    void zerosFollowAShortSource(int size, int first, int second) {
        try (Cuda cuda = new Cuda()) {
            String read = "ld.shared.b32 %v, [%s];\nld.shared.b32 %w, [%s+4];\nmad.lo.u32 %v, %w, 256, %v;\n";
            String ptx = ptx("sm_80", "cp.async.ca.shared.global [%s], [%g], 16, %x;\n", COMMIT, WAIT, read, STORE);
            assertThat(run(cuda.bytes(source()), cuda, ptx, size)[7]).isEqualTo(first + 256 * second);
        }
    }

    @Test
    void aSourceOfNoBytesIsNotTouched() {
        String copy = "add.u64 %g, %g, 100000;\ncp.async.cg.shared.global [%s], [%g], 16, 0;\n";
        assertThat(run(copy, COMMIT, WAIT, READ_OWN, STORE)).containsOnly(0);
    }

    @Test
    void aSourceCanBeIgnoredByPredicate() {
        String copy = "setp.ge.u32 %q, %t, 10;\ncp.async.ca.shared.global [%s], [%g], 4, %q;\n";
        int[] result = run(copy, COMMIT, WAIT, READ_OWN, STORE);
        assertThat(result)
                .isEqualTo(IntStream.range(0, THREADS).map(i -> i < 10 ? i : 0).toArray());
    }

    @Test
    void aGroupThatHasBeenWaitedForIsThere() {
        String second = "cp.async.ca.shared.global [%s+8], [%g+8], 4;\n";
        String first = "cp.async.ca.shared.global [%s], [%g], 4;\n";
        int[] result = run(first, COMMIT, second, COMMIT, "cp.async.wait_group 1;\n", READ_OWN, STORE, WAIT);
        assertThat(result).isEqualTo(numbers());
    }

    @Test
    void aGroupThatHasNotBeenWaitedForIsNot() {
        String first = "cp.async.ca.shared.global [%s], [%g], 4;\n";
        String second = "cp.async.ca.shared.global [%s+8], [%g+8], 4;\n";
        run(first, COMMIT, second, COMMIT, "cp.async.wait_group 1;\n", "ld.shared.b32 %v, [%s+8];\n", STORE, WAIT);
        reports("shared-race", "ld.shared.b32", "an asynchronous copy writes");
    }

    @Test
    void emptyGroupsCount() {
        run(COPY, COMMIT, COMMIT, "cp.async.wait_group 2;\n", READ_OWN, STORE, WAIT);
        reports("shared-race", "an asynchronous copy writes");
        assertThat(run(COPY, COMMIT, COMMIT, "cp.async.wait_group 1;\n", READ_OWN, STORE))
                .isEqualTo(numbers());
    }

    @Test
    void whatIsNotCommittedIsNotWaitedFor() {
        run(COPY, WAIT, READ_OWN, STORE, "cp.async.wait_all;\n");
        reports("shared-race", "an asynchronous copy writes");
    }

    @ParameterizedTest
    @ValueSource(strings = {READ_OWN, BARRIER + READ_OTHER, "st.shared.b32 [%s], %t;\n"})
    void nobodyTouchesTheDestinationBeforeTheWait(String access) {
        run(COPY, COMMIT, access, WAIT, STORE);
        reports("shared-race", "an asynchronous copy writes", "has not waited for it");
    }

    @Test
    void othersNeedABarrierAfterTheWait() {
        run(COPY, COMMIT, BARRIER, WAIT, READ_OTHER, STORE);
        assertThat(Emulator.takeReports()).isNotEmpty().extracting(Report::kind).containsOnly("shared-race");
    }

    @Test
    void copiesOverWhatOthersReadNeedABarrier() {
        String fill = "st.shared.b32 [%s], %t;\n" + BARRIER;
        run(fill, READ_OTHER, STORE, COPY, COMMIT, WAIT);
        assertThat(Emulator.takeReports())
                .anySatisfy(r -> assertThat(r.toString())
                        .contains("shared-race", "cp.async.ca.shared.global", "read since the last barrier"));
        assertThat(run(fill, READ_OTHER, STORE, BARRIER, COPY, COMMIT, WAIT)).isEqualTo(numbersOfOthers());
    }

    @Test
    void twoCopiesToOnePlaceAreARace() {
        run(COPY, COPY, COMMIT, WAIT, READ_OWN, STORE);
        reports("shared-race", "cp.async", "writes", "an asynchronous copy writes");
    }

    @Test
    void theSourceIsReadAtTheWait() {
        int[] result = run(COPY, COMMIT, "mov.u32 %w, 77;\nst.global.b32 [%g], %w;\n", WAIT, READ_OWN, STORE);
        assertThat(result).containsOnly(77);
    }

    @Test
    void anUninitialisedSourceIsReported() {
        try (Cuda cuda = new Cuda()) {
            run(cuda.allocate(THREADS * 16), cuda, ptx("sm_80", COPY, COMMIT, WAIT, READ_OWN, STORE), 0);
            reports("uninitialised-read", "cp.async.ca.shared.global");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'[%s], [%g+64], 16',out-of-bounds,700",
        "'[%s+64], [%g], 16',out-of-bounds,700",
        "'[%s], [%g+8], 16',misaligned,716",
        "'[%s+4], [%g], 8',misaligned,716",
        "'[%s], [%g], 8, %x',out-of-bounds,715"
    })
    void wrongAddressesAndSizesAreFaults(String operands, String kind, int code) {
        Cuda cuda = new Cuda();
        CUdeviceptr source = cuda.bytes(source());
        String ptx = ptx("sm_80", "cp.async.ca.shared.global " + operands + ";\n", STORE);
        assertThatThrownBy(() -> run(source, cuda, ptx, 9))
                .isInstanceOf(CudaException.class)
                .hasMessage(CUresult.stringFor(code));
        reports(kind, "cp.async.ca.shared.global");
        JCudaDriver.cuCtxDestroy(cuda.context);
        Emulator.takeReports();
    }

    /** The last four threads' addresses lie outside: nothing is copied there, and zeros from there. */
    @ParameterizedTest
    @CsvSource({"'[%s], [%g+64], 16',4", "'[%s], [%g], 8, %x',0"})
    @EmulatedDevice(settings = "check.bounds=false")
    void sourcesOutsideAreZerosWhereBoundsAreNotChecked(String operands, int shift) {
        String copy = "cp.async.ca.shared.global " + operands + ";\n";
        try (Cuda cuda = new Cuda()) {
            int[] result = run(cuda.bytes(source()), cuda, ptx("sm_80", copy, COMMIT, WAIT, READ_OWN, STORE), 9);
            assertThat(result)
                    .isEqualTo(IntStream.range(0, THREADS)
                            .map(i -> i + shift < THREADS ? i + shift : 0)
                            .toArray());
        }
    }

    @Test
    @EmulatedDevice(settings = "check.bounds=false")
    void copiesToOutsideAreLostWhereBoundsAreNotChecked() {
        String copy = "cp.async.ca.shared.global [%s+64], [%g], 16;\n";
        int[] result = run("st.shared.b32 [%s], 7;\n", BARRIER, copy, COMMIT, WAIT, BARRIER, READ_OWN, STORE);
        assertThat(result)
                .isEqualTo(
                        IntStream.range(0, THREADS).map(i -> i < 4 ? 7 : i - 4).toArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[%s], [%g+8], 16", "[%s+4], [%g], 8"})
    @EmulatedDevice(settings = "check.alignment=false")
    void misalignedAddressesAreRoundedDownWhereTheyAreNotChecked(String operands) {
        String copy = "cp.async.ca.shared.global " + operands + ";\n";
        assertThat(run(copy, COMMIT, WAIT, READ_OWN, STORE)).isEqualTo(numbers());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cp.async.cg.shared.global [%s], [%g], 8;\n",
                "cp.async.ca.shared.global [%s], [%g], 2;\n",
                "cp.async.ca.shared.global [%s], [%g], 8, 9;\n",
                "cp.async.ca.shared.global [%s], [%g], %x;\n",
                "cp.async.wait_group %x;\n"
            })
    void whatNvidiaRefusesIsRefused(String instruction) {
        refuses(ptx("sm_80", instruction));
    }

    @Test
    void olderTargetsAndVersionsHaveNone() {
        refuses(ptx("sm_75", COPY));
        String ignored = "setp.ge.u32 %q, %t, 10;\ncp.async.ca.shared.global [%s], [%g], 4, %q;\n";
        refuses(ptx("sm_80", ignored).replace(".version 7.5", ".version 7.4"));
    }

    private static void refuses(String ptx) {
        assertThat(NvidiaAssembler.assemble(ptx)).isNotEmpty();
        try (Cuda cuda = new Cuda()) {
            assertThatThrownBy(() -> cuda.load(ptx)).hasMessage("CUDA_ERROR_INVALID_PTX");
        }
        reports("invalid-ptx", "cp.async");
    }
}

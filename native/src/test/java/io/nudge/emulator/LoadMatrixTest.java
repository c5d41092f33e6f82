package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ldmatrix}: matrices of 8 rows, each of 8 elements of 16 bits, from shared memory to the lanes of a warp. */
@EmulatedDevice
class LoadMatrixTest {
    private static final int ROW_BYTES = 16;

    /** Lane i writes 16 bytes, 8 elements that tell their number, to shared memory; lane i's row is the one that `address` says. */
    private static String ptx(int count, String options, String address, String between) {
        String registers =
                IntStream.range(0, count).mapToObj(i -> "%d" + i).collect(Collectors.joining(", ", "{", "}"));
        StringBuilder fill = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            fill.append("\tmad.lo.u32 %%v, %%t, 524296, %d;%n\tst.shared.b32 [%%s+%d], %%v;%n"
                    .formatted((2 * i) + ((2 * i + 1) << 16), 4 * i));
        }
        StringBuilder store = new StringBuilder();
        for (int i = 0; i < count; i++) {
            store.append("\tst.global.b32 [%%p+%d], %%d%d;%n".formatted(4 * i, i));
        }
        return ".version 6.5\n.target sm_75\n.address_size 64\n.visible .entry k(.param .u64 k_0)\n{\n"
                + "\t.reg .b32 %t, %s, %a, %v, %d<4>;\n\t.reg .b64 %p, %g;\n\t.reg .pred %q;\n"
                + "\t.shared .align 16 .b8 rows[512];\n"
                + "\tld.param.u64 %p, [k_0];\n\tmov.u32 %t, %tid.x;\n\tmad.wide.u32 %p, %t, 16, %p;\n"
                + "\tmov.u32 %s, rows;\n\tmad.lo.u32 %s, %t, 16, %s;\n" + fill
                + "\t" + between + "\n\tmov.u32 %a, rows;\n\t" + address + "\n"
                + "\tcvt.u64.u32 %g, %a;\n\tcvta.shared.u64 %g, %g;\n"
                + "\tldmatrix.sync.aligned.m8n8.x" + count + options + " " + registers + ", "
                + (options.contains("shared") ? "[%a]" : "[%g]") + ";\n"
                + store + "\tret;\n}\n";
    }

    private static int[] load(String ptx, int count) {
        try (Cuda cuda = new Cuda()) {
            CUfunction function = new CUfunction();
            JCudaDriver.cuModuleGetFunction(function, cuda.load(ptx), "k");
            CUdeviceptr out = cuda.bytes(new byte[32 * ROW_BYTES]);
            Cuda.launch(function, 1, 32, 0, null, out);
            int[] all = cuda.ints(out, 32 * 4);
            return IntStream.range(0, 32 * 4)
                    .filter(i -> i % 4 < count)
                    .map(i -> all[i])
                    .toArray();
        }
    }

    private static final String OWN_ROW = "mad.lo.u32 %a, %t, 16, %a;";

    /** What row i of the matrices is: the row of shared memory that lane i has the address of. */
    @FunctionalInterface
    private interface Rows {
        int of(int lane);
    }

    private static int[] expected(int count, boolean transposed, Rows rows) {
        int[] result = new int[32 * count];
        for (int lane = 0; lane < 32; lane++) {
            for (int m = 0; m < count; m++) {
                int line = lane / 4;
                int first = lane % 4 * 2;
                int low = transposed ? rows.of(8 * m + first) * 8 + line : rows.of(8 * m + line) * 8 + first;
                int high = transposed ? rows.of(8 * m + first + 1) * 8 + line : rows.of(8 * m + line) * 8 + first + 1;
                result[lane * count + m] = low | high << 16;
            }
        }
        return result;
    }

    @ParameterizedTest
    @CsvSource({
        "1,.shared.b16",
        "2,.shared.b16",
        "4,.shared.b16",
        "1,.trans.shared.b16",
        "2,.trans.shared.b16",
        "4,.trans.shared.b16",
        "4,.b16",
        "2,.trans.b16"
    })
    void dealsOutMatrices(int count, String options) {
        String ptx = ptx(count, options, OWN_ROW, "bar.warp.sync -1;");
        NvidiaAssembler.takes(ptx);
        assertThat(load(ptx, count)).isEqualTo(expected(count, options.contains("trans"), lane -> lane));
    }

    @ParameterizedTest
    @ValueSource(strings = {".shared.b16", ".trans.shared.b16"})
    void rowsLieAnywhere(String options) {
        String ptx = ptx(4, options, "xor.b32 %t, %t, 21;\n\t" + OWN_ROW, "bar.sync 0;");
        assertThat(load(ptx, 4)).isEqualTo(expected(4, options.contains("trans"), lane -> lane ^ 21));
    }

    @Test
    void addressesOfMatricesThatAreNotLoadedDoNotMatter() {
        String ptx =
                ptx(1, ".shared.b16", OWN_ROW + "\n\tsetp.gt.u32 %q, %t, 7;\n\t@%q mov.u32 %a, 999999;", "bar.sync 0;");
        assertThat(load(ptx, 1)).isEqualTo(expected(1, false, lane -> lane));
    }

    @Test
    void rowsOfOtherLanesNeedASynchronisation() {
        load(ptx(4, ".shared.b16", "xor.b32 %t, %t, 1;\n\t" + OWN_ROW, ""), 4);
        assertThat(Emulator.takeReports())
                .extracting(Report::kind)
                .contains("shared-race")
                .containsOnly("shared-race");
    }

    @Test
    void lanesThatHaveLeftAreMissed() {
        load(ptx(4, ".shared.b16", OWN_ROW, "setp.eq.u32 %q, %t, 31;\n\t@%q exit;"), 4);
        assertThat(Emulator.takeReports())
                .singleElement()
                .satisfies(r -> assertThat(r.toString()).contains("inactive-lane", "ldmatrix", "0x7fffffff"));
    }
}

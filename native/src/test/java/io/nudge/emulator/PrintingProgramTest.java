package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jcuda.CudaException;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** printf and assert of a kernel. What they print goes to the process's own streams, so that a process of its own prints it. */
@EmulatedDevice
class PrintingProgramTest {
    private static final String MODULE = "programs/printing";

    @TempDir
    Path folder;

    private Path output;
    private Path errors;

    /** Runs {@link Printing} and gives what it has written to standard output. */
    private List<String> print(String kernel, int threads) throws Exception {
        output = folder.resolve("out");
        errors = folder.resolve("err");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Printing.class.getName(),
                        kernel,
                        Integer.toString(threads))
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
        return Files.readAllLines(output);
    }

    @Test
    void everyConversionIsPrintedAsCDoes() throws Exception {
        assertThat(print("conversions", 1))
                .contains(
                        "int -42 +42 00042 2a 0X2A 52 4294967254",
                        "long -4200000000000 fffffc2e1c7df000",
                        "real 3.141593 3.14 3.141593e+00 3.14159 0x1.8p+0",
                        "text [nudge] [  nudge] [nu] c 100%",
                        "wide [   42] [42   ]",
                        "one 1 two 2 three 3",
                        "count 3");
    }

    @Test
    void linesComeInTheOrderOfTheThreads() throws Exception {
        assertThat(print("threads", 4)).containsSubsequence("thread 0", "thread 1", "thread 2", "thread 3");
    }

    @Test
    void nothingIsPrintedBeforeTheHostWaits() throws Exception {
        List<String> lines = print("threads", 1);
        assertThat(lines.indexOf("launched")).isLessThan(lines.indexOf("thread 0"));
        assertThat(lines.indexOf("thread 0")).isLessThan(lines.indexOf("synchronised"));
    }

    @Test
    void failedAssertionSaysWhatWhereAndWho() throws Exception {
        print("asserts", 3);
        assertThat(Files.readString(errors))
                .contains(
                        "printing.cu:21: void asserts(int): block: [0,0,0], thread: [2,0,0] Assertion `threadIdx.x < first` failed.");
    }

    @Test
    void assertionThatHoldsSaysNothing() throws Exception {
        assertThat(print("asserts", 2)).contains("thread 0 is one", "thread 1 is one");
        assertThat(Files.readString(errors)).doesNotContain("Assertion");
    }

    @Test
    void failedAssertionLosesTheContext() {
        try (Cuda cuda = new Cuda()) {
            Runnable run = () -> cuda.run(MODULE, "asserts", 1, 3, 0, 2);
            int code = CUresult.CUDA_ERROR_ASSERT;
            assertThatThrownBy(run::run).isInstanceOf(CudaException.class).hasMessage(CUresult.stringFor(code));
            assertThatThrownBy(JCudaDriver::cuCtxSynchronize).hasMessage(CUresult.stringFor(code));
            assertThat(Emulator.takeReports()).singleElement().satisfies(report -> {
                assertThat(report.kind()).isEqualTo("assert");
                assertThat(report.text())
                        .contains(
                                "kernel asserts, block (0,0,0), thread (2,0,0), PTX line ",
                                "Assertion `threadIdx.x < first` failed (printing.cu:21: void asserts(int))");
            });
        }
    }

    @Test
    void assertionThatHoldsLeavesTheContext() {
        try (Cuda cuda = new Cuda()) {
            cuda.run(MODULE, "asserts", 1, 2, 0, 2);
            assertThat(cuda.ints(cuda.ints(5), 1)).containsExactly(5);
        }
    }

    @Test
    void functionThatNobodyHasIsRefused() {
        String ptx = Cuda.ptx(MODULE).replace("vprintf", "wprintf");
        try (Cuda cuda = new Cuda()) {
            assertThatThrownBy(() -> cuda.load(ptx)).hasMessage(CUresult.stringFor(CUresult.CUDA_ERROR_INVALID_PTX));
            assertThat(Emulator.takeReports())
                    .singleElement()
                    .matches(r -> r.text().contains("wprintf"));
        }
    }
}

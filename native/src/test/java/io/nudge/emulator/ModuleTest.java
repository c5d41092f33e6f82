package io.nudge.emulator;

import static io.nudge.emulator.Calls.fails;
import static io.nudge.emulator.Calls.reported;
import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUjitInputType;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUlinkState;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JITOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modules: what is taken and what is refused, logs, links. */
@EmulatedDevice
class ModuleTest {
    @Test
    void modulesAreRefusedWithLineAndCode() {
        try (Cuda cuda = new Cuda()) {
            String header = ".version 7.0\n.target sm_75\n.address_size 64\n";
            fails(
                    CUresult.CUDA_ERROR_INVALID_PTX,
                    () -> cuda.load(header + ".visible .entry k()\n{\n\tfrobnicate.s32 %r1;\n\tret;\n}\n"));
            assertThat(Emulator.takeReports())
                    .singleElement()
                    .satisfies(r -> assertThat(r.text()).contains("line 6", "frobnicate.s32"));
            fails(CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION, () -> cuda.load(header.replace("7.0", "9.0")));
            fails(CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, () -> cuda.load(header.replace("sm_75", "sm_120")));
            Emulator.takeReports();
            fails(CUresult.CUDA_ERROR_FILE_NOT_FOUND, () -> cuModuleLoad(new CUmodule(), "no/such/file.ptx"));
        }
    }

    private static final String HEADER = ".version 7.0\n.target sm_75\n.address_size 64\n";
    private static final String BAD = HEADER + ".visible .entry k()\n{\n\tfrobnicate.s32 %r1;\n\tret;\n}\n";
    private static final String CALLER = HEADER
            + ".extern .func twice(.param .b64 p);\n.extern .global .align 4 .u32 shared_value;\n"
            + ".visible .entry k()\n{\n\t.reg .b64 %rd<2>;\n\tmov.u64 %rd1, shared_value;\n"
            + "\t{\n\t.param .b64 param0;\n\tst.param.b64 [param0], %rd1;\n\tcall.uni twice, (param0);\n\t}\n\tret;\n}\n";
    private static final String CALLEE = HEADER
            + ".visible .global .align 4 .u32 shared_value = 21;\n"
            + ".visible .func twice(.param .b64 p)\n{\n\t.reg .b64 %rd<3>;\n\t.reg .b32 %r<3>;\n"
            + "\tld.param.u64 %rd1, [p];\n\tcvta.global.u64 %rd2, %rd1;\n\tld.u32 %r1, [%rd2];\n"
            + "\tadd.u32 %r2, %r1, %r1;\n\tst.u32 [%rd2], %r2;\n\tret;\n}\n";

    private static Pointer bytes(String text) {
        return Pointer.to((text + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    private static JITOptions logs() {
        JITOptions options = new JITOptions();
        options.putBytes(CUjit_option.CU_JIT_INFO_LOG_BUFFER, new byte[1024]);
        options.putInt(CUjit_option.CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES, 1024);
        options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, new byte[1024]);
        options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, 1024);
        options.putInt(CUjit_option.CU_JIT_LOG_VERBOSE, 1);
        return options;
    }

    @Test
    void theErrorLogNamesTheLineAsPtxasDoes() {
        try (Cuda cuda = new Cuda()) {
            JITOptions options = logs();
            assertThat(cuModuleLoadDataJIT(new CUmodule(), bytes(BAD), options))
                    .isEqualTo(CUresult.CUDA_ERROR_INVALID_PTX);
            assertThat(options.getString(CUjit_option.CU_JIT_ERROR_LOG_BUFFER))
                    .startsWith("ptxas application ptx input, line 6; error   : ")
                    .contains("frobnicate");
            assertThat(options.getInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES))
                    .isBetween(100, 200);
        }
        assertThat(reported()).containsExactly("invalid-ptx");
    }

    @Test
    void theInfoLogNamesKernelsAndWhatTheyNeed() {
        try (Cuda cuda = new Cuda()) {
            JITOptions options = logs();
            CUmodule module = new CUmodule();
            cuModuleLoadDataJIT(module, bytes(Cuda.ptx("programs/vectors")), options);
            assertThat(options.getString(CUjit_option.CU_JIT_INFO_LOG_BUFFER))
                    .contains("Compiling entry function '", "' for 'sm_90'", " registers");
            assertThat(options.getInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES))
                    .isZero();
            cuModuleUnload(module);
        }
    }

    @Test
    void machineCodeIsRefusedWithItsReason() {
        try (Cuda cuda = new Cuda()) {
            JITOptions options = logs();
            byte[] cubin = new byte[64];
            cubin[0] = 0x7f;
            cubin[1] = 'E';
            cubin[2] = 'L';
            cubin[3] = 'F';
            assertThat(cuModuleLoadDataJIT(new CUmodule(), Pointer.to(cubin), options))
                    .isEqualTo(CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU);
            assertThat(options.getString(CUjit_option.CU_JIT_ERROR_LOG_BUFFER)).contains("only PTX");
        }
    }

    @Test
    void isLoadedFromAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("vectors.ptx"), Cuda.ptx("programs/vectors"));
        try (Cuda cuda = new Cuda()) {
            CUmodule module = new CUmodule();
            cuModuleLoad(module, file.toString());
            cuModuleGetFunction(new CUfunction(), module, "saxpy");
            cuModuleUnload(module);
        }
    }

    @Test
    void globalsHaveAnAddressASizeAndAFirstValue() {
        try (Cuda cuda = new Cuda()) {
            CUmodule module = cuda.load(CALLEE);
            CUdeviceptr p = new CUdeviceptr();
            long[] size = new long[1];
            cuModuleGetGlobal(p, size, module, "shared_value");
            assertThat(size[0]).isEqualTo(4);
            assertThat(cuda.ints(p, 1)).containsExactly(21);
            fails(CUresult.CUDA_ERROR_NOT_FOUND, () -> cuModuleGetGlobal(p, size, module, "other"));
        }
    }

    @Test
    void modulesAreLinked() {
        try (Cuda cuda = new Cuda()) {
            CUlinkState link = new CUlinkState();
            cuLinkCreate(new JITOptions(), link);
            for (String ptx : new String[] {CALLER, CALLEE}) {
                cuLinkAddData(
                        link, CUjitInputType.CU_JIT_INPUT_PTX, bytes(ptx), ptx.length() + 1L, "part", new JITOptions());
            }
            Pointer image = new Pointer();
            long[] size = new long[1];
            cuLinkComplete(link, image, size);
            CUmodule module = new CUmodule();
            cuModuleLoadDataEx(module, image, 0, new int[0], Pointer.to(new int[0]));
            cuLinkDestroy(link);
            CUfunction k = new CUfunction();
            cuModuleGetFunction(k, module, "k");
            Cuda.launch(k, 1, 1, 0, null);
            CUdeviceptr p = new CUdeviceptr();
            cuModuleGetGlobal(p, null, module, "shared_value");
            assertThat(cuda.ints(p, 1)).containsExactly(42);
            cuModuleUnload(module);
        }
    }

    @Test
    void whatIsMissingFromALinkIsNamed() {
        try (Cuda cuda = new Cuda()) {
            CUlinkState link = new CUlinkState();
            cuLinkCreate(new JITOptions(), link);
            cuLinkAddData(
                    link, CUjitInputType.CU_JIT_INPUT_PTX, bytes(CALLER), CALLER.length(), "part", new JITOptions());
            fails(CUresult.CUDA_ERROR_INVALID_PTX, () -> cuLinkComplete(link, new Pointer(), new long[1]));
            cuLinkDestroy(link);
        }
        assertThat(Emulator.takeReports())
                .singleElement()
                .satisfies(r -> assertThat(r.text()).contains("Undefined reference to 'shared_value'"));
    }
}

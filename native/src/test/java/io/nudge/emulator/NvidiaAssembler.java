package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/** NVIDIA's own assembler, which is inside JCuda's natives and needs no GPU: what runs here, it has to take. */
final class NvidiaAssembler {
    private static final Pattern TARGET = Pattern.compile("^\\.target (sm_\\w+)", Pattern.MULTILINE);

    private NvidiaAssembler() {}

    /** Assembles a module for the device that it names as its target. */
    static void takes(String ptx) {
        String log = assemble(ptx);
        assertThat(log).as("of%n%s", ptx).isEmpty();
    }

    /** What the assembler has to say against a module; empty where it takes it. */
    static String assemble(String ptx) {
        Matcher target = TARGET.matcher(ptx);
        assertThat(target.find()).as("names its target:%n%s", ptx).isTrue();
        JNvPTXCompiler.setExceptionsEnabled(false);
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        byte[] text = (ptx + "\0").getBytes(StandardCharsets.US_ASCII);
        int created = JNvPTXCompiler.nvPTXCompilerCreate(compiler, text.length, text);
        assertThat(created).isEqualTo(nvPTXCompileResult.NVPTXCOMPILE_SUCCESS);
        String[] options = {"--gpu-name=" + target.group(1)};
        int result = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
        String log = result == nvPTXCompileResult.NVPTXCOMPILE_SUCCESS ? "" : log(compiler);
        JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
        return log;
    }

    private static String log(nvPTXCompilerHandle compiler) {
        long[] size = new long[1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
        byte[] log = new byte[(int) size[0]];
        JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log);
        return new String(log, StandardCharsets.US_ASCII);
    }
}

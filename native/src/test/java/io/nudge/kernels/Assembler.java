package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/** NVIDIA's two assemblers: the one inside JCuda's natives, which is always there, and the ptxas of nvcc. Neither needs a GPU. */
final class Assembler {
    private static final Pattern ENTRY = Pattern.compile("Compiling entry function '(\\w+)' for 'sm_(\\d+)'");
    private static final Pattern SPILLS = Pattern.compile("(\\d+) bytes spill stores, (\\d+) bytes spill loads");
    private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");
    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

    private Assembler() {}

    /** What an entry needs on a device. */
    record Needs(int registers, int shared, int spills) {}

    /** By JNvPTXCompiler; what each entry of a file needs. */
    static Map<String, Needs> withJcuda(String ptx, Architecture architecture) {
        JNvPTXCompiler.setExceptionsEnabled(false);
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        byte[] text = (Ptx.text(ptx) + "\0").getBytes(StandardCharsets.US_ASCII);
        assertThat(JNvPTXCompiler.nvPTXCompilerCreate(compiler, text.length, text))
                .isEqualTo(nvPTXCompileResult.NVPTXCOMPILE_SUCCESS);
        String[] options = {"--gpu-name=sm_" + architecture.number, "--verbose"};
        int result = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
        long[] size = new long[1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
        byte[] errors = new byte[(int) size[0] + 1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, errors);
        JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size);
        byte[] log = new byte[(int) size[0] + 1];
        JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, log);
        JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
        assertThat(result)
                .as("%s for %s: %s", ptx, architecture, new String(errors, StandardCharsets.US_ASCII))
                .isEqualTo(nvPTXCompileResult.NVPTXCOMPILE_SUCCESS);
        return needs(new String(log, StandardCharsets.US_ASCII));
    }

    static boolean hasPtxas() {
        for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folder, "ptxas"))) {
                return true;
            }
        }
        return false;
    }

    /** By the ptxas on the path. */
    static Map<String, Needs> withPtxas(String ptx, Architecture architecture) {
        String file = Ptx.path(ptx).toString();
        ProcessBuilder ptxas =
                new ProcessBuilder("ptxas", "-v", "-arch=sm_" + architecture.number, "-o", "/dev/null", file);
        try {
            Process process = ptxas.redirectErrorStream(true).start();
            String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor())
                    .as("%s for %s: %s", ptx, architecture, log)
                    .isZero();
            return needs(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while ptxas worked", e);
        }
    }

    private static Map<String, Needs> needs(String log) {
        Map<String, Needs> needs = new TreeMap<>();
        Matcher entry = ENTRY.matcher(log);
        while (entry.find()) {
            int next = log.indexOf("Compiling entry", entry.end());
            String part = log.substring(entry.end(), next < 0 ? log.length() : next);
            int spills = number(SPILLS, part, 1) + number(SPILLS, part, 2);
            needs.put(entry.group(1), new Needs(number(REGISTERS, part, 1), number(SHARED, part, 1), spills));
        }
        return needs;
    }

    private static int number(Pattern pattern, String text, int group) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Integer.parseInt(matcher.group(group)) : 0;
    }
}

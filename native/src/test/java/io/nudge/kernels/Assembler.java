package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
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

    private static final Path KEPT = Path.of("target", "assembled");
    private static final String PTXAS = versionOfPtxas();

    private Assembler() {}

    /** What an entry needs on a device. */
    record Needs(int registers, int shared, int spills) {}

    /** By JNvPTXCompiler; what each entry of a file needs. */
    static Map<String, Needs> withJcuda(String ptx, Architecture architecture) {
        int[] major = new int[1];
        int[] minor = new int[1];
        JNvPTXCompiler.nvPTXCompilerGetVersion(major, minor);
        String assembler = "JNvPTXCompiler " + major[0] + "." + minor[0];
        return needs(kept(assembler, ptx, architecture, () -> logOfJcuda(ptx, architecture)));
    }

    private static String logOfJcuda(String ptx, Architecture architecture) {
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
        return new String(log, StandardCharsets.US_ASCII);
    }

    /** Whether there is a ptxas on the path, and of the release that the table is of. */
    static boolean hasPtxas() {
        return PTXAS.contains("release 13.0,");
    }

    /** By the ptxas on the path. */
    static Map<String, Needs> withPtxas(String ptx, Architecture architecture) {
        String file = Ptx.path(ptx).toString();
        return needs(kept(
                PTXAS,
                ptx,
                architecture,
                () -> output("ptxas", "-v", "-arch=sm_" + architecture.number, "-o", "/dev/null", file)));
    }

    /** What ptxas says of itself; nothing where there is none. */
    private static String versionOfPtxas() {
        for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folder, "ptxas"))) {
                return output("ptxas", "--version");
            }
        }
        return "";
    }

    private static String output(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor())
                    .as("%s: %s", String.join(" ", command), log)
                    .isZero();
            return log;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while waiting for " + command[0], e);
        }
    }

    /**
     * What an assembler says of a file. Asking takes minutes in all, and the answer for the same text is the same, so it is
     * kept until {@code mvn clean}.
     */
    private static String kept(String assembler, String ptx, Architecture architecture, Supplier<String> log) {
        Path file = KEPT.resolve(digest(assembler, architecture.toString(), Ptx.text(ptx)) + ".log");
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(KEPT);
                Path whole = Files.writeString(Files.createTempFile(KEPT, "log", ".part"), log.get());
                Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(String... parts) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(String.join("\0", parts).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
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

package io.nudge.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The command line in a process of its own. */
final class Spawned implements AutoCloseable {
    private final Process process;
    private final Path err;
    private final BufferedReader out;

    Spawned(Path folder, String... arguments) throws IOException {
        this(folder, Map.of(), arguments);
    }

    /** The same with more in its environment. */
    Spawned(Path folder, Map<String, String> environment, String... arguments) throws IOException {
        err = Files.createTempFile(folder, "err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command(arguments)).redirectError(err.toFile());
        builder.environment().putAll(environment);
        process = builder.start();
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.add("--enable-native-access=ALL-UNNAMED"); // as the launcher does
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.nudge.cli.Main"));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** The next line of standard output; null at its end. */
    String readLine() throws IOException {
        return out.readLine();
    }

    /** The rest of standard output. */
    List<String> readAll() {
        return out.lines().toList();
    }

    /** Waits for its end. */
    Cli end() throws IOException, InterruptedException {
        String output = String.join("\n", readAll());
        return new Cli(exitCode(), output, errors());
    }

    /** Stops reading, as {@code | head} does. */
    void stopReading() throws IOException {
        process.getInputStream().close();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    String errors() throws IOException {
        return Files.readString(err);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** Whether processes started here would not even see a Ctrl-C, as under nohup. */
    static boolean ignoresInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }
}

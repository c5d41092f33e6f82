package io.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What a command did.
 *
 * @param exitCode its exit code
 * @param out standard output
 * @param err standard error
 */
record Cli(int exitCode, String out, String err) {
    static Cli nudge(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(out, new PrintStream(err, true, StandardCharsets.UTF_8), arguments);
        return new Cli(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The same, for a command that is to do well. */
    static Cli done(String... arguments) {
        Cli cli = nudge(arguments);
        assertThat(cli.exitCode)
                .as("exit code of %s, with %s", List.of(arguments), cli.err)
                .isZero();
        return cli;
    }

    List<String> lines() {
        return out.lines().toList();
    }

    String lastLine() {
        return lines().get(lines().size() - 1);
    }

    /** Standard output, every line of which must be an object. */
    List<Map<String, Object>> json() {
        return lines().stream().map(Cli::object).toList();
    }

    Map<String, Object> lastJson() {
        return object(lastLine());
    }

    private static Map<String, Object> object(String line) {
        try {
            return JSON.std.mapFrom(line);
        } catch (IOException e) {
            throw new UncheckedIOException("no JSON object: " + line, e);
        }
    }
}

package io.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's Java example does what it says. */
class ReadmeTest {
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern ACCURACY = Pattern.compile("right on (0\\.\\d+)");

    @TempDir
    Path folder;

    @Test
    void theJavaExampleCompilesAndLearns() throws Exception {
        compile(example());
        Matcher accuracy = ACCURACY.matcher(run());
        assertThat(accuracy.find()).as("the example prints its accuracy").isTrue();
        assertThat(Double.parseDouble(accuracy.group(1))).isGreaterThan(0.88);
        assertThat(folder.resolve("digits.safetensors")).isNotEmptyFile();
    }

    private static String example() throws Exception {
        Matcher matcher = EXAMPLE.matcher(Files.readString(Path.of("../README.md")));
        assertThat(matcher.find()).as("README.md holds a Java example").isTrue();
        return matcher.group(1);
    }

    private void compile(String example) throws Exception {
        String inFolder =
                example.replace("Path.of(\"", "Path.of(\"" + folder.toString().replace('\\', '/') + "/");
        String source = "import io.nudge.data.*; import io.nudge.math.*; import io.nudge.model.*; import io.nudge.nn.*;"
                + " import io.nudge.tensor.*; import io.nudge.train.*; import java.nio.file.Path;"
                + " public class Example { public static void main(String[] arguments) throws Exception {\n"
                + inFolder + "} }";
        Path file = Files.writeString(folder.resolve("Example.java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int failed =
                compiler.run(null, messages, messages, "-cp", System.getProperty("java.class.path"), file.toString());
        assertThat(failed).as(messages.toString(StandardCharsets.UTF_8)).isZero();
    }

    private String run() throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass("Example").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}

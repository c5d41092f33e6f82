package io.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, in a checkout of empty modules, with a Maven, a CMake and a Java that only say what they were asked for. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LauncherTest {
    private static final List<String> TOOLS = List.of(
            "sh",
            "sed",
            "grep",
            "find",
            "dirname",
            "basename",
            "readlink",
            "mkdir",
            "rmdir",
            "rm",
            "cp",
            "ln",
            "touch",
            "mv",
            "cat",
            "head",
            "tail",
            "date",
            "flock",
            "getconf",
            "cmp",
            "sleep");

    private static final String MAVEN = """
            #!/bin/sh
            echo "mvn $*" >>"$CALLS"
            for word in "$@"; do case $word in -Dnudge.target=*) target=${word#*=} ;; esac; done
            cd "$(dirname "$0")/../checkout" || exit 1
            for module in core cpu-backend cuda-backend native cli; do mkdir -p "$module/$target/classes"; done
            mkdir -p "cli/$target/lib"
            : >"cli/$target/lib/some.jar"
            """;

    private static final String CMAKE = """
            #!/bin/sh
            echo "cmake $*" >>"$CALLS"
            [ "$1" != --build ] || for name in libcuda.so.1 libcublas.so.12 libemujni.so; do : >"$2/$name"; done
            """;

    private static final String JAVA = """
            #!/bin/sh
            printf '%s\\n' "$@"
            """;

    @TempDir
    private Path folder;

    private Path checkout;
    private Path tools;
    private Path javaHome;

    @BeforeEach
    void makeACheckout() throws IOException {
        checkout = Files.createDirectory(folder.resolve("checkout"));
        Files.copy(Path.of("../nudge"), checkout.resolve("nudge"));
        Files.writeString(checkout.resolve("pom.xml"), "");
        Files.createDirectory(checkout.resolve(".mvn"));
        for (String module : List.of("core", "cpu-backend", "cuda-backend", "cli", "native/emulator/src")) {
            Files.createDirectories(checkout.resolve(module));
        }
        Files.copy(Path.of("../native/emulator/build.sh"), checkout.resolve("native/emulator/build.sh"));
        Files.writeString(checkout.resolve("native/emulator/src/device.cpp"), "");
        tools = Files.createDirectory(folder.resolve("tools"));
        for (String name : TOOLS) {
            Path tool = Path.of("/usr/bin", name);
            if (Files.isExecutable(tool)) { // flock is not everywhere, and the launcher does without
                script(tools.resolve(name), "#!/bin/sh\nexec " + tool + " \"$@\"\n");
            } else if (Files.isExecutable(Path.of("/bin", name))) {
                script(tools.resolve(name), "#!/bin/sh\nexec /bin/" + name + " \"$@\"\n");
            }
        }
        script(tools.resolve("mvn"), MAVEN);
        script(tools.resolve("cmake"), CMAKE);
        script(tools.resolve("c++"), "#!/bin/sh\n");
        javaHome = folder.resolve("java");
        Files.createDirectories(javaHome.resolve("bin"));
        Files.createDirectories(javaHome.resolve("include"));
        Files.writeString(javaHome.resolve("include/jni.h"), "");
        Files.writeString(javaHome.resolve("release"), "JAVA_VERSION=\"17.0.1\"\nMODULES=\"java.base\"\n");
        script(javaHome.resolve("bin/java"), JAVA);
        script(javaHome.resolve("bin/javac"), JAVA);
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Cli nudge(String... arguments) throws IOException, InterruptedException {
        return nudgeWith("", arguments);
    }

    private Cli nudgeWith(String javaOptions, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", checkout.resolve("nudge").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PATH", tools.toString());
        builder.environment().put("JAVA_HOME", javaHome.toString());
        builder.environment().put("CALLS", folder.resolve("calls").toString());
        builder.environment().put("NUDGE_JAVA_OPTS", javaOptions);
        builder.environment().remove("CXX"); // a compiler of the caller's choice
        Path err = folder.resolve("err");
        Process process = builder.redirectError(err.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Cli(process.waitFor(), out, Files.readString(err));
    }

    private List<String> calls() throws IOException {
        Path calls = folder.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private String classPath(Cli run) {
        return run.lines().get(run.lines().indexOf("-cp") + 1).replace(checkout.toString(), "");
    }

    /** A change now: files have the time of their writing, which may be that of the build. */
    private static void change(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
    }

    @Test
    void buildsOnceAndRunsWithoutTheEmulatedDevice() throws Exception {
        Cli first = nudge("train", "--backend", "cuda");
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.err()).contains("building (first use");
        assertThat(first.lines()).endsWith("io.nudge.cli.Main", "train", "--backend", "cuda");
        assertThat(classPath(first)).contains("/core:", "/cpu-backend:", "/cuda-backend:", "/cli:", "/lib/*");
        assertThat(classPath(first)).doesNotContain("/native");
        assertThat(nudge("train").err()).isEmpty();
        assertThat(calls()).singleElement().asString().startsWith("mvn ").contains("-pl cli -am -Dnudge.fast");
    }

    @Test
    void buildsTheEmulatedDeviceOnceForThoseWhoNameIt() throws Exception {
        nudge("backends");
        Cli first = nudge("train", "--backend=cuda-emulated");
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.err()).contains("building the emulated device").hasLineCount(1);
        assertThat(classPath(first)).contains("/native:", "/native/target/emulated:");
        assertThat(checkout.resolve("native/target/emulated/io/nudge/emulator/linux-x86_64"))
                .isDirectoryContaining(file -> file.endsWith("libcuda.so.1"));
        int before = calls().size();
        assertThat(nudge("doctor", "--backend", "cuda-emulated:1").err()).isEmpty();
        assertThat(calls()).hasSize(before);
    }

    @Test
    void buildsTheEmulatedDeviceAgainWhenItHasChangedAndOnlyThat() throws Exception {
        nudge("train", "--backend", "cuda-emulated");
        int before = calls().size();
        change(checkout.resolve("native/emulator/src/device.cpp"));
        assertThat(nudge("train").err()).isEmpty();
        assertThat(calls()).hasSize(before);
        assertThat(nudge("train", "--backend", "cuda-emulated").err()).contains("building the emulated device");
        assertThat(calls().subList(before, calls().size())).allMatch(call -> call.startsWith("cmake "));
    }

    @Test
    void takesTheCollectorThatNeedsLeastUnlessOneIsNamed() throws Exception {
        assertThat(nudge("train").lines()).contains("-XX:+UseSerialGC");
        assertThat(nudgeWith("-XX:+UseParallelGC -Xmx4g", "train").lines())
                .contains("-XX:+UseParallelGC", "-Xmx4g")
                .doesNotContain("-XX:+UseSerialGC");
    }

    @Test
    void addsTheVectorApiWhereJavaHasItUnlessVectorsAreOff() throws Exception {
        assertThat(nudge("train").lines()).doesNotContain("--add-modules");
        Files.writeString(
                javaHome.resolve("release"), "JAVA_VERSION=\"17.0.1\"\nMODULES=\"java.base jdk.incubator.vector\"\n");
        assertThat(nudge("train").lines()).containsSequence("--add-modules", "jdk.incubator.vector");
        assertThat(nudgeWith("-Dnudge.cpu.vectors=off", "train").lines()).doesNotContain("--add-modules");
    }

    @Test
    void aMissingCompilerIsToldInOneLine() throws Exception {
        nudge("backends");
        Files.delete(tools.resolve("c++"));
        Cli run = nudge("train", "--backend", "cuda-emulated");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains(
                        "cannot be built: a C++ compiler was not found",
                        "nudge: the emulated device could not be built");
        assertThat(nudge("train").exitCode()).isZero();
    }
}

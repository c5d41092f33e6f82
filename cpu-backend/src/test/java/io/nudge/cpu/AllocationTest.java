package io.nudge.cpu;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.cpu.CpuOptions.ProductChoice;
import io.nudge.tensor.DType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A training step in steady state makes no objects: that is what keeps the garbage collector out of training. */
class AllocationTest {
    static Stream<Arguments> ways() {
        return Stream.of(
                Arguments.of(new CpuOptions(1, ProductChoice.JAVA, false), DType.FLOAT32),
                Arguments.of(new CpuOptions(1, ProductChoice.JAVA, false), DType.FLOAT64),
                Arguments.of(new CpuOptions(2, ProductChoice.AUTO, true), DType.FLOAT32),
                Arguments.of(new CpuOptions(2, ProductChoice.OPENBLAS, true), DType.FLOAT32),
                Arguments.of(new CpuOptions(2, ProductChoice.OPENBLAS, true), DType.FLOAT64));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aRecordedStepAllocatesNothing(CpuOptions options, DType type) {
        assertThat(Allocation.ofSteps(options, type))
                .as("bytes allocated in %d steps", Allocation.MEASURED)
                .isZero();
    }

    /** In a process of its own, where the compiler sees the other vectors before it sees ours. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void norInAProcessThatUsesIntegerVectorsOfAnotherLength(DType type, @TempDir Path folder) throws Exception {
        Path errors = folder.resolve("errors");
        Process process = start(type, errors);
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor())
                .as(() -> "the process says: " + content(errors))
                .isZero();
        assertThat(printed.strip())
                .as("bytes allocated in %d steps", Allocation.MEASURED)
                .isEqualTo("0");
    }

    private static Process start(DType type, Path errors) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(each -> !each.startsWith("-javaagent"))
                .forEach(command::add);
        command.add("-Dnudge.cpu.trials=off");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), VectorsOfTwoLengths.class.getName()));
        command.add(type.name());
        return new ProcessBuilder(command).redirectError(errors.toFile()).start();
    }

    private static String content(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}

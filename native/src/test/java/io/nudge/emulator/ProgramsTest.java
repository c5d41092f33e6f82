package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PTX of the programs in {@code src/test/cuda/programs}, which is committed. */
@EmulatedDevice
class ProgramsTest {
    private static final Path SOURCES = Path.of("src/test/cuda/programs");
    private static final Path COMPILED = Path.of("src/test/resources/io/nudge/emulator/programs");

    private static List<String> names(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .sorted()
                    .toList();
        }
    }

    static List<String> programs() throws IOException {
        return names(COMPILED, ".ptx");
    }

    @Test
    void eachComesFromASource() throws IOException {
        assertThat(programs()).isEqualTo(names(SOURCES, ".cu")).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("programs")
    void nvidiaTakesIt(String program) {
        NvidiaAssembler.takes(Cuda.ptx("programs/" + program));
    }

    @ParameterizedTest
    @ValueSource(strings = {"faults", "sharing"})
    void nvidiaTakesWhatHasFaults(String kernels) {
        NvidiaAssembler.takes(Cuda.ptx(kernels));
    }
}

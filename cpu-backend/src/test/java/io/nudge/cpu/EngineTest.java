package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.cpu.CpuOptions.ProductChoice;
import io.nudge.tensor.BackendUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EngineTest {
    private static final Logger LOG = Logger.getLogger("io.nudge");

    private final List<String> lines = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.INFO.intValue()) {
                lines.add(line.getLevel() + " " + new SimpleFormatter().formatMessage(line));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOG.addHandler(handler);
        LOG.setUseParentHandlers(false);
    }

    @AfterEach
    void listenNoMore() {
        LOG.removeHandler(handler);
        LOG.setUseParentHandlers(true);
    }

    /** What loading a native library may throw. */
    static Stream<Throwable> failures() {
        return Stream.of(
                new UnsatisfiedLinkError("no jniopenblas in java.library.path"),
                new NoClassDefFoundError("org/bytedeco/javacpp/Loader"),
                new ExceptionInInitializerError("the cache directory cannot be written"),
                new IllegalStateException("wrong version"));
    }

    private static Engine openWith(ProductChoice choice, Throwable failure) {
        return Engine.open(new CpuOptions(1, choice, true), workers -> {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        });
    }

    @ParameterizedTest
    @MethodSource("failures")
    void withoutOpenBlasJavaMultipliesAndOneLineSaysSo(Throwable failure) {
        try (Engine engine = openWith(ProductChoice.AUTO, failure)) {
            assertThat(engine.multiplier.name()).startsWith("Java products of");
            assertThat(engine.describe()).doesNotContain("OpenBLAS");
            assertThat(lines)
                    .singleElement()
                    .asString()
                    .startsWith("INFO OpenBLAS cannot be loaded")
                    .contains(failure.getMessage())
                    .contains("org.bytedeco:openblas")
                    .contains("-Dnudge.cpu.product=java");
        }
    }

    @Test
    void whoAsksForOpenBlasGetsItOrIsToldWhyNot() {
        assertThatThrownBy(() -> openWith(ProductChoice.OPENBLAS, new UnsatisfiedLinkError("libopenblas.so")))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("libopenblas.so")
                .hasMessageContaining("org.bytedeco:openblas");
    }

    @Test
    void whoAsksForJavaIsNotToldOfOpenBlas() {
        try (Engine engine = openWith(ProductChoice.JAVA, new UnsatisfiedLinkError("libopenblas.so"))) {
            assertThat(engine.multiplier.name()).startsWith("Java products of");
            assertThat(lines).isEmpty();
        }
    }

    @Test
    void describesWhatItFound() {
        try (Engine engine = Engine.open(new CpuOptions(2, ProductChoice.AUTO, true))) {
            assertThat(engine.describe()).startsWith("2 threads; OpenBLAS 0.3").contains("-bit vectors");
            assertThat(lines).isEmpty();
        }
        try (Engine engine = Engine.open(new CpuOptions(1, ProductChoice.JAVA, false))) {
            assertThat(engine.describe())
                    .isEqualTo("1 thread; plain Java products; no Vector API (start Java with --add-modules"
                            + " jdk.incubator.vector)");
        }
    }

    @Test
    void thatVectorsAreAbsentIsToldOnceWithWhatToAdd() {
        AtomicBoolean told = new AtomicBoolean();
        Engine.tellOfAbsence(told);
        Engine.tellOfAbsence(told);
        assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("INFO the CPU computes without vectors")
                .contains("--add-modules jdk.incubator.vector", "-Dnudge.cpu.vectors=off");
    }

    @Test
    void largeNetworksAreLeftToOpenBlasEarlierWithShorterVectors() {
        assertThat(Engine.mostPacked(true, 16)).isEqualTo(10_000_000);
        assertThat(Engine.mostPacked(true, 8)).isEqualTo(3_000_000);
    }

    @Test
    void withoutOpenBlasLargeNetworksArePackedAllTheSame() {
        assertThat(Engine.mostPacked(false, 8)).isEqualTo(10_000_000);
    }
}

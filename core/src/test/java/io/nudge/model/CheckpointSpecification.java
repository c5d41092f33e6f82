package io.nudge.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.math.Optimizer;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.train.EpochResult;
import io.nudge.train.History;
import io.nudge.train.Trainer;
import io.nudge.train.TrainingListener;
import io.nudge.train.TrainingState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that goes on from a {@link Checkpoint} ends with the bits of one that was never interrupted, on any backend. */
public abstract class CheckpointSpecification {
    private static final int EPOCHS = 6;
    private static final int HIDDEN = 8;

    @TempDir
    private Path folder;

    private Backend backend;

    /**
     * Opens the backend under test.
     *
     * @return a backend that the test closes
     */
    protected abstract Backend open();

    /**
     * The name by which another process opens the backend.
     *
     * @return for example {@code cpu}
     */
    protected abstract String name();

    @BeforeEach
    void openBackend() {
        backend = open();
    }

    /** A leak of any test shows here: closing names what is still open. */
    @AfterEach
    void closeBackend() {
        backend.close();
    }

    static Stream<Arguments> optimizersAndTypes() {
        return Stream.of("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")
                .map(name -> Optimizer.named(name, name.equals("sgd") ? 0.2 : 0.02))
                .flatMap(optimizer ->
                        Stream.of(DType.FLOAT32, DType.FLOAT64).map(type -> Arguments.of(optimizer, type)));
    }

    /** What a run ends with: the history, the network's parameters and the last checkpoint. */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a record
    private record End(History history, double[] parameters, TrainingState state) {}

    private End straight(Optimizer optimizer, DType type) {
        Path file = folder.resolve("straight");
        try (Network network = InterruptedRun.network(backend, type, HIDDEN)) {
            Trainer trainer = saving(optimizer, network, file).build();
            return end(InterruptedRun.train(trainer, network), network, file);
        }
    }

    /** Begins the run, and ends it as the listener does. */
    private void interrupted(Optimizer optimizer, DType type, Path file, TrainingListener interruption) {
        try (Network network = InterruptedRun.network(backend, type, HIDDEN)) {
            Trainer trainer =
                    saving(optimizer, network, file).listener(interruption).build();
            InterruptedRun.train(trainer, network);
        }
    }

    private End resumed(Optimizer optimizer, Path file) {
        Checkpoint checkpoint = Checkpoint.load(file);
        try (Network network =
                checkpoint.model().network(backend, checkpoint.model().type())) {
            Trainer trainer = saving(optimizer, network, file).build();
            return end(InterruptedRun.resume(trainer, network, checkpoint.state()), network, file);
        }
    }

    private static Trainer.Builder saving(Optimizer optimizer, Network network, Path file) {
        return InterruptedRun.trainer(optimizer, EPOCHS).listener(Checkpoint.every(2, file, Model.of(network)));
    }

    private static End end(History history, Network network, Path file) {
        return new End(
                history, network.parameters().doubles(), Checkpoint.load(file).state());
    }

    private static void assertSameBits(End actual, End expected) {
        ModelFiles.assertSameRun(actual.state(), expected.state());
        assertThat(ModelFiles.timeless(actual.history())).isEqualTo(ModelFiles.timeless(expected.history()));
        assertThat(ModelFiles.bits(actual.parameters())).isEqualTo(ModelFiles.bits(expected.parameters()));
    }

    @ParameterizedTest
    @MethodSource("optimizersAndTypes")
    void aRunThatFailedGoesOnToTheSameBits(Optimizer optimizer, DType type) {
        Path file = folder.resolve("failed");
        TrainingListener failure = new TrainingListener() {
            @Override
            public void epochDone(EpochResult result, TrainingState.Source state) {
                if (result.epoch() == 3) {
                    throw new IllegalStateException("power cut");
                }
            }
        };
        assertThatThrownBy(() -> interrupted(optimizer, type, file, failure)).hasMessage("power cut");
        assertThat(Checkpoint.load(file).state().epoch()).isEqualTo(2);
        assertSameBits(resumed(optimizer, file), straight(optimizer, type));
    }

    @ParameterizedTest
    @MethodSource("optimizersAndTypes")
    void aRunThatWasStoppedWithinAnEpochGoesOnToTheSameBits(Optimizer optimizer, DType type) {
        Path file = folder.resolve("stopped");
        interrupted(optimizer, type, file, stoppingAt(5, 63));
        assertThat(Checkpoint.load(file).state().epoch()).isEqualTo(4);
        assertSameBits(resumed(optimizer, file), straight(optimizer, type));
    }

    private static TrainingListener stoppingAt(int stopEpoch, int stopExamples) {
        return new TrainingListener() {
            private boolean stop;

            @Override
            public void stepDone(int epoch, int examples) {
                stop = epoch == stopEpoch && examples == stopExamples;
            }

            @Override
            public boolean shouldStop() {
                return stop;
            }
        };
    }

    @Test
    void aRunThatIsOverCanBeResumedAndLearnsNoMore() {
        Optimizer optimizer = Optimizer.adam(0.02);
        End straight = straight(optimizer, DType.FLOAT32);
        assertSameBits(resumed(optimizer, folder.resolve("straight")), straight);
    }

    @Test
    void aFailingDiskEndsTheRunAndLeavesTheLastCheckpoint() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path file = inner.resolve("file");
        TrainingListener loss = new TrainingListener() {
            @Override
            public void stepDone(int epoch, int examples) {
                if (epoch == 3 && examples == 9) {
                    rename(inner, folder.resolve("elsewhere"));
                }
            }
        };
        assertThatThrownBy(() -> interrupted(Optimizer.adam(0.02), DType.FLOAT32, file, loss))
                .hasMessageContaining("no folder");
        Path kept = folder.resolve("elsewhere").resolve("file");
        assertThat(Checkpoint.load(kept).state().epoch()).isEqualTo(2);
    }

    private static void rename(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- a process that is killed -----------------------------------------------------------------------------------

    @Test
    void aProcessThatIsKilledAgainAndAgainGoesOnToTheSameBits() throws Exception {
        int epochs = 16;
        Path straight = folder.resolve("straight");
        live(straight, epochs);
        Path killed = folder.resolve("killed");
        SplittableRandom random = new SplittableRandom(1);
        for (int life = 1; life <= 4; life++) {
            killAfter(random.nextInt(1, 4), random.nextInt(0, 30_000_000), start(killed, epochs), killed);
        }
        live(killed, epochs);
        TrainingState state = Checkpoint.load(killed).state();
        assertThat(state.epoch()).isEqualTo(epochs);
        ModelFiles.assertSameRun(state, Checkpoint.load(straight).state());
    }

    private Process start(Path file, int epochs) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(each -> !each.startsWith("-javaagent"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), InterruptedRun.class.getName()));
        command.addAll(List.of(name(), file.toString(), String.valueOf(epochs)));
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("errors").toFile())
                .start();
    }

    /** Runs a process to its end. */
    private void live(Path file, int epochs) throws IOException, InterruptedException {
        Process process = start(file, epochs);
        process.getInputStream().readAllBytes();
        assertThat(process.waitFor())
                .as(() -> "the process says: " + content(folder.resolve("errors")))
                .isZero();
    }

    /** Kills a process some time after its n-th epoch; until then, whoever reads the file finds it whole. */
    private static void killAfter(int epochs, int nanoseconds, Process process, Path file) throws Exception {
        try (BufferedReader out = process.inputReader(UTF_8)) {
            for (int i = 0; i < epochs; i++) {
                out.readLine();
            }
            long end = System.nanoTime() + nanoseconds;
            while (System.nanoTime() < end) {
                requireWhole(file);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        requireWhole(file);
    }

    private static void requireWhole(Path file) {
        if (Files.exists(file)) {
            assertThat(Checkpoint.load(file).state().epoch()).isPositive();
        }
    }

    private static String content(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}

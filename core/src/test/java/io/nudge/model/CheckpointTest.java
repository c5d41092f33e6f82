package io.nudge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.nn.Architecture;
import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import io.nudge.train.EpochResult;
import io.nudge.train.History;
import io.nudge.train.TrainingListener;
import io.nudge.train.TrainingState;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckpointTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("checkpoint.safetensors");
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64"})
    void comesBackToTheBit(DType type) {
        Checkpoint.save(file, ModelFiles.full(type), ModelFiles.state(type));
        Checkpoint loaded = Checkpoint.load(file);
        ModelFiles.assertSame(loaded.state(), ModelFiles.state(type));
        Parameters trained = Parameters.of(type, ModelFiles.state(type).parameters());
        ModelFiles.assertSame(loaded.model(), ModelFiles.full(type).withParameters(trained));
    }

    /** Before the first epoch, without validation, by plain descent. */
    @Test
    void comesBackWhenThereIsLittleInIt() {
        double[] parameters = ModelFiles.state(DType.FLOAT32).parameters();
        double[] none = {};
        TrainingState state = new TrainingState(
                Map.of(), 0, 0, parameters, none, none, Double.NEGATIVE_INFINITY, 0, 16, 0, History.empty());
        Checkpoint.save(file, ModelFiles.full(DType.FLOAT32), state);
        ModelFiles.assertSame(Checkpoint.load(file).state(), state);
    }

    @Test
    void isAModelToo() {
        Checkpoint.save(file, ModelFiles.full(DType.FLOAT32), ModelFiles.state(DType.FLOAT32));
        Model model = Model.load(file);
        assertThat(model.parameters()).isEqualTo(ModelFiles.state(DType.FLOAT32).parameters());
        assertThat(model.classNames()).isEqualTo(ModelFiles.full(DType.FLOAT32).classNames());
    }

    @Test
    void aModelIsNoCheckpoint() {
        ModelFiles.full(DType.FLOAT32).save(file);
        assertThatThrownBy(() -> Checkpoint.load(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("a model, not a checkpoint");
    }

    @Test
    void modelAndTrainingMustBeOfTheSameNetwork() {
        TrainingState state = ModelFiles.state(DType.FLOAT32);
        Model other = Model.of(Architecture.sigmoid(2, 3), ModelFiles.random(DType.FLOAT32, 9, 1));
        assertThatThrownBy(() -> Checkpoint.save(file, other, state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("43 parameters");
        assertThatThrownBy(() -> Checkpoint.save(file, ModelFiles.full(DType.FLOAT64), state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("float32");
        Architecture same = Architecture.sigmoid(4, 5, 3);
        Model otherActivation = Model.of(same, ModelFiles.random(DType.FLOAT32, same.parameterCount(), 1));
        assertThatThrownBy(() -> Checkpoint.save(file, otherActivation, state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sigmoid");
        assertThat(file).doesNotExist();
    }

    // ---- files that are damaged in ways that a checksum does not show
    // ------------------------------------------------

    private void write(Map<String, String> metadata, Map<String, Slice> tensors) {
        Checkpoint checkpoint = new Checkpoint(ModelFiles.full(DType.FLOAT32), ModelFiles.state(DType.FLOAT32));
        Map<String, String> allMetadata = new LinkedHashMap<>(CheckpointFormat.metadata(checkpoint));
        allMetadata.putAll(metadata);
        Map<String, Slice> allTensors = new LinkedHashMap<>(CheckpointFormat.tensors(checkpoint));
        allTensors.putAll(tensors);
        Safetensors.write(file, allMetadata, allTensors);
    }

    private void assertRefused(String... message) {
        assertThatThrownBy(() -> Checkpoint.load(file))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContainingAll(message);
    }

    @Test
    void refusesOptimizerStateOfAnotherSize() {
        for (Shape shape : List.of(Shape.of(86), Shape.of(2, 42), Shape.of(1L << 60, 0), Shape.of(0), Shape.of())) {
            Slice slice = new Slice(DType.FLOAT32, shape, new float[100], 0);
            write(Map.of(), Map.of("optimizer.state", slice));
            assertRefused("'optimizer.state' should have the shape [slots, 43]", shape.toString());
        }
        write(Map.of(), Map.of("optimizer.state", Slice.of(new double[43], 1, 43)));
        assertRefused("'optimizer.state' is F64, but should be F32");
    }

    @Test
    void refusesBestParametersOfAnotherSize() {
        write(Map.of(), Map.of("best.parameters", new Slice(DType.FLOAT32, Shape.of(42), new float[42], 0)));
        assertRefused("'best.parameters' has the shape [42], but [43] is needed");
    }

    @Test
    void refusesHistoriesAndTrainingsThatAreNone() {
        for (String history : List.of("{}", "[null]", "[1]", "[{}]", "[{\"epoch\":\"x\"}]", "")) {
            write(Map.of("history", history), Map.of());
            assertRefused("history");
        }
        String training = "{\"epoch\":%s,\"steps\":%s,\"best_score\":\"%s\",\"best_epoch\":1,"
                + "\"loss_scale\":16,\"good_steps\":%s,\"settings\":%s}";
        write(Map.of("training", training.formatted("-1", "1", "0", "0", "{}")), Map.of());
        assertRefused("'epoch'");
        write(Map.of("training", training.formatted("1", "99999999999999999999", "0", "0", "{}")), Map.of());
        assertRefused("'steps'");
        write(Map.of("training", training.formatted("1", "1", "x", "0", "{}")), Map.of());
        assertRefused("'best_score'");
        write(Map.of("training", training.formatted("1", "1", "0", "0", "[]")), Map.of());
        assertRefused("'settings'");
        write(Map.of("training", training.formatted("1", "1", "0", "2000", "{}")), Map.of());
        assertRefused("2000");
        write(Map.of("training", training.formatted("1", "1", "0", "0", "{\"type\":\"float64\"}")), Map.of());
        assertRefused("float64");
    }

    // ---- the listener -----------------------------------------------------------------------------------------------

    private static EpochResult epoch(int number) {
        return new EpochResult(number, 1, 1, 1, 1, 1, 1, 1);
    }

    @Test
    void savesEverySoManyEpochsAndAfterTheLast() {
        TrainingListener listener = Checkpoint.every(3, file, ModelFiles.full(DType.FLOAT32));
        List<Integer> asked = new ArrayList<>();
        listener.started(8, 100);
        for (int number = 1; number <= 8; number++) {
            int now = number;
            listener.epochDone(epoch(number), () -> {
                asked.add(now);
                return ModelFiles.state(DType.FLOAT32);
            });
        }
        assertThat(asked)
                .as("the state is read from the device only when it is saved")
                .containsExactly(3, 6, 8);
        assertThat(file).exists();
    }

    @Test
    void refusesAtTheBeginningWhatItCouldNotWriteLater() {
        Model model = ModelFiles.full(DType.FLOAT32);
        assertThatThrownBy(() -> Checkpoint.every(0, file, model)).hasMessageContaining("not every 0");
        Path nowhere = folder.resolve("none").resolve("file");
        assertThatThrownBy(() -> Checkpoint.every(1, nowhere, model).started(1, 1))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("no folder");
        assertThat(Files.exists(nowhere)).isFalse();
    }
}

package io.nudge.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.data.Scaling;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.RandomStream;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.tensor.DType;
import io.nudge.train.EpochResult;
import io.nudge.train.History;
import io.nudge.train.TrainingState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Models and files for the tests of this package. */
final class ModelFiles {
    static final Architecture SMALL = new Architecture(
            4,
            List.of(new Dense(5, Activation.named("leaky-relu:0.1"), 0.3), new Dense(3, Activation.SOFTMAX)),
            Cost.CATEGORICAL_CROSS_ENTROPY);

    private ModelFiles() {}

    /** Everything that a model can have. */
    static Model full(DType type) {
        return Model.of(SMALL, random(type, SMALL.parameterCount(), 1))
                .withScaling(Scaling.of(new double[] {0.1, -2, 1e-300, 3}, new double[] {1, 1.0 / 3, 2, -0.0}))
                .withClassNames(List.of("setosa", "Schwertlilie \"blau\"", "アヤメ 🌸"))
                .withInputNames(List.of("a", "b", "c", "d"))
                .withNotes(Map.of("origin", "line 1\nline 2 \\ \u0000", "", "no key"));
    }

    static Parameters random(DType type, long count, long seed) {
        double[] values = new double[(int) count];
        RandomStream random = RandomStream.of(seed, RandomStream.Use.DATA, 0);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.normal();
        }
        return Parameters.of(type, values);
    }

    static TrainingState state(DType type) {
        int count = (int) SMALL.parameterCount();
        History history = History.empty()
                .with(new EpochResult(1, 0.1 + 0.2, 0.5, Double.NaN, Double.NaN, 1.5, 1.25, 3200))
                .with(new EpochResult(2, 1e-300, 1.0 / 3, Double.MIN_VALUE, 0.5, 0.75, 1.5, 2666.6666666666665));
        return new TrainingState(
                Map.of("network", SMALL.toString(), "type", type.toString(), "seed", "1"),
                2,
                1L << 40,
                random(type, count, 2).doubles(),
                random(type, 2L * count, 3).doubles(),
                random(type, count, 4).doubles(),
                -0.1,
                1,
                13,
                1 << 9,
                history);
    }

    /** Writes a safetensors file as others do: no more than a header and data. */
    static void writeRaw(Path file, String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data);
        Files.write(file, bytes.array());
    }

    /** A file without its checksum, as others write it. */
    static void dropChecksum(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(bytes, Long.BYTES, length, StandardCharsets.UTF_8);
        String without = header.replaceAll(",\"nudge_crc32c\":\"[0-9a-f]{8}\"", "");
        assertThat(without).isNotEqualTo(header);
        byte[] data = Arrays.copyOfRange(bytes, Long.BYTES + length, bytes.length);
        writeRaw(file, without, data);
    }

    static void assertSame(Model actual, Model expected) {
        assertThat(actual.architecture()).isEqualTo(expected.architecture());
        assertThat(actual.type()).isEqualTo(expected.type());
        assertThat(bits(actual.parameters())).isEqualTo(bits(expected.parameters()));
        assertThat(actual.scaling()).isEqualTo(expected.scaling());
        assertThat(actual.classNames()).isEqualTo(expected.classNames());
        assertThat(actual.inputNames()).isEqualTo(expected.inputNames());
        assertThat(actual.notes()).isEqualTo(expected.notes());
    }

    static void assertSame(TrainingState actual, TrainingState expected) {
        assertThat(actual.settings()).isEqualTo(expected.settings());
        assertSameRun(actual, expected);
        assertThat(actual.history()).isEqualTo(expected.history());
    }

    /** The same but for what depends on the clock. */
    static void assertSameRun(TrainingState actual, TrainingState expected) {
        assertThat(actual.epoch()).isEqualTo(expected.epoch());
        assertThat(actual.steps()).isEqualTo(expected.steps());
        assertThat(bits(actual.parameters())).isEqualTo(bits(expected.parameters()));
        assertThat(bits(actual.optimizerState())).isEqualTo(bits(expected.optimizerState()));
        assertThat(bits(actual.best())).isEqualTo(bits(expected.best()));
        assertThat(actual.bestScore()).isEqualTo(expected.bestScore());
        assertThat(actual.bestEpoch()).isEqualTo(expected.bestEpoch());
        assertThat(timeless(actual.history())).isEqualTo(timeless(expected.history()));
    }

    /** A history without its times. */
    static List<EpochResult> timeless(History history) {
        List<EpochResult> epochs = new ArrayList<>();
        for (EpochResult each : history.epochs()) {
            epochs.add(new EpochResult(
                    each.epoch(),
                    each.cost(),
                    each.accuracy(),
                    each.validationCost(),
                    each.validationAccuracy(),
                    each.rate(),
                    0,
                    0));
        }
        return epochs;
    }

    static long[] bits(double[] values) {
        long[] bits = new long[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Double.doubleToRawLongBits(values[i]);
        }
        return bits;
    }
}

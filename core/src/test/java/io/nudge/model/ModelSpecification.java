package io.nudge.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.math.Initializer;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Scope;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a {@link Model} promises of networks on any backend. */
public abstract class ModelSpecification {
    @TempDir
    private Path folder;

    private Backend backend;

    /**
     * Opens the backend under test.
     *
     * @return a backend that the test closes
     */
    protected abstract Backend open();

    @BeforeEach
    void openBackend() {
        backend = open();
    }

    /** A leak of any test shows here: closing names what is still open. */
    @AfterEach
    void closeBackend() {
        backend.close();
    }

    private Network network(DType type) {
        return Network.create(ModelFiles.SMALL, Initializer.HE_NORMAL, 1, backend, type);
    }

    /** Saves a network and loads it again. */
    private Model through(Network network) {
        Path file = folder.resolve("model.safetensors");
        Model.of(network).save(file);
        return Model.load(file);
    }

    @Test
    void everyBitOfAFloat32NetworkComesBack() {
        int[] bits = {1 << 31, 1, 0x7f800000, 0xff800000, 0x7fc00000, 0x7fa00001, 0xffffffff, 0x007fffff};
        try (Network network = network(DType.FLOAT32)) {
            float[] values = network.parameters().floats();
            for (int i = 0; i < bits.length; i++) {
                values[5 * i] = Float.intBitsToFloat(bits[i]);
            }
            network.parameters().write(values);
            try (Network loaded = through(network).network(backend, DType.FLOAT32)) {
                float[] back = loaded.parameters().floats();
                for (int i = 0; i < values.length; i++) {
                    assertThat(Float.floatToRawIntBits(back[i])).isEqualTo(Float.floatToRawIntBits(values[i]));
                }
            }
        }
    }

    @Test
    void everyBitOfAFloat64NetworkComesBack() {
        long[] bits = {1L << 63, 1, 0x7ff0L << 48, 0xfff0L << 48, 0x7ff8L << 48, 0x7ff4000000000001L, -1};
        try (Network network = network(DType.FLOAT64)) {
            double[] values = network.parameters().doubles();
            for (int i = 0; i < bits.length; i++) {
                values[5 * i] = Double.longBitsToDouble(bits[i]);
            }
            network.parameters().write(values);
            try (Network loaded = through(network).network(backend, DType.FLOAT64)) {
                double[] back = loaded.parameters().doubles();
                assertThat(ModelFiles.bits(back)).isEqualTo(ModelFiles.bits(values));
            }
        }
    }

    @Test
    void float32BecomesFloat64Exactly() {
        try (Network network = network(DType.FLOAT32);
                Network loaded = through(network).network(backend, DType.FLOAT64)) {
            assertThat(loaded.type()).isEqualTo(DType.FLOAT64);
            assertThat(loaded.parameters().doubles())
                    .isEqualTo(network.parameters().doubles());
        }
    }

    @Test
    void float64IsRoundedToFloat32() {
        try (Network network = network(DType.FLOAT64);
                Network loaded = through(network).network(backend, DType.FLOAT32)) {
            assertThat(loaded.type()).isEqualTo(DType.FLOAT32);
            assertThat(loaded.parameters().floats())
                    .isEqualTo(network.parameters().floats());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64"})
    void eachLayerGetsItsOwnAndPredictsTheSame(DType type) {
        double[][] inputs = {{0.5, -1, 2, 0}, {1, 1, 1, 1}};
        try (Network network = network(type);
                Network loaded = through(network).network(backend, type)) {
            for (int l = 1; l <= 2; l++) {
                assertThat(loaded.weights(l).doubles())
                        .isEqualTo(network.weights(l).doubles());
                assertThat(loaded.bias(l).doubles()).isEqualTo(network.bias(l).doubles());
            }
            assertThat(loaded.predict(inputs)).isDeepEqualTo(network.predict(inputs));
        }
    }

    @Test
    void aModelIsACopy() {
        try (Network network = network(DType.FLOAT32)) {
            Model model = Model.of(network);
            double[] before = network.parameters().doubles();
            network.parameters().write(new float[before.length]);
            assertThat(model.parameters()).isEqualTo(before);
        }
    }

    @Test
    @SuppressWarnings("try") // the scope is there to close
    void theNetworkBelongsToNoScope() {
        Network loaded;
        try (Scope scope = Scope.open()) {
            loaded = ModelFiles.full(DType.FLOAT32).network(backend, DType.FLOAT32);
        }
        try (loaded) {
            assertThat(loaded.parameters().doubles())
                    .isEqualTo(ModelFiles.full(DType.FLOAT32).parameters());
        }
    }
}

package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.math.Activation;
import io.nudge.tensor.DType;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Vectors and plain loops give the same bits, so that it does not matter to a result which are used. */
class VectorFloatTest {
    private static final int N = 40_001;

    private final Kernels plain = engine(false).floats[0];
    private final Kernels vectors = engine(true).floats[0];

    static Engine engine(boolean vectors) {
        return Engine.open(new CpuOptions(1, CpuOptions.ProductChoice.JAVA, vectors));
    }

    static Stream<Activation> activations() {
        return Stream.concat(FloatMathTest.elementwise(), Stream.of(new Activation.Elu(0.3)));
    }

    /** Every exponent and both signs, with the special values first. */
    private static CpuMemory inputs() {
        CpuMemory x = CpuMemory.allocate(DType.FLOAT32, N);
        float[] special = {0f, -0f, 90f, -90f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e-40f};
        System.arraycopy(special, 0, x.floats, 0, special.length);
        for (int i = special.length; i < N; i++) {
            x.floats[i] = Float.intBitsToFloat(i * 0x9E3779B9);
        }
        for (int i = N / 2; i < N; i++) {
            x.floats[i] = (i - 3 * N / 4) * 0.005f;
        }
        return x;
    }

    @ParameterizedTest
    @MethodSource("activations")
    void theActivationHasTheSameBits(Activation f) {
        CpuMemory z = inputs();
        CpuMemory expected = CpuMemory.allocate(DType.FLOAT32, N);
        CpuMemory found = CpuMemory.allocate(DType.FLOAT32, N);
        plain.activate(f, z, 1, expected, 2, N - 2);
        vectors.activate(f, z, 1, found, 2, N - 2);
        assertThat(found.floats).as(f.name()).isEqualTo(expected.floats);
    }

    @ParameterizedTest
    @MethodSource("activations")
    void theDerivativeHasTheSameBits(Activation f) {
        CpuMemory z = inputs();
        CpuMemory expected = CpuMemory.allocate(DType.FLOAT32, N);
        CpuMemory found = CpuMemory.allocate(DType.FLOAT32, N);
        plain.activatePrime(f, z, 1, expected, 2, N - 2);
        vectors.activatePrime(f, z, 1, found, 2, N - 2);
        assertThat(found.floats).as(f.name()).isEqualTo(expected.floats);
        plain.chain(f, z, 0, z, 0, z, 1, expected, 0, N - 1);
        vectors.chain(f, z, 0, z, 0, z, 1, found, 0, N - 1);
        assertThat(found.floats).as("chain of %s", f.name()).isEqualTo(expected.floats);
    }

    /** Those that σ′ goes by a have other ways in the kernels. */
    @ParameterizedTest
    @MethodSource("activations")
    void theDerivativeTimesUpstreamHasTheSameBits(Activation f) {
        float[] z = inputs().floats;
        float[] expected = new float[N];
        float[] found = new float[N];
        new FloatFunctions().chain(f, z, 2, z, 1, expected, 0, N - 2);
        new VectorFloatFunctions().chain(f, z, 2, z, 1, found, 0, N - 2);
        assertThat(found).as(f.name()).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("activations")
    void aResultMayBeAnOperandAtTheSamePlace(Activation f) {
        CpuMemory z = inputs();
        CpuMemory expected = CpuMemory.allocate(DType.FLOAT32, N);
        plain.activate(f, z, 1, expected, 1, N - 1);
        CpuMemory found = inputs();
        vectors.activate(f, found, 1, found, 1, N - 1);
        assertThat(found.floats).as("σ of %s over z", f.name()).isEqualTo(expected.floats);

        float[] up = new float[N];
        for (int i = 0; i < N; i++) {
            up[i] = i % 5 - 2;
        }
        new FloatFunctions().chain(f, z.floats, 1, up, 1, expected.floats, 1, N - 1);
        float[] overUp = up.clone();
        new VectorFloatFunctions().chain(f, z.floats, 1, overUp, 1, overUp, 1, N - 1);
        assertThat(Arrays.copyOfRange(overUp, 1, N))
                .as("δ of %s over what comes from above", f.name())
                .isEqualTo(Arrays.copyOfRange(expected.floats, 1, N));
        float[] overZ = z.floats.clone();
        new VectorFloatFunctions().chain(f, overZ, 1, up, 1, overZ, 1, N - 1);
        assertThat(Arrays.copyOfRange(overZ, 1, N))
                .as("δ of %s over z", f.name())
                .isEqualTo(Arrays.copyOfRange(expected.floats, 1, N));
    }

    @org.junit.jupiter.api.Test
    void softmaxHasTheSameBits() {
        CpuMemory z = inputs();
        CpuMemory expected = CpuMemory.allocate(DType.FLOAT32, N);
        CpuMemory found = CpuMemory.allocate(DType.FLOAT32, N);
        plain.softmax(z, 1, expected, 2, 1000, 37);
        vectors.softmax(z, 1, found, 2, 1000, 37);
        assertThat(found.floats).isEqualTo(expected.floats);
    }
}

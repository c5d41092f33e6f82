package io.nudge.cuda;

import static org.assertj.core.api.Assertions.fail;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.math.Activation;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import io.nudge.tensor.Catalogue;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The activations in float32 are the same bits on the device as on the CPU: kernels have the operations of its FloatMath. */
@EmulatedDevice
class SameBitsTest {
    private static final float[] SPECIAL = {
        0f,
        -0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        -Float.MIN_NORMAL,
        0.625f,
        -0.625f,
        // Found to depend on the last bits of constants of softplus and gelu.
        -9.871526E-4f,
        -0.0016861163f,
        -0.100869305f,
        -0.102048226f,
        -2.2027323f,
        -5.945629f,
        -8.531146f,
        -10.694358f,
        -87.33655f,
        -103.97f,
        -103.98f,
        -120f,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN,
        // For each constant of the exponential and each direction one whose power of e, σ′ of ELU, is another if the
        // constant is off by its last bit: in tens of millions of arguments there are few.
        -0.22260617f,
        -0.2367038f,
        -0.1875545f,
        -0.105706744f,
        -0.14301331f,
        -0.06114935f,
        -0.050538838f,
        -0.050027825f,
        -0.050062474f,
        -0.050003696f,
        -0.050000563f,
        -0.6930854f,
        -0.692546f,
        -0.34657362f,
        -10.050635f,
        -6.5848975f
    };

    /** A prime number of bits from one argument to the next: some hundreds of every exponent, and all of the last bits. */
    private static final int STRIDE = 20_011;

    private static final float[] ARGUMENTS = arguments();
    private static final Shape SHAPE = Shape.of(ARGUMENTS.length);

    private static float[] arguments() {
        int strides = (int) ((1L << 32) / STRIDE);
        float[] all = new float[strides + SPECIAL.length];
        for (int i = 0; i < strides; i++) {
            all[i] = Float.intBitsToFloat(i * STRIDE);
        }
        System.arraycopy(SPECIAL, 0, all, strides, SPECIAL.length);
        return all;
    }

    static Stream<Activation> elementwise() {
        return Catalogue.ELEMENTWISE.stream();
    }

    /** What makes a result of arguments. */
    private interface Pass {
        void run(Operations operations, Tensor z, Tensor into);
    }

    private static float[] results(Backend opened, Pass pass) {
        try (Backend backend = opened;
                Tensor z = backend.zeros(SHAPE);
                Tensor into = backend.zeros(SHAPE)) {
            z.write(ARGUMENTS);
            pass.run(backend.operations(), z, into);
            return into.floats();
        }
    }

    /** Any NaN is like any other. */
    private static void assertSame(String what, Pass pass) {
        float[] expected = results(Backends.open("cpu"), pass);
        float[] actual = results(CudaBackend.open(0), pass);
        for (int i = 0; i < ARGUMENTS.length; i++) {
            if (Float.floatToIntBits(actual[i]) != Float.floatToIntBits(expected[i])) {
                fail("%s of %s: %s, on the CPU %s", what, ARGUMENTS[i], actual[i], expected[i]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("elementwise")
    void valuesAre(Activation f) {
        assertSame(f.name(), (operations, z, into) -> operations.activate(f, z, into));
    }

    @ParameterizedTest
    @MethodSource("elementwise")
    void derivativesAre(Activation f) {
        assertSame(f.name() + "'", (operations, z, into) -> operations.activatePrime(f, z, into));
    }
}

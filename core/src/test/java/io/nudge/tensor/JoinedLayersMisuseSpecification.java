package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.math.Activation;
import java.util.List;
import net.jqwik.api.Example;

/** Layers to be taken together with something wrong are refused before any work is done. */
public abstract class JoinedLayersMisuseSpecification extends BackendSpecification {
    private static final int BATCH = 4;
    private static final int INPUTS = 3;
    private static final int FIRST = 5;
    private static final int SECOND = 2;

    /** What is given, to be changed before it is. */
    private final class Parts {
        private Tensor x = zeros(BATCH, INPUTS).named("x");
        private Tensor w1 = zeros(FIRST, INPUTS).named("w1");
        private Tensor b1 = zeros(FIRST).named("b1");
        private Tensor z1 = zeros(BATCH, FIRST).named("z1");
        private Tensor a1 = zeros(BATCH, FIRST).named("a1");
        private Tensor w2 = zeros(SECOND, FIRST).named("w2");
        private Tensor b2 = zeros(SECOND).named("b2");
        private Tensor z2 = zeros(BATCH, SECOND).named("z2");
        private Tensor a2 = zeros(BATCH, SECOND).named("a2");
        private Tensor delta = zeros(BATCH, SECOND).named("delta");
        private Tensor delta1 = zeros(BATCH, FIRST).named("delta1");
        private Tensor gradient1 = zeros(FIRST).named("gradient1");

        List<ForwardLayer> forward() {
            return List.of(
                    new ForwardLayer(w1, b1, Activation.TANH, z1, a1),
                    new ForwardLayer(w2, b2, Activation.TANH, z2, a2));
        }

        List<BackwardLayer> backward() {
            return List.of(new BackwardLayer(w2, Activation.TANH, z1, a1, delta1, gradient1));
        }
    }

    /** Makes one part wrong. */
    private interface Change {
        void of(Parts parts);
    }

    private Tensor zeros(long... shape) {
        return backend.zeros(Shape.of(shape), DType.FLOAT32);
    }

    private void assertForwardRefused(Change change, String... words) {
        try (Scope scope = Scope.open()) {
            Parts parts = new Parts();
            change.of(parts);
            assertThatThrownBy(() -> operations.forwardLayers(parts.x, parts.forward(), true))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("forwardLayers: ")
                    .hasMessageContainingAll(words);
        }
    }

    private void assertBackwardRefused(Change change, String... words) {
        try (Scope scope = Scope.open()) {
            Parts parts = new Parts();
            change.of(parts);
            assertThatThrownBy(() -> operations.backwardLayers(parts.delta, parts.backward(), 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("backwardLayers: ")
                    .hasMessageContainingAll(words);
        }
    }

    @Example
    void allIsWellWithoutAChange() {
        try (Scope scope = Scope.open()) {
            Parts parts = new Parts();
            operations.forwardLayers(parts.x, parts.forward(), true);
            operations.backwardLayers(parts.delta, parts.backward(), 1);
        }
    }

    @Example
    void noLayersAreRefused() {
        try (Scope scope = Scope.open()) {
            Parts parts = new Parts();
            assertThatThrownBy(() -> operations.forwardLayers(parts.x, List.of(), true))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("forwardLayers: at least one layer is needed");
            assertThatThrownBy(() -> operations.backwardLayers(parts.delta, List.of(), 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("backwardLayers: at least one layer is needed");
        }
    }

    @Example
    void aClosedTensorIsRefused() {
        try (Scope scope = Scope.open()) {
            Parts parts = new Parts();
            parts.w2.close();
            assertThatThrownBy(() -> operations.forwardLayers(parts.x, parts.forward(), true))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("w2", "is closed");
            assertThatThrownBy(() -> operations.backwardLayers(parts.delta, parts.backward(), 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("w2", "is closed");
        }
    }

    @Example
    void aTensorOfAnotherTypeIsRefused() {
        Tensor other = backend.zeros(Shape.of(FIRST), DType.FLOAT64).named("the other");
        try (other) {
            assertForwardRefused(parts -> parts.b1 = other, "the other", "one type");
            assertBackwardRefused(parts -> parts.gradient1 = other, "the other", "one type");
        }
    }

    @Example
    void aShapeThatDoesNotFitIsRefused() {
        assertForwardRefused(parts -> parts.w2 = zeros(SECOND, FIRST + 1), "as many columns", "[2, 6]");
        assertForwardRefused(parts -> parts.z2 = zeros(BATCH + 1, SECOND), "z must have the shape [4, 2]", "[5, 2]");
        assertForwardRefused(parts -> parts.a1 = zeros(BATCH, FIRST + 1), "the shapes must be equal", "[4, 6]");
        assertForwardRefused(parts -> parts.b2 = zeros(SECOND + 1), "b must have the shape [2]", "[3]");
        assertBackwardRefused(parts -> parts.delta = zeros(BATCH, SECOND + 1), "w is [out, in]", "[4, 3]");
        assertBackwardRefused(parts -> parts.delta1 = zeros(BATCH, SECOND), "delta must have the shape [4, 5]");
        assertBackwardRefused(parts -> parts.z1 = zeros(BATCH, FIRST + 1), "the shapes must be equal", "[4, 6]");
        assertBackwardRefused(parts -> parts.gradient1 = zeros(SECOND), "biasGradient must have the shape [5]");
    }

    @Example
    void whatIsWrittenMayShareNoMemory() {
        assertForwardRefused(parts -> parts.b2 = parts.z1.view(3, Shape.of(SECOND)), "share");
        assertForwardRefused(parts -> parts.z2 = parts.a1.view(2, Shape.of(BATCH, SECOND)), "share");
        assertForwardRefused(
                parts -> {
                    Tensor both = zeros(BATCH * FIRST + 1);
                    parts.z1 = both.view(0, Shape.of(BATCH, FIRST));
                    parts.a1 = both.view(1, Shape.of(BATCH, FIRST));
                },
                "as a whole");
        assertForwardRefused(parts -> parts.a2 = parts.z1.view(0, Shape.of(BATCH, SECOND)), "share");
        assertBackwardRefused(parts -> parts.gradient1 = parts.w2.view(1, Shape.of(FIRST)), "share");
        assertBackwardRefused(parts -> parts.gradient1 = parts.a1.view(1, Shape.of(FIRST)), "share");
        assertBackwardRefused(parts -> parts.delta1 = parts.z1, "share");
    }
}

package io.nudge.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Initializer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two networks small enough to compute by hand, on any backend: every intermediate of the way forward and back is written
 * out below, with the sum that it comes from. The figures were computed with 50 digits
 * and rounded to float64.
 */
public abstract class ByHandSpecification {
    private static final double ABSOLUTE_64 = 5e-16;
    private static final double RELATIVE_32 = 2e-6;

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

    // ---- a chain of single neurons ----------------------------------------------------------------------------------

    @Test
    void aChainOfSingleNeuronsIsCarriedForwardAndBackAsByHand() {
        try (Network chain = ChainRule.chainOfSingleNeurons(backend);
                Pass pass = Pass.inspection(chain, 1)) {
            pass.input().write(new double[] {0.6});
            pass.target().write(new double[] {1.0});
            pass.forward();
            pass.backward();
            // z⁽¹⁾ = 1.5 · 0.6 − 0.5
            check(pass.weightedSum(1), 0.4);
            // a⁽¹⁾ = 1 / (1 + e^−0.4)
            check(pass.activation(1), 0.598687660112452);
            // z⁽²⁾ = 0.7 · 0.598688 − 0.5
            check(pass.weightedSum(2), -0.0809186379212836);
            // a⁽²⁾ = 1 / (1 + e^0.080919)
            check(pass.activation(2), 0.47978137165420454);
            // z⁽³⁾ = 1.8 · 0.479781 − 0.2
            check(pass.weightedSum(3), 0.6636064689775681);
            // a⁽³⁾ = 1 / (1 + e^−0.663606)
            check(pass.activation(3), 0.6600700657506312);
            // C₀ = (0.660070 − 1)²
            check(pass.costs(), 0.11555236019878015);

            // ∂C₀/∂a⁽³⁾ = 2 (0.660070 − 1)
            check(pass.activationGradient(3), -0.6798598684987375);
            // σ′(z⁽³⁾) = 0.660070 · (1 − 0.660070) = 0.224378; δ⁽³⁾ = 0.224378 · −0.679860
            check(pass.delta(3), -0.1525453079880989);
            // ∂C₀/∂w⁽³⁾ = 0.479781 · −0.152545
            check(pass.weightGradient(3), -0.07318839710594317);
            // ∂C₀/∂b⁽³⁾ = 1 · −0.152545
            check(pass.biasGradient(3), -0.1525453079880989);

            // ∂C₀/∂a⁽²⁾ = 1.8 · −0.152545
            check(pass.activationGradient(2), -0.274581554378578);
            // σ′(z⁽²⁾) = 0.479781 · (1 − 0.479781) = 0.249591; δ⁽²⁾ = 0.249591 · −0.274582
            check(pass.delta(2), -0.06853314159590605);
            // ∂C₀/∂w⁽²⁾ = 0.598688 · −0.068533
            check(pass.weightGradient(2), -0.04102994618220835);
            // ∂C₀/∂b⁽²⁾ = 1 · −0.068533
            check(pass.biasGradient(2), -0.06853314159590605);

            // ∂C₀/∂a⁽¹⁾ = 0.7 · −0.068533
            check(pass.activationGradient(1), -0.04797319911713424);
            // σ′(z⁽¹⁾) = 0.598688 · (1 − 0.598688) = 0.240261; δ⁽¹⁾ = 0.240261 · −0.047973
            check(pass.delta(1), -0.01152607659548954);
            // ∂C₀/∂w⁽¹⁾ = 0.6 · −0.011526
            check(pass.weightGradient(1), -0.006915645957293724);
            // ∂C₀/∂b⁽¹⁾ = 1 · −0.011526
            check(pass.biasGradient(1), -0.01152607659548954);

            // ∂C₀/∂a⁽⁰⁾ = 1.5 · −0.011526
            check(pass.activationGradient(0), -0.01728911489323431);
        }
    }

    @Test
    void theCostOfThreeExamplesIsTheirMeanAndSoAreItsDerivatives() {
        try (Network chain = ChainRule.chainOfSingleNeurons(backend);
                Pass pass = Pass.inspection(chain, 3)) {
            pass.input().write(new double[] {0.6, 0.1, 0.9});
            pass.target().write(new double[] {1, 0.5, 1});
            pass.forward();
            pass.backward();
            check(pass.costs(), 0.11555236019878015, 0.02158792749514895, 0.11073654826983441);
            // one of each example …
            check(pass.delta(3), -0.1525453079880989, 0.06712039837420085, -0.1477732694603154);
            // … and their mean
            check(pass.weightGradient(3), (-0.07318839710594317 + 0.030038777783245804 - 0.07353187076987827) / 3);
            check(pass.biasGradient(3), (-0.1525453079880989 + 0.06712039837420085 - 0.1477732694603154) / 3);
            check(pass.weightGradient(2), (-0.04102994618220835 + 0.012348407369798819 - 0.04658521970122496) / 3);
            check(pass.biasGradient(2), (-0.06853314159590605 + 0.02987163154509014 - 0.0664964382096405) / 3);
            check(pass.weightGradient(1), (-0.006915645957293724 + 0.0005070654984329409 - 0.008787961635777804) / 3);
            check(pass.biasGradient(1), (-0.01152607659548954 + 0.005070654984329409 - 0.009764401817530893) / 3);
        }
    }

    // ---- two neurons in every layer ---------------------------------------------------------------------------------

    /** W⁽¹⁾ = [0.15 0.20; 0.25 0.30], b⁽¹⁾ = 0.35, W⁽²⁾ = [0.40 0.45; 0.50 0.55], b⁽²⁾ = 0.60, sigmoid. */
    private Network twoByTwo(Cost cost, DType type) {
        Architecture architecture = Architecture.uniform(Activation.SIGMOID, Activation.SIGMOID, cost, 2, 2, 2);
        List<Initializer> given = List.of(
                Initializer.given(new double[][] {{0.15, 0.20}, {0.25, 0.30}}, new double[] {0.35, 0.35}),
                Initializer.given(new double[][] {{0.40, 0.45}, {0.50, 0.55}}, new double[] {0.60, 0.60}));
        return Network.create(architecture, given, 0, backend, type);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64"})
    void twoNeuronsInEveryLayerAreCarriedForwardAndBackAsByHand(DType type) {
        try (Network network = twoByTwo(Cost.QUADRATIC, type);
                Pass pass = Pass.inspection(network, 1)) {
            pass.input().write(new double[] {0.05, 0.10});
            pass.target().write(new double[] {0.01, 0.99});
            pass.forward();
            pass.backward();
            // 0.15 · 0.05 + 0.20 · 0.10 + 0.35 and 0.25 · 0.05 + 0.30 · 0.10 + 0.35
            check(pass.weightedSum(1), 0.3775, 0.3925);
            // 1 / (1 + e^−z)
            check(pass.activation(1), 0.5932699921071872, 0.596884378259767);
            // 0.40 · 0.593270 + 0.45 · 0.596884 + 0.60 and 0.50 · 0.593270 + 0.55 · 0.596884 + 0.60
            check(pass.weightedSum(2), 1.1059059670597702, 1.2249214040964655);
            check(pass.activation(2), 0.7513650695523157, 0.7729284653214626);
            // (0.751365 − 0.01)² + (0.772928 − 0.99)²
            check(pass.costs(), 0.5967422175200053);

            // 2 (0.751365 − 0.01) and 2 (0.772928 − 0.99)
            check(pass.activationGradient(2), 1.4827301391046315, -0.4341430693570748);
            // σ′ = a (1 − a) = 0.186816 and 0.175510; times ∂C₀/∂a
            check(pass.delta(2), 0.27699712325711395, -0.07619647303311243);
            // δ_j a_k: 0.276997 · 0.593270, 0.276997 · 0.596884, −0.076196 · 0.593270, −0.076196 · 0.596884
            check(
                    pass.weightGradient(2),
                    0.16433408112846157,
                    0.16533525569506652,
                    -0.04520508095495012,
                    -0.045480484431956424);
            check(pass.biasGradient(2), 0.27699712325711395, -0.07619647303311243);

            // neuron 0 acts through both outputs: 0.40 · 0.276997 = 0.110799 and 0.50 · −0.076196 = −0.038098;
            // neuron 1 too: 0.45 · 0.276997 = 0.124649 and 0.55 · −0.076196 = −0.041908
            check(
                    pass.activationGradient(1),
                    0.11079884930284557 - 0.038098236516556215,
                    0.12464870546570127 - 0.04190806016821184);
            // σ′ = 0.241301 and 0.240613; times the sums above
            check(pass.delta(1), 0.01754270937897387, 0.019908509410434403);
            // δ_j a_k: 0.017543 · 0.05, 0.017543 · 0.10, 0.019909 · 0.05, 0.019909 · 0.10
            check(
                    pass.weightGradient(1),
                    0.0008771354689486935,
                    0.001754270937897387,
                    0.0009954254705217202,
                    0.0019908509410434404);
            check(pass.biasGradient(1), 0.01754270937897387, 0.019908509410434403);

            // the inputs: 0.15 · 0.017543 + 0.25 · 0.019909 and 0.20 · 0.017543 + 0.30 · 0.019909
            check(
                    pass.activationGradient(0),
                    0.0026314064068460805 + 0.004977127352608601,
                    0.003508541875794774 + 0.005972552823130321);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64"})
    void theGradientOfTwoExamplesIsTheMeanOfTheirs(DType type) {
        try (Network network = twoByTwo(Cost.QUADRATIC, type);
                Pass pass = Pass.inspection(network, 2)) {
            pass.input().write(new double[] {0.05, 0.10, 0.90, 0.40});
            pass.target().write(new double[] {0.01, 0.99, 1, 0});
            pass.forward();
            pass.backward();
            check(pass.costs(), 0.5967422175200053, 0.6711209968632669);
            check(pass.delta(2), 0.27699712325711395, -0.07619647303311243, -0.08726663311922989, 0.265851683719685);
            check(
                    pass.weightGradient(2),
                    (0.16433408112846157 - 0.05564196036200403) / 2,
                    (0.16533525569506652 - 0.058213675269111906) / 2,
                    (-0.04520508095495012 + 0.1695093338537785) / 2,
                    (-0.045480484431956424 + 0.17734388313869853) / 2);
            check(
                    pass.biasGradient(2),
                    (0.27699712325711395 - 0.08726663311922989) / 2,
                    (-0.07619647303311243 + 0.265851683719685) / 2);
            check(
                    pass.weightGradient(1),
                    (0.0008771354689486935 + 0.020383822754709957) / 2,
                    (0.001754270937897387 + 0.009059476779871092) / 2,
                    (0.0009954254705217202 + 0.021376465592727014) / 2,
                    (0.0019908509410434404 + 0.00950065137454534) / 2);
            check(
                    pass.biasGradient(1),
                    (0.01754270937897387 + 0.02264869194967773) / 2,
                    (0.019908509410434403 + 0.02375162843636335) / 2);
        }
    }

    /**
     * The step that Matt Mazur works out in "A step by step backpropagation example" (2015), with ½ Σ (a − y)², the rate 0.5
     * and the biases left alone: the cost falls from 0.298371 to 0.291028.
     */
    @Test
    void oneStepDownhillIsThePublishedOne() {
        try (Network network = twoByTwo(Cost.HALF_QUADRATIC, DType.FLOAT64);
                Pass pass = Pass.inspection(network, 1)) {
            pass.input().write(new double[] {0.05, 0.10});
            pass.target().write(new double[] {0.01, 0.99});
            pass.forward();
            pass.backward();
            assertThat(pass.costs().doubles()[0]).isCloseTo(0.298371109, within(5e-10));
            for (int l = 1; l <= 2; l++) {
                backend.operations().addScaled(-0.5, pass.weightGradient(l), network.weights(l));
            }
            assertThat(network.weights(1).doubles())
                    .containsExactly(new double[] {0.149780716, 0.19956143, 0.24975114, 0.29950229}, within(1e-8));
            assertThat(network.weights(2).doubles())
                    .containsExactly(new double[] {0.35891648, 0.408666186, 0.511301270, 0.561370121}, within(1e-8));
            pass.forward();
            pass.score();
            assertThat(pass.costs().doubles()[0]).isCloseTo(0.291028, within(5e-7));
        }
    }

    /** A small step against the gradient lowers the cost by the rate times the squared length of the gradient. */
    @Test
    void theCostGoesDownhillAsFastAsTheGradientIsLong() {
        try (Network network = twoByTwo(Cost.QUADRATIC, DType.FLOAT64);
                Pass pass = Pass.inspection(network, 1)) {
            pass.input().write(new double[] {0.05, 0.10});
            pass.target().write(new double[] {0.01, 0.99});
            pass.forward();
            pass.backward();
            double before = pass.costs().doubles()[0];
            double squares = 0;
            for (double each : pass.gradients().doubles()) {
                squares += each * each;
            }
            double rate = 1e-6;
            backend.operations().addScaled(-rate, pass.gradients(), network.parameters());
            pass.forward();
            pass.score();
            assertThat(before - pass.costs().doubles()[0]).isCloseTo(rate * squares, within(1e-5 * rate * squares));
        }
    }

    private static void check(Tensor tensor, double... expected) {
        double[] actual = tensor.doubles();
        assertThat(actual).as(tensor.toString()).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            double allowed = tensor.type() == DType.FLOAT64 ? ABSOLUTE_64 : RELATIVE_32 * Math.abs(expected[i]);
            assertThat(actual[i]).as("element %d of %s", i, tensor).isCloseTo(expected[i], within(allowed));
        }
    }
}

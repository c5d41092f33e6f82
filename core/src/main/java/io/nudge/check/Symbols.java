package io.nudge.check;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import java.util.List;

/**
 * How quantities are written. In a chain of single neurons as in a textbook, w⁽ᴸ⁻¹⁾, without an index; in any other network
 * by number, w₁₀⁽²⁾ for the weight that leads from neuron 0 of layer 1 to neuron 1 of layer 2.
 */
final class Symbols {
    private final Explanation explanation;
    private final int depth;
    private final boolean chain;

    Symbols(Explanation explanation) {
        this.explanation = explanation;
        depth = explanation.activations().size();
        chain = explanation.sizes().stream().allMatch(size -> size == 1);
    }

    boolean chain() {
        return chain;
    }

    int depth() {
        return depth;
    }

    /** {@code L − 1 = 2} in a chain, otherwise the number. */
    String layer(int l) {
        int back = depth - l;
        return !chain ? Integer.toString(l) : (back == 0 ? "L" : "L − " + back) + " = " + l;
    }

    private String high(int l) {
        int back = depth - l;
        return "⁽" + (!chain ? Text.high(l) : back == 0 ? "ᴸ" : "ᴸ⁻" + Text.high(back)) + "⁾";
    }

    private String low(int j) {
        return chain ? "" : Text.low(j);
    }

    String a(int l, int j) {
        return "a" + low(j) + high(l);
    }

    String z(int l, int j) {
        return "z" + low(j) + high(l);
    }

    String b(int l, int j) {
        return "b" + low(j) + high(l);
    }

    String w(int l, int j, int k) {
        boolean figures =
                explanation.sizes().get(l) <= 10 && explanation.sizes().get(l - 1) <= 10;
        return "w" + (chain ? "" : Text.low(j) + (figures ? "" : ",") + Text.low(k)) + high(l);
    }

    String y(int j) {
        return "y" + low(j);
    }

    String of(Parameter place) {
        return place.biased() ? b(place.layer(), place.j()) : w(place.layer(), place.j(), place.k());
    }

    /** ∂x/∂y, or ∂C₀/∂y. */
    static String d(String x, String y) {
        return "∂" + x + "/∂" + y;
    }

    Activation activation(int l) {
        return Activation.named(explanation.activations().get(l - 1));
    }

    Cost cost() {
        return Cost.named(explanation.cost(), activation(depth));
    }

    /** C₀ as a formula. */
    String costFormula() {
        String a = chain ? a(depth, 0) : "a";
        String sum = explanation.sizes().get(depth) == 1 ? "" : "Σ ";
        Cost cost = cost();
        if (cost instanceof Cost.BinaryCrossEntropy) {
            return sum.isEmpty() ? "−y ln a − (1 − y) ln(1 − a)".replace("a", a) : "−Σ [y ln a + (1 − y) ln(1 − a)]";
        }
        if (cost instanceof Cost.CategoricalCrossEntropy) {
            return "−" + sum + "y ln " + a;
        }
        String factor = cost instanceof Cost.HalfQuadratic
                ? "½ "
                : cost instanceof Cost.MeanSquaredError && !sum.isEmpty() ? "1/n " : "";
        return factor + sum + "(" + a + " − y)²";
    }

    /** ∂C₀/∂a of an output as a formula. */
    String costGradient(int j) {
        String a = a(depth, j);
        Cost cost = cost();
        if (cost instanceof Cost.BinaryCrossEntropy) {
            return "(1 − y)/(1 − a) − y/a";
        }
        if (cost instanceof Cost.CategoricalCrossEntropy) {
            return "−" + y(j) + "/" + a;
        }
        if (cost instanceof Cost.HalfQuadratic) {
            return a + " − " + y(j);
        }
        boolean mean =
                cost instanceof Cost.MeanSquaredError && explanation.sizes().get(depth) > 1;
        return (mean ? "2/n · (" : "2(") + a + " − " + y(j) + ")";
    }

    /** Whether δ of the outputs is computed at once, without the two factors. */
    boolean fused() {
        return cost().fusesWith(activation(depth));
    }

    /** δ of an output, where it is computed at once; Σ y is 1 for a class. */
    String fusedDelta(List<Double> targets) {
        boolean whole = cost() instanceof Cost.BinaryCrossEntropy
                || Math.abs(targets.stream().mapToDouble(y -> y).sum() - 1) < 1e-6;
        return whole ? "a − y" : "a Σ y − y";
    }
}

package io.nudge.check;

import static io.nudge.check.Symbols.d;

import io.nudge.check.Explanation.Derivative;
import io.nudge.check.Explanation.Neuron;
import io.nudge.check.Explanation.Ripple;
import io.nudge.check.Explanation.Weight;

/** One example on a chain of single neurons, written as in a textbook. */
final class ChainText {
    private final Explanation explanation;
    private final Symbols symbols;
    private final Page page;

    ChainText(Explanation explanation, Symbols symbols, Page page) {
        this.explanation = explanation;
        this.symbols = symbols;
        this.page = page;
    }

    void write(Explanation.Example example) {
        page.line(Text.rule("Example " + example.number()));
        page.line();
        double input = example.inputs().get(0).activation();
        page.line("  input   " + symbols.a(0, 0) + " = " + Text.brief(input));
        page.line("  target  y = " + Text.brief(example.targets().get(0)));
        page.line("  cost    C₀ = " + symbols.costFormula() + " = " + Text.number(example.cost()));
        for (Explanation.Layer layer : example.layers()) {
            layer(layer.number(), layer.neurons().get(0), before(example, layer.number()));
        }
    }

    /** The derivative by the activation of the layer before. */
    private static Explanation.Sum before(Explanation.Example example, int l) {
        return l == 1
                ? example.inputs().get(0).costByActivation()
                : example.layers()
                        .get(example.layers().size() - l + 1)
                        .neurons()
                        .get(0)
                        .costByActivation();
    }

    private void layer(int l, Neuron neuron, Explanation.Sum before) {
        String a = symbols.a(l, 0);
        String z = symbols.z(l, 0);
        String w = symbols.w(l, 0, 0);
        String b = symbols.b(l, 0);
        String back = symbols.a(l - 1, 0);
        Weight weight = neuron.weights().get(0);
        page.line();
        page.line(Text.rule("Layer " + symbols.layer(l)));
        page.line();
        double bias = neuron.bias().value();
        page.line("  " + z + " = " + w + " " + back + " + " + b + " = " + Text.brief(weight.value()) + " · "
                + Text.number(weight.sumByWeight().byBackpropagation())
                + (bias < 0 ? " − " : " + ") + Text.brief(Math.abs(bias)) + " = " + Text.number(neuron.weightedSum()));
        page.line("  " + a + " = " + sigma(l) + "(" + z + ") = " + Text.number(neuron.activation()));
        page.line();
        page.header("", explanation.nudge());
        int width = d(z, back).length() + 2;
        Derivative slope = neuron.costBySum().paths().get(0).factor();
        page.equation("  " + d(z, w), width, back, weight.sumByWeight());
        page.equation("  " + d(a, z), width, prime(l), slope);
        page.equation(
                "  " + d("C₀", a),
                width,
                costByActivation(l),
                neuron.costByActivation().total());
        page.equation("  " + d("C₀", w), width, "the product of these three", weight.costByWeight());
        page.line();
        page.equation("  " + d(z, b), width, "1", neuron.bias().sumByBias());
        page.equation(
                "  " + d("C₀", b),
                width,
                "1 · " + d(a, z) + " · " + d("C₀", a),
                neuron.bias().costByBias());
        page.line();
        page.equation("  " + d(z, back), width, w, before.paths().get(0).factor());
        page.equation("  " + d("C₀", back), width, w + " · " + d(a, z) + " · " + d("C₀", a), before.total());
        page.line();
        ripple(w, z, a, weight.ripple());
        fused(l, z, a, neuron);
    }

    private String sigma(int l) {
        String name = explanation.activations().get(l - 1);
        return name.equals("sigmoid") ? "σ" : name;
    }

    private String prime(int l) {
        return sigma(l) + "′(" + symbols.z(l, 0) + ")";
    }

    private String costByActivation(int l) {
        return l == symbols.depth() ? symbols.costGradient(0) : "from the layer after it";
    }

    private void ripple(String w, String z, String a, Ripple ripple) {
        page.line("  " + w + " nudged by " + Text.brief(ripple.weight()) + " moves " + z + " by "
                + Text.number(ripple.sum()) + ", that " + a + " by " + Text.number(ripple.activation())
                + ", that C₀ by " + Text.number(ripple.cost()) + ".");
    }

    private void fused(int l, String z, String a, Neuron neuron) {
        if (l == symbols.depth() && symbols.fused()) {
            page.line("  " + d("C₀", z) + " = " + d(a, z) + " · " + d("C₀", a) + " = " + a
                    + " − y is computed at once here: "
                    + Text.number(neuron.costBySum().total().byBackpropagation()));
        }
    }
}

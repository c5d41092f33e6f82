package io.nudge.check;

import static io.nudge.check.Symbols.d;

import io.nudge.check.Explanation.Bias;
import io.nudge.check.Explanation.Input;
import io.nudge.check.Explanation.Layer;
import io.nudge.check.Explanation.Neuron;
import io.nudge.check.Explanation.Path;
import io.nudge.check.Explanation.Sum;
import io.nudge.check.Explanation.Weight;
import java.util.List;
import java.util.stream.Collectors;

/** One example on a network of any shape, neuron by neuron. */
final class LayersText {
    private static final int SHOWN_OUTPUTS = 10;
    private static final String TIMES = "      times ";

    private final Explanation explanation;
    private final Symbols symbols;
    private final Page page;
    private int width;

    LayersText(Explanation explanation, Symbols symbols, Page page) {
        this.explanation = explanation;
        this.symbols = symbols;
        this.page = page;
    }

    void write(Explanation.Example example) {
        page.line(Text.rule("Example " + example.number()));
        page.line();
        page.line("  output  a = " + vector(example.outputs()));
        page.line("  target  y = " + vector(example.targets()));
        page.line("  cost    C₀ = " + symbols.costFormula() + " = " + Text.number(example.cost()));
        for (Layer layer : example.layers()) {
            layer(layer, example.targets());
        }
        page.line();
        page.line(Text.rule("Layer 0: the input"));
        page.header("", explanation.nudge());
        for (Input input : example.inputs()) {
            page.line();
            page.line(
                    "  Input " + input.k() + ":  " + symbols.a(0, input.k()) + " = " + Text.number(input.activation()));
            width = input.costByActivation().paths().stream()
                    .mapToInt(path -> pathWidth(1, path, input.k()))
                    .max()
                    .orElse(0);
            paths(1, input.k(), input.costByActivation());
        }
        more(example.otherInputs(), "inputs, on which the cost depends less");
    }

    private static String vector(List<Double> values) {
        String shown = values.stream()
                .limit(SHOWN_OUTPUTS)
                .map(value -> Text.brief(Math.rint(value * 1e4) / 1e4))
                .collect(Collectors.joining(", "));
        return "(" + shown + (values.size() > SHOWN_OUTPUTS ? ", …" : "") + ")";
    }

    private void layer(Layer layer, List<Double> targets) {
        int l = layer.number();
        int size = explanation.sizes().get(l);
        page.line();
        page.line(Text.rule("Layer " + l + ": " + size + (size == 1 ? " neuron, " : " neurons, ")
                + explanation.activations().get(l - 1)));
        for (Neuron neuron : layer.neurons()) {
            page.line();
            neuron(l, neuron, targets);
        }
        more(layer.otherNeurons(), "neurons, on which the cost depends less");
    }

    /** How far to the left of the equals signs the longest name of a neuron's table reaches. */
    private int width(int l, Neuron neuron) {
        String z = symbols.z(l, neuron.j());
        int width = 0;
        for (Weight weight : neuron.weights()) {
            width = Math.max(width, d(z, symbols.w(l, neuron.j(), weight.k())).length() + 2);
        }
        for (Path path : neuron.costByActivation().paths()) {
            width = Math.max(width, pathWidth(l + 1, path, neuron.j()));
        }
        return softmax(l) ? Math.max(width, d("C₀", z).length() + TIMES.length()) : width;
    }

    private int pathWidth(int next, Path path, int k) {
        String z = symbols.z(next, path.through());
        return Math.max(d(z, symbols.a(next - 1, k)).length() + 4, d("C₀", z).length() + TIMES.length());
    }

    private boolean softmax(int l) {
        return !symbols.activation(l).elementwise();
    }

    private void neuron(int l, Neuron neuron, List<Double> targets) {
        int j = neuron.j();
        String a = symbols.a(l, j);
        String z = symbols.z(l, j);
        boolean output = l == symbols.depth();
        width = width(l, neuron);
        page.line("  Neuron " + j + ":  " + z + " = " + Text.number(neuron.weightedSum()) + ",  " + a + " = "
                + Text.number(neuron.activation())
                + (output ? ",  " + symbols.y(j) + " = " + Text.brief(targets.get(j)) : ""));
        page.header("", explanation.nudge());
        if (output) {
            page.equation(
                    "  " + d("C₀", a),
                    width,
                    symbols.costGradient(j),
                    neuron.costByActivation().total());
        } else {
            paths(l + 1, j, neuron.costByActivation());
        }
        slopes(l, neuron, targets);
        bias(z, symbols.b(l, j), neuron.bias());
        for (Weight weight : neuron.weights()) {
            weight(z, symbols.w(l, j, weight.k()), symbols.a(l - 1, weight.k()), weight);
        }
        if (neuron.otherWeights() > 0) {
            page.line("  and " + Text.count(neuron.otherWeights()) + " more weights, where |∂C₀/∂w| is at most "
                    + Text.number(neuron.largestOther()));
        }
    }

    /** ∂C₀/∂a as the sum over the neurons of the next layer. */
    private void paths(int next, int k, Sum sum) {
        String a = symbols.a(next - 1, k);
        for (Path path : sum.paths()) {
            String z = symbols.z(next, path.through());
            page.equation("    " + d(z, a), width, symbols.w(next, path.through(), k), path.factor());
            page.equation(TIMES + d("C₀", z), width, Text.number(path.upstream()), path.term());
        }
        rest(sum);
        page.equation("  " + d("C₀", a), width, theSum(sum), sum.total());
    }

    private static String theSum(Sum sum) {
        long paths = sum.paths().size() + sum.rest().count();
        return paths == 1 ? "the one path there is" : "the sum over " + Text.count(paths) + " paths";
    }

    /** ∂C₀/∂z: through its own activation, or, for softmax, through them all. */
    private void slopes(int l, Neuron neuron, List<Double> targets) {
        Sum sum = neuron.costBySum();
        String z = symbols.z(l, neuron.j());
        String atOnce = l == symbols.depth() && symbols.fused() ? " = " + symbols.fusedDelta(targets) : "";
        if (!softmax(l)) {
            Path own = sum.paths().get(0);
            page.equation("  " + d(symbols.a(l, neuron.j()), z), width, "σ′(" + z + ")", own.factor());
            page.equation("  " + d("C₀", z), width, "the product of both" + atOnce, sum.total());
            return;
        }
        for (Path path : sum.paths()) {
            String a = symbols.a(l, path.through());
            page.equation("    " + d(a, z), width, softmaxSlope(neuron.j(), path.through()), path.factor());
            page.equation(TIMES + d("C₀", a), width, Text.number(path.upstream()), path.term());
        }
        rest(sum);
        page.equation("  " + d("C₀", z), width, theSum(sum) + atOnce, sum.total());
    }

    private static String softmaxSlope(int j, int i) {
        String a = "a" + Text.low(i);
        return i == j ? a + " (1 − " + a + ")" : "−" + a + " a" + Text.low(j);
    }

    private void bias(String z, String b, Bias bias) {
        page.equation("  " + d(z, b), width, "1", bias.sumByBias());
        page.equation("  " + d("C₀", b), width, "1 · " + d("C₀", z), bias.costByBias());
    }

    private void weight(String z, String w, String a, Weight weight) {
        page.equation("  " + d(z, w), width, a, weight.sumByWeight());
        page.equation("  " + d("C₀", w), width, a + " · " + d("C₀", z), weight.costByWeight());
    }

    private void rest(Sum sum) {
        long count = sum.rest().count();
        if (count > 0) {
            page.number(
                    "    and " + Text.count(count) + (count == 1 ? " more path" : " more paths"),
                    sum.rest().sum());
        }
    }

    private void more(long count, String what) {
        if (count > 0) {
            page.line();
            page.line("  and " + Text.count(count) + " more " + what);
        }
    }
}

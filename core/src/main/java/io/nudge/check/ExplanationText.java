package io.nudge.check;

import io.nudge.check.Explanation.Average;
import io.nudge.check.Explanation.MeanDerivative;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** An {@link Explanation} for people: what it is about, each example in detail, the mean over all. */
final class ExplanationText {
    private static final int SHOWN_EXAMPLES = 4;
    private static final int NAME = 16;
    private static final int COLUMN = 12;

    private final Explanation explanation;
    private final Symbols symbols;
    private final Page page = new Page();

    ExplanationText(Explanation explanation) {
        this.explanation = explanation;
        symbols = new Symbols(explanation);
    }

    String write() {
        page.line("The chain rule, by number: " + explanation.network());
        page.line();
        if (symbols.chain()) {
            picture();
        }
        introduction();
        for (Explanation.Example example : explanation.examples()) {
            page.line();
            if (symbols.chain()) {
                new ChainText(explanation, symbols, page).write(example);
            } else {
                new LayersText(explanation, symbols, page).write(example);
            }
        }
        if (explanation.average().costs().size() > 1) {
            average(explanation.average());
        }
        return page.toString();
    }

    /** The neurons and their biases, where they fit on a line. */
    private void picture() {
        StringBuilder neurons = new StringBuilder("    ");
        StringBuilder biases = new StringBuilder("    ");
        for (int l = 0; l <= symbols.depth(); l++) {
            if (l > 0) {
                neurons.append(" ──").append(symbols.w(l, 0, 0)).append("──▶ ");
                biases.append(Text.left("", neurons.length() - biases.length())).append(symbols.b(l, 0));
            }
            neurons.append(symbols.a(l, 0));
        }
        neurons.append(" ───▶ C₀ ◀─── y");
        if (neurons.length() <= Text.WIDTH) {
            page.line(neurons.toString());
            page.line(biases.toString());
            page.line();
        }
    }

    private void introduction() {
        page.paragraph(
                "How much does the cost C₀ of one example change with each weight, bias and activation? The chain rule"
                        + " answers factor by factor, from the last layer back. Every factor below is read from the tensors of a"
                        + " backward pass in " + explanation.type()
                        + ". Beside it stands what one sees when that weight, bias or"
                        + " activation is really nudged by " + Text.brief(explanation.nudge())
                        + ": how far its effect moves, divided"
                        + " by the nudge. The two agree the better, the smaller the nudge."
                        + (explanation.dropoutLeftOut() ? " Dropout is left out." : ""));
    }

    private void average(Average average) {
        int n = average.costs().size();
        int shown = Math.min(n, SHOWN_EXAMPLES);
        page.line();
        page.line(Text.rule("The average over " + n + " examples"));
        page.line();
        page.line("  The cost of all examples is the mean of theirs, and so is each of its derivatives:");
        page.line("  C = 1/" + n + " Σ C₀,   ∂C/∂w = 1/" + n + " Σ ∂C₀/∂w.   Gradient descent goes against it.");
        page.line();
        List<String> headings =
                IntStream.range(0, shown).mapToObj(i -> "example " + i).toList();
        page.line(row("", headings, n, "the mean", "nudge of " + Text.brief(explanation.nudge())));
        page.line(row("C₀", numbers(average.costs(), shown), n, Text.number(average.cost()), ""));
        int layer = 0;
        for (MeanDerivative each : average.derivatives()) {
            if (each.place().layer() != layer) {
                page.line();
                layer = each.place().layer();
            }
            page.line(row(
                    Symbols.d("C₀", symbols.of(each.place())),
                    numbers(each.byExample(), shown),
                    n,
                    Text.number(each.mean().byBackpropagation()),
                    Text.number(each.mean().byNudge())));
        }
        if (average.others() > 0) {
            page.line();
            page.line("  and " + Text.count(average.others()) + " more weights and biases");
        }
    }

    private static List<String> numbers(List<Double> values, int shown) {
        return values.stream().limit(shown).map(Text::number).toList();
    }

    private static String row(String name, List<String> columns, int all, String mean, String nudge) {
        String examples = columns.stream().map(each -> Text.right(each, COLUMN)).collect(Collectors.joining());
        String more = columns.size() < all ? "   …" : "    ";
        return "  " + Text.left(name, NAME) + examples + more + Text.right(mean, COLUMN)
                + Text.right(nudge, COLUMN + 4);
    }
}

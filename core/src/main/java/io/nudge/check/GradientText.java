package io.nudge.check;

/** A {@link GradientReport} for people. */
final class GradientText {
    private final GradientReport report;
    private final StringBuilder text = new StringBuilder();

    private GradientText(GradientReport report) {
        this.report = report;
    }

    static String of(GradientReport report) {
        return new GradientText(report).write();
    }

    private String write() {
        line("Gradient check: " + verdict());
        line("  " + report.network() + ", float64 on " + report.backend() + ", the mean cost C of "
                + plural(report.batch(), "example") + (report.dropoutLeftOut() ? "; dropout is left out" : ""));
        line("");
        counts();
        if (report.failed() > 0) {
            disagreements();
        } else if (report.worst() != null) {
            line("");
            line("  The largest relative error is "
                    + Text.exponent(report.worst().error()) + ", where " + Text.exponent(report.tolerance())
                    + " is allowed:");
            line("");
            header();
            comparison(report.worst());
        }
        return text.toString();
    }

    private String verdict() {
        if (report.passed()) {
            return "passed. Backpropagation agrees with central differences.";
        }
        return report.checked() == 0
                ? "FAILED. Nothing could be compared; other examples or another seed may help."
                : "FAILED. Backpropagation and central differences disagree.";
    }

    private void counts() {
        boolean all = report.checked() + report.leftOut() == report.parameters();
        count(
                report.checked() + report.leftOut(),
                "of " + Text.count(report.parameters()) + " weights and biases looked at"
                        + (all ? "" : ", drawn with seed " + report.seed()));
        count(report.leftOut(), "left out: a kink of the activation is in reach of the nudge");
        count(report.checked(), "compared");
        count(
                report.uncertain(),
                "of these too small for differences to tell so closely, compared as closely as can be");
        count(report.failed(), "disagree");
    }

    private void count(long count, String what) {
        line("  " + Text.right(Text.count(count), 9) + "  " + what);
    }

    private void disagreements() {
        line("");
        line("  w[j, k] leads from neuron k of the layer before to neuron j; both count from 0.");
        line("");
        header();
        report.failures().forEach(this::comparison);
        if (report.failed() > report.failures().size()) {
            line("  and " + Text.count(report.failed() - report.failures().size()) + " more; the worst of all is");
            comparison(report.worst());
        }
    }

    private void header() {
        line("  " + Text.left("", 30) + Text.right("backpropagation", 21) + Text.right("central differences", 21)
                + Text.right("relative error", 16) + Text.right("ratio", 10));
    }

    private void comparison(GradientReport.Comparison each) {
        line("  " + Text.left(each.place().toString(), 30)
                + Text.right(Text.precise(each.backpropagation()), 21)
                + Text.right(Text.precise(each.differences()), 21)
                + Text.right(Text.exponent(each.error()), 16)
                + Text.right(Text.brief(each.backpropagation() / each.differences()), 10));
    }

    private static String plural(long count, String what) {
        return Text.count(count) + " " + what + (count == 1 ? "" : "s");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}

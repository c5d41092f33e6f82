package io.nudge.check;

import java.util.List;
import java.util.Map;

/**
 * What {@link GradientCheck} found.
 *
 * @param network the network, for people
 * @param backend the name of the backend that computed both sides
 * @param batch examples in the batch
 * @param parameters weights and biases of the network
 * @param seed decided the sample
 * @param tolerance the largest relative error allowed
 * @param dropoutLeftOut whether the network has dropout, which the check leaves out
 * @param checked parameters compared
 * @param leftOut parameters not compared, since a kink was in reach of the nudge
 * @param uncertain of those checked, how many have a derivative so small that central differences in float64 cannot tell it
 *     to the tolerance; they are compared as closely as can be told
 * @param failed of those checked, how many disagree
 * @param worst the largest error; null if none was checked
 * @param failures the first that disagree, at most ten
 */
public record GradientReport(
        String network,
        String backend,
        int batch,
        long parameters,
        long seed,
        double tolerance,
        boolean dropoutLeftOut,
        long checked,
        long leftOut,
        long uncertain,
        long failed,
        Comparison worst,
        List<Comparison> failures) {
    /** Copies the list. */
    public GradientReport {
        failures = List.copyOf(failures);
    }

    /**
     * One derivative from both sides.
     *
     * @param place which weight or bias
     * @param backpropagation g: ∂C/∂w as backpropagation says
     * @param differences q: ∂C/∂w as central differences say
     * @param uncertainty how far q may be off
     * @param error |g − q| / (|g| + |q|), where the sum counts as at least what makes the uncertainty alone an error as large
     *     as the tolerance; NaN if a value is not finite
     */
    public record Comparison(
            Parameter place, double backpropagation, double differences, double uncertainty, double error) {
        static Comparison of(
                Parameter place, double backpropagation, double differences, double uncertainty, double tolerance) {
            double difference = Math.abs(backpropagation - differences);
            double scale = Math.abs(backpropagation) + Math.abs(differences);
            double error = difference == 0 ? 0 : difference / Math.max(scale, uncertainty / tolerance);
            return new Comparison(place, backpropagation, differences, uncertainty, error);
        }

        /** Whether the derivative is so small that an error as large as the tolerance could not be told. */
        boolean uncertain(double tolerance) {
            double scale = Math.abs(backpropagation) + Math.abs(differences);
            return backpropagation != differences && scale * tolerance < uncertainty;
        }
    }

    /**
     * Whether backpropagation is right: something was checked and nothing disagrees.
     *
     * @return true if so
     */
    public boolean passed() {
        return checked > 0 && failed == 0;
    }

    /**
     * The report for people.
     *
     * @return some lines of at most 100 columns
     */
    public String toText() {
        return GradientText.of(this);
    }

    /**
     * The report for programs.
     *
     * @return a JSON object with the components of this record, and {@code passed}
     */
    public String toJson() {
        return Json.write(this, Map.of("passed", passed()));
    }
}

package io.nudge.check;

import io.nudge.math.Activation;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * ∂C/∂w by central differences of order 6 with a step h,
 *
 * <p>C′ ≈ [45 (C₁ − C₋₁) − 9 (C₂ − C₋₂) + (C₃ − C₋₃)] / 60h, where C_i = C(w + ih),
 *
 * <p>whose error is of the order of h⁶ C⁗‴/140 (Fornberg, "Generation of finite difference formulas on arbitrarily spaced
 * grids", 1988, table 1), and to which rounding of each C_i by about N adds √(2 (45² + 9² + 1²)) N/60h.
 *
 * <p>How fast C bends is a matter of the weighted sums, since σ changes its shape over a distance of about 1 in z. So the
 * step is such that the z of the parameter's own layer moves by a fixed {@link #WIDEST}, whatever the size of the inputs: h
 * = 0.02 / max |∂z/∂w|, which is 0.02 for a bias and 0.02 / max |a| for a weight. With derivatives of order n as large as
 * n!/πⁿ (the poles of the logistic function lie at ±iπ) the formula's error is then below 1e-12, while that of rounding is
 * some 1e-14. Whether it really is so small is seen from the formulas of order 2 and 4 at the same points; if it is not, or
 * if a kink was met, the step is narrowed.
 */
final class Differences implements AutoCloseable {
    /** By how much a step moves z at first. */
    private static final double WIDEST = 0.02;
    /** How much narrower the next step is. */
    private static final double NARROWER = 0.25;
    /** The narrowest step moves z by 0.02/4⁴ = 8e-5: beyond, rounding takes more than a kink does. */
    private static final int WIDTHS = 5;
    /** The longest step for an input that is hardly ever on, in units of {@link #WIDEST}. */
    private static final double LONGEST = 1e6;

    /** The formula's own error, in units of what is allowed or of rounding, that no narrower step need mend. */
    private static final double NEGLIGIBLE = 0.01;

    private static final double[] ORDER_2 = {1.0 / 2, 0, 0};
    private static final double[] ORDER_4 = {8.0 / 12, -1.0 / 12, 0};
    private static final double[] ORDER_6 = {45.0 / 60, -9.0 / 60, 1.0 / 60};
    private static final double ROUNDING_GAIN = Math.sqrt(2 * (45 * 45 + 9 * 9 + 1)) / 60;

    private final Network network;
    private final Architecture architecture;
    private final Pass pass;
    private final double tolerance;
    private final double costRounding;
    private final double[][] largestActivations;
    private final List<Integer> kinkedLayers = new ArrayList<>();

    /**
     * A derivative as measured.
     *
     * @param value the difference quotient
     * @param uncertainty how far it may be off: rounding of the cost, and what the formula leaves out
     * @param kinked whether a kink was in reach of even the narrowest step, so that the value means nothing
     */
    record Quotient(double value, double uncertainty, boolean kinked) {}

    Differences(Network network, Examples examples, double tolerance) {
        this.network = network;
        this.architecture = network.architecture();
        this.tolerance = tolerance;
        this.costRounding = Rounding.ofCost(network, examples);
        this.largestActivations = new double[architecture.depth()][];
        for (int l = 1; l <= architecture.depth(); l++) {
            if (bendsAtZero(architecture.layer(l).activation())) {
                kinkedLayers.add(l);
            }
        }
        pass = Pass.training(network, examples.size(), 0);
        boolean made = false;
        try {
            examples.writeAll(pass);
            pass.forward();
            for (int l = 0; l < architecture.depth(); l++) {
                largestActivations[l] = largest(pass.activation(l).doubles(), architecture.neurons(l));
            }
            made = true;
        } finally {
            if (!made) {
                close();
            }
        }
    }

    /** Whether σ is not smooth at 0. That of elu never is: with alpha = 1 it is σ″ that jumps. */
    private static boolean bendsAtZero(Activation activation) {
        return activation.kinkAtZero() || activation instanceof Activation.Elu;
    }

    private static double[] largest(double[] rows, int columns) {
        double[] largest = new double[columns];
        for (int i = 0; i < rows.length; i++) {
            largest[i % columns] = Math.max(largest[i % columns], Math.abs(rows[i]));
        }
        return largest;
    }

    /** Measures ∂C/∂w or ∂C/∂b with the widest step that does. */
    Quotient quotient(Parameter place) {
        double perUnitOfSum = perUnitOfSum(place);
        Quotient best = new Quotient(Double.NaN, 0, true);
        double width = WIDEST;
        for (int i = 0; i < WIDTHS; i++, width *= NARROWER) {
            double step = width * perUnitOfSum;
            Samples samples = sample(place, step);
            if (samples.kinked) {
                continue;
            }
            double value = samples.derivative(ORDER_6, step);
            double rounding = ROUNDING_GAIN * costRounding / step;
            double truncation = samples.truncation(step, width);
            if (best.kinked || truncation + rounding < best.uncertainty) {
                best = new Quotient(value, truncation + rounding, false);
            }
            if (truncation <= NEGLIGIBLE * Math.max(tolerance * Math.abs(value), rounding)) {
                break;
            }
        }
        return best;
    }

    /** How far to nudge a parameter for its z to move by 1. */
    private double perUnitOfSum(Parameter place) {
        double slope = place.biased() ? 1 : largestActivations[place.layer() - 1][place.k()];
        return slope > 1 / LONGEST ? 1 / slope : slope == 0 ? 1 : LONGEST;
    }

    private Samples sample(Parameter place, double step) {
        Tensor parameters = network.parameters();
        long index = place.index(architecture);
        double value = Replica.read(parameters, index);
        Samples samples = new Samples();
        try {
            for (int i = 1; i <= Samples.REACH; i++) {
                Replica.write(parameters, index, value + i * step);
                double[] above = costs(samples);
                Replica.write(parameters, index, value - i * step);
                samples.differences[i - 1] = mean(above, costs(samples));
            }
        } finally {
            Replica.write(parameters, index, value);
        }
        samples.findKinks();
        return samples;
    }

    private double[] costs(Samples samples) {
        pass.forward();
        for (int l : kinkedLayers) {
            samples.see(l, pass.weightedSum(l).doubles());
        }
        pass.score();
        return pass.costs().doubles();
    }

    /** The mean of the differences, which rounds less than the difference of the means. */
    private static double mean(double[] above, double[] below) {
        double sum = 0;
        for (int i = 0; i < above.length; i++) {
            sum += above[i] - below[i];
        }
        return sum / above.length;
    }

    @Override
    public void close() {
        pass.close();
    }

    /** What is seen at w ± h, w ± 2h, w ± 3h. */
    private final class Samples {
        static final int REACH = 3;

        final double[] differences = new double[REACH];
        private final double[][] lowest = new double[architecture.depth() + 1][];
        private final double[][] highest = new double[architecture.depth() + 1][];
        boolean kinked;

        void see(int l, double[] sums) {
            if (lowest[l] == null) {
                lowest[l] = sums.clone();
                highest[l] = sums.clone();
            }
            for (int i = 0; i < sums.length; i++) {
                lowest[l][i] = Math.min(lowest[l][i], sums[i]);
                highest[l][i] = Math.max(highest[l][i], sums[i]);
            }
        }

        /** A z that moves is too near to 0 if it gets closer than half the way that it moves. */
        void findKinks() {
            for (int l : kinkedLayers) {
                for (int i = 0; i < lowest[l].length; i++) {
                    double reach = (highest[l][i] - lowest[l][i]) / 2;
                    kinked |= reach > 0 && lowest[l][i] - reach <= 0 && highest[l][i] + reach >= 0;
                }
            }
        }

        double derivative(double[] formula, double step) {
            double sum = 0;
            for (int i = 0; i < REACH; i++) {
                sum += formula[i] * differences[i];
            }
            return sum / step;
        }

        /**
         * The error of order 6, if each order is better than the last by the same factor. By chance that factor may look too
         * good; it is not taken to be below (5 width)², as if C changed over a fifth of the distance that σ does.
         */
        double truncation(double step, double width) {
            double order4 = derivative(ORDER_4, step);
            double coarse = Math.abs(order4 - derivative(ORDER_2, step));
            double fine = Math.abs(derivative(ORDER_6, step) - order4);
            double factor = Math.max(25 * width * width, coarse == 0 ? 1 : fine / coarse);
            return Math.max(fine, coarse * width * width) * factor;
        }
    }
}

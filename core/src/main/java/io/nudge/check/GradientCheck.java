package io.nudge.check;

import io.nudge.math.RandomStream;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Compares the gradient of backpropagation, as training uses it, with central differences, in float64 on the network's own
 * backend: each weight and bias is really nudged, and the cost C really computed again.
 *
 * <p>Agreement of backpropagation's value g and the difference quotient q is judged by |g − q| / (|g| + |q|). Rounding of the
 * cost and the width of the nudge make every quotient uncertain by a little; how much is worked out for each, without a look
 * at g, and a difference that small is no disagreement.
 * Where σ has a kink (relu, leaky-relu, elu) and a nudge carries a weighted sum z over it or into its reach, the quotient
 * says nothing about the derivative: a smaller nudge is tried, and if that does not help the parameter is left out and
 * counted.
 *
 * <p>Dropout is left out in both. Penalties are no part of C: the optimizer adds them.
 *
 * <p>The network is copied and never changed. Any number of checks may run at once.
 *
 * <pre>{@code
 * GradientReport report = GradientCheck.run(network, Examples.of(digits, 0, 1, 2), GradientCheck.Options.sample(500, 1));
 * System.out.print(report.toText());
 * }</pre>
 */
public final class GradientCheck {
    private static final int NAMED_FAILURES = 10;

    private GradientCheck() {}

    /**
     * What is checked, and how closely.
     *
     * @param sample how many parameters to check; 0 for all
     * @param seed decides which ones
     * @param tolerance the largest relative error; positive
     */
    public record Options(long sample, long seed, double tolerance) {
        /** The largest relative error unless said otherwise. */
        public static final double TOLERANCE = 1e-7;

        /** Checks the numbers. */
        public Options {
            if (sample < 0) {
                throw new IllegalArgumentException(
                        "the number of parameters to check must be 0 (all) or more, but is " + sample);
            }
            if (!(tolerance > 0 && Double.isFinite(tolerance))) {
                throw new IllegalArgumentException("the tolerance must be positive, but is " + tolerance);
            }
        }

        /**
         * Every parameter, to 1e-7.
         *
         * @return the options
         */
        public static Options all() {
            return new Options(0, 0, TOLERANCE);
        }

        /**
         * A seeded sample of the parameters, to 1e-7: as many weights and biases of every layer, where there are so many.
         *
         * @param count how many parameters; at least 1
         * @param seed decides which ones
         * @return the options
         */
        public static Options sample(long count, long seed) {
            if (count < 1) {
                throw new IllegalArgumentException("a sample must have at least 1 parameter, but has " + count);
            }
            return new Options(count, seed, TOLERANCE);
        }
    }

    /**
     * Checks a network.
     *
     * @param network the network, of any type on any backend; only read
     * @param examples the batch whose mean cost is differentiated
     * @param options what is checked
     * @return what was found
     * @throws IllegalArgumentException if network and examples do not fit
     */
    public static GradientReport run(Network network, Examples examples, Options options) {
        examples.requireFit(network.architecture());
        try (Network replica = Replica.of(network, DType.FLOAT64)) {
            Tally tally = new Tally(options.tolerance());
            double[] gradients = gradients(replica, examples);
            try (Differences differences = new Differences(replica, examples, options.tolerance())) {
                chosen(replica.architecture(), options).forEach(index -> {
                    Parameter place = Parameter.at(replica.architecture(), index);
                    tally.add(place, gradients[(int) index], differences.quotient(place));
                });
            }
            return tally.report(network, examples, options);
        }
    }

    /** Backpropagation's side: the very pass that training makes. */
    private static double[] gradients(Network replica, Examples examples) {
        try (Pass pass = Pass.training(replica, examples.size(), 0)) {
            examples.writeAll(pass);
            pass.forward();
            pass.backward();
            return pass.gradients().doubles();
        }
    }

    /** The indices to check, in order. */
    private static LongStream chosen(Architecture architecture, Options options) {
        long all = architecture.parameterCount();
        if (options.sample() == 0 || options.sample() >= all) {
            return LongStream.range(0, all);
        }
        RandomStream random = RandomStream.of(options.seed(), RandomStream.Use.SAMPLE, 0);
        List<Group> groups = groups(architecture);
        List<Long> indices = new ArrayList<>();
        long left = options.sample();
        for (int i = 0; i < groups.size(); i++) {
            int quota = (int) Math.min(groups.get(i).size(), left / (groups.size() - i));
            indices.addAll(groups.get(i).draw(quota, random));
            left -= quota;
        }
        return indices.stream().mapToLong(Long::longValue).sorted();
    }

    /** The weights of each layer and the biases of each layer, the fewest first, so that what they leave goes to the others. */
    private static List<Group> groups(Architecture architecture) {
        return IntStream.rangeClosed(1, architecture.depth())
                .boxed()
                .flatMap(l -> Stream.of(
                        new Group(
                                architecture.weightOffset(l),
                                architecture.weightOffset(l + 1) - architecture.weightOffset(l)),
                        new Group(architecture.biasOffset(l), architecture.neurons(l))))
                .sorted(Comparator.comparingLong(Group::size))
                .toList();
    }

    /** Parameters that lie together. */
    private record Group(long offset, long size) {
        /** Draws without putting back (Floyd's algorithm: Bentley and Floyd, "A sample of brilliance", 1987). */
        Set<Long> draw(int count, RandomStream random) {
            Set<Long> drawn = new HashSet<>();
            for (long last = size - count; last < size; last++) {
                long index = offset + random.below((int) (last + 1));
                drawn.add(drawn.contains(index) ? offset + last : index);
            }
            return drawn;
        }
    }

    /** Counts and keeps what is to be reported. */
    private static final class Tally {
        private final double tolerance;
        private final List<GradientReport.Comparison> failures = new ArrayList<>();
        private GradientReport.Comparison worst;
        private long checked;
        private long leftOut;
        private long uncertain;
        private long failed;

        Tally(double tolerance) {
            this.tolerance = tolerance;
        }

        void add(Parameter place, double gradient, Differences.Quotient quotient) {
            if (quotient.kinked()) {
                leftOut++;
                return;
            }
            checked++;
            GradientReport.Comparison comparison =
                    GradientReport.Comparison.of(place, gradient, quotient.value(), quotient.uncertainty(), tolerance);
            if (comparison.uncertain(tolerance)) {
                uncertain++;
            }
            if (worst == null || Double.compare(comparison.error(), worst.error()) > 0) {
                worst = comparison;
            }
            if (!(comparison.error() <= tolerance)) {
                failed++;
                if (failures.size() < NAMED_FAILURES) {
                    failures.add(comparison);
                }
            }
        }

        GradientReport report(Network network, Examples examples, Options options) {
            return new GradientReport(
                    network.architecture().toString(),
                    network.backend().device().backend(),
                    examples.size(),
                    network.architecture().parameterCount(),
                    options.seed(),
                    tolerance,
                    Replica.dropsOut(network.architecture()),
                    checked,
                    leftOut,
                    uncertain,
                    failed,
                    worst,
                    failures);
        }
    }
}

package io.nudge.math;

/**
 * How the rate changes over a run, as a factor on the optimizer's base rate. A pure function of the step, so a resumed
 * run needs nothing but the step's number.
 *
 * <p>Immutable and thread-safe. Example: {@code Schedule.named("warmup:2+cosine:28")} rises for two epochs, then follows
 * half a cosine down to 0 over 28.
 */
public sealed interface Schedule {
    /** The base rate throughout. */
    Schedule CONSTANT = new Constant();

    /** The names that {@link #named} knows. */
    String NAMES = "constant, step:EPOCHS:FACTOR, exponential:FACTOR, cosine:EPOCHS[:FLOOR], each also behind "
            + "'warmup:EPOCHS+', as in warmup:2+cosine:28";

    /**
     * Finds a schedule by its name, as {@link #name()} writes it.
     *
     * @param text for example {@code constant}, {@code step:10:0.5} or {@code warmup:2+cosine:28}
     * @return the schedule
     * @throws IllegalArgumentException if the name is unknown; the message lists those known
     */
    static Schedule named(String text) {
        int plus = text.indexOf('+');
        String kind = "schedule";
        Spec spec = Spec.parse(kind, plus < 0 ? text : text.substring(0, plus));
        boolean warmUp = spec.name().equals("warmup");
        if (warmUp) {
            Schedule then = plus < 0 ? CONSTANT : named(text.substring(plus + 1));
            return new WarmUp(required(spec.atMost(kind, 1), 0), then);
        }
        if (plus >= 0) {
            throw new IllegalArgumentException(
                    "schedule '" + text + "': only warmup can stand before '+', as in warmup:2+cosine:28");
        }
        return switch (spec.name()) {
            case "constant" -> {
                spec.atMost(kind, 0);
                yield CONSTANT;
            }
            case "step" -> new Step(required(spec.atMost(kind, 2), 0), required(spec, 1));
            case "exponential" -> new Exponential(required(spec.atMost(kind, 1), 0));
            case "cosine" -> new Cosine(required(spec.atMost(kind, 2), 0), spec.number(1, 0));
            default -> throw spec.unknown(kind, NAMES);
        };
    }

    private static double required(Spec spec, int i) {
        if (i >= spec.numbers().size()) {
            throw new IllegalArgumentException(
                    "schedule '" + spec.text() + "' lacks a number; it is written as one of: " + NAMES);
        }
        return spec.numbers().get(i);
    }

    /**
     * The name that {@link #named} understands, with its numbers.
     *
     * @return for example {@code step:10.0:0.5}
     */
    String name();

    /**
     * The factor on the base rate.
     *
     * @param step the number of the step in the whole run, from 0
     * @param stepsPerEpoch how many steps make an epoch
     * @return the factor; 0 or more
     */
    double factor(double step, int stepsPerEpoch);

    /** The factor 1 throughout. */
    record Constant() implements Schedule {
        @Override
        public String name() {
            return "constant";
        }

        @Override
        public double factor(double step, int stepsPerEpoch) {
            return 1;
        }
    }

    /**
     * Multiplies by a factor every so many epochs.
     *
     * @param epochs epochs between two changes; positive
     * @param by the factor; positive
     */
    record Step(double epochs, double by) implements Schedule {
        /** Checks the numbers. */
        public Step {
            requireEpochs(epochs);
            requireFactor(by);
        }

        @Override
        public String name() {
            return Spec.write("step", epochs, by);
        }

        @Override
        public double factor(double step, int stepsPerEpoch) {
            return StrictMath.pow(by, Math.floor(step / (epochs * stepsPerEpoch)));
        }
    }

    /**
     * Falls by a constant factor per epoch, a little at every step: factor^(epochs passed).
     *
     * @param by the factor per epoch; positive
     */
    record Exponential(double by) implements Schedule {
        /** Checks the factor. */
        public Exponential {
            requireFactor(by);
        }

        @Override
        public String name() {
            return Spec.write("exponential", by);
        }

        @Override
        public double factor(double step, int stepsPerEpoch) {
            return StrictMath.pow(by, step / stepsPerEpoch);
        }
    }

    /**
     * Half a cosine from 1 down to a floor, and the floor from then on (Loshchilov and Hutter, 2016, equation 5).
     *
     * @param epochs epochs until the floor is reached; positive
     * @param floor the last factor; in [0, 1]
     */
    record Cosine(double epochs, double floor) implements Schedule {
        /** Checks the numbers. */
        public Cosine {
            requireEpochs(epochs);
            Spec.require(floor >= 0 && floor <= 1, "the floor of a cosine schedule", floor, "between 0 and 1");
        }

        @Override
        public String name() {
            return Spec.write("cosine", epochs, floor);
        }

        @Override
        public double factor(double step, int stepsPerEpoch) {
            double passed = Math.min(1, step / (epochs * stepsPerEpoch));
            return floor + (1 - floor) * 0.5 * (1 + StrictMath.cos(Math.PI * passed));
        }
    }

    /**
     * Rises linearly to 1 over the first epochs, then follows another schedule from its beginning (Goyal et al., 2017).
     *
     * @param epochs epochs of warm-up; positive
     * @param then what follows
     */
    record WarmUp(double epochs, Schedule then) implements Schedule {
        /** Checks the numbers. */
        public WarmUp {
            requireEpochs(epochs);
        }

        @Override
        public String name() {
            return Spec.write("warmup", epochs) + "+" + then.name();
        }

        @Override
        public double factor(double step, int stepsPerEpoch) {
            double steps = epochs * stepsPerEpoch;
            return step < steps ? Math.min(1, (step + 1) / steps) : then.factor(step - steps, stepsPerEpoch);
        }
    }

    private static void requireEpochs(double epochs) {
        Spec.require(epochs > 0 && Double.isFinite(epochs), "the epochs of a schedule", epochs, "positive");
    }

    private static void requireFactor(double factor) {
        Spec.require(factor > 0 && Double.isFinite(factor), "the factor of a schedule", factor, "positive");
    }
}

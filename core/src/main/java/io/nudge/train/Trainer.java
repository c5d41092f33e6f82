package io.nudge.train;

import io.nudge.data.Dataset;
import io.nudge.data.Split;
import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import io.nudge.math.Schedule;
import io.nudge.nn.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains networks by gradient descent on the mean cost of a data set: mini-batches of any size, from single examples to
 * all at once, in an order shuffled anew for every epoch; the last batch of an epoch may be smaller, and its mean is over
 * the examples that it has. Same seed, same data, same machine and same backend give the same bits.
 *
 * <p>Immutable; safe to use from several threads for different networks on different backends.
 *
 * <pre>{@code
 * Trainer trainer = Trainer.builder().optimizer(Optimizer.sgd(1.5)).batch(10).epochs(30).seed(1).build();
 * History history = trainer.train(network, digits);
 * System.out.println(history.last().accuracy());
 * }</pre>
 */
public final class Trainer {
    private final Builder settings;

    private Trainer(Builder settings) {
        this.settings = settings;
    }

    /**
     * Begins to set a trainer up.
     *
     * @return a builder with SGD at the rate 1.5, batches of 10, 30 epochs, the seed 1
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Trains a network from where its parameters are.
     *
     * @param network the network; its parameters are changed
     * @param data the training data, with as many inputs and outputs as the network
     * @return what every epoch gave
     * @throws IllegalArgumentException if network, data or validation data do not fit together
     * @throws DivergedException if the cost is not finite
     */
    public History train(Network network, Dataset data) {
        try (Run run = run(network, data)) {
            return run.toEnd();
        }
    }

    /**
     * Goes on with a run that was interrupted. It ends with the same bits as if it had not been.
     *
     * @param network a network of the same architecture; its parameters are replaced
     * @param data the same training data
     * @param state the run's state
     * @return what every epoch gave, those before the interruption too
     * @throws IllegalArgumentException if the run was set otherwise; the message names what differs
     * @throws DivergedException if the cost is not finite
     */
    public History resume(Network network, Dataset data, TrainingState state) {
        try (Run run = run(network, data)) {
            run.restore(state);
            return run.toEnd();
        }
    }

    private Run run(Network network, Dataset data) {
        if (settings.validationShare == 0) {
            return new Run(settings, network, data);
        }
        Split split = data.split(settings.validationShare, settings.seed);
        Builder divided = settings.copy();
        divided.validation = Optional.of(split.held());
        return new Run(divided, network, split.train());
    }

    /** Sets a trainer up. Not thread-safe. */
    public static final class Builder implements Cloneable {
        Descent descent = Descent.of(Optimizer.sgd(1.5));
        Schedule schedule = Schedule.CONSTANT;
        int batch = 10;
        int epochs = 30;
        long seed = 1;
        Optional<Dataset> validation = Optional.empty();
        double validationShare;
        boolean keepBest;
        int patience;
        List<TrainingListener> listeners = new ArrayList<>();

        private Builder() {}

        /**
         * Sets the optimizer; penalties and clipping stay as they are, at first none.
         *
         * @param optimizer the rule of a step, with its base rate
         * @return this
         */
        public Builder optimizer(Optimizer optimizer) {
            return descent(descent.withOptimizer(optimizer));
        }

        /**
         * Sets the optimizer, penalties and clipping.
         *
         * @param rule all of it
         * @return this
         */
        public Builder descent(Descent rule) {
            this.descent = rule;
            return this;
        }

        /**
         * Sets how the rate changes.
         *
         * @param factor a factor on the base rate
         * @return this
         */
        public Builder schedule(Schedule factor) {
            this.schedule = factor;
            return this;
        }

        /**
         * Sets the size of a mini-batch.
         *
         * @param examples at least 1; as many as there are or more for full-batch descent
         * @return this
         */
        public Builder batch(int examples) {
            this.batch = requirePositive("the batch", examples);
            return this;
        }

        /**
         * Sets how often all training examples are gone through.
         *
         * @param count at least 1
         * @return this
         */
        public Builder epochs(int count) {
            this.epochs = requirePositive("the number of epochs", count);
            return this;
        }

        /**
         * Sets the seed of shuffling and dropout.
         *
         * @param number any
         * @return this
         */
        public Builder seed(long number) {
            this.seed = number;
            return this;
        }

        /**
         * Sets data that the network is measured on after every epoch and never trained on.
         *
         * @param data with as many inputs and outputs as the network
         * @return this
         */
        public Builder validation(Dataset data) {
            this.validation = Optional.of(data);
            this.validationShare = 0;
            return this;
        }

        /**
         * Takes validation data off the training data, by {@link Dataset#split} with the run's seed.
         *
         * @param share of the examples; above 0 and below 1
         * @return this
         */
        public Builder validation(double share) {
            if (!(share > 0 && share < 1)) {
                throw new IllegalArgumentException(
                        "the share of validation data must be above 0 and below 1, but is " + share);
            }
            this.validation = Optional.empty();
            this.validationShare = share;
            return this;
        }

        /**
         * At the end, gives the network the parameters of the epoch with the best validation accuracy (the first of
         * equals), or, where answers cannot be right or wrong, the least validation cost. Needs validation data. A run
         * that diverges ends so, too.
         *
         * @param keep whether to
         * @return this
         */
        public Builder keepBest(boolean keep) {
            this.keepBest = keep;
            return this;
        }

        /**
         * Stops early, when the last so many epochs have not been better than the best before. Needs validation data.
         *
         * @param epochsWithoutGain at least 1; 0 for never
         * @return this
         */
        public Builder patience(int epochsWithoutGain) {
            if (epochsWithoutGain < 0) {
                throw new IllegalArgumentException("the patience must be at least 0, but is " + epochsWithoutGain);
            }
            this.patience = epochsWithoutGain;
            return this;
        }

        /**
         * Adds a listener.
         *
         * @param listener is told how the run goes
         * @return this
         */
        public Builder listener(TrainingListener listener) {
            this.listeners.add(listener);
            return this;
        }

        /**
         * Makes the trainer.
         *
         * @return the trainer
         * @throws IllegalArgumentException if validation data are needed and missing
         */
        public Trainer build() {
            if (validation.isEmpty() && validationShare == 0 && (keepBest || patience > 0)) {
                throw new IllegalArgumentException((keepBest ? "keeping the best epoch" : "stopping early")
                        + " needs validation data; set some, or split them off the training data");
            }
            return new Trainer(copy());
        }

        private Builder copy() {
            try {
                Builder copy = (Builder) clone();
                copy.listeners = List.copyOf(listeners);
                return copy;
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        /** What decides the bits of a run, by name; the number of epochs and the listeners do not. */
        Map<String, String> describe() {
            Map<String, String> names = new LinkedHashMap<>();
            names.put("optimizer", descent.optimizer().name());
            names.put("rate", String.valueOf(descent.optimizer().rate()));
            names.put("schedule", schedule.name());
            names.put("l1", String.valueOf(descent.l1()));
            names.put("l2", String.valueOf(descent.l2()));
            names.put("clip by value", String.valueOf(descent.clipValue()));
            names.put("clip by norm", String.valueOf(descent.clipNorm()));
            names.put("batch", String.valueOf(batch));
            names.put("seed", String.valueOf(seed));
            names.put("keep best", String.valueOf(keepBest));
            return names;
        }

        private static int requirePositive(String what, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(what + " must be at least 1, but is " + value);
            }
            return value;
        }
    }
}

package io.nudge.cli;

import io.nudge.math.Descent;
import io.nudge.math.Optimizer;
import io.nudge.math.Schedule;
import io.nudge.train.Trainer;
import picocli.CommandLine.Option;

/** How the network is trained. */
final class TrainingOptions {
    private static final String FULL = "full";
    private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            defaultValue = "sgd",
            description = Optimizer.NAMES + ". Default: sgd")
    private String optimizer;

    @Option(
            names = "--rate",
            paramLabel = "NUMBER",
            description =
                    "Learning rate. Default: 1.5 with sgd, 0.15 with momentum and nesterov, 0.001 with the others")
    private Double rate;

    @Option(
            names = "--schedule",
            paramLabel = "NAME",
            defaultValue = "constant",
            description = "How the rate changes: " + Schedule.NAMES + ". Default: constant")
    private String schedule;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "10",
            description = "Examples in a mini-batch; full for all at once. Default: 10")
    private String batch;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "30",
            description = "How often all examples are gone through. Default: 30")
    private int epochs;

    @Option(names = "--l1", paramLabel = "NUMBER", description = "Penalty l1 * sum |w| on the weights")
    private Double l1;

    @Option(names = "--l2", paramLabel = "NUMBER", description = "Penalty l2/2 * sum w^2 on the weights")
    private Double l2;

    @Option(names = "--clip-value", paramLabel = "NUMBER", description = "Limit every gradient to this")
    private Double clipValue;

    @Option(
            names = "--clip-norm",
            paramLabel = "NUMBER",
            description = "Limit the length of all gradients together to this")
    private Double clipNorm;

    @Option(names = "--keep-best", description = "End with the parameters of the best epoch on the validation part")
    private boolean keepBest;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description = "Stop when N epochs have brought no gain on the validation part")
    private Integer patience;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of all that is random: the split, the initial weights, the order, dropout. Default: 1")
    private long seed;

    long seed() {
        return seed;
    }

    int epochs() {
        return epochs;
    }

    boolean keepsBest() {
        return keepBest;
    }

    /** Sets up a trainer as the options say; refuses values that cannot be. */
    Trainer.Builder trainer() {
        Trainer.Builder trainer = Trainer.builder()
                .descent(descent())
                .schedule(UsageException.of("--schedule", () -> Schedule.named(schedule)))
                .batch(batch())
                .keepBest(keepBest)
                .seed(seed);
        UsageException.of("--epochs", () -> trainer.epochs(epochs));
        if (patience != null) {
            requirePositive("--patience", patience);
            trainer.patience(patience);
        }
        return trainer;
    }

    /** What these options need of the validation data. */
    void requireValidation(boolean present) {
        if (!present && (keepBest || patience != null)) {
            throw new UsageException((keepBest ? "--keep-best" : "--patience")
                    + " needs data to judge by; hold some back with --validation 0.1");
        }
    }

    private Descent descent() {
        Optimizer rule = optimizer();
        double first = l1 == null ? 0 : l1;
        double second = l2 == null ? 0 : l2;
        double value = clipValue == null ? NO_LIMIT : clipValue;
        double norm = clipNorm == null ? NO_LIMIT : clipNorm;
        UsageException.of("--l1", () -> new Descent(rule, first, 0, NO_LIMIT, NO_LIMIT));
        UsageException.of("--l2", () -> new Descent(rule, 0, second, NO_LIMIT, NO_LIMIT));
        UsageException.of("--clip-value", () -> new Descent(rule, 0, 0, value, NO_LIMIT));
        return UsageException.of("--clip-norm", () -> new Descent(rule, first, second, value, norm));
    }

    private Optimizer optimizer() {
        Optimizer like = UsageException.of("--optimizer", () -> Optimizer.named(optimizer, 1));
        double base = rate == null ? usualRate(like) : rate;
        return UsageException.of("--rate", () -> Optimizer.named(optimizer, base));
    }

    private static double usualRate(Optimizer optimizer) {
        return switch (optimizer.name().split(":", 2)[0]) {
            case "sgd" -> 1.5;
            case "momentum", "nesterov" -> 0.15;
            default -> 0.001;
        };
    }

    private int batch() {
        if (batch.equals(FULL)) {
            return Integer.MAX_VALUE;
        }
        try {
            return requirePositive("--batch", Integer.parseInt(batch.strip()));
        } catch (NumberFormatException e) {
            throw new UsageException("--batch must be a whole number or full, but is '" + batch + "'", e);
        }
    }

    static int requirePositive(String option, int value) {
        if (value < 1) {
            throw new UsageException(option + " must be at least 1, but is " + value);
        }
        return value;
    }

    void describe(Settings settings) {
        Optimizer rule = optimizer();
        settings.with("--optimizer", rule.name())
                .with("--rate", rule.rate())
                .with("--schedule", Schedule.named(schedule).name())
                .with("--batch", batch() == Integer.MAX_VALUE ? FULL : batch())
                .with("--epochs", epochs)
                .with("--l1", l1)
                .with("--l2", l2)
                .with("--clip-value", clipValue)
                .with("--clip-norm", clipNorm)
                .with("--keep-best", keepBest ? true : null)
                .with("--patience", patience)
                .with("--seed", seed);
    }

    /** In words, for the first lines of a run. */
    String summary() {
        Optimizer rule = optimizer();
        String how = rule.name() + ", rate " + Text.plain(rule.rate())
                + (schedule.equals("constant") ? "" : ", schedule " + schedule);
        String size = batch() == Integer.MAX_VALUE ? "all examples at once" : "batches of " + Text.count(batch());
        return how + ", " + size + ", " + Text.counted(epochs, "epoch") + ", seed " + seed;
    }
}

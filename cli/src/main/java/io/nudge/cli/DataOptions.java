package io.nudge.cli;

import io.nudge.data.Dataset;
import io.nudge.data.Scaling;
import io.nudge.data.Split;
import io.nudge.data.Task;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where the data come from, what is held back, and how they are scaled. */
final class DataOptions extends SourceOptions {
    static final String USUAL_TEST = "0.2";

    @Option(
            names = "--task",
            paramLabel = "NAME",
            defaultValue = "classification",
            description = "CSV: classification or regression. Default: classification")
    private String task;

    @Option(
            names = "--scale",
            paramLabel = "standard|none",
            description =
                    "Give every input mean 0 and deviation 1 over the training part. Default: standard for CSV and iris")
    private String scale;

    @Option(
            names = "--test",
            paramLabel = "SHARE|SOURCE|none",
            description = "What the result is tested on. Default: the data's own test files, else 0.2 of the examples")
    private String test;

    @Option(
            names = "--validation",
            paramLabel = "SHARE|SOURCE|none",
            defaultValue = "none",
            description = "What is measured after every epoch; a share is taken off the training part. Default: none")
    private String validation;

    Task task() {
        return switch (task) {
            case "classification" -> Task.CLASSIFICATION;
            case "regression" -> Task.REGRESSION;
            default -> throw new UsageException("--task must be classification or regression, but is '" + task + "'");
        };
    }

    boolean isRegression() {
        return task() == Task.REGRESSION;
    }

    boolean hasValidation() {
        return !(validation() instanceof HeldOut.None);
    }

    private HeldOut validation() {
        return HeldOut.parse("--validation", validation);
    }

    /** Refuses values that cannot be, before any file is read. */
    void check() {
        task();
        scales(true);
        validation();
        HeldOut.parse("--test", test == null ? USUAL_TEST : test);
    }

    private boolean scales(boolean table) {
        return switch (scale == null ? (table ? "standard" : Numbers.NONE) : scale) {
            case "standard" -> true;
            case Numbers.NONE -> false;
            default -> throw new UsageException("--scale must be standard or none, but is '" + scale + "'");
        };
    }

    /** Reads the data and divides them. The same options and seed give the same parts. */
    Parts read(long seed) {
        Source source = source();
        if (isRegression() && source.examples().isClassification()) {
            throw new UsageException("--task regression is for CSV files, but " + source.name() + " has classes");
        }
        Split first = tested(source, seed);
        Split second = split(source, first.train(), validation(), seed);
        Optional<Scaling> scaling =
                scales(source.table()) ? Optional.of(Scaling.standard(second.train())) : Optional.empty();
        return new Parts(
                source,
                scaled(scaling, second.train()),
                Optional.ofNullable(second.held()).map(part -> scaled(scaling, part)),
                Optional.ofNullable(first.held()).map(part -> scaled(scaling, part)),
                scaling);
    }

    private Source source() {
        if (!namesLabel()) {
            List<String> columns = columns();
            if (!columns.isEmpty()) {
                throw new UsageException("--label is missing: name the column of " + data() + " to predict, one of "
                        + String.join(", ", columns));
            }
        }
        return read(task(), List.of());
    }

    /** The part to train on and that to test on, which may be null. */
    private Split tested(Source source, long seed) {
        if (test == null && source.test().isPresent()) {
            return new Split(source.examples(), source.test().get());
        }
        return split(source, source.examples(), HeldOut.parse("--test", test == null ? USUAL_TEST : test), seed);
    }

    private Split split(Source source, Dataset whole, HeldOut held, long seed) {
        if (held instanceof HeldOut.Share share) {
            return whole.split(share.fraction(), seed);
        }
        if (held instanceof HeldOut.Elsewhere other) {
            Source apart = readFrom(other.source(), task(), source.examples().classNames());
            return new Split(
                    whole, Fit.toClasses(apart.test().orElse(apart.examples()), whole.classNames(), apart.name()));
        }
        return new Split(whole, null);
    }

    private static Dataset scaled(Optional<Scaling> scaling, Dataset part) {
        return scaling.map(each -> each.apply(part)).orElse(part);
    }

    @Override
    void describe(Settings settings) {
        super.describe(settings);
        settings.with("--task", isRegression() ? "regression" : null)
                .with("--scale", scale)
                .with("--test", test == null ? null : HeldOut.parse("--test", test))
                .with("--validation", validation());
    }
}

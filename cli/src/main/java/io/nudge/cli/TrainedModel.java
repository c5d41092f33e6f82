package io.nudge.cli;

import io.nudge.data.DataException;
import io.nudge.data.Dataset;
import io.nudge.data.Task;
import io.nudge.math.Activation;
import io.nudge.model.Model;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A model from a file, and what data must be to go with it. */
record TrainedModel(Path file, Model model, Notes notes) {
    static TrainedModel load(Path file) {
        Model model = Model.load(file);
        return new TrainedModel(file, model, Notes.of(model));
    }

    /** Whether it tells classes apart. */
    boolean isClassifier() {
        boolean numbers = "regression".equals(notes.settings().get("--task"))
                || model.architecture().outputActivation() instanceof Activation.Identity;
        return !numbers || !model.classNames().isEmpty();
    }

    /** What an output is called. */
    String outputName(int j) {
        return model.classNames().isEmpty()
                ? Integer.toString(j)
                : model.classNames().get(j);
    }

    /** Reads data as those of the training were read, with the classes numbered as the model knows them. */
    Source read(SourceOptions options) {
        complete(options);
        Task task = isClassifier() ? Task.CLASSIFICATION : Task.REGRESSION;
        Source source = options.read(task, model.classNames());
        requireFit(source.examples(), source.name());
        return new Source(
                source.name(),
                source.table(),
                Fit.toClasses(source.examples(), model.classNames(), source.name()),
                source.test().map(test -> Fit.toClasses(test, model.classNames(), source.name())));
    }

    /** Reads inputs alone. */
    Dataset readInputs(SourceOptions options) {
        complete(options);
        Dataset data = options.readInputs(model.architecture().inputs());
        requireInputs(data, options.data());
        return data;
    }

    /** Lets the inputs enter the network as those of the training did. */
    Dataset scaled(Dataset data) {
        return model.scaling().map(scaling -> scaling.apply(data)).orElse(data);
    }

    private void complete(SourceOptions options) {
        Map<String, String> settings = notes.settings();
        String usual = settings.get("--data");
        if (!options.isGiven() && !SourceOptions.DIGITS.equals(usual) && !SourceOptions.IRIS.equals(usual)) {
            throw new UsageException("--data is missing: say which data, a folder of IDX files or a CSV file");
        }
        options.orElse(usual);
        options.orElse(list(settings.get("--label")), list(settings.get("--ignore")), settings.get("--header"));
    }

    private static List<String> list(String text) {
        return text == null ? List.of() : Arrays.asList(text.split(","));
    }

    private void requireFit(Dataset data, String name) {
        requireInputs(data, name);
        if (data.outputs() == 0) {
            throw new UsageException(
                    "--label is missing: name the column of " + name + " that holds the right answers");
        }
        if (data.isClassification() != isClassifier()) {
            throw new DataException(Text.format(
                    "%s predicts %s, but %s has %s; use data like those it was trained on",
                    file,
                    isClassifier() ? "classes" : "numbers",
                    name,
                    data.isClassification() ? "classes" : "numbers"));
        }
        if (isClassifier()
                && model.classNames().isEmpty()
                && data.outputs() > model.architecture().outputs()) {
            throw new DataException(Text.format(
                    "%s tells %d classes apart, but %s has %d; use data like those it was trained on",
                    file, model.architecture().outputs(), name, data.outputs()));
        }
        if (!isClassifier() && data.outputs() != model.architecture().outputs()) {
            throw new DataException(Text.format(
                    "%s predicts %d numbers, but %s has %d; use data like those it was trained on",
                    file, model.architecture().outputs(), name, data.outputs()));
        }
    }

    private void requireInputs(Dataset data, String name) {
        int inputs = model.architecture().inputs();
        if (data.inputs() != inputs) {
            throw new DataException(Text.format(
                    "%s takes %s, but the examples of %s have %s; use data like those it was trained on",
                    file, Text.counted(inputs, "input"), name, Text.count(data.inputs())));
        }
        List<String> names = data.inputNames();
        if (!names.isEmpty() && !model.inputNames().isEmpty() && !names.equals(model.inputNames())) {
            int column = 0;
            while (names.get(column).equals(model.inputNames().get(column))) {
                column++;
            }
            throw new DataException(Text.format(
                    "%s takes '%s' as its input %d, but in %s that is '%s'; bring the columns in the same order",
                    file, model.inputNames().get(column), column, name, names.get(column)));
        }
    }

    @Override
    public String toString() {
        return file + ": " + model.architecture() + "; "
                + Text.counted(model.architecture().parameterCount(), "parameter") + ", " + model.type();
    }
}

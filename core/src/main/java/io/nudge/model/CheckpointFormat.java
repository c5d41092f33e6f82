package io.nudge.model;

import io.nudge.tensor.Shape;
import io.nudge.train.History;
import io.nudge.train.TrainingState;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** What a checkpoint's file holds beside the model's: see {@link ModelFormat}. */
final class CheckpointFormat {
    private static final String OPTIMIZER = "optimizer.state";
    private static final String BEST = "best.parameters";

    private CheckpointFormat() {}

    static Map<String, String> metadata(Checkpoint checkpoint) {
        TrainingState state = checkpoint.state();
        Map<String, Object> training = new LinkedHashMap<>();
        training.put("epoch", state.epoch());
        training.put("steps", state.steps());
        training.put("best_score", String.valueOf(state.bestScore())); // may be infinite, which JSON cannot say
        training.put("best_epoch", state.bestEpoch());
        training.put("loss_scale", state.lossScale());
        training.put("good_steps", state.goodSteps());
        training.put("settings", new TreeMap<>(state.settings()));
        Map<String, String> metadata = ModelFormat.metadata(checkpoint.model());
        metadata.put("training", Fields.write(training));
        metadata.put("history", state.history().toJson());
        return metadata;
    }

    static Map<String, Slice> tensors(Checkpoint checkpoint) {
        Model model = checkpoint.model();
        TrainingState state = checkpoint.state();
        Map<String, Slice> tensors = ModelFormat.tensors(model);
        int count = state.parameters().length;
        Shape slots = Shape.of(state.optimizerState().length / count, count);
        tensors.put(
                OPTIMIZER, Parameters.of(model.type(), state.optimizerState()).slice(0, slots));
        if (state.best().length > 0) {
            tensors.put(BEST, Parameters.of(model.type(), state.best()).slice(0, Shape.of(count)));
        }
        return tensors;
    }

    static Checkpoint read(Safetensors file) throws IOException {
        Model model = ModelFormat.read(file);
        if (!file.metadata().containsKey("training")) {
            throw new ModelException("this is a model, not a checkpoint: no run can go on from it; load it as a model");
        }
        Fields training = Fields.parse("'training'", ModelFormat.text(file, "training"));
        double[] optimizerState = optimizerState(file, model);
        double[] best = best(file, model);
        return ModelFormat.checked(() -> new Checkpoint(
                model,
                new TrainingState(
                        training.object("settings").texts(),
                        training.smallCount("epoch"),
                        training.count("steps"),
                        model.parameters(),
                        optimizerState,
                        best,
                        bestScore(training.text("best_score")),
                        training.smallCount("best_epoch"),
                        training.count("loss_scale"),
                        training.count("good_steps"),
                        history(ModelFormat.text(file, "history")))));
    }

    private static History history(String json) {
        try {
            return History.fromJson(json);
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new ModelException("its history is not one: " + e.getMessage(), e);
        }
    }

    private static double bestScore(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new ModelException("'best_score' should be a number, but is '" + text + "'", e);
        }
    }

    private static double[] optimizerState(Safetensors file, Model model) throws IOException {
        long count = model.architecture().parameterCount();
        Header.Entry entry = file.tensors().get(OPTIMIZER);
        if (entry == null || entry.shape().rank() != 2 || entry.shape().columns() != count) {
            throw new ModelException("the tensor '%s' should have the shape [slots, %d], but %s"
                    .formatted(OPTIMIZER, count, entry == null ? "there is none" : "has " + entry.shape()));
        }
        return ModelFormat.read(file, OPTIMIZER, model.type(), entry.shape().rows(), count)
                .doubles();
    }

    private static double[] best(Safetensors file, Model model) throws IOException {
        if (!file.tensors().containsKey(BEST)) {
            return new double[0];
        }
        return ModelFormat.read(file, BEST, model.type(), model.architecture().parameterCount())
                .doubles();
    }
}

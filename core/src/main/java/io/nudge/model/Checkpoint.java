package io.nudge.model;

import io.nudge.train.EpochResult;
import io.nudge.train.TrainingListener;
import io.nudge.train.TrainingState;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A run between two epochs, in a file: a {@link Model} and the {@link TrainingState} that goes with it. A run that goes on
 * from it ends with the same bits as one that was never interrupted. Its file is a model's file with more in it, so
 * {@link Model#load} reads it too.
 *
 * <p>The model has the parameters of the checkpoint's epoch, not those of the best epoch so far: those are in the state.
 * A file is replaced whole or not at all, so a run that is killed at any moment leaves the last checkpoint or the one
 * before it.
 *
 * <pre>{@code
 * Path file = Path.of("run.safetensors");
 * Trainer trainer = Trainer.builder().epochs(30).listener(Checkpoint.every(5, file, Model.of(network))).build();
 * trainer.train(network, data); // is killed
 *
 * Checkpoint checkpoint = Checkpoint.load(file);
 * try (Network again = checkpoint.model().network(backend, checkpoint.model().type())) {
 *     trainer.resume(again, data, checkpoint.state());
 * }
 * }</pre>
 *
 * @param model all but the training: its parameters are those of the state
 * @param state the training
 */
public record Checkpoint(Model model, TrainingState state) {
    /**
     * Checks that model and state are of the same network, and gives the model the state's parameters.
     *
     * @throws IllegalArgumentException if they are not
     */
    public Checkpoint {
        requireFit(model, state);
        model = model.withParameters(Parameters.of(model.type(), state.parameters()));
    }

    private static void requireFit(Model model, TrainingState state) {
        long count = model.architecture().parameterCount();
        if (state.parameters().length != count
                || state.optimizerState().length % count != 0
                || state.best().length % count != 0
                || state.best().length > count) {
            throw new IllegalArgumentException(
                    "the training has %d parameters, %d numbers of its optimizer's and %d best parameters, but the network %s has %d parameters"
                            .formatted(
                                    state.parameters().length,
                                    state.optimizerState().length,
                                    state.best().length,
                                    model.architecture(),
                                    count));
        }
        requireSame(state, "network", model.architecture().toString());
        requireSame(state, "type", model.type().toString());
    }

    private static void requireSame(TrainingState state, String setting, String ofModel) {
        String ofRun = state.settings().getOrDefault(setting, ofModel);
        if (!ofRun.equals(ofModel)) {
            throw new IllegalArgumentException(
                    "the training is of the %s %s, but the model of %s; take the model of the network that is trained"
                            .formatted(setting, ofRun, ofModel));
        }
    }

    /**
     * Saves a checkpoint. What was there before is replaced whole, or stays as it was.
     *
     * @param file a file of the default file system; its folder must be there
     * @param model the model of the network that is trained, for all but its parameters
     * @param state the state of its training
     * @throws IllegalArgumentException if they are not of the same network
     * @throws UncheckedIOException if it cannot be written
     * @throws ModelException if names, notes and history are too long for a file (a history of 300,000 epochs is), or are
     *     not Unicode text
     */
    public static void save(Path file, Model model, TrainingState state) {
        Checkpoint checkpoint = new Checkpoint(model, state);
        Safetensors.write(file, CheckpointFormat.metadata(checkpoint), CheckpointFormat.tensors(checkpoint));
    }

    /**
     * Loads a checkpoint.
     *
     * @param file a file that {@link #save} or a listener of {@link #every} wrote
     * @return the checkpoint
     * @throws ModelException if there is no such file, or it holds no checkpoint that this version reads, or is damaged
     * @throws UncheckedIOException if it cannot be read
     */
    public static Checkpoint load(Path file) {
        return Safetensors.read(file, CheckpointFormat::read);
    }

    /**
     * A listener that saves a checkpoint after every so many epochs and after the last that the run is set to. A run that
     * ends before, because a listener or its patience stops it, leaves the checkpoint before that.
     *
     * <p>If a checkpoint cannot be written, the run ends with the exception that {@link #save} throws; if that can be
     * known at the beginning (there is no such folder, say), then at the beginning.
     *
     * @param epochs how many epochs between two checkpoints; at least 1
     * @param file a file of the default file system; each checkpoint replaces the one before
     * @param model the model of the network that is trained, for all but its parameters
     * @return a listener for one run at a time
     */
    public static TrainingListener every(int epochs, Path file, Model model) {
        if (epochs < 1) {
            throw new IllegalArgumentException("a checkpoint can be saved every 1 or more epochs, not every " + epochs);
        }
        return new TrainingListener() {
            private int last;

            @Override
            public void started(int epochsInAll, int examples) {
                AtomicFile.requireWritable(file);
                AtomicFile.removeLeftovers(file);
                last = epochsInAll;
            }

            @Override
            public void epochDone(EpochResult result, TrainingState.Source state) {
                if (result.epoch() % epochs == 0 || result.epoch() == last) {
                    save(file, model, state.get());
                }
            }
        };
    }
}

package io.nudge.model;

import io.nudge.data.Datasets;
import io.nudge.data.Scaling;
import io.nudge.data.Split;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.math.Schedule;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import io.nudge.tensor.DType;
import io.nudge.train.EpochResult;
import io.nudge.train.History;
import io.nudge.train.Trainer;
import io.nudge.train.TrainingListener;
import io.nudge.train.TrainingState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A run with all that a checkpoint must remember (dropout, schedule, validation, the best epoch, a ragged last batch), to be
 * interrupted by tests. As a program, it begins or goes on from a file and saves there after every epoch.
 */
final class InterruptedRun {
    private static final Split DATA = data();

    private InterruptedRun() {}

    /** 120 and 30 irises. */
    private static Split data() {
        Split split = Datasets.iris().split(0.2, 1);
        Scaling scaling = Scaling.standard(split.train());
        return new Split(scaling.apply(split.train()), scaling.apply(split.held()));
    }

    static Trainer.Builder trainer(Optimizer optimizer, int epochs) {
        return Trainer.builder()
                .descent(new Descent(optimizer, 1e-5, 1e-4, 1, 2))
                .schedule(Schedule.named("warmup:2+cosine:6"))
                .batch(9)
                .epochs(epochs)
                .seed(3)
                .validation(DATA.held())
                .keepBest(true);
    }

    static Network network(Backend backend, DType type, int hidden) {
        Architecture architecture = new Architecture(
                4,
                List.of(new Dense(hidden, Activation.TANH, 0.25), new Dense(3, Activation.SOFTMAX)),
                Cost.CATEGORICAL_CROSS_ENTROPY);
        return Network.create(architecture, Initializer.GLOROT_NORMAL, 1, backend, type);
    }

    static History train(Trainer trainer, Network network) {
        return trainer.train(network, DATA.train());
    }

    static History resume(Trainer trainer, Network network, TrainingState state) {
        return trainer.resume(network, DATA.train(), state);
    }

    /**
     * The program.
     *
     * @param arguments the backend's name, the file, the number of epochs
     */
    public static void main(String[] arguments) {
        Path file = Path.of(arguments[1]);
        int epochs = Integer.parseInt(arguments[2]);
        try (Backend backend = Backends.open(arguments[0])) {
            if (Files.exists(file)) {
                Checkpoint checkpoint = Checkpoint.load(file);
                try (Network network = checkpoint.model().network(backend, DType.FLOAT32)) {
                    resume(saving(file, epochs, network), network, checkpoint.state());
                }
            } else {
                try (Network network = network(backend, DType.FLOAT32, 4000)) {
                    train(saving(file, epochs, network), network);
                }
            }
        }
    }

    private static Trainer saving(Path file, int epochs, Network network) {
        return trainer(Optimizer.adam(0.01), epochs)
                .listener(new TrainingListener() {
                    @Override
                    public void epochDone(EpochResult result, TrainingState.Source state) {
                        System.out.println(result.epoch());
                    }
                })
                .listener(Checkpoint.every(1, file, Model.of(network)))
                .build();
    }
}

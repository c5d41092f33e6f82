package io.nudge.cli;

import io.nudge.data.Dataset;
import io.nudge.math.Descent;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.math.RandomStream;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Program;
import io.nudge.train.EpochResult;
import io.nudge.train.Trainer;
import io.nudge.train.TrainingListener;
import io.nudge.train.TrainingState;
import java.util.ArrayList;
import java.util.List;

/**
 * A network at work for some seconds: trained by {@link Trainer}, as a user trains it, or answering batch after batch.
 *
 * @param network what is trained or asked
 * @param optimizer the rule of a step
 * @param batch examples at a time
 * @param inference whether it only answers
 * @param seconds how long is measured; warming up comes before
 */
record Bench(Architecture network, Optimizer optimizer, int batch, boolean inference, double seconds) {
    private static final long SEED = 1;

    /** The share of the time between two looks at whether it is still getting faster; warming up is on top. */
    private static final double LOOK = 0.2;

    /** So many rounds are made of the time, where the work is small enough. */
    private static final int ROUNDS = 20;

    /** Numbers in the data, at most: 256 MiB of them. */
    private static final long MOST = 1L << 26;

    /** Batches in the first epochs, which tell how many make a round. */
    private static final int FEW = 4;

    Bench {
        long numbers = FEW * (long) batch * ((long) network.inputs() + network.outputs());
        if (numbers > MOST) {
            throw new IllegalArgumentException(Text.format(
                    "%s batches of %s examples are %s numbers, more than the %s that are made up for a measurement;"
                            + " make the batch smaller",
                    FEW, Text.count(batch), Text.count(numbers), Text.count(MOST)));
        }
    }

    BenchResult run(Backend backend, DType type) {
        try (Network made = Network.create(network, Initializer.GLOROT_NORMAL, SEED, backend, type)) {
            Rounds rounds = inference ? answer(made) : train(made);
            Roofline roofline = Roofline.measure(backend, type, network.parameterCount());
            return BenchResult.of(this, backend.device(), type, rounds, roofline);
        }
    }

    private Rounds train(Network made) {
        double wanted = Steady.rate(
                        () -> train(made, batch * (long) FEW, LOOK * seconds).upper())
                * seconds
                / ROUNDS;
        long most = Math.max(1, MOST / (batch * ((long) network.inputs() + network.outputs())));
        long batches = Math.max(FEW, Math.min(most, Math.round(wanted / batch)));
        return train(made, batches * batch, seconds);
    }

    /** Each epoch is a round. */
    private Rounds train(Network made, long examples, double time) {
        Epochs epochs = new Epochs(time);
        Trainer.builder()
                .descent(Descent.of(optimizer))
                .batch(batch)
                .epochs(Integer.MAX_VALUE)
                .seed(SEED)
                .listener(epochs)
                .build()
                .train(made, data(Math.toIntExact(examples)));
        return new Rounds(epochs.rates);
    }

    /** Notes how fast each epoch was, until the time is over. */
    private static final class Epochs implements TrainingListener {
        final List<Double> rates = new ArrayList<>();
        private final double time;
        private long begin;

        Epochs(double time) {
            this.time = time;
        }

        @Override
        public void started(int epochs, int examples) {
            begin = System.nanoTime();
        }

        @Override
        public void epochDone(EpochResult result, TrainingState.Source state) {
            rates.add(result.samplesPerSecond());
        }

        @Override
        public boolean shouldStop() {
            return !rates.isEmpty() && (System.nanoTime() - begin) * 1e-9 > time;
        }
    }

    private Dataset data(int examples) {
        int inputs = network.inputs();
        int outputs = network.outputs();
        float[] x = new float[Math.multiplyExact(examples, inputs)];
        float[] y = new float[Math.multiplyExact(examples, outputs)];
        RandomStream random = RandomStream.of(SEED, RandomStream.Use.DATA, 0);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.uniform();
        }
        for (int i = 0; i < examples; i++) {
            y[i * outputs + i % outputs] = 1;
        }
        return Dataset.of(x, inputs, y, outputs);
    }

    private Rounds answer(Network made) {
        Backend backend = made.backend();
        try (Pass pass = Pass.inference(made, batch);
                Program forward = backend.record(pass::forward)) {
            float[] x = new float[batch * network.inputs()];
            data(batch).copyInputs(0, batch, x);
            pass.input().write(x);
            Steady.rate(() -> rounds(backend, forward, LOOK * seconds).upper());
            return rounds(backend, forward, seconds);
        }
    }

    private Rounds rounds(Backend backend, Program forward, double time) {
        List<Double> rates = new ArrayList<>();
        long begin = System.nanoTime();
        while (rates.isEmpty() || (System.nanoTime() - begin) * 1e-9 < time) {
            rates.add(round(backend, forward));
        }
        return new Rounds(rates);
    }

    /** One after the other, waited for now and then: twice as many until they take the time of a round. */
    private double round(Backend backend, Program forward) {
        long begin = System.nanoTime();
        long count = 0;
        double passed = 0;
        for (long times = 1; passed < seconds / ROUNDS; times = count) {
            for (long i = 0; i < times; i++) {
                forward.run();
            }
            backend.synchronize();
            count += times;
            passed = (System.nanoTime() - begin) * 1e-9;
        }
        return count * batch / passed;
    }
}

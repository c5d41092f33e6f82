package io.nudge.train;

import io.nudge.data.Dataset;
import io.nudge.math.LossScale;
import io.nudge.math.Optimizer;
import io.nudge.math.RandomStream;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Program;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One run of a trainer: the tensors and the recorded steps that it needs, and the loop over the epochs. */
final class Run implements AutoCloseable {
    /** So many steps pass between two looks at the tally, which wait for the device. */
    private static final int STEPS_BETWEEN_LOOKS = 1000;

    private final Trainer.Builder settings;
    private final Network network;
    private final Dataset dataset;
    private final int examples;
    private final boolean countsAnswers;
    private final int batch;
    private final int stepsPerEpoch;
    private final Cleanup resources = new Cleanup();
    private final DeviceData data;
    private final Pass pass;
    private final Tensor state;
    private final Tensor schedule;
    private final Tensor best;
    private final int stepsAtOnce;
    private final List<Program> steady;
    private final List<Program> ending;
    private final Evaluator validation;
    private final double[] report = new double[Operations.TALLY + 1];

    private String fingerprint;
    private int epoch;
    private long steps;
    private long lossScale = LossScale.INITIAL;
    private long goodSteps;
    private double bestScore = Double.NEGATIVE_INFINITY;
    private int bestEpoch;
    private final List<EpochResult> results = new ArrayList<>();

    Run(Trainer.Builder settings, Network network, Dataset dataset) {
        DeviceData.requireFit(dataset, network.architecture(), "training data");
        settings.validation.ifPresent(held -> DeviceData.requireFit(held, network.architecture(), "validation data"));
        this.settings = settings;
        this.network = network;
        this.dataset = dataset;
        this.examples = dataset.size();
        this.countsAnswers = dataset.countsAnswers();
        this.batch = Math.min(settings.batch, examples);
        this.stepsPerEpoch = (examples + batch - 1) / batch;
        boolean made = false;
        try {
            long parameters = network.parameters().size();
            Backend backend = network.backend();
            data = resources.add(DeviceData.of(dataset, backend, network.type(), batch));
            state = tensor(
                    "state of the optimizer",
                    Shape.of(settings.descent.optimizer().slots() * parameters),
                    network.type());
            schedule = tensor("schedule", Shape.of(stepsPerEpoch, Optimizer.COLUMNS), DType.FLOAT64);
            pass = resources.add(Pass.descent(network, batch, settings.seed, settings.descent, schedule));
            best = settings.keepBest ? tensor("best parameters", Shape.of(parameters), network.type()) : null;
            stepsAtOnce = Math.min(data.stepsAtOnce(pass), stepsPerEpoch);
            steady = record(Math.min(examples, stepsAtOnce * batch));
            int rest = examples % (stepsAtOnce * batch);
            ending = rest == 0 ? steady : record(rest);
            validation = settings.validation
                    .map(held -> resources.add(new Evaluator(network, held)))
                    .orElse(null);
            made = true;
        } finally {
            if (!made) {
                resources.close();
            }
        }
    }

    private Tensor tensor(String name, Shape shape, DType type) {
        return resources.add(
                Scope.unscoped(() -> network.backend().zeros(shape, type)).named(name));
    }

    /** Training on so many examples, for each part of the data. */
    private List<Program> record(int trained) {
        return data.record(resources, part -> data.train(pass, part, state, trained));
    }

    History toEnd() {
        settings.listeners.forEach(each -> each.started(settings.epochs, examples));
        try {
            while (epoch < settings.epochs && !outOfPatience() && !stopped() && trainEpoch()) {
                EpochResult result = results.get(results.size() - 1);
                settings.listeners.forEach(each -> each.epochDone(result, this::state));
            }
        } catch (DivergedException e) {
            keepBest();
            throw e;
        }
        keepBest();
        return new History(results);
    }

    private void keepBest() {
        if (best != null && bestEpoch > 0) {
            network.backend().operations().copy(best, network.parameters());
            network.backend().synchronize();
        }
    }

    private boolean outOfPatience() {
        return settings.patience > 0 && bestEpoch > 0 && epoch - bestEpoch >= settings.patience;
    }

    private boolean stopped() {
        for (TrainingListener listener : settings.listeners) {
            if (listener.shouldStop()) {
                return true;
            }
        }
        return false;
    }

    /** Trains one epoch; false if a listener stopped it before its end. */
    private boolean trainEpoch() {
        prepareEpoch();
        long begin = System.nanoTime();
        int sinceLook = 0;
        for (int step = 0; step < stepsPerEpoch; step += stepsAtOnce) {
            boolean last = step + stepsAtOnce >= stepsPerEpoch;
            (last ? ending : steady).get(data.load(step * batch)).run();
            int lastStep = Math.min(step + stepsAtOnce, stepsPerEpoch) - 1;
            sinceLook += stepsAtOnce;
            if (last || sinceLook >= STEPS_BETWEEN_LOOKS) {
                requireFinite(lastStep);
                sinceLook = 0;
            }
            int done = last ? examples : (lastStep + 1) * batch;
            for (TrainingListener listener : settings.listeners) {
                listener.stepDone(epoch + 1, done);
            }
            if (!last && stopped()) {
                requireFinite(lastStep);
                return false;
            }
        }
        double seconds = (System.nanoTime() - begin) * 1e-9;
        steps += stepsPerEpoch;
        epoch++;
        noteLossScale();
        results.add(result(seconds));
        return true;
    }

    private void prepareEpoch() {
        data.writeOrder(
                RandomStream.of(settings.seed, RandomStream.Use.SHUFFLE, epoch).permutation(examples));
        double[] rows = new double[stepsPerEpoch * Optimizer.COLUMNS];
        for (int step = 0; step < stepsPerEpoch; step++) {
            double[] row = settings.descent.optimizer().row(factor(step), steps + step);
            System.arraycopy(row, 0, rows, step * Optimizer.COLUMNS, Optimizer.COLUMNS);
        }
        schedule.write(rows);
        pass.position().write(beginning());
        pass.tally().write(new double[Operations.TALLY]);
    }

    /** The position at the beginning of an epoch: the loss scale stays, the rest begins anew. */
    private long[] beginning() {
        long[] position = new long[Operations.POSITION];
        position[Operations.TOTAL] = steps;
        if (network.backend().operations().scalesLoss()) {
            position[Operations.SCALE] = lossScale;
            position[Operations.GOOD] = goodSteps;
        }
        return position;
    }

    private double factor(int step) {
        return settings.schedule.factor((double) (steps + step), stepsPerEpoch);
    }

    /** Refuses a cost that was not finite in any step so far, and parameters that are not since the last. */
    private void requireFinite(int lastStep) {
        network.backend().operations().sumSquares(network.parameters(), pass.squares());
        pass.report().read(report);
        if (report[Operations.FAULT] != 0) {
            int step = (int) ((long) report[Operations.FAULT] - 1 - steps);
            throw diverged("the cost is not finite in", step);
        }
        // A sum of squares may overflow where no parameter has.
        if (!Double.isFinite(report[Operations.TALLY])
                && !FaultFinder.finite(network.parameters().doubles())) {
            throw diverged("the parameters are not finite after", lastStep);
        }
    }

    private DivergedException diverged(String subject, int step) {
        return new FaultFinder(network, data)
                .explain(subject, settings.seed, new History(results), step, batch, steps + step);
    }

    private void noteLossScale() {
        if (network.backend().operations().scalesLoss()) {
            long[] position = pass.position().longs();
            lossScale = position[Operations.SCALE];
            goodSteps = position[Operations.GOOD];
        }
    }

    private EpochResult result(double seconds) {
        double accuracy = countsAnswers ? report[Operations.CORRECT] / examples : Double.NaN;
        double rate = settings.descent.optimizer().rate();
        Evaluation held = validation == null ? null : validation.evaluate();
        if (held != null) {
            keepIfBest(held);
        }
        return new EpochResult(
                epoch,
                report[Operations.COST] / examples,
                accuracy,
                held == null ? Double.NaN : held.cost(),
                held == null ? Double.NaN : held.accuracy(),
                rate * settings.schedule.factor(steps - 1.0, stepsPerEpoch),
                seconds,
                examples / seconds);
    }

    private void keepIfBest(Evaluation held) {
        double score = held.countsAnswers() ? held.accuracy() : -held.cost();
        if (score > bestScore) {
            bestScore = score;
            bestEpoch = epoch;
            if (best != null) {
                network.backend().operations().copy(network.parameters(), best);
            }
        }
    }

    private TrainingState state() {
        return new TrainingState(
                describe(),
                epoch,
                steps,
                network.parameters().doubles(),
                state.doubles(),
                best == null ? new double[0] : best.doubles(),
                bestScore,
                bestEpoch,
                lossScale,
                goodSteps,
                new History(results));
    }

    /** What decides the bits of this run, by name. */
    private Map<String, String> describe() {
        Map<String, String> names = new LinkedHashMap<>(settings.describe());
        names.put("network", network.architecture().toString());
        names.put("type", network.type().toString());
        names.put("training data", fingerprint());
        return names;
    }

    /** Names the training data and, where they choose the best epoch, the validation data; made once, when asked for. */
    private String fingerprint() {
        if (fingerprint == null) {
            fingerprint = dataset.fingerprint()
                    + settings.validation.map(held -> "-" + held.fingerprint()).orElse("");
        }
        return fingerprint;
    }

    void restore(TrainingState from) {
        describe().forEach((name, value) -> {
            String before = from.settings().get(name);
            if (!value.equals(before)) {
                throw new IllegalArgumentException("the run to resume had " + name + " = " + before + ", but now it is "
                        + value + "; set it as before, or begin a new run");
            }
        });
        network.parameters().write(from.parameters());
        state.write(from.optimizerState());
        if (best != null) {
            best.write(from.best());
        }
        epoch = from.epoch();
        steps = from.steps();
        bestScore = from.bestScore();
        bestEpoch = from.bestEpoch();
        lossScale = from.lossScale();
        goodSteps = from.goodSteps();
        results.addAll(from.history().epochs());
    }

    @Override
    public void close() {
        resources.close();
    }
}

package io.nudge.cli;

import io.nudge.data.Dataset;
import io.nudge.model.Checkpoint;
import io.nudge.nn.Network;
import io.nudge.train.EpochResult;
import io.nudge.train.Evaluation;
import io.nudge.train.Evaluator;
import io.nudge.train.History;
import io.nudge.train.Trainer;
import io.nudge.train.TrainingListener;
import io.nudge.train.TrainingState;
import java.nio.file.Path;
import java.util.Optional;

/** A training from its first step to what is kept of it. */
final class TrainingRun {
    private final Console console;
    private final Report report;
    private final TrainingOptions training;
    private final ResultOptions results;
    private final Parts parts;
    private final Network network;
    private final Notes notes;

    TrainingRun(
            Console console,
            boolean json,
            TrainingOptions training,
            ResultOptions results,
            Parts parts,
            Network network,
            Notes notes) {
        this.console = console;
        this.report = Report.to(console, json);
        this.training = training;
        this.results = results;
        this.parts = parts;
        this.network = network;
        this.notes = notes;
    }

    /** Trains, tests and keeps. Ctrl-C ends the training, and what there is is tested and kept. */
    int run(Resumption resumed) {
        int epochsDone = resumed == null ? 0 : resumed.checkpoint().state().epoch();
        Plan plan = new Plan(network, parts, training.summary(), training.epochs(), epochsDone);
        report.begin(plan);
        long begin = System.nanoTime();
        try (Interrupt interrupt = Interrupt.watch(() -> console.note("stopping after this step"))) {
            History history = train(resumed, interrupt, epochsDone);
            boolean interrupted = interrupt.isRequested();
            Optional<Evaluation> test = parts.test().map(this::evaluate);
            double seconds = (System.nanoTime() - begin) * 1e-9;
            Outcome outcome = new Outcome(
                    plan, history, test, best(history), interrupted, seconds, Optional.empty(), Optional.empty());
            keep(outcome);
            return interrupted ? ExitCode.INTERRUPTED : ExitCode.DONE;
        }
    }

    private History train(Resumption resumed, Interrupt interrupt, int epochsDone) {
        Trainer.Builder builder = training.trainer();
        parts.validation().ifPresent(builder::validation);
        if (results.checkpoint() != null) {
            builder.listener(Checkpoint.every(results.every(), results.checkpoint(), notes.model(network, parts)));
        }
        Progress progress = console.isTerminal()
                ? new Progress(console, training.epochs(), parts.train().size(), epochsDone)
                : null;
        try (progress) {
            Trainer trainer = builder.listener(new Watcher(progress, interrupt)).build();
            return resumed == null
                    ? trainer.train(network, parts.train())
                    : trainer.resume(
                            network, parts.train(), resumed.checkpoint().state());
        }
    }

    private Evaluation evaluate(Dataset test) {
        try (Evaluator evaluator = new Evaluator(network, test)) {
            return evaluator.evaluate();
        }
    }

    /** The epoch that was kept: the first of the best. */
    private Optional<Integer> best(History history) {
        if (!training.keepsBest()) {
            return Optional.empty();
        }
        EpochResult best = null;
        for (EpochResult each : history.epochs()) {
            if (best == null || score(each) > score(best)) {
                best = each;
            }
        }
        return Optional.ofNullable(best).map(EpochResult::epoch);
    }

    private static double score(EpochResult result) {
        return Double.isNaN(result.validationAccuracy()) ? -result.validationCost() : result.validationAccuracy();
    }

    /** Keeps what was asked for, and says how it went even where that cannot be kept. */
    private void keep(Outcome outcome) {
        Outcome kept = outcome;
        try {
            kept = kept.saved(save());
            kept = kept.plotted(plot(outcome));
        } finally {
            report.end(kept);
        }
    }

    private Path save() {
        if (results.save() != null) {
            notes.model(network, parts).save(results.save());
        }
        return results.save();
    }

    private Path plot(Outcome outcome) {
        if (results.plot() == null) {
            return null;
        }
        if (outcome.history().epochs().isEmpty()) {
            console.note("there is nothing to plot, since no epoch was completed");
            return null;
        }
        LearningCurve.draw(outcome.history(), title(outcome), results.plot());
        return results.plot();
    }

    private String title(Outcome outcome) {
        String tested = outcome.test()
                .filter(Evaluation::countsAnswers)
                .map(test -> "; test accuracy " + Text.percent(test.accuracy()))
                .orElse("");
        return parts.source().name() + ": " + network.architecture() + tested;
    }

    /** Tells each epoch, moves the bar, and stops where going on makes no sense. */
    private final class Watcher implements TrainingListener {
        private final Progress progress;
        private final Interrupt interrupt;

        Watcher(Progress progress, Interrupt interrupt) {
            this.progress = progress;
            this.interrupt = interrupt;
        }

        @Override
        public void stepDone(int epoch, int examples) {
            if (progress != null) {
                progress.reach(epoch, examples);
            }
        }

        @Override
        public void epochDone(EpochResult result, TrainingState.Source state) {
            report.epoch(result);
        }

        @Override
        public boolean shouldStop() {
            return interrupt.isRequested() || console.isBroken();
        }
    }
}

package io.nudge.cli;

import java.time.Duration;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;

/** A bar on the last line of the terminal: how far the training is, how fast, and how long it will take. */
final class Progress implements AutoCloseable {
    private static final int UPDATE_MILLIS = 100;
    private static final int WIDTH = 79;
    private static final int BAR = 24;

    private final int epochs;
    private final int examples;
    private final ProgressBar bar;

    /** Begins a bar, after so many epochs that were trained before. */
    Progress(Console console, int epochs, int examples, int epochsDone) {
        this.epochs = epochs;
        this.examples = examples;
        this.bar = new ProgressBarBuilder()
                .setInitialMax((long) epochs * examples)
                .startsFrom((long) epochsDone * examples, Duration.ZERO)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .clearDisplayOnFinish()
                .setRenderer(this::render)
                .setConsumer(new Line(console))
                .build();
    }

    /** Shows that of an epoch so many examples are done. */
    void reach(int epoch, int examplesOfEpoch) {
        bar.stepTo((epoch - 1L) * examples + examplesOfEpoch);
    }

    private String render(ProgressState state, int width) {
        double seconds = state.getElapsedAfterStart().toNanos() * 1e-9;
        long done = state.getCurrent() - state.getStart();
        double share = state.getMax() == 0 ? 1 : (double) state.getCurrent() / state.getMax();
        long epoch = Math.min(epochs, state.getCurrent() / examples + 1);
        String text = Text.format("epoch %d/%d %s %3.0f %%", epoch, epochs, bar(share), Math.floor(100 * share));
        if (done > 0 && seconds > 0) {
            double speed = done / seconds;
            text += Text.format(
                    ", %,.0f samples/s, %s left", speed, left((state.getMax() - state.getCurrent()) / speed));
        }
        return text.length() <= WIDTH ? text : text.substring(0, WIDTH);
    }

    private static String bar(double share) {
        int full = (int) (BAR * share);
        return "[" + "=".repeat(full) + (full < BAR ? ">" : "") + " ".repeat(Math.max(0, BAR - full - 1)) + "]";
    }

    private static String left(double seconds) {
        return seconds < 60 ? Text.format("%.0f s", Math.ceil(seconds)) : Text.duration(seconds);
    }

    @Override
    public void close() {
        bar.close();
    }

    /** The bar's place on the screen. */
    private static final class Line extends DelegatingProgressBarConsumer {
        private final Console console;

        Line(Console console) {
            super(console::bar, WIDTH);
            this.console = console;
        }

        @Override
        public void clear() {
            console.bar("");
        }
    }
}

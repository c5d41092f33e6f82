package io.nudge.cli;

import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Option;

/** What is kept of a run. */
final class ResultOptions {
    @Option(names = "--save", paramLabel = "FILE", description = "Save the trained model; after Ctrl-C what there is")
    private Path save;

    @Option(names = "--plot", paramLabel = "FILE.png", description = "Draw cost and accuracy by epoch")
    private Path plot;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "Save the state of the run as it goes, to resume from")
    private Path checkpoint;

    @Option(names = "--every", paramLabel = "N", description = "Epochs between two checkpoints. Default: 1")
    private Integer every;

    @Option(
            names = "--resume",
            paramLabel = "FILE",
            description = "Go on with the run of a checkpoint, with its settings; only --epochs may be more")
    private Path resume;

    Path save() {
        return save;
    }

    Path plot() {
        return plot;
    }

    Path checkpoint() {
        return checkpoint;
    }

    Path resume() {
        return resume;
    }

    int every() {
        return every == null ? 1 : every;
    }

    /** Refuses, before anything is trained, what could not be written when it is. */
    void check(Path data) {
        if (every != null && checkpoint == null) {
            throw new UsageException("--every says how often to save a checkpoint; say where with --checkpoint FILE");
        }
        TrainingOptions.requirePositive("--every", every());
        requireDifferent("--save", save, "--data", data);
        requireDifferent("--checkpoint", checkpoint, "--data", data);
        requireDifferent("--save", save, "--resume", resume);
        requireDifferent("--save", save, "--plot", plot);
        requireDifferent("--save", save, "--checkpoint", checkpoint);
        requireDifferent("--plot", plot, "--checkpoint", checkpoint);
        if (plot != null && !plot.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
            throw new UsageException("--plot writes PNG pictures; end the name of " + plot + " with .png");
        }
        OutputFile.requireWritable("--save", save);
        OutputFile.requireWritable("--checkpoint", checkpoint);
        OutputFile.requireWritable("--plot", plot);
        if (plot != null) {
            LearningCurve.requireFonts();
        }
    }

    private static void requireDifferent(String option, Path file, String other, Path otherFile) {
        if (file != null && otherFile != null && absolute(file).equals(absolute(otherFile))) {
            throw new UsageException(option + " and " + other + " name the same file, " + file + "; give each its own");
        }
    }

    private static Path absolute(Path file) {
        return file.toAbsolutePath().normalize();
    }
}

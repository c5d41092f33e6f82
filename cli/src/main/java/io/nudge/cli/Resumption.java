package io.nudge.cli;

import io.nudge.data.DataException;
import io.nudge.model.Checkpoint;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A run to go on with: its settings stand in for the options that are not given, and none given may say otherwise. */
final class Resumption implements IDefaultValueProvider {
    private static final String EPOCHS = "--epochs";
    private static final String BACKEND = "--backend";

    private final Path file;
    private final Checkpoint checkpoint;
    private final Notes notes;
    private final Map<String, String> settings;

    private final Set<String> given;

    private Resumption(Path file, Checkpoint checkpoint, Set<String> given) {
        this.file = file;
        this.given = Set.copyOf(given);
        this.checkpoint = checkpoint;
        this.notes = Notes.of(checkpoint.model());
        this.settings = notes.settings();
    }

    /** Takes the run of a checkpoint, and the names of the options that the user gave. */
    static Resumption from(Path file, Set<String> given) {
        Resumption resumption = new Resumption(file, Checkpoint.load(file), given);
        if (resumption.settings.isEmpty()) {
            throw new DataException(
                    file + " does not say with which options its run was begun; go on with it as it was "
                            + "begun, with the library");
        }
        return resumption;
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    @Override
    public String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || given.contains(option.longestName())) {
            return null;
        }
        String name = option.longestName();
        return name.equals(BACKEND) ? notes.device().orElse(null) : settings.get(name);
    }

    /** Refuses what would make it another run. */
    void requireSame(Map<String, String> now) {
        Set<String> options = new LinkedHashSet<>(settings.keySet());
        options.addAll(now.keySet());
        options.remove(EPOCHS);
        for (String option : options) {
            String before = settings.get(option);
            String given = now.get(option);
            if (!Objects.equals(before, given)) {
                throw new UsageException(Text.format(
                        "%s contradicts the run of %s, which has %s; leave %s out to go on with that run",
                        written(option, given), file, written(option, before), option));
            }
        }
        int planned = Integer.parseInt(settings.get(EPOCHS));
        if (Integer.parseInt(now.get(EPOCHS)) < planned) {
            throw new UsageException(Text.format(
                    "--epochs %s is fewer than the --epochs %d of the run of %s; it can only be raised",
                    now.get(EPOCHS), planned, file));
        }
    }

    private static String written(String option, String value) {
        return value == null ? "no " + option : option + " " + value;
    }

    /** Refuses data that are not the same to the last bit. */
    void requireSame(Parts parts) {
        if (notes.parts().isPresent() && !notes.parts().get().equals(parts.fingerprint())) {
            throw new DataException("the data of " + parts.source().name() + " are not those that the run of " + file
                    + " was begun with; put them back, or begin a new run");
        }
    }

    /** Whether the bits can differ, since they are computed elsewhere. */
    boolean moves(String device) {
        return notes.device().isPresent()
                && !notes.device().get().equals(device)
                && !device.equals(notes.device().get() + ":0");
    }
}

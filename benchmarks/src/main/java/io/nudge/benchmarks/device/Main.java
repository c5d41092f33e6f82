package io.nudge.benchmarks.device;

import io.nudge.tensor.Backend;
import io.nudge.tensor.BackendUnavailableException;
import io.nudge.tensor.Backends;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Counts, predicts, and writes tables: on standard output, and in a folder beside JSON. */
public final class Main {
    /** The backend that counts. */
    static final String EMULATED = "cuda-emulated";

    private static final String PRECISION = "nudge.cuda.precision";

    /** Whether one kernel trains a network where it can: the emulated device has as much shared memory as any. */
    static final String WHOLE = "nudge.cuda.whole";

    /** Off too: all steps are of single operations. */
    static final String FUSED = "nudge.cuda.fused";

    private static final String PRODUCTS = "nudge.cuda.product";
    private static final int FAILURE = 1;
    private static final int USAGE = 2;

    private static final String TITLE = """
            # Training steps on the device

            Counted on the emulated device. Times are predicted, none is measured: docs/device-model.md says how, and how far it goes.

            """;

    private static final String LADDER_TITLE = """
            # The ladder to Nudge's own product, at 2048³

            Counted on the emulated device. Shares are predicted, none is measured: benchmarks/src/main/kernels/ladder explains the steps.

            """;

    private final Options options;
    private final PrintStream out;
    private final PrintStream err;

    private Main(Options options, PrintStream out, PrintStream err) {
        this.options = options;
        this.out = out;
        this.err = err;
    }

    /**
     * Counts and ends the process: 0, or 1 if it could not, or 2 if the arguments are wrong.
     *
     * @param words see {@code --help}
     */
    public static void main(String[] words) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.exit(run(List.of(words), out, System.err));
    }

    static int run(List<String> words, PrintStream out, PrintStream err) {
        try {
            Options options = Options.parse(words);
            if (options.help()) {
                out.print(Options.HELP);
                return 0;
            }
            Main main = new Main(options, out, err);
            if (options.ladder()) {
                out.print(LADDER_TITLE + LadderTables.markdown(LadderStep.all(), main.models()));
            } else {
                main.report();
            }
            return 0;
        } catch (IllegalArgumentException e) {
            err.println("device: " + e.getMessage());
            return USAGE;
        } catch (BackendUnavailableException | IOException e) {
            err.println("device: " + e.getMessage());
            return FAILURE;
        }
    }

    private void report() throws IOException {
        List<Model> models = models();
        List<Training> jobs = Training.ALL.stream()
                .filter(job -> options.jobs().matcher(job.name()).find())
                .toList();
        if (jobs.isEmpty()) {
            throw new IllegalArgumentException("no job has such a name; see --help");
        }
        Report report = count(options, jobs, models, err);
        Path folder = Files.createDirectories(options.out());
        String text = TITLE + report.markdown();
        Files.writeString(folder.resolve("table.md"), text);
        Files.writeString(folder.resolve("counts.json"), report.json());
        out.print(text);
        err.println("written to " + folder);
    }

    private List<Model> models() throws IOException {
        List<Csv.Row> corrections = options.corrections().isPresent()
                ? DeviceFigures.corrections(options.corrections().get())
                : List.of();
        List<Model> models = DeviceSheet.all().stream()
                .filter(device -> options.devices().matcher(device.name()).find())
                .map(device -> new Model(
                        device, DeviceFigures.assumed(device).corrected(device, corrections), options.precision()))
                .toList();
        if (models.isEmpty()) {
            throw new IllegalArgumentException("no device has such a name; see --help");
        }
        List<Model> possible = models.stream().filter(Model::isPossible).toList();
        if (possible.isEmpty()) {
            throw new IllegalArgumentException("none of these devices computes products in "
                    + Options.nameOf(options.precision()) + "; give another --precision, or other --devices");
        }
        return possible;
    }

    /** Counts all steps. */
    static Report count(Options options, List<Training> jobs, List<Model> models, PrintStream err) throws IOException {
        List<StepCounts> steps = new ArrayList<>();
        List<StepCounts> wholeSteps = new ArrayList<>();
        Setting precision = new Setting(PRECISION, Options.nameOf(options.precision()));
        Setting products = new Setting(PRODUCTS, options.products());
        Setting singly = new Setting(WHOLE, "off");
        Setting apart = new Setting(FUSED, "off");
        try (precision;
                products;
                singly;
                apart;
                Backend backend = Backends.open(EMULATED)) {
            for (Training job : jobs) {
                err.println(job.name() + ": " + job.describe());
                steps.add(new Counting(backend).step(job));
            }
        }
        Setting together = new Setting(WHOLE, "on");
        try (together;
                Backend backend = Backends.open(EMULATED)) {
            for (Training job : jobs) {
                new Counting(backend).wholeSteps(job).ifPresent(wholeSteps::add);
            }
        }
        return new Report(steps, wholeSteps, models);
    }

    /** A system property for a while. */
    private static final class Setting implements AutoCloseable {
        private final String name;
        private final String before;

        Setting(String name, String value) {
            this.name = name;
            before = System.setProperty(name, value);
        }

        @Override
        public void close() {
            if (before == null) {
                System.clearProperty(name);
            } else {
                System.setProperty(name, before);
            }
        }
    }
}

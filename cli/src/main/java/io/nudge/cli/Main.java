package io.nudge.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. Exit codes: 0 done, 1 failed, 2 used wrongly; 130 ended by Ctrl-C, 141 when nobody reads the output. */
@Command(
        name = "nudge",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class,
        subcommands = {
            TrainCommand.class,
            EvaluateCommand.class,
            PredictCommand.class,
            ExplainCommand.class,
            CheckCommand.class,
            BenchCommand.class,
            BackendsCommand.class,
            DoctorCommand.class
        },
        description = "Trains dense neural networks by backpropagation.",
        sortOptions = false,
        usageHelpWidth = 110,
        synopsisHeading = "Usage: ",
        parameterListHeading = "%nParameters:%n",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  nudge train                              30 hidden neurons, on handwritten digits that are built in",
            "  nudge train --save digits.safetensors    the same, kept",
            "  nudge evaluate digits.safetensors        which digits it takes for which",
            "  nudge train --help                       all that can be chosen"
        },
        exitCodeOnInvalidInput = ExitCode.USAGE,
        exitCodeOnExecutionException = ExitCode.FAILED)
public final class Main implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "When something fails, show where in the program.")
    private boolean stacktrace;

    private final Console console;
    private final List<String> arguments;

    private Main(Console console, String... arguments) {
        this.console = console;
        this.arguments = List.of(arguments);
    }

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param arguments the command's name, options and parameters
     */
    public static void main(String[] arguments) {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, Console.charset());
        System.exit(run(new Console(out, err, Terminal.isStandardError()), arguments));
    }

    /** Runs a command and gives its exit code; nothing of the process is changed for good. */
    static int run(OutputStream out, PrintStream err, String... arguments) {
        return run(new Console(out, err, false), arguments);
    }

    static int run(Console console, String... arguments) {
        Logs logs = Logs.to(console);
        try {
            return console.finish(new Main(console, arguments).execute());
        } finally {
            logs.close();
        }
    }

    private int execute() {
        try {
            return commandLine().execute(arguments.toArray(new String[0]));
        } catch (Error e) { // picocli handles exceptions alone, but memory may run out, too
            return failed(e);
        }
    }

    private CommandLine commandLine() {
        CommandLine line = new CommandLine(this)
                .setExpandAtFiles(false)
                .setOut(console.writer())
                .setParameterExceptionHandler(this::misused)
                .setExecutionExceptionHandler((thrown, command, parsed) -> failed(thrown));
        Converters.register(line);
        return Sections.inHelpOf(line);
    }

    Console console() {
        return console;
    }

    /** Reads the arguments once more, after defaults have changed. */
    void parseAgain() {
        spec.commandLine().parseArgs(arguments.toArray(new String[0]));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(console.err());
        return ExitCode.USAGE;
    }

    private int misused(ParameterException misuse, String[] given) {
        if (List.of(given).contains("--stacktrace")) {
            console.stackTrace(misuse);
        }
        CommandSpec command = misuse.getCommandLine().getCommandSpec();
        console.note(misuse.getMessage().strip().replaceAll("\\s*\\R\\s*", " ") + didYouMean(misuse) + "; see "
                + command.qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static String didYouMean(ParameterException misuse) {
        if (!(misuse instanceof UnmatchedArgumentException unmatched)) {
            return "";
        }
        List<String> suggestions = unmatched.getSuggestions();
        return suggestions.isEmpty() ? "" : "; did you mean " + String.join(" or ", suggestions) + "?";
    }

    private int failed(Throwable thrown) {
        Failure failure = Failure.of(thrown);
        if (stacktrace) {
            console.stackTrace(thrown);
        }
        console.note(failure.line());
        return failure.exitCode();
    }
}

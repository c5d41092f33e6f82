package io.nudge.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "nudge",
        mixinStandardHelpOptions = true,
        version = "nudge 0.1.0-SNAPSHOT",
        description = "Trains dense neural networks by backpropagation.")
public final class Main implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    private Main() {}

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param arguments the command's name, options and parameters
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() {
        command.commandLine().usage(command.commandLine().getErr());
        return CommandLine.ExitCode.USAGE;
    }
}

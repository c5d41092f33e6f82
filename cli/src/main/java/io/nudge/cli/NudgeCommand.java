package io.nudge.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.ParentCommand;

/** What all commands share. */
abstract class NudgeCommand implements Callable<Integer> {
    @ParentCommand
    private Main nudge;

    final Main nudge() {
        return nudge;
    }

    final Console console() {
        return nudge.console();
    }
}

package io.nudge.cli;

import picocli.CommandLine.Option;

/** Whether a program reads the output. */
final class JsonOption {
    @Option(names = "--json", description = "Print one JSON object a line, and nothing else, on standard output")
    private boolean json;

    boolean isSet() {
        return json;
    }
}

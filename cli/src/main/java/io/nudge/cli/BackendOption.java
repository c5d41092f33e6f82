package io.nudge.cli;

import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import picocli.CommandLine.Option;

/** Where is computed. */
class BackendOption {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "cpu, cuda, cuda:1, ...; auto takes the best there is. Default: auto")
    private String backend;

    final Backend open() {
        return UsageException.of("--backend", () -> Backends.open(backend));
    }
}

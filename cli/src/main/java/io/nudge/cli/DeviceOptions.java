package io.nudge.cli;

import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import io.nudge.tensor.DType;
import picocli.CommandLine.Option;

/** Where is computed, and with what numbers. */
final class DeviceOptions {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "cpu, cuda, cuda:1, ...; auto takes the best there is. Default: auto")
    private String backend;

    @Option(
            names = "--type",
            paramLabel = "NAME",
            description = "Of the numbers: float32 or float64. Default: float32; float64 where gradients are shown or checked")
    private String type;

    /** What was asked for: a name, or auto. */
    String name() {
        return backend;
    }

    Backend open() {
        return UsageException.of("--backend", () -> Backends.open(backend));
    }

    DType type(DType otherwise) {
        return type == null ? otherwise : UsageException.of("--type", () -> DType.named(type));
    }
}

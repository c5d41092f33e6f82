package io.nudge.cli;

import io.nudge.tensor.DType;
import picocli.CommandLine.Option;

/** Where is computed, and with what numbers. */
final class DeviceOptions extends BackendOption {
    @Option(
            names = "--type",
            paramLabel = "NAME",
            description =
                    "Of the numbers: float32 or float64. Default: float32; for a trained model its own; in explain float64")
    private String type;

    DType type(DType otherwise) {
        return type == null ? otherwise : UsageException.of("--type", () -> DType.named(type));
    }
}

package io.nudge.cli;

import io.nudge.tensor.Availability;
import io.nudge.tensor.Backends;
import io.nudge.tensor.Device;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists what can be computed on here. */
@Command(
        name = "backends",
        sortOptions = false,
        description = "Lists the devices that can be computed on here, and what is missing for others.",
        footerHeading = "%nExamples:%n",
        footer = {"  nudge backends", "  nudge backends --json"})
final class BackendsCommand extends NudgeCommand {
    @Mixin
    private JsonOption output;

    @Override
    public Integer call() {
        List<Availability> found = Backends.probe();
        Device best = Backends.best().orElse(null);
        for (Availability each : found) {
            boolean hasBest = best != null && best.backend().equals(each.backend());
            if (output.isSet()) {
                console().json(row(each, hasBest));
            } else {
                tell(each, hasBest);
            }
        }
        if (best == null) {
            console().note("no backend can be opened here; what is missing is said above");
        }
        return best == null ? ExitCode.FAILED : ExitCode.DONE;
    }

    private void tell(Availability backend, boolean best) {
        if (!backend.isAvailable()) {
            console()
                    .print(
                            "%-6s not available: %s; more: nudge doctor --backend %s",
                            backend.backend(), backend.reason(), backend.backend());
            return;
        }
        for (Device device : backend.devices()) {
            boolean taken = best && device.equals(backend.devices().get(0));
            console()
                    .print(
                            "%-6s %s (%s)%s",
                            device.backend() + ":" + device.ordinal(),
                            device.name(),
                            device.detail(),
                            taken ? "; the one that auto takes" : "");
        }
    }

    private static Map<String, Object> row(Availability backend, boolean best) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("backend", backend.backend());
        row.put("available", backend.isAvailable());
        row.put("auto", best);
        row.put("reason", backend.reason());
        row.put("devices", backend.devices().stream().map(BackendsCommand::row).toList());
        return row;
    }

    private static Map<String, Object> row(Device device) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("device", device.backend() + ":" + device.ordinal());
        row.put("name", device.name());
        row.put("detail", device.detail());
        return row;
    }
}

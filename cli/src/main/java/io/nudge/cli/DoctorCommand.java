package io.nudge.cli;

import io.nudge.tensor.Backends;
import io.nudge.tensor.Diagnosis;
import io.nudge.tensor.Finding;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks at all that a backend needs, and lets it do a small piece of work. */
@Command(
        name = "doctor",
        sortOptions = false,
        description = {
            "Tells whether a backend can be used here, and if not, what is missing and what to do.",
            "The exit code is 0 where it can be used, else 1."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  nudge doctor                     the NVIDIA GPU: driver, devices, libraries, kernels, a small training",
            "  nudge doctor --backend cuda:1    the same, with the work done on the second device",
            "  nudge doctor --json | tail -n 1  the verdict, for a program"
        })
final class DoctorCommand extends NudgeCommand {
    private static final String SUBJECT = "subject";
    private static final String TEXT = "text";

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "cuda",
            description = "cuda, cuda:1, cpu, ... Default: cuda")
    private String backend;

    @Mixin
    private JsonOption output;

    @Override
    public Integer call() {
        Diagnosis diagnosis = UsageException.of("--backend", () -> Backends.diagnose(backend));
        diagnosis.findings().forEach(this::tell);
        if (diagnosis.isUsable()) {
            for (Finding finding : Trial.of(backend)) {
                tell(finding);
                diagnosis = diagnosis.with(finding);
            }
        }
        conclude(diagnosis);
        return diagnosis.isUsable() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void tell(Finding finding) {
        if (!output.isSet()) {
            console().print("%-5s %-14s %s", mark(finding), finding.subject(), finding.text());
            if (finding.facts().get("sought") instanceof String sought) {
                console().print("%-20s %s", "", sought);
            }
            return;
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put(SUBJECT, finding.subject());
        row.put("weight", finding.weight().toString());
        row.put(TEXT, finding.text());
        row.put("facts", finding.facts());
        console().json(row);
    }

    private static String mark(Finding finding) {
        return switch (finding.weight()) {
            case GOOD -> "ok";
            case NOTE -> "note";
            case BAD -> "BAD";
        };
    }

    private void conclude(Diagnosis diagnosis) {
        Optional<Finding> obstacle = diagnosis.obstacle();
        String verdict = obstacle.map(bad -> backend + " cannot be used here: " + bad.text())
                .orElse(backend + " can be used here: nudge train --backend " + backend);
        if (!output.isSet()) {
            console().print(verdict);
            return;
        }
        Map<String, Object> last = new LinkedHashMap<>();
        last.put("final", true);
        last.put("backend", backend);
        last.put("usable", diagnosis.isUsable());
        last.put(SUBJECT, obstacle.map(Finding::subject).orElse(null));
        last.put(TEXT, verdict);
        console().json(last);
    }
}

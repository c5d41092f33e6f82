package io.nudge.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that was looked at to tell whether a backend can be used here: more than {@link Availability}, and slower, since
 * libraries are loaded and devices asked.
 *
 * @param backend the backend's name
 * @param findings what was looked at, in that order: causes come before what follows from them
 */
public record Diagnosis(String backend, List<Finding> findings) {
    /** Copies the list. */
    public Diagnosis {
        findings = List.copyOf(findings);
    }

    /**
     * Whether the backend can be used.
     *
     * @return true if nothing keeps it from being used
     */
    public boolean isUsable() {
        return obstacle().isEmpty();
    }

    /**
     * What has to be put right first.
     *
     * @return the first finding that keeps the backend from being used; empty if there is none
     */
    public Optional<Finding> obstacle() {
        return findings.stream()
                .filter(each -> each.weight() == Finding.Weight.BAD)
                .findFirst();
    }

    /**
     * The same with one more finding at its end.
     *
     * @param finding what was looked at after all else
     * @return a new diagnosis
     */
    public Diagnosis with(Finding finding) {
        List<Finding> more = new ArrayList<>(findings);
        more.add(finding);
        return new Diagnosis(backend, more);
    }
}

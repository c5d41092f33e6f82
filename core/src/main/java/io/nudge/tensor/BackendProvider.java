package io.nudge.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Offers one kind of backend. Providers are found with {@link java.util.ServiceLoader}; a backend's jar names its own in
 * {@code META-INF/services/io.nudge.tensor.BackendProvider}.
 */
public interface BackendProvider {
    /**
     * The name that the backend is asked for by.
     *
     * @return for example {@code cpu}
     */
    String name();

    /**
     * How good this kind of backend is where it is available; {@code auto} takes the highest.
     *
     * @return 0 for the CPU, more for an accelerator
     */
    int preference();

    /**
     * Whether {@code auto} may take it. What is not meant for work, such as an emulated device, is taken only where it is
     * asked for by name, and listed only where it is there.
     *
     * @return true unless a backend says otherwise
     */
    default boolean isAutomatic() {
        return true;
    }

    /**
     * Finds out whether and with which devices the backend can be opened. Never throws, and initialises nothing that it
     * need not.
     *
     * @return what was found
     */
    Availability probe();

    /**
     * Opens a device.
     *
     * @param ordinal which of several devices, from 0
     * @return the backend, to be closed by the caller
     * @throws BackendUnavailableException if it cannot be opened; the message says why and what to do
     */
    Backend open(int ordinal);

    /**
     * Looks at everything that the backend needs, loading libraries and asking devices. Never throws. The default says what
     * {@link #probe} does.
     *
     * @return what was found
     */
    default Diagnosis diagnose() {
        Availability found = probe();
        if (!found.isAvailable()) {
            return new Diagnosis(name(), List.of(new Finding("backend", Finding.Weight.BAD, found.reason())));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(new Finding("backend", Finding.Weight.GOOD, found.reason()));
        for (Device device : found.devices()) {
            findings.add(new Finding("device", Finding.Weight.GOOD, device.toString()));
        }
        return new Diagnosis(name(), findings);
    }
}

package io.nudge.tensor;

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
}

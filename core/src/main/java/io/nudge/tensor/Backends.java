package io.nudge.tensor;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * Finds and opens backends. What is asked for by name is opened or refused, never replaced by another.
 *
 * <p>Thread-safe. Example:
 *
 * <pre>{@code
 * try (Backend backend = Backends.open("auto")) {
 *     System.out.println(backend.device());
 * }
 * }</pre>
 */
public final class Backends {
    private static final Logger LOG = System.getLogger("io.nudge");

    private Backends() {}

    /**
     * Opens a backend.
     *
     * @param name {@code cpu}, {@code cuda}, {@code cuda:1}, …, or {@code auto} for the best that is available, which is
     *     logged with the reason
     * @return the backend, to be closed by the caller
     * @throws IllegalArgumentException if there is no backend of that name, or the device number is not one
     * @throws BackendUnavailableException if there is, but it cannot be had here
     */
    public static Backend open(String name) {
        if (name.equals("auto")) {
            return openBest();
        }
        int ordinal = ordinal(name);
        return open(provider(name), ordinal, name);
    }

    /**
     * Looks at everything that a backend needs, to tell whether it can be used here, and why not. Slower than {@link #probe}:
     * libraries are loaded and devices asked.
     *
     * @param name {@code cpu}, {@code cuda}, …; the number of a device may follow, and changes nothing
     * @return what was found
     * @throws IllegalArgumentException if there is no backend of that name, or the device number is not one
     * @throws BackendUnavailableException if it is one of Nudge's own and not on the class path
     */
    public static Diagnosis diagnose(String name) {
        ordinal(name);
        BackendProvider provider = provider(name);
        try {
            return provider.diagnose();
        } catch (RuntimeException | LinkageError e) {
            return new Diagnosis(
                    provider.name(), List.of(new Finding("backend", Finding.Weight.BAD, "looking at it failed: " + e)));
        }
    }

    private static BackendProvider provider(String name) {
        int colon = name.indexOf(':');
        String kind = colon < 0 ? name : name.substring(0, colon);
        for (BackendProvider provider : providers()) {
            if (provider.name().equals(kind)) {
                return provider;
            }
        }
        if (kind.equals("cuda") || kind.equals("cpu")) {
            throw new BackendUnavailableException(
                    "the backend '" + kind + "' is not on the class path; add the artifact " + "io.nudge:nudge-" + kind
                            + "-backend (found here: " + names() + ")");
        }
        throw new IllegalArgumentException("unknown backend '" + name + "'; choose one of: auto, " + names());
    }

    /**
     * Finds out what can be opened here.
     *
     * @return one entry for each kind of backend on the class path, the best first; one that {@code auto} never takes is left
     *     out where it cannot be opened
     */
    public static List<Availability> probe() {
        List<Availability> found = new ArrayList<>();
        for (BackendProvider provider : providers()) {
            Availability availability = probe(provider);
            if (provider.isAutomatic() || availability.isAvailable()) {
                found.add(availability);
            }
        }
        return found;
    }

    /**
     * What {@code auto} would take, as far as probing tells.
     *
     * @return the best that is available; empty if there is none
     */
    public static Optional<Device> best() {
        return providers().stream()
                .filter(BackendProvider::isAutomatic)
                .map(Backends::probe)
                .filter(Availability::isAvailable)
                .map(found -> found.devices().get(0))
                .findFirst();
    }

    /** A provider is to say what is wrong, not to throw; one that does throw is unavailable. */
    private static Availability probe(BackendProvider provider) {
        try {
            return provider.probe();
        } catch (RuntimeException | LinkageError e) {
            return new Availability(provider.name(), List.of(), "looking for it failed: " + e);
        }
    }

    private static Backend openBest() {
        List<String> skipped = new ArrayList<>();
        for (BackendProvider provider : providers()) {
            if (!provider.isAutomatic()) {
                continue;
            }
            Availability found = probe(provider);
            String reason = found.reason();
            if (found.isAvailable()) {
                try {
                    Backend backend = provider.open(0);
                    String others = skipped.isEmpty() ? "" : "; not taken: " + String.join("; ", skipped);
                    LOG.log(Level.INFO, "backend auto: {0}{1}", backend.device(), others);
                    return backend;
                } catch (BackendUnavailableException e) {
                    reason = e.getMessage();
                }
            }
            skipped.add(provider.name() + " (" + reason + ")");
        }
        throw new BackendUnavailableException("no backend can be opened here; "
                + (skipped.isEmpty()
                        ? "add the artifact io.nudge:nudge-cpu-backend to the class path"
                        : String.join("; ", skipped)));
    }

    private static Backend open(BackendProvider provider, int ordinal, String name) {
        Availability found = probe(provider);
        if (!found.isAvailable()) {
            throw new BackendUnavailableException("the backend '" + name + "' cannot be opened: " + found.reason());
        }
        if (ordinal >= found.devices().size()) {
            throw new BackendUnavailableException("there is no device '" + name + "'; choose one of: "
                    + String.join(
                            ", ", found.devices().stream().map(Device::toString).toList()));
        }
        return provider.open(ordinal);
    }

    private static int ordinal(String name) {
        int colon = name.indexOf(':');
        if (colon < 0) {
            return 0;
        }
        String text = name.substring(colon + 1);
        if (!text.matches("\\d{1,4}")) {
            throw new IllegalArgumentException(
                    "the device number in '" + name + "' is not a whole number; write it as in cuda:1");
        }
        return Integer.parseInt(text);
    }

    private static String names() {
        List<String> names = providers().stream().map(BackendProvider::name).toList();
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    /** A provider that cannot even be made is left out with a log line; it must not hide the others. */
    private static List<BackendProvider> providers() {
        List<BackendProvider> providers = new ArrayList<>();
        Iterator<BackendProvider> found = ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader())
                .iterator();
        boolean more = true;
        while (more) {
            try {
                more = found.hasNext();
                if (more) {
                    providers.add(found.next());
                }
            } catch (ServiceConfigurationError e) {
                LOG.log(Level.WARNING, "a backend is left out, since it cannot be loaded: {0}", e.getMessage());
            }
        }
        providers.sort(Comparator.comparingInt(BackendProvider::preference).reversed());
        return providers;
    }
}

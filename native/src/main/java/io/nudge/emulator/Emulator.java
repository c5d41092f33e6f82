package io.nudge.emulator;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The emulated CUDA device. Once it is loaded, JCuda's natives link to it in place of a real driver, and so does everything above
 * them. There is one in a process.
 */
public final class Emulator {
    private static final String FOLDER = "linux-x86_64/";
    private static final List<String> LIBRARIES = List.of("libcuda.so.1", "libcublas.so.12", "libemujni.so");
    private static boolean loaded;

    private Emulator() {}

    /**
     * Tells whether the device was built: it is not where there was no C++ compiler, or on another system than Linux on x86-64.
     *
     * @return whether {@link #load} will succeed
     */
    public static boolean isAvailable() {
        return LIBRARIES.stream().allMatch(name -> Emulator.class.getResource(FOLDER + name) != null);
    }

    /**
     * Tells whether tests are to run on the machine's own device instead: where the system property {@code nudge.device} is
     * {@code real}.
     *
     * @return whether {@link EmulatedDevice} leaves a test alone
     */
    public static boolean isLeftOut() {
        return "real".equals(System.getProperty("nudge.device"));
    }

    /**
     * Tells whether this process uses the device.
     *
     * @return whether {@link #load} was called
     */
    public static synchronized boolean isLoaded() {
        return loaded;
    }

    /** Loads the device's libraries, if that has not been done. It has to come before the first use of JCuda. */
    public static synchronized void load() {
        if (loaded) {
            return;
        }
        try {
            Path folder = Files.createTempDirectory("emulated-cuda-device");
            for (String name : LIBRARIES) {
                Path file = folder.resolve(name);
                try (InputStream in = Emulator.class.getResourceAsStream(FOLDER + name)) {
                    if (in == null) {
                        throw new IllegalStateException("The emulated CUDA device was not built: there is no " + name);
                    }
                    Files.copy(in, file);
                }
            }
            for (String name : LIBRARIES) {
                System.load(folder.resolve(name).toString());
            }
            // Once they are loaded nobody needs their files.
            for (String name : LIBRARIES) {
                Files.delete(folder.resolve(name));
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        loaded = true;
    }

    /**
     * Changes a setting. docs/emulated-device.md lists them.
     *
     * @param name the setting's name, such as {@code memory}
     * @param value its value, such as {@code 1GB}
     */
    public static void set(String name, String value) {
        load();
        if (!EmulatorNatives.set(name, value)) {
            throw new IllegalArgumentException(
                    "No such setting of the emulated device, or no value for it: " + name + "=" + value);
        }
    }

    /** Gives all settings the values that the environment gives them. */
    public static void defaults() {
        load();
        EmulatorNatives.defaults();
    }

    /** Forgets everything: contexts, memory, waiting work, reports, counters, failures asked for. Settings stay. */
    public static void reset() {
        load();
        EmulatorNatives.reset();
    }

    /** Runs all work that waits. */
    public static void drain() {
        load();
        EmulatorNatives.drain();
    }

    /** Reports everything that was made and not yet freed. */
    public static void checkLeaks() {
        load();
        EmulatorNatives.checkLeaks();
    }

    /**
     * Returns what was found wrong since the last reset or call of {@link #takeReports}.
     *
     * @return the reports, oldest first
     */
    public static List<Report> reports() {
        load();
        List<Report> result = new ArrayList<>();
        int count = EmulatorNatives.reportCount();
        for (int i = 0; i < count; i++) {
            result.add(new Report(EmulatorNatives.reportKind(i), EmulatorNatives.reportText(i)));
        }
        return result;
    }

    /**
     * Returns the reports and forgets them, so that a test that expects them does not fail because of them.
     *
     * @return the reports, oldest first
     */
    public static List<Report> takeReports() {
        List<Report> result = reports();
        EmulatorNatives.clearReports();
        return result;
    }

    /**
     * Returns one counter.
     *
     * @param name its name, such as {@code launches}
     * @return its value; 0 where nothing was counted
     */
    public static long counter(String name) {
        load();
        return EmulatorNatives.counter(name);
    }

    /**
     * Returns all counters that are not 0.
     *
     * @return values by name
     */
    public static Map<String, Long> counters() {
        load();
        Map<String, Long> result = new TreeMap<>();
        EmulatorNatives.counters()
                .lines()
                .forEach(line -> result.put(
                        line.substring(0, line.lastIndexOf('=')),
                        Long.valueOf(line.substring(line.lastIndexOf('=') + 1))));
        return result;
    }

    /** Sets all counters to 0. */
    public static void clearCounters() {
        load();
        EmulatorNatives.clearCounters();
    }

    /**
     * Makes a call fail.
     *
     * @param call the function's name without its version, such as {@code cuMemAlloc}; {@code *} for any
     * @param nth which call from now, counted from 1; 0 for every one
     * @param code what it returns
     */
    public static void fail(String call, long nth, int code) {
        load();
        EmulatorNatives.fail(call, nth, code);
    }

    /**
     * Lets memory run out: once so many bytes have been allocated in all, freed ones included, there is no more until the next
     * {@link #reset} that follows {@link #defaults}.
     *
     * @param bytes how many can still be allocated
     */
    public static void failMemoryAfter(long bytes) {
        set("memory.failsafter", Long.toUnsignedString(bytes));
    }

    /**
     * Writes every call from now on to a file, a line of JSON each.
     *
     * @param file the file, which is made anew
     */
    public static void traceTo(Path file) {
        set("trace", file.toString());
    }

    /** Ends the trace. */
    public static void endTrace() {
        set("trace", "");
    }

    /**
     * Writes every kernel and every matrix product that runs from now on to a file, a line of JSON each, with what it did.
     *
     * @param file the file, which is made anew
     */
    public static void logLaunchesTo(Path file) {
        set("launches", file.toString());
    }

    /** Ends the log of launches. */
    public static void endLaunchLog() {
        set("launches", "");
    }
}

package io.nudge.cuda;

import io.nudge.emulator.Emulator;
import io.nudge.tensor.Device;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Whether this process uses the emulated device in place of NVIDIA's libraries. JCuda links to what it finds first, once
 * and for all: so it is the one or the other.
 */
final class Emulation {
    static final String NAME = "cuda-emulated";

    /** How many devices the emulator is told to have (docs/emulated-device.md). */
    private static final String DEVICES = "EMU_DEVICES";

    private static boolean on;

    private Emulation() {}

    static synchronized boolean isOn() {
        return on;
    }

    /** The name that the devices in use are asked for by. */
    static String backend() {
        return isOn() ? NAME : "cuda";
    }

    /** What keeps a real device from being used in this process: empty if nothing does. */
    static Optional<String> inTheWay() {
        return isOn()
                ? Optional.of(
                        "this process has loaded the emulated device, so it cannot use a real one; ask for cuda in "
                                + "another process")
                : Optional.empty();
    }

    /** What keeps the emulated device from being used: empty if nothing does. */
    static synchronized Optional<String> problem() {
        if (on) {
            return Optional.empty();
        }
        if (!isThere()) {
            return Optional.of(
                    "the emulated device was not built, or is not on the class path (io.nudge:nudge-native); it "
                            + "needs Linux on x86-64, CMake and a C++ compiler, and ./nudge builds it where its arguments name "
                            + NAME);
        }
        if (Emulator.isLoaded()) {
            return Optional.empty();
        }
        return LibrarySearch.here()
                .loaded(Natives.DRIVER_PREFIX)
                .map(file -> "this process has loaded the driver " + file + " already; ask for " + NAME
                        + " in another process, before cuda");
    }

    /**
     * Loads the emulated device, unless it is loaded.
     *
     * @return what keeps it from being used; empty if nothing does
     */
    static synchronized Optional<String> start() {
        Optional<String> problem = problem();
        if (problem.isEmpty() && !on) {
            Emulator.load();
            on = true;
        }
        return problem;
    }

    /** What devices there will be, before they can be asked. */
    static List<Device> expected() {
        String count = System.getenv(DEVICES);
        int devices = count != null && count.matches("[1-8]") ? Integer.parseInt(count) : 1;
        return IntStream.range(0, devices)
                .mapToObj(i -> new Device(NAME, i, "Emulated CUDA device " + i, "in software, for tests"))
                .toList();
    }

    /** The artifact is optional: without it there is no such class. */
    private static boolean isThere() {
        try {
            return Emulator.isAvailable();
        } catch (LinkageError e) {
            return false;
        }
    }
}

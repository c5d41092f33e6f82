package io.nudge.tensor;

/**
 * What a backend computes on.
 *
 * @param backend the backend's name, for example {@code cpu}
 * @param ordinal which of several devices, from 0
 * @param name the device's own name, for example the processor's
 * @param detail how it computes, in one line for people: threads, libraries, versions
 */
public record Device(String backend, int ordinal, String name, String detail) {
    @Override
    public String toString() {
        return backend + ":" + ordinal + " (" + name + "; " + detail + ")";
    }
}

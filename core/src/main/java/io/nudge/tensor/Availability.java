package io.nudge.tensor;

import java.util.List;

/**
 * What probing found out about one kind of backend.
 *
 * @param backend the backend's name
 * @param devices the devices that can be opened; empty if there are none
 * @param reason in one line: how it would compute, or why it cannot and what to do
 */
public record Availability(String backend, List<Device> devices, String reason) {
    /** Copies the list. */
    public Availability {
        devices = List.copyOf(devices);
    }

    /**
     * Whether the backend can be opened.
     *
     * @return true if there is a device
     */
    public boolean isAvailable() {
        return !devices.isEmpty();
    }
}

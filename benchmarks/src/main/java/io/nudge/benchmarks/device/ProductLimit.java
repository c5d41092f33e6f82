package io.nudge.benchmarks.device;

import io.nudge.benchmarks.device.Model.Part;
import java.util.Arrays;
import java.util.Comparator;

/**
 * What share of a device's float32 rate Nudge's own matrix product can reach at most, as its counters say: how long the busiest
 * part of a multiprocessor takes, against the multiplications and additions alone, with all multiprocessors at work.
 *
 * @param busiest part of a multiprocessor
 * @param cycles that it is busy, of the multiprocessor that has most blocks
 * @param share of the rate, at most; 1 would be all of it
 * @param bytesShare of the rate that the bytes of device memory allow, if each is moved once
 */
record ProductLimit(Part busiest, double cycles, double share, double bytesShare) {
    /**
     * Finds the limit.
     *
     * @param kernel as counted
     * @param operations multiplications and additions
     * @param bytes of both factors and of what becomes of them
     * @param device its data sheet
     */
    static ProductLimit of(KernelLaunch kernel, double operations, double bytes, DeviceSheet device) {
        Part busiest = Arrays.stream(Part.values())
                .max(Comparator.comparingDouble(part -> part.cycles(kernel, device)))
                .orElseThrow();
        double rounds = Math.ceil(kernel.blocks() / (double) device.multiprocessors());
        double cycles = rounds / kernel.blocks() * busiest.cycles(kernel, device);
        double perCycle = 2.0 * device.architecture().float32Lanes() * device.multiprocessors();
        double ideal = operations / perCycle;
        double moving = bytes / device.bandwidth() * device.clock();
        return new ProductLimit(busiest, cycles, ideal / cycles, ideal / moving);
    }
}

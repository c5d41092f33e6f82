package io.nudge.benchmarks.device;

import java.util.List;

/**
 * What a run of a recorded training does, in steady state.
 *
 * @param training what is trained
 * @param steps in a run: more than one where the backend takes several as one
 * @param launches in their order
 * @param host what it costs the host
 */
record StepCounts(Training training, int steps, List<Launch> launches, HostCounts host) {
    /** Keeps its own list. */
    StepCounts {
        launches = List.copyOf(launches);
    }

    /** Launches of kernels of Nudge's. */
    List<KernelLaunch> kernels() {
        return launches.stream()
                .filter(KernelLaunch.class::isInstance)
                .map(KernelLaunch.class::cast)
                .toList();
    }

    /** Products of cuBLAS. */
    List<ProductLaunch> products() {
        return launches.stream()
                .filter(ProductLaunch.class::isInstance)
                .map(ProductLaunch.class::cast)
                .toList();
    }

    /** In a step. */
    double movedBytes() {
        return launches.stream().mapToDouble(Launch::movedBytes).sum() / steps;
    }

    /** Of the passes of a step, each by itself. */
    double leastBytesOfPasses() {
        return launches.stream().mapToDouble(Launch::leastBytes).sum() / steps;
    }
}

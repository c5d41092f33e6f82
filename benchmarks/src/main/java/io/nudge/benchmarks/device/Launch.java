package io.nudge.benchmarks.device;

/** What the device does in one go: a kernel of Nudge's, or a product of cuBLAS. */
sealed interface Launch permits KernelLaunch, ProductLaunch {
    /** For people. */
    String name();

    /** Bytes of device memory that it asks for, in whole sectors of 32. */
    double movedBytes();

    /** Bytes that it has to read or write: each sector once. */
    double leastBytes();
}

package io.nudge.cuda;

/**
 * How much of a device's memory a backend has, in bytes.
 *
 * @param inUse in tensors and in what the backend needs for itself, rounded up to the sizes that are given out
 * @param cached given back, and kept for the next that asks
 * @param peak the most that was in use at any time
 * @param allocations how often the driver was asked for memory
 * @param reuses how often memory that was kept served instead
 * @param releases how often all that was kept was given back to the driver
 */
public record DeviceMemoryUse(long inUse, long cached, long peak, long allocations, long reuses, long releases) {}

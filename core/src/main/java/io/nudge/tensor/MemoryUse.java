package io.nudge.tensor;

/**
 * How much memory a backend's tensors take.
 *
 * @param tensors live tensors, views not counted
 * @param bytes bytes they hold
 * @param peakBytes the most bytes held at any time
 * @param allocations tensors made since the backend was opened
 */
public record MemoryUse(long tensors, long bytes, long peakBytes, long allocations) {}

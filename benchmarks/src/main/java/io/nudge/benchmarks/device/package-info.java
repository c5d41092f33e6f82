/**
 * What a training step costs on the CUDA device, counted on the emulated one, and what the counts let one predict of real ones:
 * {@code benchmarks/device}. Counts are the same on every machine; times are predicted, never measured.
 */
package io.nudge.benchmarks.device;

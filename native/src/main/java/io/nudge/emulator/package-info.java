/**
 * A CUDA device in software, for tests: {@link io.nudge.emulator.EmulatedDevice} puts a test on it, {@link
 * io.nudge.emulator.Emulator} sets it up and tells what it saw. See docs/emulated-device.md.
 */
package io.nudge.emulator;

package io.nudge.emulator;

/**
 * Something that the emulated device found wrong.
 *
 * @param kind what it is, in one word: {@code out-of-bounds}, {@code shared-race} and so on
 * @param text where it is and what is known about it
 */
public record Report(String kind, String text) {
    @Override
    public String toString() {
        return kind + ": " + text;
    }
}

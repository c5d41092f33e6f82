package io.nudge.cpu;

import io.nudge.math.Philox;

/**
 * The words that dropout draws, as {@link io.nudge.tensor.Operations#dropout} lays them out. Used by one thread at a
 * time.
 */
class RandomWords {
    /** Words in a block of {@link Philox}. */
    static final int IN_BLOCK = 4;

    private final int[] block = new int[IN_BLOCK];

    /**
     * Draws the words of a stretch of elements.
     *
     * @param seed the key
     * @param stream the upper half of the counter
     * @param step counts the steps; its lower half counts
     * @param first the first block: a quarter of the first element's number
     * @param blocks how many
     * @param words receives four for each
     */
    void draw(long seed, long stream, long step, int first, int blocks, int[] words) {
        for (int i = 0; i < blocks; i++) {
            drawOne(seed, stream, step, first + i, words, i * IN_BLOCK);
        }
    }

    final void drawOne(long seed, long stream, long step, int number, int[] words, int at) {
        Philox.block(seed, number + (step << 32), stream, block);
        System.arraycopy(block, 0, words, at, IN_BLOCK);
    }
}

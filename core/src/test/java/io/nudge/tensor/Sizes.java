package io.nudge.tensor;

/** The three lengths that the shapes of a call are made of. */
record Sizes(int m, int n, int k) {
    @Override
    public String toString() {
        return "m=" + m + " n=" + n + " k=" + k;
    }
}

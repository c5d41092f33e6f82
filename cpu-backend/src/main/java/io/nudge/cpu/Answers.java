package io.nudge.cpu;

/**
 * Whether what a network says is right: its largest output is where the largest target is, the first one of each; a single output is on
 * the same side of ½.
 */
final class Answers {
    private Answers() {}

    static boolean right(float[] a, int aAt, float[] y, int yAt, int n) {
        if (n == 1) {
            return a[aAt] > 0.5f == y[yAt] > 0.5f;
        }
        return n > 0 && isLargest(a, aAt, largest(y, yAt, n), n);
    }

    /** Without a branch for each element, which nobody could foretell. */
    private static boolean isLargest(float[] x, int at, int index, int n) {
        float candidate = x[at + index];
        boolean largest = true;
        for (int j = 0; j < index; j++) {
            largest &= x[at + j] < candidate;
        }
        for (int j = index + 1; j < n; j++) {
            largest &= x[at + j] <= candidate;
        }
        return largest;
    }

    private static int largest(float[] x, int at, int n) {
        int largest = 0;
        for (int j = 1; j < n; j++) {
            largest = x[at + j] > x[at + largest] ? j : largest;
        }
        return largest;
    }

    static boolean right(double[] a, int aAt, double[] y, int yAt, int n) {
        if (n == 1) {
            return a[aAt] > 0.5 == y[yAt] > 0.5;
        }
        return n > 0 && isLargest(a, aAt, largest(y, yAt, n), n);
    }

    /** Without a branch for each element, which nobody could foretell. */
    private static boolean isLargest(double[] x, int at, int index, int n) {
        double candidate = x[at + index];
        boolean largest = true;
        for (int j = 0; j < index; j++) {
            largest &= x[at + j] < candidate;
        }
        for (int j = index + 1; j < n; j++) {
            largest &= x[at + j] <= candidate;
        }
        return largest;
    }

    private static int largest(double[] x, int at, int n) {
        int largest = 0;
        for (int j = 1; j < n; j++) {
            largest = x[at + j] > x[at + largest] ? j : largest;
        }
        return largest;
    }
}

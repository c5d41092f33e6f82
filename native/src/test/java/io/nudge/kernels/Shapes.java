package io.nudge.kernels;

/** Shapes of matrices: 1, primes, one off a multiple of 32, tall, wide, and what needs several blocks. */
final class Shapes {
    private static final int[][] ALL = {
        {1, 1}, {1, 7}, {7, 1}, {2, 2}, {5, 3}, {10, 10}, {3, 31}, {31, 3}, {32, 32}, {33, 31}, {31, 33}, {64, 8},
        {100, 10}, {17, 64}, {16, 65}, {4, 100}, {3, 257}, {2, 1000}, {1031, 1}, {700, 2}, {260, 12}, {150, 36}
    };

    private Shapes() {}

    interface Visit {
        void at(int m, int n);
    }

    static void forEach(Visit visit) {
        for (int[] each : ALL) {
            visit.at(each[0], each[1]);
        }
    }
}

package io.nudge.cli;

import io.nudge.nn.Architecture;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Operations;
import io.nudge.tensor.Program;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;

/**
 * What a backend can do at best, measured: how fast it multiplies large matrices, and how fast it copies as much as a
 * network has parameters (Williams, Waterman and Patterson, "Roofline: an insightful visual performance model", 2009).
 *
 * @param flops operations a second, in a product
 * @param bytes bytes a second, read and written
 */
record Roofline(double flops, double bytes) {
    private static final int SMALLEST = 128;
    private static final int LARGEST = 2048;

    /** A product that takes so long is large enough. */
    private static final double LONG = 0.02;

    private static final double SECONDS = 0.3;

    static Roofline measure(Backend backend, DType type, long parameters) {
        return new Roofline(products(backend, type), copies(backend, type, Math.max(1, parameters)));
    }

    private static double products(Backend backend, DType type) {
        double best = 0;
        double time = 0;
        for (int n = SMALLEST; n <= LARGEST && time < LONG; n *= 2) {
            try (Scope scope = Scope.open()) {
                Shape shape = Shape.of(n, n);
                Tensor a = backend.zeros(shape, type);
                Tensor b = backend.zeros(shape, type);
                Tensor c = backend.zeros(shape, type);
                backend.operations().fill(a, 1);
                backend.operations().fill(b, 1);
                Operations operations = backend.operations();
                time = shortest(
                        backend, () -> operations.product(1, a, Transpose.NO, b, Transpose.YES, 0, c), SECONDS / 4);
            }
            best = Math.max(best, 2.0 * n * n * n / time);
        }
        return best;
    }

    private static double copies(Backend backend, DType type, long elements) {
        try (Scope scope = Scope.open()) {
            Tensor from = backend.zeros(Shape.of(elements), type);
            Tensor to = backend.zeros(Shape.of(elements), type);
            double time = shortest(backend, () -> backend.operations().copy(from, to), SECONDS);
            return 2.0 * elements * type.bytes() / time;
        }
    }

    /** The least seconds that some work takes: of as often as there is time for, and while it still gets much faster. */
    private static double shortest(Backend backend, Runnable work, double seconds) {
        try (Program program = backend.record(work)) {
            double least = Double.POSITIVE_INFINITY;
            double end = seconds;
            double passed = 0;
            long begin = System.nanoTime();
            for (int times = 1; passed < end; ) {
                double time = time(backend, program, times) / times;
                passed = (System.nanoTime() - begin) * 1e-9;
                end = time < least / 2 && least < Double.POSITIVE_INFINITY ? passed + seconds : end;
                least = Math.min(least, time);
                times = time * times < LONG / 4 ? 2 * times : times;
            }
            return least;
        }
    }

    private static double time(Backend backend, Program program, int times) {
        long begin = System.nanoTime();
        for (int i = 0; i < times; i++) {
            program.run();
        }
        backend.synchronize();
        return (System.nanoTime() - begin) * 1e-9;
    }

    /** The least seconds that the products of a batch take. */
    double arithmetic(Architecture network, int batch, boolean inference) {
        double weights = network.weightCount();
        double first = (double) network.inputs() * network.neurons(1);
        return 2 * batch * (inference ? weights : 3 * weights - first) / flops;
    }

    /** The least seconds that it takes to read a batch and to go over the parameters: read, and written in training. */
    double traffic(Architecture network, int batch, boolean inference, DType type) {
        double examples = (double) batch * (network.inputs() + network.outputs());
        double parameters = (inference ? 1.0 : 2.0) * network.parameterCount();
        return (examples + parameters) * type.bytes() / bytes;
    }
}

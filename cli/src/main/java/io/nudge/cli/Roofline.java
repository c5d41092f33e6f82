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
    /** So large that no backend takes another way than for larger ones. */
    private static final int SMALLEST = 512;

    private static final int LARGEST = 4096;

    /** A product that takes so many seconds is large enough. */
    private static final double LONG = 0.0025;

    /** Seconds of a look at how fast something is. */
    private static final double LOOK = 0.05;

    static Roofline measure(Backend backend, DType type, long parameters) {
        return new Roofline(products(backend, type), copies(backend, type, Math.max(1, parameters)));
    }

    private static double products(Backend backend, DType type) {
        double best = 0;
        double time = 0;
        for (int n = SMALLEST; n <= LARGEST && time < LONG; n *= 2) {
            double products = products(backend, type, n);
            time = 1 / products;
            best = Math.max(best, products * 2.0 * n * n * n);
        }
        return best;
    }

    private static double products(Backend backend, DType type, int n) {
        try (Scope scope = Scope.open()) {
            Tensor a = backend.zeros(Shape.of(n, n), type);
            Tensor b = backend.zeros(Shape.of(n, n), type);
            Tensor c = backend.zeros(Shape.of(n, n), type);
            Operations operations = backend.operations();
            operations.fill(a, 1);
            operations.fill(b, 1);
            return perSecond(backend, () -> operations.product(1, a, Transpose.NO, b, Transpose.YES, 0, c));
        }
    }

    private static double copies(Backend backend, DType type, long elements) {
        try (Scope scope = Scope.open()) {
            Tensor from = backend.zeros(Shape.of(elements), type);
            Tensor to = backend.zeros(Shape.of(elements), type);
            return 2.0
                    * elements
                    * type.bytes()
                    * perSecond(backend, () -> backend.operations().copy(from, to));
        }
    }

    /** How often a second some work can be done. */
    private static double perSecond(Backend backend, Runnable work) {
        try (Program program = backend.record(work)) {
            return Steady.rate(() -> look(backend, program));
        }
    }

    /** Twice as often until it takes the time of a look; what counts is the last and longest. */
    private static double look(Backend backend, Program program) {
        for (long times = 1; ; times *= 2) {
            long begin = System.nanoTime();
            for (long i = 0; i < times; i++) {
                program.run();
            }
            backend.synchronize();
            double seconds = (System.nanoTime() - begin) * 1e-9;
            if (seconds > LOOK / 2) {
                return times / seconds;
            }
        }
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

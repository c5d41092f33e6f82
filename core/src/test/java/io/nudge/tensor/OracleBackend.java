package io.nudge.tensor;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;

/**
 * The smallest backend: Java arrays, every primitive whatever the {@link Oracle} says, no composite of its own. With it
 * core's build runs the specification without any real backend, and tests can make a device fail.
 */
class OracleBackend extends Backend {
    /** What was given out and not taken back. */
    int blocks;

    /** How often {@link #await} and {@link #release} were called. */
    int waits;

    int releases;

    OracleBackend() {
        this(0);
    }

    OracleBackend(int ordinal) {
        super(new Device("oracle", ordinal, "paper and pencil", "float64 loops"));
    }

    @Override
    protected Memory allocate(DType type, long elements) {
        blocks++;
        int length = Math.toIntExact(elements);
        return new Block(
                type == DType.FLOAT32
                        ? new float[length]
                        : type == DType.FLOAT64 ? new double[length] : new long[length]);
    }

    @Override
    protected Operations rawOperations() {
        return new OracleOperations();
    }

    @Override
    protected void await() {
        waits++;
    }

    @Override
    protected void release() {
        releases++;
    }

    private final class Block implements Memory {
        private final Object array;

        Block(Object array) {
            this.array = array;
        }

        @Override
        public void write(long offset, Object values) {
            System.arraycopy(values, 0, array, (int) offset, Array.getLength(values));
        }

        @Override
        public void read(long offset, Object values) {
            System.arraycopy(array, (int) offset, values, 0, Array.getLength(values));
        }

        @Override
        public void free() {
            blocks--;
        }
    }

    /** Asks the oracle and writes down what it says. */
    static class OracleOperations implements Operations {
        private static Oracle oracle(Tensor like) {
            return new Oracle(like.type());
        }

        private static void put(Expected expected, Tensor into) {
            double[] values = expected.values();
            Object array = into.type() == DType.FLOAT64 ? values : floats(values);
            if (into.type() == DType.INT64) {
                array = Arrays.stream(values).mapToLong(each -> (long) each).toArray();
            }
            into.memory().write(into.offset(), array);
        }

        private static float[] floats(double[] values) {
            float[] floats = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                floats[i] = (float) values[i];
            }
            return floats;
        }

        @Override
        public void fill(Tensor x, double value) {
            put(oracle(x).fill(x, value), x);
        }

        @Override
        public void copy(Tensor from, Tensor to) {
            if (from.type() == DType.INT64) {
                to.memory().write(to.offset(), from.longs());
                return;
            }
            put(oracle(to).copy(from, to), to);
        }

        @Override
        public void add(Tensor a, Tensor b, Tensor into) {
            put(oracle(into).add(a, b, into), into);
        }

        @Override
        public void subtract(Tensor a, Tensor b, Tensor into) {
            put(oracle(into).subtract(a, b, into), into);
        }

        @Override
        public void hadamard(Tensor a, Tensor b, Tensor into) {
            put(oracle(into).hadamard(a, b, into), into);
        }

        @Override
        public void scale(double alpha, Tensor x, Tensor into) {
            put(oracle(into).scale(alpha, x, into), into);
        }

        @Override
        public void addScaled(double alpha, Tensor x, Tensor y) {
            put(oracle(y).addScaled(alpha, x, y), y);
        }

        @Override
        public void addRow(Tensor x, Tensor row, Tensor into) {
            put(oracle(into).addRow(x, row, into), into);
        }

        @Override
        public void sumRows(Tensor x, double scale, double beta, Tensor into) {
            put(oracle(into).sumRows(x, scale, beta, into), into);
        }

        @Override
        public void sumSquares(Tensor x, Tensor into) {
            put(oracle(x).sumSquares(x, into), into);
        }

        @Override
        public void clamp(Tensor x, double limit, Tensor into) {
            put(oracle(into).clamp(x, limit, into), into);
        }

        @Override
        public void rescale(Tensor x, double limit, Tensor sumSquares) {
            put(oracle(x).rescale(x, limit, sumSquares), x);
        }

        @Override
        public void transpose(Tensor x, Tensor into) {
            put(oracle(into).transpose(x, into), into);
        }

        @Override
        public void product(double alpha, Tensor a, Transpose ta, Tensor b, Transpose tb, double beta, Tensor c) {
            put(oracle(c).product(alpha, a, ta, b, tb, beta, c), c);
        }

        @Override
        public void activate(Activation f, Tensor z, Tensor a) {
            put(oracle(a).activate(f, z, a), a);
        }

        @Override
        public void activatePrime(Activation f, Tensor z, Tensor into) {
            put(oracle(into).activatePrime(f, z, into), into);
        }

        @Override
        public void chain(Activation f, Tensor z, Tensor a, Tensor upstream, Tensor delta) {
            put(oracle(delta).chain(f, z, upstream, delta), delta);
        }

        @Override
        public void costs(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor costs) {
            put(oracle(costs).costs("costs", cost, f, z, a, y, costs), costs);
        }

        @Override
        public void costDelta(Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor delta) {
            put(oracle(delta).costDelta("costDelta", cost, f, z, a, y, delta), delta);
        }

        @Override
        public void tally(Tensor costs, Tensor a, Tensor y, Tensor position, Tensor tally) {
            put(oracle(a).tally(costs, a, y, position, tally), tally);
        }

        @Override
        public void update(
                Descent rule,
                Tensor parameters,
                long penalized,
                Tensor gradients,
                Tensor state,
                Tensor schedule,
                Tensor position,
                Tensor tally) {
            List<Expected> moved =
                    oracle(parameters).update(rule, parameters, penalized, gradients, state, schedule, position, tally);
            put(moved.get(1), parameters);
            put(moved.get(2), state);
        }

        @Override
        public void gather(Tensor rows, Tensor order, Tensor position, Tensor batch) {
            put(oracle(batch).gather("gather", "batch", rows, order, position, batch), batch);
        }

        @Override
        public void gatherOneHot(Tensor labels, Tensor order, Tensor position, Tensor batch) {
            put(oracle(batch).gatherOneHot("gatherOneHot", "batch", labels, order, position, batch), batch);
        }

        @Override
        public void dropout(double rate, long seed, long stream, Tensor position, Tensor x, Tensor into) {
            put(oracle(into).dropout(rate, seed, stream, position, x, into), into);
        }

        @Override
        public void scaleLoss(Tensor delta, Tensor position) {
            put(oracle(delta).scaleLoss(delta, position), delta);
        }

        @Override
        public void unscale(Tensor gradients, Tensor position) {
            List<Expected> unscaled = oracle(gradients).unscale(gradients, position);
            put(unscaled.get(0), gradients);
            put(unscaled.get(1), position);
        }

        @Override
        public void advance(Tensor position, long rows) {
            put(oracle(position).advance(position, rows), position);
        }
    }
}

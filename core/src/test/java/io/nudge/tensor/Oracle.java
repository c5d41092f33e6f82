package io.nudge.tensor;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Descent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What every operation of {@link Operations} must give: plain loops in float64 over the formulas of io.nudge.math, and
 * for each element a bound on the error of the type's arithmetic. Written for reading. It looks at the operands as they
 * stand, so it is asked before the operation is carried out.
 *
 * <p>An operation of one correctly rounded step (a sum, a product, a choice) is expected to the last bit.
 */
final class Oracle extends TensorOracle {
    Oracle(DType type) {
        this(type, Factors.WHOLE);
    }

    /** Of a backend whose products round their factors first. */
    Oracle(DType type, Factors factors) {
        super(type, factors);
    }

    // ---- the output layer -------------------------------------------------------------------------------------------

    Expected costs(String operation, Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor costs) {
        double[][] zs = rows(z);
        double[][] as = rows(a);
        double[][] ys = rows(y);
        double[] values = new double[zs.length];
        Rounded[] analysed = new Rounded[zs.length];
        for (int i = 0; i < zs.length; i++) {
            values[i] = cost.example(f, zs[i], as[i], ys[i]);
            analysed[i] = formulas.example(cost, f, zs[i], as[i], ys[i]);
        }
        return Expected.within(label(operation, cost, f), "costs", costs, values, analysed);
    }

    Expected costDelta(String operation, Cost cost, Activation f, Tensor z, Tensor a, Tensor y, Tensor delta) {
        double[][] zs = rows(z);
        double[][] as = rows(a);
        double[][] ys = rows(y);
        List<double[]> values = new ArrayList<>();
        List<Rounded[]> analysed = new ArrayList<>();
        for (int i = 0; i < zs.length; i++) {
            double[] row = new double[zs[i].length];
            cost.delta(f, zs[i], as[i], ys[i], row);
            values.add(row);
            analysed.add(formulas.outputDelta(cost, f, zs[i], as[i], ys[i]));
        }
        return Expected.within(label(operation, cost, f), "delta", delta, flat(values), flatten(analysed));
    }

    Expected costGradient(Cost cost, Tensor a, Tensor y, Tensor into) {
        double[] values = a.doubles();
        double[] targets = y.doubles();
        int n = columnCount(a);
        Rounded[] analysed = new Rounded[values.length];
        for (int i = 0; i < values.length; i++) {
            analysed[i] = formulas.gradient(cost, values[i], targets[i], n);
            values[i] = cost.gradient(values[i], targets[i], n);
        }
        return Expected.within("costGradient " + cost.name(), "into", into, values, analysed);
    }

    private static String label(String operation, Cost cost, Activation f) {
        return operation + " " + cost.name() + " after " + f.name();
    }

    /** Of costs as they stand in a tensor. */
    Expected tally(Tensor costs, Tensor a, Tensor y, Tensor position, Tensor tally) {
        double[] values = costs.doubles();
        return tally("tally", values, new double[values.length], a, y, position, tally);
    }

    /** The sum of the costs is one in float64, of one more term than there are examples; counts are exact. */
    private Expected tally(
            String operation, double[] costs, double[] errors, Tensor a, Tensor y, Tensor position, Tensor tally) {
        double[] values = tally.doubles();
        double[] bounds = new double[values.length];
        double sum = 0;
        double magnitude = Math.abs(values[Operations.COST]);
        for (int i = 0; i < costs.length; i++) {
            sum += costs[i];
            magnitude += Math.abs(costs[i]);
            bounds[Operations.COST] += errors[i];
        }
        if (values[Operations.FAULT] != 0 || !Double.isFinite(sum)) {
            bounds[Operations.COST] = 0;
            values[Operations.FAULT] =
                    values[Operations.FAULT] != 0 ? values[Operations.FAULT] : 1 + position.longs()[Operations.TOTAL];
            return Expected.within(operation, "tally", tally, values, bounds);
        }
        bounds[Operations.COST] += float64.gamma(costs.length) * magnitude;
        values[Operations.COST] += sum;
        double[][] outputs = rows(a);
        double[][] targets = rows(y);
        for (int i = 0; i < outputs.length; i++) {
            values[Operations.CORRECT] += right(outputs[i], targets[i]) ? 1 : 0;
        }
        return Expected.within(operation, "tally", tally, values, bounds);
    }

    /** Costs, tally, δ and bias gradient, each with the errors of those before. */
    List<Expected> outputDelta(
            Cost cost,
            Activation f,
            Tensor z,
            Tensor a,
            Tensor y,
            Tensor costs,
            Tensor delta,
            double scale,
            Tensor biasGradient,
            Tensor position,
            Tensor tally) {
        String operation = "outputDelta";
        Expected each = costs(operation, cost, f, z, a, y, costs);
        Expected error = scaled(operation, costDelta(operation, cost, f, z, a, y, delta), delta, position);
        return List.of(
                each,
                error,
                biasGradient(operation, error, scale, biasGradient),
                tally(operation, each.values(), each.bounds(), a, y, position, tally));
    }

    private static boolean right(double[] a, double[] y) {
        return a.length == 1 ? a[0] > 0.5 == y[0] > 0.5 : firstLargest(a) == firstLargest(y);
    }

    private static int firstLargest(double[] x) {
        int largest = 0;
        for (int j = 1; j < x.length; j++) {
            largest = x[j] > x[largest] ? j : largest;
        }
        return largest;
    }

    // ---- descent ----------------------------------------------------------------------------------------------------

    private static double lossScale(Tensor position) {
        return Math.scalb(1.0, (int) position.longs()[Operations.SCALE]);
    }

    /** Times the loss scale, which rounds nothing but what then is beyond the range. */
    private static Expected scaled(String operation, Expected error, Tensor delta, Tensor position) {
        double[] values = error.values().clone();
        double[] bounds = error.bounds().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] *= lossScale(position);
            bounds[i] *= lossScale(position);
        }
        return Expected.within(operation, "delta", delta, values, bounds);
    }

    Expected scaleLoss(Tensor delta, Tensor position) {
        double[] values = delta.doubles();
        for (int i = 0; i < values.length; i++) {
            values[i] *= lossScale(position);
        }
        return Expected.exactly("scaleLoss", "delta", delta, values);
    }

    /** Gradients and position. */
    List<Expected> unscale(Tensor gradients, Tensor position) {
        double[] values = gradients.doubles();
        boolean finite = true;
        for (int i = 0; i < values.length; i++) {
            finite &= Double.isFinite(values[i]);
            values[i] /= lossScale(position);
        }
        double[] moved = Contents.of(position);
        boolean grows = finite && moved[Operations.GOOD] + 1 == 2000;
        moved[Operations.SKIP] = finite ? 0 : 1;
        moved[Operations.GOOD] = finite && !grows ? moved[Operations.GOOD] + 1 : 0;
        double change = finite ? 0 : -1;
        moved[Operations.SCALE] = Math.max(0, Math.min(24, moved[Operations.SCALE] + (grows ? 1 : change)));
        return List.of(
                Expected.exactly("unscale", "gradients", gradients, values),
                Expected.exactly("unscale", "position", position, moved));
    }

    List<Expected> update(
            Descent rule,
            Tensor parameters,
            long penalized,
            Tensor gradients,
            Tensor state,
            Tensor schedule,
            Tensor position,
            Tensor tally) {
        double[] g = gradients.doubles();
        double[] at = Contents.of(position);
        return descend("update", rule, parameters, penalized, gradients, g, state, schedule, at, tally, false);
    }

    /** Of scaled gradients where the backend scales the loss. */
    List<Expected> descend(
            Descent rule,
            Tensor parameters,
            long penalized,
            Tensor gradients,
            Tensor state,
            Tensor schedule,
            Tensor position,
            Tensor tally,
            long rows) {
        double[] g = gradients.doubles();
        double[] at = Contents.of(position);
        if (factors.scaleLoss()) {
            List<Expected> unscaled = unscale(gradients, position);
            Arrays.setAll(g, i -> stored(unscaled.get(0).values()[i], gradients));
            at = unscaled.get(1).values();
        }
        List<Expected> all = new ArrayList<>(
                descend("descend", rule, parameters, penalized, gradients, g, state, schedule, at, tally, true));
        all.add(advance("descend", position, at, rows));
        return all;
    }

    /** Clipping by value is exact; the factor of clipping by norm brings its error into the step. */
    private List<Expected> descend(
            String operation,
            Descent rule,
            Tensor parameters,
            long penalized,
            Tensor gradients,
            double[] values,
            Tensor state,
            Tensor schedule,
            double[] position,
            Tensor tally,
            boolean clips) {
        double limit = clips ? stored(rule.clipValue(), gradients) : Double.POSITIVE_INFINITY;
        double squares = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(-limit, Math.min(limit, values[i]));
            squares += values[i] * values[i];
        }
        Rounded sum = float64.rounded(squares, 0, Math.max(1, values.length));
        Rounded factor = clips && rule.clipsNorm() ? clipping(rule.clipNorm(), sum) : r.exact(1);
        Rounded[] clipped = new Rounded[values.length];
        for (int i = 0; i < values.length; i++) {
            Rounded g = r.exact(values[i]);
            clipped[i] = factor.value() == 1 && factor.error() == 0 ? g : r.times(g, factor);
            values[i] *= factor.value();
        }
        List<Expected> expected = new ArrayList<>();
        expected.add(Expected.within(operation, "gradients", gradients, values, clipped));
        boolean faulty = tally.doubles()[Operations.FAULT] != 0 || position[Operations.SKIP] != 0;
        double[] row = rows(schedule)[(int) position[Operations.STEP]];
        expected.addAll(step(operation, faulty ? null : rule, parameters, penalized, values, clipped, state, row));
        return expected;
    }

    /** One step over all parameters; without a rule nothing moves. */
    private List<Expected> step(
            String operation,
            Descent rule,
            Tensor parameters,
            long penalized,
            double[] gradients,
            Rounded[] clipped,
            Tensor state,
            double[] row) {
        double[] w = parameters.doubles();
        double[] memory = state.doubles();
        if (rule == null) {
            return List.of(
                    Expected.exactly(operation, "parameters", parameters, w),
                    Expected.exactly(operation, "state", state, memory));
        }
        int slots = rule.optimizer().slots();
        Rounded[] analysed = new Rounded[w.length];
        Rounded[] analysedMemory = new Rounded[memory.length];
        double[] own = new double[slots];
        for (int i = 0; i < w.length; i++) {
            for (int slot = 0; slot < slots; slot++) {
                own[slot] = memory[slot * w.length + i];
            }
            boolean weight = i < penalized;
            Rounded[] moved = formulas.step(rule, w[i], clipped[i], own, row, weight);
            double gradient = weight ? rule.penalized(w[i], gradients[i]) : gradients[i];
            w[i] = rule.optimizer().step(w[i], gradient, own, row, weight);
            analysed[i] = moved[0];
            for (int slot = 0; slot < slots; slot++) {
                memory[slot * w.length + i] = own[slot];
                analysedMemory[slot * w.length + i] = moved[slot + 1];
            }
        }
        return List.of(
                Expected.within(operation, "parameters", parameters, w, analysed),
                Expected.within(operation, "state", state, memory, analysedMemory));
    }

    // ---- batches ----------------------------------------------------------------------------------------------------

    Expected gather(String operation, String role, Tensor rows, Tensor order, Tensor position, Tensor batch) {
        double[][] examples = rows(rows);
        List<double[]> picked = new ArrayList<>();
        for (long i = 0; i < batch.shape().rows(); i++) {
            picked.add(examples[picked(order, position, i)]);
        }
        return Expected.exactly(operation, role, batch, flat(picked));
    }

    Expected gatherOneHot(String operation, String role, Tensor labels, Tensor order, Tensor position, Tensor batch) {
        int classes = columnCount(batch);
        double[] values = new double[length(batch)];
        for (int i = 0; i < rowCount(batch); i++) {
            values[i * classes + (int) labels.longs()[picked(order, position, i)]] = 1;
        }
        return Expected.exactly(operation, role, batch, values);
    }

    Expected advance(Tensor position, long rows) {
        return advance("advance", position, Contents.of(position), rows);
    }

    private static Expected advance(String operation, Tensor position, double[] from, long rows) {
        double[] values = from.clone();
        values[Operations.ROW] += rows;
        values[Operations.STEP] += 1;
        values[Operations.TOTAL] += 1;
        return Expected.exactly(operation, "position", position, values);
    }

    private static int picked(Tensor order, Tensor position, long i) {
        long[] numbers = order.longs();
        return (int) numbers[(int) ((position.longs()[Operations.ROW] + i) % numbers.length)];
    }
}

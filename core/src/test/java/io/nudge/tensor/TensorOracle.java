package io.nudge.tensor;

import io.nudge.math.Activation;
import io.nudge.math.Threefry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The part of the {@link Oracle} that knows tensors, but no training: elementwise operations, sums and products. */
abstract class TensorOracle {
    final Rounding r;
    final Rounding float64 = new Rounding(DType.FLOAT64);
    final Formulas formulas;
    final Factors factors;

    TensorOracle(DType type, Factors factors) {
        this.factors = factors;
        this.r = new Rounding(type);
        this.formulas = new Formulas(r);
    }

    // ---- elementwise ------------------------------------------------------------------------------------------------

    Expected fill(Tensor x, double value) {
        double[] values = new double[length(x)];
        Arrays.fill(values, value);
        return Expected.exactly("fill", "x", x, values);
    }

    Expected copy(Tensor from, Tensor to) {
        return Expected.exactly("copy", "to", to, from.doubles());
    }

    Expected add(Tensor a, Tensor b, Tensor into) {
        double[] sums = a.doubles();
        double[] second = b.doubles();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += second[i];
        }
        return Expected.exactly("add", "into", into, sums);
    }

    Expected subtract(Tensor a, Tensor b, Tensor into) {
        double[] differences = a.doubles();
        double[] second = b.doubles();
        for (int i = 0; i < differences.length; i++) {
            differences[i] -= second[i];
        }
        return Expected.exactly("subtract", "into", into, differences);
    }

    Expected hadamard(Tensor a, Tensor b, Tensor into) {
        double[] products = a.doubles();
        double[] second = b.doubles();
        for (int i = 0; i < products.length; i++) {
            products[i] *= second[i];
        }
        return Expected.exactly("hadamard", "into", into, products);
    }

    /** alpha is rounded to the type once, then there is one product. */
    Expected scale(double alpha, Tensor x, Tensor into) {
        double factor = stored(alpha, x);
        double[] values = x.doubles();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return Expected.exactly("scale", "into", into, values);
    }

    /** A product and a sum, or the two in one rounding: at most u |alpha x| + u |y + alpha x|. */
    Expected addScaled(double alpha, Tensor x, Tensor y) {
        double factor = stored(alpha, x);
        double[] xs = x.doubles();
        double[] values = y.doubles();
        Rounded[] analysed = new Rounded[xs.length];
        for (int i = 0; i < xs.length; i++) {
            analysed[i] = r.plus(r.exact(values[i]), r.times(r.exact(factor), r.exact(xs[i])));
            values[i] += factor * xs[i];
        }
        return Expected.within("addScaled", "y", y, values, analysed);
    }

    Expected clamp(Tensor x, double limit, Tensor into) {
        double most = stored(limit, x);
        double[] values = x.doubles();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(-most, Math.min(most, values[i]));
        }
        return Expected.exactly("clamp", "into", into, values);
    }

    Expected activate(Activation f, Tensor z, Tensor a) {
        double[][] rows = f.elementwise() ? new double[][] {z.doubles()} : rows(z);
        List<double[]> values = new ArrayList<>();
        List<Rounded[]> analysed = new ArrayList<>();
        for (double[] row : rows) {
            analysed.add(formulas.values(f, row));
            f.values(row, row);
            values.add(row);
        }
        return Expected.within("activate " + f.name(), "a", a, flat(values), flatten(analysed));
    }

    Expected activatePrime(Activation f, Tensor z, Tensor into) {
        double[] values = z.doubles();
        Rounded[] analysed = new Rounded[values.length];
        for (int i = 0; i < values.length; i++) {
            analysed[i] = formulas.prime(f, values[i]);
            values[i] = f.prime(values[i]);
        }
        return Expected.within("activatePrime " + f.name(), "into", into, values, analysed);
    }

    Expected chain(Activation f, Tensor z, Tensor upstream, Tensor delta) {
        double[][] rows = f.elementwise() ? new double[][] {z.doubles()} : rows(z);
        double[][] above = f.elementwise() ? new double[][] {upstream.doubles()} : rows(upstream);
        List<double[]> values = new ArrayList<>();
        List<Rounded[]> analysed = new ArrayList<>();
        for (int i = 0; i < rows.length; i++) {
            analysed.add(formulas.chain(f, rows[i], exact(above[i])));
            f.chain(rows[i], above[i], above[i]);
            values.add(above[i]);
        }
        return Expected.within("chain " + f.name(), "delta", delta, flat(values), flatten(analysed));
    }

    /** δ of sums that carry errors of their own; of elementwise activations. */
    Expected chain(String operation, Activation f, Tensor z, Expected sums, Tensor delta) {
        Rounded[] upstream = new Rounded[sums.values().length];
        for (int i = 0; i < upstream.length; i++) {
            upstream[i] = new Rounded(sums.values()[i], sums.bounds()[i]);
        }
        Rounded[] analysed = formulas.chain(f, z.doubles(), upstream);
        return Expected.within(operation, "delta", delta, StepAnalysis.values(analysed), analysed);
    }

    /** The factor is rounded once, and the product; or there is one division. What is dropped is 0. */
    Expected dropout(double rate, long seed, long stream, Tensor position, Tensor x, Tensor into) {
        double[] values = x.doubles();
        double[] bounds = new double[values.length];
        double share = Dropped.share(rate);
        Rounded factor = r.constant(1 / (1 - share));
        long total = position.longs()[Operations.TOTAL];
        for (int i = 0; i < values.length; i++) {
            boolean kept = Threefry.half(seed, stream, total, i) >= share * 0x1p16;
            bounds[i] = kept ? r.times(r.exact(values[i]), factor).error() : 0;
            values[i] = kept ? values[i] / (1 - share) : 0;
        }
        return Expected.within("dropout", "into", into, values, bounds);
    }

    // ---- rows, columns, sums ----------------------------------------------------------------------------------------

    Expected addRow(Tensor x, Tensor row, Tensor into) {
        double[] values = x.doubles();
        double[] added = row.doubles();
        for (int i = 0; i < values.length; i++) {
            values[i] += added[i % added.length];
        }
        return Expected.exactly("addRow", "into", into, values);
    }

    /** As {@link #combination}, where a sum of m terms takes m − 1 additions and no product. */
    Expected sumRows(Tensor x, double scale, double beta, Tensor into) {
        double[] sums = new double[length(into)];
        double[] magnitudes = new double[sums.length];
        for (double[] row : rows(x)) {
            for (int j = 0; j < sums.length; j++) {
                sums[j] += row[j];
                magnitudes[j] += finite(row[j], 1);
            }
        }
        return combination(
                "sumRows", "into", into, scale, sums, magnitudes, x.shape().rows() - 1, beta);
    }

    /** In float64 whatever the type: each term is rounded once as a product and at most n − 1 times as part of the sum. */
    Expected sumSquares(Tensor x, Tensor into) {
        double sum = 0;
        for (double each : x.doubles()) {
            sum += each * each;
        }
        return Expected.within("sumSquares", "into", into, new double[] {sum}, new Rounded[] {
            float64.rounded(sum, 0, (int) Math.max(1, x.size()))
        });
    }

    Expected rescale(Tensor x, double limit, Tensor sumSquares) {
        double[] values = x.doubles();
        Rounded factor = clipping(limit, r.exact(sumSquares.doubles()[0]));
        Rounded[] analysed = new Rounded[values.length];
        for (int i = 0; i < values.length; i++) {
            analysed[i] = r.times(r.exact(values[i]), factor);
            values[i] *= factor.value();
        }
        return Expected.within("rescale", "x", x, values, analysed);
    }

    /** min(1, limit / √squares); 1 where there is nothing to clip. */
    Rounded clipping(double limit, Rounded squares) {
        return squares.value() == 0
                ? r.exact(1)
                : r.over(r.constant(limit), r.sqrt(squares)).atMost(1);
    }

    Expected transpose(Tensor x, Tensor into) {
        double[] values = x.doubles();
        return Expected.exactly("transpose", "into", into, transposed(values, rowCount(x), columnCount(x)));
    }

    // ---- products ---------------------------------------------------------------------------------------------------

    Expected product(double alpha, Tensor a, Transpose ta, Tensor b, Transpose tb, double beta, Tensor c) {
        return product("product", "c", alpha, a, ta, b, tb, beta, c);
    }

    /** As {@link #combination}: a term is rounded once as a product and at most k − 1 times as part of the sum. */
    private Expected product(
            String operation,
            String role,
            double alpha,
            Tensor a,
            Transpose ta,
            Tensor b,
            Transpose tb,
            double beta,
            Tensor c) {
        double[] as = factors.rounded(a.doubles(), a.type());
        double[] bs = factors.rounded(b.doubles(), b.type());
        double[] left = ta == Transpose.NO ? as : transposed(as, rowCount(a), columnCount(a));
        double[] right = tb == Transpose.NO ? transposed(bs, rowCount(b), columnCount(b)) : bs;
        int m = rowCount(c);
        int n = columnCount(c);
        int k = ta == Transpose.NO ? columnCount(a) : rowCount(a);
        double[] sums = new double[m * n];
        double[] magnitudes = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                for (int p = 0; p < k; p++) {
                    double term = left[i * k + p] * right[j * k + p];
                    sums[i * n + j] += term;
                    magnitudes[i * n + j] += finite(left[i * k + p], right[j * k + p]);
                }
            }
        }
        return combination(operation, role, c, alpha, sums, magnitudes, k, beta);
    }

    /**
     * c = alpha Σ + beta c, with beta c as one more term of the sum, wherever it comes in. A term is rounded {@code roundings}
     * times in a sum of its own; then alpha (or beta) is rounded, the product with it is, and the sum with one term more:
     * γ_(roundings + 3) (|alpha| Σ|terms| + |beta c|). Where the finite terms alone may overflow, what comes out depends on
     * the order, and nothing can be said. (Where alpha scales a factor first, that may over- or underflow too; so special
     * values are tried with alpha = ±1.)
     */
    private Expected combination(
            String operation,
            String role,
            Tensor c,
            double alpha,
            double[] sums,
            double[] magnitudes,
            long roundings,
            double beta) {
        double[] before = c.doubles();
        double[] values = new double[sums.length];
        double[] bounds = new double[sums.length];
        double scale = Math.max(1, Math.abs(alpha));
        for (int i = 0; i < sums.length; i++) {
            double kept = beta == 0 ? 0 : beta * before[i];
            double magnitude = Math.abs(alpha) * magnitudes[i] + finite(kept, 1);
            double error = r.gamma(roundings + 3) * magnitude + r.underflow(roundings + 3) * scale;
            values[i] = alpha * sums[i] + kept;
            boolean overflows = !r.holds(scale * magnitudes[i] + finite(kept, 1));
            bounds[i] = overflows ? Double.POSITIVE_INFINITY : Double.isFinite(values[i]) ? error : 0;
        }
        return Expected.within(operation, role, c, values, bounds);
    }

    /** The magnitude of a product of finite numbers; infinities and what is no number go their own way. */
    private static double finite(double x, double y) {
        return Double.isFinite(x) && Double.isFinite(y) ? Math.abs(x * y) : 0;
    }

    Expected outer(Tensor a, Tensor b, Tensor into) {
        Tensor column = a.reshape(Shape.of(a.size(), 1));
        Tensor row = b.reshape(Shape.of(1, b.size()));
        return product("outer", "into", 1, column, Transpose.NO, row, Transpose.NO, 0, into);
    }

    Expected weightGradient(Tensor delta, Tensor x, double scale, double beta, Tensor into) {
        return product("weightGradient", "weightGradient", scale, delta, Transpose.YES, x, Transpose.NO, beta, into);
    }

    /** With a first factor of 0 the sum has no terms. */
    Expected stepWeights(Tensor delta, Tensor x, Tensor stepFactors, Tensor w) {
        double[] each = stepFactors.doubles();
        if (each[0] == 0) {
            double[] nothing = new double[length(w)];
            return combination("stepWeights", "w", w, 0, nothing, nothing, 0, each[1]);
        }
        return product("stepWeights", "w", each[0], delta, Transpose.YES, x, Transpose.NO, each[1], w);
    }

    Expected inputGradient(Tensor delta, Tensor w, Tensor into) {
        return product("inputGradient", "inputGradient", 1, delta, Transpose.NO, w, Transpose.NO, 0, into);
    }

    /** A product, with the bias as one more term of each sum: wherever it comes in, γ_(k + 1) |b| more. */
    Expected affine(String operation, Tensor x, Tensor w, Tensor b, Tensor z) {
        Expected product = product(operation, "z", 1, x, Transpose.NO, w, Transpose.YES, 0, z);
        double[] values = product.values().clone();
        double[] bias = b.doubles();
        Rounded[] analysed = new Rounded[values.length];
        for (int i = 0; i < values.length; i++) {
            double each = bias[i % bias.length];
            values[i] += each;
            double propagated = product.bounds()[i] + r.gamma(x.shape().columns() + 1) * finite(each, 1);
            analysed[i] = r.rounded(values[i], propagated, 1);
        }
        return Expected.within(operation, "z", z, values, analysed);
    }

    /** a = σ(z) of a z that is itself off by what its sums allow; see {@link Formulas#moved}. */
    Expected forward(Tensor x, Tensor w, Tensor b, Activation f, Tensor z, Tensor a) {
        Expected sums = affine("forward", x, w, b, z);
        int n = Math.max(1, columnCount(z));
        double[] values = sums.values().clone();
        Rounded[] analysed = new Rounded[values.length];
        for (int from = 0; from < values.length; from += n) {
            double[] row = Arrays.copyOfRange(sums.values(), from, from + n);
            double[] errors = Arrays.copyOfRange(sums.bounds(), from, from + n);
            System.arraycopy(formulas.moved(f, row, errors), 0, analysed, from, n);
            f.values(row, row);
            System.arraycopy(row, 0, values, from, n);
        }
        return Expected.within("forward " + f.name(), "a", a, values, analysed);
    }

    /** scale Σ over the rows of terms that carry errors of their own. */
    Expected biasGradient(String operation, Expected delta, double scale, Tensor into) {
        int n = length(into);
        int m = n == 0 ? 0 : delta.values().length / n;
        double[] values = new double[n];
        Rounded[] analysed = new Rounded[n];
        for (int j = 0; j < n; j++) {
            Rounded[] terms = new Rounded[m];
            for (int i = 0; i < m; i++) {
                terms[i] = new Rounded(delta.values()[i * n + j], delta.bounds()[i * n + j]);
            }
            analysed[j] = r.times(r.constant(scale), r.sum(terms));
            values[j] = analysed[j].value();
        }
        return Expected.within(operation, "biasGradient", into, values, analysed);
    }

    private static double[] transposed(double[] x, int rows, int columns) {
        double[] result = new double[x.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                result[j * rows + i] = x[i * columns + j];
            }
        }
        return result;
    }

    // ---- arrays -----------------------------------------------------------------------------------------------------

    /** A scalar argument as a tensor's type holds it. */
    static double stored(double value, Tensor like) {
        return like.type() == DType.FLOAT32 ? (float) value : value;
    }

    Rounded[] exact(double[] values) {
        return Arrays.stream(values).mapToObj(r::exact).toArray(Rounded[]::new);
    }

    static int length(Tensor x) {
        return (int) x.size();
    }

    static int rowCount(Tensor x) {
        return (int) x.shape().rows();
    }

    static int columnCount(Tensor x) {
        return (int) x.shape().columns();
    }

    static double[][] rows(Tensor x) {
        double[] values = x.doubles();
        int n = columnCount(x);
        double[][] rows = new double[rowCount(x)][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(values, i * n, (i + 1) * n);
        }
        return rows;
    }

    static double[] flat(List<double[]> rows) {
        return rows.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    static Rounded[] flatten(List<Rounded[]> rows) {
        return rows.stream().flatMap(Arrays::stream).toArray(Rounded[]::new);
    }
}

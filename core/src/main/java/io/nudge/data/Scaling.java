package io.nudge.data;

import java.util.Arrays;

/**
 * An affine scaling of each input column, x′ = (x − shift) · factor. It is fitted on the training part only and then applied
 * to every other: what is held back must not be known in training. A network that was trained on scaled inputs needs the same
 * scaling when it predicts, so it is saved with the model.
 *
 * <p>Immutable, so safe to use from any thread. Computed in float64.
 *
 * <pre>{@code
 * Split parts = Datasets.iris().split(0.2, 1);
 * Scaling scaling = Scaling.standard(parts.train());
 * Dataset train = scaling.apply(parts.train());
 * Dataset held = scaling.apply(parts.held());
 * }</pre>
 */
public final class Scaling {
    private final double[] shift;
    private final double[] factor;

    private Scaling(double[] shift, double[] factor) {
        this.shift = shift;
        this.factor = factor;
    }

    /**
     * A scaling from its numbers, as {@link #shift()} and {@link #factor()} give them.
     *
     * @param shift what is subtracted, per column
     * @param factor what it is then multiplied by, per column
     * @return the scaling
     * @throws DataException if the arrays differ in length or are empty, or a value is not finite
     */
    public static Scaling of(double[] shift, double[] factor) {
        if (shift.length != factor.length) {
            throw new DataException("a scaling needs as many shifts as factors, but there are %d and %d"
                    .formatted(shift.length, factor.length));
        }
        Checks.checkColumns(shift.length, "the scaling");
        checkFinite(shift, "shift");
        checkFinite(factor, "factor");
        return new Scaling(shift.clone(), factor.clone());
    }

    private static void checkFinite(double[] values, String what) {
        for (int column = 0; column < values.length; column++) {
            if (!Double.isFinite(values[column])) {
                throw new DataException("the scaling's %s of column %d is %s, which is not finite"
                        .formatted(what, column, values[column]));
            }
        }
    }

    /**
     * The scaling that changes nothing.
     *
     * @param columns how many input columns; positive
     * @return shift 0 and factor 1 for each
     */
    public static Scaling none(int columns) {
        Checks.checkColumns(columns, "the scaling");
        double[] factor = new double[columns];
        Arrays.fill(factor, 1);
        return new Scaling(new double[columns], factor);
    }

    /**
     * Fits the scaling that gives every column mean 0 and standard deviation 1 (that of the whole, divided by n). A column
     * with one value throughout becomes 0 throughout: its factor is 1.
     *
     * @param train the training part, and nothing that is held back
     * @return the scaling
     */
    public static Scaling standard(Dataset train) {
        double[] mean = means(train);
        double[] factor = deviations(train, mean);
        for (int column = 0; column < factor.length; column++) {
            factor[column] = factor[column] == 0 ? 1 : 1 / factor[column];
        }
        return new Scaling(mean, factor);
    }

    private static double[] means(Dataset train) {
        double[] mean = new double[train.inputs()];
        float[] row = new float[train.inputs()];
        for (int example = 0; example < train.size(); example++) {
            train.copyInputs(example, 1, row);
            for (int column = 0; column < row.length; column++) {
                mean[column] += row[column];
            }
        }
        for (int column = 0; column < row.length; column++) {
            mean[column] /= train.size();
        }
        return mean;
    }

    /** Zero for a column with one value throughout: a float64 sum of equal float32 values is exact, and so is its mean. */
    private static double[] deviations(Dataset train, double[] mean) {
        double[] deviation = new double[mean.length];
        float[] row = new float[mean.length];
        for (int example = 0; example < train.size(); example++) {
            train.copyInputs(example, 1, row);
            for (int column = 0; column < row.length; column++) {
                double distance = row[column] - mean[column];
                deviation[column] += distance * distance;
            }
        }
        for (int column = 0; column < row.length; column++) {
            deviation[column] = Math.sqrt(deviation[column] / train.size());
        }
        return deviation;
    }

    /**
     * Counts the columns.
     *
     * @return how many input columns this scales
     */
    public int columns() {
        return shift.length;
    }

    /**
     * What is subtracted from each column.
     *
     * @return a copy
     */
    public double[] shift() {
        return shift.clone();
    }

    /**
     * What each column is multiplied by, once the shift is subtracted.
     *
     * @return a copy
     */
    public double[] factor() {
        return factor.clone();
    }

    /**
     * Scales the inputs of a data set.
     *
     * @param data the data set, which stays as it is
     * @return a data set with the same targets, class names and input names
     * @throws DataException if the number of columns differs, or a result is too large for float32
     */
    public Dataset apply(Dataset data) {
        checkColumns(data.inputs());
        return data.mapInputs(this::apply);
    }

    /**
     * Scales examples in place.
     *
     * @param examples rows of {@link #columns()} values, one after another
     * @throws DataException if it is not a whole number of rows, or a result is too large for float32
     */
    public void apply(float[] examples) {
        if (examples.length % columns() != 0) {
            checkColumns(examples.length);
        }
        for (int i = 0; i < examples.length; i++) {
            int column = i % columns();
            examples[i] = (float) ((examples[i] - shift[column]) * factor[column]);
            if (!Float.isFinite(examples[i])) {
                throw new DataException(
                        "example %d, column %d is not finite once scaled: it is far out of the range that was"
                                        .formatted(i / columns(), column)
                                + " trained on");
            }
        }
    }

    private void checkColumns(int columns) {
        if (columns != columns()) {
            throw new DataException(
                    "the scaling is for %d input columns, but there are %d".formatted(columns(), columns));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Scaling that && Arrays.equals(shift, that.shift) && Arrays.equals(factor, that.factor);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shift) + Arrays.hashCode(factor);
    }

    @Override
    public String toString() {
        return "Scaling[shift=%s, factor=%s]".formatted(Arrays.toString(shift), Arrays.toString(factor));
    }
}

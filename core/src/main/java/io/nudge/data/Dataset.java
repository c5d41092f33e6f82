package io.nudge.data;

import io.nudge.data.Targets.Dense;
import io.nudge.data.Targets.Labels;
import io.nudge.data.Targets.None;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Examples to learn from or to predict: inputs, float32, and what they should come out as. The targets are one class per
 * example ({@link #isClassification()}), or numbers, or there are none ({@link #outputs()} is 0).
 *
 * <p>Parts ({@link #subset}, {@link #range}, {@link #first}, {@link #split}) share the numbers of the whole and copy only
 * row numbers; they keep the whole in memory as long as they live.
 *
 * <p>Immutable, so safe to use from any thread. Examples are numbered from 0.
 *
 * <pre>{@code
 * Dataset xor = Dataset.labelled(
 *         new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new int[] {0, 1, 1, 0}, List.of("same", "different"));
 * Split parts = Datasets.digits().split(0.2, 1);
 * float[] batch = new float[32 * parts.train().inputs()];
 * parts.train().copyInputs(0, 32, batch);
 * }</pre>
 */
public final class Dataset {
    private final float[] block;
    private final int inputs;
    private final Targets targets;
    private final List<String> inputNames;
    /** Which rows of the block are the examples, in order; null for all of them. */
    private final int[] rows;

    private Dataset(float[] block, int inputs, Targets targets, List<String> inputNames, int[] rows) {
        this.block = block;
        this.inputs = inputs;
        this.targets = targets;
        this.inputNames = inputNames;
        this.rows = rows;
    }

    /** Takes checked arrays as they are, without a copy: whoever calls must forget them. */
    static Dataset owning(float[] block, int inputs, Targets targets) {
        return new Dataset(block, inputs, targets, List.of(), null);
    }

    /**
     * Makes a data set for classification. The arrays are copied.
     *
     * @param inputs one row per example, [size, inputs]
     * @param labels the class of each example, 0 to classes − 1
     * @param classNames the name of each class
     * @return the data set
     * @throws DataException if rows differ in length, a value is not finite, a label is out of range, the arrays differ in
     *     length or are empty, or a class name is blank or appears twice
     */
    public static Dataset labelled(float[][] inputs, int[] labels, List<String> classNames) {
        float[] block = Checks.flatten(inputs, "inputs");
        return owning(block, inputs[0].length, labels(inputs.length, labels, classNames));
    }

    /**
     * Makes a data set for classification. The arrays are copied, the inputs rounded to float32.
     *
     * @param inputs one row per example, [size, inputs]
     * @param labels the class of each example, 0 to classes − 1
     * @param classNames the name of each class
     * @return the data set
     * @throws DataException as {@link #labelled(float[][], int[], List)}, and if a value is too large for float32
     */
    public static Dataset labelled(double[][] inputs, int[] labels, List<String> classNames) {
        float[] block = Checks.flatten(inputs, "inputs");
        return owning(block, inputs[0].length, labels(inputs.length, labels, classNames));
    }

    /**
     * Makes a data set for classification from one row-major block. The arrays are copied.
     *
     * @param inputs the inputs of one example after another, size · columns values
     * @param columns how many inputs an example has
     * @param labels the class of each example, 0 to classes − 1
     * @param classNames the name of each class
     * @return the data set
     * @throws DataException as {@link #labelled(float[][], int[], List)}, and if the block is not a whole number of rows
     */
    public static Dataset labelled(float[] inputs, int columns, int[] labels, List<String> classNames) {
        int size = Checks.rows(inputs, columns, "inputs");
        return owning(copyOfFinite(inputs, columns, "inputs"), columns, labels(size, labels, classNames));
    }

    /**
     * Makes a data set whose targets are numbers. The arrays are copied.
     *
     * @param inputs one row per example, [size, inputs]
     * @param targets one row per example, [size, outputs]
     * @return the data set
     * @throws DataException if rows differ in length, a value is not finite, or the arrays differ in length or are empty
     */
    public static Dataset of(float[][] inputs, float[][] targets) {
        float[] block = Checks.flatten(inputs, "inputs");
        Dense dense = new Dense(Checks.flatten(targets, "targets"), targets[0].length);
        Checks.checkSameRows(inputs.length, targets.length, "targets");
        return owning(block, inputs[0].length, dense);
    }

    /**
     * Makes a data set whose targets are numbers. The arrays are copied and rounded to float32.
     *
     * @param inputs one row per example, [size, inputs]
     * @param targets one row per example, [size, outputs]
     * @return the data set
     * @throws DataException as {@link #of(float[][], float[][])}, and if a value is too large for float32
     */
    public static Dataset of(double[][] inputs, double[][] targets) {
        float[] block = Checks.flatten(inputs, "inputs");
        Dense dense = new Dense(Checks.flatten(targets, "targets"), targets[0].length);
        Checks.checkSameRows(inputs.length, targets.length, "targets");
        return owning(block, inputs[0].length, dense);
    }

    /**
     * Makes a data set whose targets are numbers from two row-major blocks. The arrays are copied.
     *
     * @param inputs the inputs of one example after another, size · columns values
     * @param columns how many inputs an example has
     * @param targets the targets of one example after another, size · outputs values
     * @param outputs how many targets an example has
     * @return the data set
     * @throws DataException as {@link #of(float[][], float[][])}, and if a block is not a whole number of rows
     */
    public static Dataset of(float[] inputs, int columns, float[] targets, int outputs) {
        int size = Checks.rows(inputs, columns, "inputs");
        Checks.checkSameRows(size, Checks.rows(targets, outputs, "targets"), "targets");
        Dense dense = new Dense(copyOfFinite(targets, outputs, "targets"), outputs);
        return owning(copyOfFinite(inputs, columns, "inputs"), columns, dense);
    }

    /**
     * Makes a data set of inputs only, to predict. The array is copied.
     *
     * @param inputs one row per example, [size, inputs]
     * @return the data set
     * @throws DataException if rows differ in length, a value is not finite, or the array is empty
     */
    public static Dataset unlabelled(float[][] inputs) {
        float[] block = Checks.flatten(inputs, "inputs");
        return owning(block, inputs[0].length, new None());
    }

    /**
     * Makes a data set of inputs only, to predict. The array is copied and rounded to float32.
     *
     * @param inputs one row per example, [size, inputs]
     * @return the data set
     * @throws DataException as {@link #unlabelled(float[][])}, and if a value is too large for float32
     */
    public static Dataset unlabelled(double[][] inputs) {
        float[] block = Checks.flatten(inputs, "inputs");
        return owning(block, inputs[0].length, new None());
    }

    /**
     * Makes a data set of inputs only, to predict, from one row-major block. The array is copied.
     *
     * @param inputs the inputs of one example after another, size · columns values
     * @param columns how many inputs an example has
     * @return the data set
     * @throws DataException as {@link #unlabelled(float[][])}, and if the block is not a whole number of rows
     */
    public static Dataset unlabelled(float[] inputs, int columns) {
        Checks.rows(inputs, columns, "inputs");
        return owning(copyOfFinite(inputs, columns, "inputs"), columns, new None());
    }

    private static Labels labels(int size, int[] labels, List<String> classNames) {
        Checks.checkSameRows(size, labels.length, "labels");
        if (classNames.isEmpty()) {
            throw new DataException("there are no class names: give one for every class, as \"0\", \"1\", ...");
        }
        Checks.checkNames(classNames, "class");
        Checks.checkLabels(labels, classNames.size());
        return new Labels(labels.clone(), List.copyOf(classNames));
    }

    private static float[] copyOfFinite(float[] values, int columns, String what) {
        Checks.checkFinite(values, columns, what);
        return values.clone();
    }

    /**
     * Counts the examples.
     *
     * @return how many; positive
     */
    public int size() {
        return rows == null ? block.length / inputs : rows.length;
    }

    /**
     * Counts the inputs of an example.
     *
     * @return the number of input columns; positive
     */
    public int inputs() {
        return inputs;
    }

    /**
     * Counts the outputs that a network for this data needs.
     *
     * @return the number of classes or of target columns; 0 for inputs only
     */
    public int outputs() {
        return targets.outputs();
    }

    /**
     * Tells whether the targets are classes.
     *
     * @return true for classes; false for numbers and for inputs only
     */
    public boolean isClassification() {
        return targets instanceof Labels;
    }

    /**
     * The classes' names, in the order of the labels.
     *
     * @return an immutable list; empty unless {@link #isClassification()}
     */
    public List<String> classNames() {
        return targets.classNames();
    }

    /**
     * The input columns' names, as in the header of the file they came from.
     *
     * @return an immutable list with a name per column; empty where none are known
     */
    public List<String> inputNames() {
        return inputNames;
    }

    /**
     * The same data with names for the input columns.
     *
     * @param names a name per input column, or an empty list for none
     * @return a data set that shares this one's numbers
     * @throws DataException if there are fewer or more names than input columns
     */
    public Dataset withInputNames(List<String> names) {
        if (!names.isEmpty() && names.size() != inputs) {
            throw new DataException("there are %d names for %d input columns".formatted(names.size(), inputs));
        }
        return new Dataset(block, inputs, targets, List.copyOf(names), rows);
    }

    /**
     * The inputs of one example.
     *
     * @param example which one
     * @return a copy, {@link #inputs()} values
     * @throws IndexOutOfBoundsException if there is no such example
     */
    public float[] input(int example) {
        float[] values = new float[inputs];
        copyInputs(example, 1, values);
        return values;
    }

    /**
     * The target of one example, as {@link #copyTargets} writes it.
     *
     * @param example which one
     * @return a copy, {@link #outputs()} values
     * @throws IndexOutOfBoundsException if there is no such example
     * @throws IllegalStateException if there are inputs only
     */
    public float[] target(int example) {
        float[] values = new float[outputs()];
        copyTargets(example, 1, values);
        return values;
    }

    /**
     * The class of one example.
     *
     * @param example which one
     * @return its label, an index into {@link #classNames()}
     * @throws IndexOutOfBoundsException if there is no such example
     * @throws IllegalStateException if the targets are not classes
     */
    public int label(int example) {
        int row = row(Objects.checkIndex(example, size()));
        return labelled().label(row);
    }

    /**
     * Counts the examples of each class.
     *
     * @return a count per class, in the order of {@link #classNames()}
     * @throws IllegalStateException if the targets are not classes
     */
    public int[] classCounts() {
        int[] counts = new int[labelled().outputs()];
        for (int example = 0; example < size(); example++) {
            counts[label(example)]++;
        }
        return counts;
    }

    /**
     * Whether an answer can be right or wrong: the targets are classes, or dense targets that are all 0 or 1.
     *
     * @return true if accuracy means something here
     */
    public boolean countsAnswers() {
        if (isClassification()) {
            return true;
        }
        for (int example = 0; example < size(); example++) {
            for (float value : target(example)) {
                if (value != 0 && value != 1) {
                    return false;
                }
            }
        }
        return outputs() > 0;
    }

    /**
     * A short name for the numbers of this data set, in their order: other numbers have, almost surely, another.
     *
     * @return eight hexadecimal digits, the CRC-32C of inputs and targets
     */
    public String fingerprint() {
        CRC32C checksum = new CRC32C();
        float[] input = new float[inputs];
        float[] target = new float[outputs()];
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * (inputs + target.length));
        for (int example = 0; example < size(); example++) {
            copyInputs(example, 1, input);
            bytes.clear().asFloatBuffer().put(input);
            if (target.length > 0) {
                copyTargets(example, 1, target);
                bytes.position(Float.BYTES * inputs).asFloatBuffer().put(target);
            }
            checksum.update(bytes.clear());
        }
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }

    private Labels labelled() {
        if (targets instanceof Labels labels) {
            return labels;
        }
        throw new IllegalStateException("this data set has no classes: its targets are "
                + (outputs() == 0 ? "absent" : outputs() + " numbers per example"));
    }

    /**
     * Copies the inputs of a run of examples, row-major.
     *
     * @param from the first example
     * @param count how many examples
     * @param into receives count · {@link #inputs()} values, from its beginning
     * @throws IndexOutOfBoundsException if there are no such examples, or {@code into} is too short
     */
    public void copyInputs(int from, int count, float[] into) {
        checkRun(from, count, inputs, into.length);
        if (rows == null) {
            System.arraycopy(block, from * inputs, into, 0, count * inputs);
            return;
        }
        for (int i = 0; i < count; i++) {
            System.arraycopy(block, rows[from + i] * inputs, into, i * inputs, inputs);
        }
    }

    /**
     * Copies the targets of a run of examples, row-major. The target of a class is 1 for the class and 0 for every other.
     *
     * @param from the first example
     * @param count how many examples
     * @param into receives count · {@link #outputs()} values, from its beginning
     * @throws IndexOutOfBoundsException if there are no such examples, or {@code into} is too short
     * @throws IllegalStateException if there are inputs only
     */
    public void copyTargets(int from, int count, float[] into) {
        checkRun(from, count, outputs(), into.length);
        for (int i = 0; i < count; i++) {
            targets.write(row(from + i), into, i * outputs());
        }
    }

    /** The same examples with changed inputs: {@code change} is given a copy of them all, row-major, to write to. */
    Dataset mapInputs(Consumer<float[]> change) {
        float[] changed = new float[Checks.blockLength(size(), inputs, "the scaled data set")];
        copyInputs(0, size(), changed);
        change.accept(changed);
        Targets same = rows == null ? targets : targets.take(rows);
        return new Dataset(changed, inputs, same, inputNames, null);
    }

    private void checkRun(int from, int count, int columns, int room) {
        Objects.checkFromIndexSize(from, count, size());
        if ((long) count * columns > room) {
            throw new IndexOutOfBoundsException(
                    "%d examples of %d values do not fit into an array of %d".formatted(count, columns, room));
        }
    }

    private int row(int example) {
        return rows == null ? example : rows[example];
    }

    /**
     * Takes some of the examples, in the order given; one may appear more than once.
     *
     * @param examples which ones; at least one
     * @return a part that shares this data set's numbers
     * @throws IndexOutOfBoundsException if there is no such example
     * @throws DataException if none is asked for
     */
    public Dataset subset(int[] examples) {
        if (examples.length == 0) {
            throw new DataException("a part of a data set needs at least one example, but none is asked for");
        }
        int[] chosen = new int[examples.length];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = row(Objects.checkIndex(examples[i], size()));
        }
        return new Dataset(block, inputs, targets, inputNames, chosen);
    }

    /**
     * Takes the examples from one number up to, not including, another.
     *
     * @param from the first example
     * @param to one past the last example
     * @return a part that shares this data set's numbers
     * @throws IndexOutOfBoundsException if there are no such examples
     * @throws DataException if none is asked for
     */
    public Dataset range(int from, int to) {
        Objects.checkFromToIndex(from, to, size());
        int[] examples = new int[to - from];
        Arrays.setAll(examples, i -> from + i);
        return subset(examples);
    }

    /**
     * Takes the first examples.
     *
     * @param count how many; at least one, at most {@link #size()}
     * @return a part that shares this data set's numbers
     * @throws IndexOutOfBoundsException if there are fewer
     * @throws DataException if none is asked for
     */
    public Dataset first(int count) {
        return range(0, count);
    }

    /**
     * Divides the examples into a part to train on and a part held back, both in a shuffled order. Of each class, the share
     * held back is the fraction to within one example. The same seed gives the same parts on every machine.
     *
     * @param fraction the share to hold back, more than 0 and less than 1; the number held back is size · fraction, rounded
     * @param seed decides which examples are held back
     * @return the two parts, which share this data set's numbers
     * @throws DataException if a part would be empty
     * @throws IllegalArgumentException if the fraction is out of range
     */
    public Split split(double fraction, long seed) {
        return Split.of(this, fraction, seed);
    }

    @Override
    public String toString() {
        String what = isClassification() ? "classes" : "outputs";
        return "Dataset[%d examples, %d inputs, %d %s]".formatted(size(), inputs, outputs(), what);
    }
}

package io.nudge.data;

import java.util.Arrays;
import java.util.List;

/** What the examples of a block should come out as. Immutable: the arrays are shared and never written. */
sealed interface Targets {
    /** How many numbers the target of one example has. */
    int outputs();

    /** Names of the classes; empty unless the targets are labels. */
    List<String> classNames();

    /** Writes the target of one row, {@link #outputs()} numbers from {@code at} on. */
    void write(int row, float[] into, int at);

    /** The targets of some of the rows, in the order given. */
    Targets take(int[] rows);

    /** One class per row. As numbers: 1 for the class, 0 for every other. */
    final class Labels implements Targets {
        private final int[] values;
        private final List<String> classNames;

        Labels(int[] values, List<String> classNames) {
            this.values = values;
            this.classNames = classNames;
        }

        int label(int row) {
            return values[row];
        }

        @Override
        public List<String> classNames() {
            return classNames;
        }

        @Override
        public int outputs() {
            return classNames.size();
        }

        @Override
        public void write(int row, float[] into, int at) {
            Arrays.fill(into, at, at + outputs(), 0);
            into[at + values[row]] = 1;
        }

        @Override
        public Targets take(int[] rows) {
            return new Labels(Arrays.stream(rows).map(row -> values[row]).toArray(), classNames);
        }
    }

    /** {@code outputs} numbers per row, row-major. */
    final class Dense implements Targets {
        private final float[] values;
        private final int outputs;

        Dense(float[] values, int outputs) {
            this.values = values;
            this.outputs = outputs;
        }

        @Override
        public int outputs() {
            return outputs;
        }

        @Override
        public List<String> classNames() {
            return List.of();
        }

        @Override
        public void write(int row, float[] into, int at) {
            System.arraycopy(values, row * outputs, into, at, outputs);
        }

        @Override
        public Targets take(int[] rows) {
            float[] taken = new float[Checks.blockLength(rows.length, outputs, "targets")];
            for (int i = 0; i < rows.length; i++) {
                write(rows[i], taken, i * outputs);
            }
            return new Dense(taken, outputs);
        }
    }

    /** No targets: examples to predict. */
    record None() implements Targets {
        @Override
        public int outputs() {
            return 0;
        }

        @Override
        public List<String> classNames() {
            return List.of();
        }

        @Override
        public void write(int row, float[] into, int at) {
            throw new IllegalStateException("this data set has inputs only, no targets");
        }

        @Override
        public Targets take(int[] rows) {
            return this;
        }
    }
}

package io.nudge.data;

import io.nudge.data.CsvTable.Row;

/** Collects the targets of a table, row by row. */
interface CsvTargets {
    /** Takes the target of the next row. */
    void add(Row row);

    /** The targets of all rows taken. */
    Targets finish();

    /** Chooses how to collect: nothing without target columns, else as the task says. */
    static CsvTargets of(CsvTable table, int[] columns, CsvOptions options) {
        if (columns.length == 0) {
            return new Nothing();
        }
        if (options.task() == Task.REGRESSION) {
            return new Numbers(table, columns);
        }
        return new CsvClasses(table, columns[0], options.classNames());
    }

    /** For tables of inputs only. */
    record Nothing() implements CsvTargets {
        @Override
        public void add(Row row) {}

        @Override
        public Targets finish() {
            return new Targets.None();
        }
    }

    /** For regression. */
    final class Numbers implements CsvTargets {
        private final CsvTable table;
        private final int[] columns;
        private final FloatBlock block = new FloatBlock();

        Numbers(CsvTable table, int[] columns) {
            this.table = table;
            this.columns = columns;
        }

        @Override
        public void add(Row row) {
            for (int column : columns) {
                block.add(table.number(row, column));
            }
        }

        @Override
        public Targets finish() {
            return new Targets.Dense(block.toArray(), columns.length);
        }
    }
}

package io.nudge.data;

import io.nudge.data.CsvTable.Row;
import java.util.List;
import java.util.stream.IntStream;

/** Finds out whether the first row of a table names its columns. */
final class CsvHeader {
    private CsvHeader() {}

    /**
     * A header has a word where the rows below have numbers, and no measured value: a cell such as 5.1 shows that a word
     * beside it is a slip in the data and not a name. With nothing below it, a row without any number is a header.
     */
    static boolean isIn(List<Row> rows) {
        Row first = rows.get(0);
        List<Row> below = rows.subList(1, rows.size());
        if (first.cells().stream().anyMatch(CsvHeader::isMeasured)) {
            return false;
        }
        if (below.isEmpty()) {
            return first.cells().stream().noneMatch(Numerals::isNumber);
        }
        return IntStream.range(0, first.cells().size())
                .filter(column -> isWord(first.cell(column)))
                .anyMatch(column -> isNumericIn(below, column));
    }

    private static boolean isMeasured(String text) {
        return Numerals.isNumber(text) && !text.chars().allMatch(Character::isDigit);
    }

    private static boolean isWord(String text) {
        return !Numerals.isNumber(text) && !Numerals.isMissing(text);
    }

    /** Whether most rows have a number there: one slip must not hide what the column holds. */
    private static boolean isNumericIn(List<Row> rows, int column) {
        long numbers = rows.stream()
                .filter(row -> column < row.cells().size() && Numerals.isNumber(row.cell(column)))
                .count();
        return numbers * 2 > rows.size();
    }
}

package io.nudge.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvReaderTest {
    private static final CsvOptions LAST = CsvOptions.defaults().label(-1);
    private static final CsvOptions NUMBERS = LAST.task(Task.REGRESSION);

    @TempDir
    private Path folder;

    private Dataset read(String text, CsvOptions options) throws IOException {
        return CsvReader.read(write(text.getBytes(StandardCharsets.UTF_8)), options);
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("table.csv"), bytes);
    }

    /** What is said of a table that cannot be read, without the folder. */
    private String refusal(String text, CsvOptions options) {
        String message = assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> read(text, options))
                .actual()
                .getMessage();
        return message.replace(folder.toString() + "/", "");
    }

    private static float[] inputs(Dataset data) {
        float[] all = new float[data.size() * data.inputs()];
        data.copyInputs(0, data.size(), all);
        return all;
    }

    private static float[] targets(Dataset data) {
        float[] all = new float[data.size() * data.outputs()];
        data.copyTargets(0, data.size(), all);
        return all;
    }

    private static int[] labels(Dataset data) {
        int[] labels = new int[data.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = data.label(i);
        }
        return labels;
    }

    // Columns

    @Test
    void takesAllButTheLabelAsInputs() throws IOException {
        assertThat(inputs(read("1,2,a\n3,4,b\n", LAST))).containsExactly(1, 2, 3, 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind", "1", "-2"})
    void findsTheLabelByNameAndByNumber(String column) throws IOException {
        Dataset data = read("x,kind,y\n1,a,2\n3,b,4\n", CsvOptions.defaults().label(column));

        assertThat(inputs(data)).containsExactly(1, 2, 3, 4);
    }

    @Test
    void takesANumberThatIsNoPositionAsAName() throws IOException {
        Dataset data = read("2020,2021,kind\n1,2,a\n3,4,b\n", LAST.header(true).ignore("2021"));

        assertThat(inputs(data)).containsExactly(1, 3);
    }

    @Test
    void leavesIgnoredColumnsOut() throws IOException {
        Dataset data = read("id,x,kind\nfirst,1,a\nsecond,2,b\n", LAST.ignore("id"));

        assertThat(data.inputNames()).containsExactly("x");
    }

    @Test
    void readsInputsOnlyWhenNoLabelIsAsked() throws IOException {
        Dataset data = read("x,y\n1,2\n3,4\n", CsvOptions.defaults());

        assertThat(data).hasToString("Dataset[2 examples, 2 inputs, 0 outputs]");
    }

    @Test
    void readsSeveralTargets() throws IOException {
        Dataset data = read("1,2,3\n4,5,6\n", NUMBERS.label(0));

        assertThat(targets(data)).as("last column, then first").containsExactly(3, 1, 6, 4);
    }

    @Test
    void keepsTheNamesOfInputs() throws IOException {
        assertThat(read("x,kind,y\n1,a,2\n3,b,4\n", LAST.ignore("kind").task(Task.REGRESSION))
                        .inputNames())
                .containsExactly("x");
    }

    @Test
    void hasNoNamesWithoutAHeader() throws IOException {
        assertThat(read("1,2,a\n3,4,b\n", LAST).inputNames()).isEmpty();
    }

    @Test
    void listsTheColumnsOfAFile() throws IOException {
        Path file = write("x,y,kind\n1,2,a\n".getBytes(StandardCharsets.UTF_8));

        assertThat(CsvReader.columns(file, CsvOptions.defaults())).containsExactly("x", "y", "kind");
    }

    @Test
    void listsNumbersForColumnsWithoutNames() throws IOException {
        Path file = write("1,2,a\n".getBytes(StandardCharsets.UTF_8));

        assertThat(CsvReader.columns(file, CsvOptions.defaults())).containsExactly("0", "1", "2");
    }

    // Header

    @ParameterizedTest
    @CsvSource({
        "x|y|kind / 1|2|a / 3|4|b, true",
        "1|2|a / 3|4|b, false",
        "0|1|kind / 1|2|0 / 3|4|1, true",
        "|y|kind / 1|2|0 / 3|4|1, true",
        "x|y|kind / 1|oops|0 / 3|4|1 / 5|6|0, true",
        "1|?|5 / 3|4|6, false",
        "1|2|3, false",
        "1|2|a, false",
        "x|y|kind, true"
    })
    void findsOutWhetherThereIsAHeader(String table, boolean header) throws IOException {
        Path file = write(table.replace('|', ',').replace(" / ", "\n").getBytes(StandardCharsets.UTF_8));

        assertThat(CsvReader.columns(file, CsvOptions.defaults()).equals(List.of("0", "1", "2")))
                .as("columns without names")
                .isEqualTo(!header);
    }

    @Test
    void doesNotTakeASlipInTheFirstRowForAHeader() {
        assertThat(refusal("5.1,3.x,a\n4.9,3.0,b\n", LAST)).startsWith("table.csv, line 1, column 1 (from 0): '3.x'");
    }

    @Test
    void takesAHeaderOfNumbersWhenTold() throws IOException {
        assertThat(read("1,2,3\n4,5,6\n", NUMBERS.header(true)).inputNames()).containsExactly("1", "2");
    }

    @Test
    void takesNoHeaderWhenTold() {
        assertThat(refusal("x,y\n1,2\n", NUMBERS.header(false)))
                .startsWith("table.csv, line 1, column 0 (from 0): 'x'");
    }

    // Delimiter and the rest of the format

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "\t", " ; "})
    void findsOutTheDelimiter(String delimiter) throws IOException {
        assertThat(inputs(read("1,2,a\n3,4,b\n".replace(",", delimiter), LAST))).containsExactly(1, 2, 3, 4);
    }

    @Test
    void countsDelimitersOutsideQuotesOnly() throws IOException {
        assertThat(read("1,2,\"a;b;c;d\"\n3,4,\"e;f;g;h\"\n", LAST).classNames())
                .containsExactly("a;b;c;d", "e;f;g;h");
    }

    @Test
    void takesTheDelimiterGiven() throws IOException {
        assertThat(inputs(read("1 2 a\n3 4 b\n", LAST.delimiter(' ')))).containsExactly(1, 2, 3, 4);
    }

    @Test
    void findsTheDelimiterOfOneLongLine() throws IOException {
        String line = "1;".repeat(50_000) + "2";

        assertThat(read(line, CsvOptions.defaults()).inputs()).isEqualTo(50_001);
    }

    @Test
    void readsOneColumn() throws IOException {
        assertThat(inputs(read("x\n1\n2\n", CsvOptions.defaults()))).containsExactly(1, 2);
    }

    @Test
    void readsQuotedCells() throws IOException {
        assertThat(read("\"1\",\"say \"\"a\"\", b\"\n2,c\n", LAST).classNames()).containsExactly("c", "say \"a\", b");
    }

    @Test
    void dropsSpacesAroundCells() throws IOException {
        assertThat(read(" 1 , a \n 2, \"b \"\n", LAST).classNames()).containsExactly("a", "b");
    }

    @Test
    void leavesBlankLinesOut() throws IOException {
        assertThat(inputs(read("\n1,a\n\n  \n,\n2,b\n\n", LAST))).containsExactly(1, 2);
    }

    @Test
    void skipsTheByteOrderMark() throws IOException {
        assertThat(read("\uFEFFx,kind\n1,a\n2,b\n", LAST).inputNames()).containsExactly("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\r", "\n"})
    void readsLinesHoweverTheyEnd(String end) throws IOException {
        assertThat(inputs(read("1,a\n2,b".replace("\n", end), LAST))).containsExactly(1, 2);
    }

    @Test
    void readsGzip() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write("1,a\n2,b\n".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(inputs(CsvReader.read(write(packed.toByteArray()), LAST))).containsExactly(1, 2);
    }

    @ParameterizedTest
    @CsvSource({"0.1, 0.1", "-1e-3, -0.001", "+.5, 0.5", "5., 5", "16777217, 16777216", "1E+2, 100", "-0, 0"})
    void readsNumbersToTheNearestFloat(String text, float value) throws IOException {
        assertThat(inputs(read(text + ",1\n1,2\n", NUMBERS))[0]).isEqualTo(value + 0f);
    }

    // Classes

    @Test
    void sortsNames() throws IOException {
        assertThat(read("1,b\n2,a\n3,b\n", LAST).classNames()).containsExactly("a", "b");
    }

    @Test
    void numbersLabelsInTheOrderOfTheNames() throws IOException {
        assertThat(labels(read("1,b\n2,a\n3,b\n", LAST))).containsExactly(1, 0, 1);
    }

    @Test
    void sortsNumbersAsNumbers() throws IOException {
        assertThat(read("1,10\n2,9\n3,-1\n", LAST).classNames()).containsExactly("-1", "9", "10");
    }

    @Test
    void takesOneNumberWrittenInSeveralWaysForOneClass() throws IOException {
        assertThat(labels(read("1,2\n2,1.0\n3,01\n4,1\n", LAST))).containsExactly(1, 0, 0, 0);
    }

    @Test
    void givesLabelsOfClassesGivenTheirNumbers() throws IOException {
        assertThat(labels(read("1,a\n2,a\n", LAST.classNames(List.of("c", "b", "a")))))
                .containsExactly(2, 2);
    }

    @Test
    void findsNumbersAmongTheClassesGivenHoweverTheyAreWritten() throws IOException {
        assertThat(labels(read("1,2.0\n2,1\n", LAST.classNames(List.of("1", "2")))))
                .containsExactly(1, 0);
    }

    @Test
    void tellsClassesGivenApartByTheirSpelling() throws IOException {
        assertThat(labels(read("1,01\n2,1\n", LAST.classNames(List.of("1", "01")))))
                .containsExactly(1, 0);
    }

    @Test
    void namesTheLineOfAnUnknownClass() {
        assertThat(refusal("x,kind\n1,a\n2,d\n", LAST.classNames(List.of("a", "b"))))
                .isEqualTo("table.csv, line 3, column 1 ('kind'): 'd' is none of the classes a, b");
    }

    @Test
    void refusesAColumnOfOneClass() {
        assertThat(refusal("x,kind\n1,a\n2,a\n", LAST))
                .startsWith("table.csv has one class only, 'a', in its label column 1 ('kind')");
    }

    @Test
    void namesTheLineOfAMissingClass() {
        assertThat(refusal("x,kind\n1,a\n2,\n", LAST))
                .startsWith("table.csv, line 3, column 1 ('kind'): the class is missing");
    }

    // What is wrong, and where

    @Test
    void namesTheLineThatIsLonger() {
        assertThat(refusal("1,2,a\n\n3,4,5,b\n", LAST))
                .isEqualTo("table.csv, line 3 has 4 cells, but line 1 has 3: every row needs the same number");
    }

    @Test
    void namesTheLineAndColumnOfAWord() {
        assertThat(refusal("x,y,kind\n1,2,a\n3,oops,b\n", LAST))
                .isEqualTo(
                        "table.csv, line 3, column 1 ('y'): 'oops' is not a number: leave the column out, or write numbers"
                                + " for what it says");
    }

    @Test
    void namesTheLineThoughThereIsNoLineBreakAtTheEnd() {
        assertThat(refusal("1,2\n3,oops", NUMBERS)).startsWith("table.csv, line 2, column 1 (from 0)");
    }

    @Test
    void namesTheLineThatARowBeginsOn() {
        assertThat(refusal("1,\"a\nb\"\noops,\"c\nd\"\n", LAST)).startsWith("table.csv, line 3, column 0");
    }

    @Test
    void namesALineFarDown() {
        assertThat(refusal("1,2\n".repeat(1000) + "3,oops\n" + "1,2\n".repeat(10), NUMBERS))
                .startsWith("table.csv, line 1001, column 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?", "NA", "nan", "null"})
    void saysThatAValueIsMissing(String missing) {
        assertThat(refusal("1,2\n3," + missing + "\n", NUMBERS))
                .isEqualTo(
                        "table.csv, line 2, column 1 (from 0): the value is missing ('%s'): fill it in or remove the row"
                                .formatted(missing));
    }

    @Test
    void saysThatACellIsEmpty() {
        assertThat(refusal("x,y\n1,2\n,4\n", NUMBERS))
                .isEqualTo("table.csv, line 3, column 0 ('x'): the value is missing: fill it in or remove the row");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1f", "0x10", "Infinity", "1_000", "1e", "--1", "٣"})
    void takesOnlyPlainNumbers(String text) {
        assertThat(refusal("1,2\n1,2\n" + text + ",4\n", NUMBERS)).contains("'" + text + "' is not a number");
    }

    @Test
    void saysThatDecimalsAreWrittenWithAPoint() {
        assertThat(refusal("5,1;3,5\n4,9;3,0\n", NUMBERS))
                .contains("'5,1' is not a number: write decimals with a point");
    }

    @Test
    void saysThatANumberIsTooLarge() {
        assertThat(refusal("1,2\n1e39,4\n", NUMBERS))
                .contains("line 2, column 0 (from 0): 1e39 is too large for float32");
    }

    @Test
    void listsTheColumnsWhenOneIsUnknown() {
        assertThat(refusal("x,y\n1,2\n", CsvOptions.defaults().label("z")))
                .isEqualTo("table.csv has no column 'z': it has 0 ('x'), 1 ('y')");
    }

    @Test
    void saysThatThereAreNoNamesToChooseFrom() {
        assertThat(refusal("1,2\n3,4\n", CsvOptions.defaults().label("z")))
                .isEqualTo("table.csv has no column 'z': it has no header, so choose a number, 0 to 1");
    }

    @Test
    void refusesANameThatAppearsTwice() {
        assertThat(refusal("x,x,y\n1,2,3\n", CsvOptions.defaults().label("x")))
                .isEqualTo("table.csv has more than one column 'x', as 0 and 1: choose one by its number");
    }

    @Test
    void refusesTwoLabelColumnsForOneClass() {
        assertThat(refusal("1,2,3\n4,5,6\n", LAST.label(0))).contains("one label column, but there are 2");
    }

    @Test
    void refusesATableWithoutInputs() {
        assertThat(refusal("a\nb\n", LAST.header(false))).contains("has no input columns");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "\uFEFF"})
    void saysThatAFileIsEmpty(String text) {
        assertThat(refusal(text, LAST)).isEqualTo("table.csv is empty: it has no rows");
    }

    @Test
    void saysThatThereIsOnlyAHeader() {
        assertThat(refusal("x,y,kind\n", LAST)).isEqualTo("table.csv has a header but no rows below it");
    }

    @Test
    void saysThatAQuoteIsNeverClosed() {
        assertThat(refusal("1,\"a\n2,b\n", LAST)).startsWith("table.csv is not well-formed CSV: ");
    }

    @Test
    void saysThatTextFollowsAQuote() {
        assertThat(refusal("1,a\n2,\"b\"c\n", LAST)).startsWith("table.csv is not well-formed CSV: ");
    }

    @Test
    void saysThatAFileIsNotUtf8() throws IOException {
        Path file = write("1,caf\u00e9\n2,b\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> CsvReader.read(file, LAST))
                .withMessage(file + " is not text in UTF-8: save it as CSV in UTF-8");
    }

    @Test
    void saysThatAFileIsMissing() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> CsvReader.read(folder.resolve("missing.csv"), LAST))
                .withMessageEndingWith("the folder %s holds nothing", folder);
    }

    // Real files

    @Test
    void readsLetters() {
        Path letters = SharedData.require("small").resolve("letter-recognition.data");

        assertThat(CsvReader.read(letters, CsvOptions.defaults().label(0)))
                .hasToString("Dataset[20000 examples, 16 inputs, 26 classes]");
    }

    @Test
    void readsDigitsFromGzip() {
        Path digits = SharedData.require("small").resolve("digits.csv.gz");

        assertThat(CsvReader.read(digits, LAST).classCounts())
                .containsExactly(178, 182, 177, 183, 181, 182, 181, 179, 174, 180);
    }

    @Test
    void readsDiabetesSeparatedBySpaces() {
        Path diabetes = SharedData.require("small").resolve("diabetes_data_raw.csv.gz");

        assertThat(CsvReader.read(diabetes, NUMBERS.delimiter(' ')))
                .hasToString("Dataset[442 examples, 9 inputs, 1 outputs]");
    }
}

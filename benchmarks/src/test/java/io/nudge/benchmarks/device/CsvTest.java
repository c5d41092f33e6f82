package io.nudge.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables with a header, and what is said of bad ones. */
class CsvTest {
    private static List<Csv.Row> read(String text) throws IOException {
        return Csv.read("table.csv", new StringReader(text), List.of("name", "value"));
    }

    @Test
    void columnsMayComeInAnyOrder() throws IOException {
        List<Csv.Row> rows = read("value,name\n0.5,half\n\n2,\"two, or so\"\n");
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0).text("name")).isEqualTo("half");
        assertThat(rows.get(0).number("value")).isEqualTo(0.5);
        assertThat(rows.get(1).text("name")).isEqualTo("two, or so");
        assertThat(rows.get(1).whole("value")).isEqualTo(2);
    }

    @Test
    void aMissingColumnIsToldWithTheHeaderThatThereHasToBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("name,worth\na,1\n"))
                .withMessage("table.csv, line 1: there is no column 'value'; the header has to be name,value");
    }

    @Test
    void aRowThatIsTooLongIsToldWithItsLine() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("name,value\na,1\nb,2,3\n"))
                .withMessage(
                        "table.csv, line 3: it has 3 values, but there are 2 columns; put a text with commas in quotes");
    }

    @Test
    void anEmptyCellIsNoValueButMayBeLeftOut() throws IOException {
        Csv.Row row = read("name,value\na,\n").get(0);
        assertThat(row.maybe("value")).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row.number("value"))
                .withMessage("table.csv, line 2: there is no value; fill it in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "many", "NaN", "Infinity"})
    void whatIsNoNumberAboveZeroIsToldWithItsLine(String value) throws IOException {
        Csv.Row row = read("name,value\na," + value + "\n").get(0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row.number("value"))
                .withMessage("table.csv, line 2: the value is '" + value + "'; write a number above 0, such as 0.85");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5", "many"})
    void whatIsNoWholeNumberIsToldWithItsLine(String value) throws IOException {
        Csv.Row row = read("name,value\na," + value + "\n").get(0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row.whole("value"))
                .withMessage("table.csv, line 2: the value is '" + value + "'; write a whole number, such as 1024");
    }

    @Test
    void aQuoteThatDoesNotEndIsTold() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("name,value\na,\"1\n"))
                .withMessageStartingWith("table.csv is no table of values between commas: ");
    }
}

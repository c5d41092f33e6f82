package io.nudge.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.Size;

/** Whatever a file holds, it is read, or refused in one line: no other exception, no half a data set. */
class AnyFilePropertyTest {
    private interface Reading {
        Object read() throws IOException;
    }

    private static void assertReadOrRefused(Reading reading) throws IOException {
        try {
            assertThat(reading.read()).isNotNull();
        } catch (DataException refusal) {
            assertThat(refusal.getMessage()).as("one line").isNotBlank().doesNotContain("\n", "\r");
        }
    }

    @Provide
    Arbitrary<String> tables() {
        return Arbitraries.strings()
                .withChars("0123456789.-+eE,,,;\t \"\n\n\r?ab\u0001")
                .ofMaxLength(60);
    }

    @Property(tries = 1000)
    void anyTableIsReadOrRefused(@ForAll("tables") String table, @ForAll Task task) throws IOException {
        CsvOptions options = CsvOptions.defaults().label(-1).task(task);
        byte[] bytes = table.getBytes(StandardCharsets.UTF_8);

        assertReadOrRefused(() -> CsvReader.read(new ByteArrayInputStream(bytes), "table", options));
    }

    @Property(tries = 1000)
    void anyTableOfInputsIsReadOrRefused(@ForAll("tables") String table) throws IOException {
        byte[] bytes = table.getBytes(StandardCharsets.UTF_8);

        assertReadOrRefused(() -> CsvReader.read(new ByteArrayInputStream(bytes), "table", CsvOptions.defaults()));
    }

    @Property(tries = 1000)
    void anyImagesAreReadOrRefused(
            @ForAll @ByteRange(min = 0, max = 4) byte dimensions, @ForAll @Size(max = 40) byte[] rest)
            throws IOException {
        byte[] bytes = new byte[4 + rest.length];
        bytes[2] = 8;
        bytes[3] = dimensions;
        System.arraycopy(rest, 0, bytes, 4, rest.length);

        assertReadOrRefused(() -> IdxFile.read(new ByteArrayInputStream(bytes), "images", IdxFile.Content.IMAGES));
    }
}

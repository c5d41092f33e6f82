package io.nudge.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdxReaderTest {
    @TempDir
    private Path folder;

    private Path images;
    private Path labels;

    @BeforeEach
    void writeTwoImages() throws IOException {
        images = write("images", idx(2051, new int[] {2, 1, 3}, 0, 51, 102, 153, 204, 255));
        labels = write("labels", idx(2049, new int[] {2}, 3, 1));
    }

    private static byte[] idx(int magic, int[] dimensions, int... values) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(magic);
        for (int dimension : dimensions) {
            out.writeInt(dimension);
        }
        for (int value : values) {
            out.writeByte(value);
        }
        return bytes.toByteArray();
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(ThrowingCallable reading) {
        return assertThatThrownBy(reading).isInstanceOf(DataException.class).hasMessageNotContaining("\n");
    }

    @Test
    void flattensImagesRowByRow() {
        assertThat(IdxReader.read(images, labels).inputs()).isEqualTo(3);
    }

    @Test
    void scalesBytesToZeroToOne() {
        assertThat(IdxReader.read(images, labels).input(1)).containsExactly(153 / 255f, 204 / 255f, 1);
    }

    @Test
    void readsLabels() {
        assertThat(IdxReader.read(images, labels).label(0)).isEqualTo(3);
    }

    @Test
    void namesClassesByTheirNumbersUpToTheLargest() {
        assertThat(IdxReader.read(images, labels).classNames()).containsExactly("0", "1", "2", "3");
    }

    @Test
    void takesTheClassNamesGiven() {
        List<String> names = List.of("a", "b", "c", "d", "e");

        assertThat(IdxReader.read(images, labels, names).classNames()).isEqualTo(names);
    }

    @Test
    void readsGzipWhateverItsName() throws IOException {
        write("images", gzip(Files.readAllBytes(images)));

        assertThat(IdxReader.read(images, labels).size()).isEqualTo(2);
    }

    @Test
    void readsAPlainFileThatIsNamedGz() throws IOException {
        Path named = write("images.gz", Files.readAllBytes(images));

        assertThat(IdxReader.read(named, labels).size()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"2050, 2 6", "2052, 2 1 2 3"})
    void readsAnyNumberOfDimensionsFromTwo(int magic, String dimensions) throws IOException {
        int[] sizes =
                Arrays.stream(dimensions.split(" ")).mapToInt(Integer::parseInt).toArray();
        write("images", idx(magic, sizes, new int[12]));

        assertThat(IdxReader.read(images, labels).inputs()).isEqualTo(6);
    }

    @Test
    void readsImagesAloneToPredict() {
        assertThat(IdxReader.images(images).outputs()).isZero();
    }

    @Test
    void readsMnist() {
        Path mnist = SharedData.require("mnist");
        Dataset test =
                IdxReader.read(mnist.resolve("t10k-images-idx3-ubyte.gz"), mnist.resolve("t10k-labels-idx1-ubyte.gz"));

        assertThat(test).hasToString("Dataset[10000 examples, 784 inputs, 10 classes]");
    }

    @Test
    void readsTheLabelsOfMnistAsPublished() {
        Path mnist = SharedData.require("mnist");
        Dataset test =
                IdxReader.read(mnist.resolve("t10k-images-idx3-ubyte.gz"), mnist.resolve("t10k-labels-idx1-ubyte.gz"));

        assertThat(test.classCounts()).containsExactly(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009);
    }

    @Test
    void saysThatAFileIsMissingAndWhatIsThere() {
        assertRefused(() -> IdxReader.read(folder.resolve("imags"), labels))
                .hasMessage("there is no file %s; the folder %s holds images, labels"
                        .formatted(folder.resolve("imags"), folder));
    }

    @Test
    void saysThatTheFolderOfAFileIsMissing() {
        assertRefused(() -> IdxReader.images(folder.resolve("no/images")))
                .hasMessageEndingWith("nor is there a folder " + folder.resolve("no"));
    }

    @Test
    void saysThatAFolderIsNoFile() {
        assertRefused(() -> IdxReader.images(folder)).hasMessageContaining("is a folder, not a file");
    }

    @Test
    void saysThatImagesAndLabelsAreSwapped() {
        assertRefused(() -> IdxReader.read(labels, images))
                .hasMessage(
                        labels + " is not an IDX file of images: it begins with the number 2049 (0x00000801) instead of"
                                + " 2051. That is a file of labels: images and labels may be swapped");
    }

    @Test
    void saysThatLabelsAreImages() {
        assertRefused(() -> IdxReader.read(images, images)).hasMessageContaining("That is a file of images");
    }

    @ParameterizedTest
    @CsvSource({
        "00000d03, values other than unsigned bytes",
        "03080000, the wrong order",
        "504b0304, zip archive",
        "89504e47, PNG",
        "3c68746d, web page",
        "352e312c, looks like text",
        "01020304, no kind of file that Nudge knows"
    })
    void guessesWhatElseAFileIs(String magic, String guess) throws IOException {
        write("images", idx(Integer.parseUnsignedInt(magic, 16), new int[] {2, 1, 3}));

        assertRefused(() -> IdxReader.images(images)).hasMessageContaining(guess);
    }

    @Test
    void saysThatAFileIsEmpty() throws IOException {
        write("images", new byte[0]);

        assertRefused(() -> IdxReader.images(images)).hasMessage(images + " is empty");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 15, 16, 21})
    void saysThatAFileIsCutOff(int length) throws IOException {
        write("images", Arrays.copyOf(Files.readAllBytes(images), length));

        assertRefused(() -> IdxReader.images(images)).hasMessageContaining(images + " is cut off");
    }

    @Test
    void saysWhatWasClaimedAndWhatIsThere() throws IOException {
        write("images", idx(2051, new int[] {2, 1, 3}, 1, 2, 3));

        assertRefused(() -> IdxReader.images(images))
                .hasMessageContaining("its header claims 2 × 1 × 3 = 6 values, but it holds 3");
    }

    @Test
    void takesNoMemoryForWhatAHeaderOnlyClaims() throws IOException {
        byte[] claiming = idx(2051, new int[] {Integer.MAX_VALUE - 8, 1, 1}, 1, 2, 3);
        write("images", gzip(claiming));

        assertRefused(() -> IdxReader.images(images)).hasMessageContaining("but it holds 3");
    }

    @ParameterizedTest
    @CsvSource({"2147483647, 2147483647", "-1, -1", "65536, 65536"})
    void refusesMoreThanCanBeHeld(int rows, int columns) throws IOException {
        write("images", idx(2051, new int[] {2, rows, columns}));

        assertRefused(() -> IdxReader.images(images)).hasMessageContaining("more than the 2147483639 that can be held");
    }

    @Test
    void refusesImagesWithoutPixels() throws IOException {
        write("images", idx(2051, new int[] {2, 0, 3}));

        assertRefused(() -> IdxReader.images(images))
                .hasMessageContaining("holds no values: its header claims 2 × 0 × 3");
    }

    @Test
    void refusesTrailingBytes() throws IOException {
        write("images", idx(2051, new int[] {2, 1, 3}, 1, 2, 3, 4, 5, 6, 7));

        assertRefused(() -> IdxReader.images(images)).hasMessageContaining("goes on after the 2 × 1 × 3 = 6 values");
    }

    @Test
    void refusesOtherCounts() throws IOException {
        write("labels", idx(2049, new int[] {3}, 1, 2, 3));

        assertRefused(() -> IdxReader.read(images, labels))
                .hasMessage(
                        "%s has 2 images, but %s has 3 labels: they do not belong together".formatted(images, labels));
    }

    @Test
    void refusesALabelWithoutAName() {
        assertRefused(() -> IdxReader.read(images, labels, List.of("a", "b")))
                .hasMessageContaining("go up to 3, but there are only 2 class names (0 to 1)");
    }

    @Test
    void saysThatGzipIsCorrupted() throws IOException {
        byte[] packed = gzip(Files.readAllBytes(images));
        packed[packed.length - 8] ^= 1; // the checksum
        write("images", packed);

        assertRefused(() -> IdxReader.images(images)).hasMessageContaining(images + ": the gzip data is corrupted");
    }

    @Test
    void saysThatGzipIsCutOff() throws IOException {
        byte[] packed = gzip(Files.readAllBytes(images));
        write("images", Arrays.copyOf(packed, packed.length - 9));

        assertRefused(() -> IdxReader.images(images)).hasMessageContaining("corrupted or cut off");
    }

    @Test
    void saysThatOnlyTheGzipMagicIsThere() throws IOException {
        write("images", new byte[] {0x1f, (byte) 0x8b});

        assertRefused(() -> IdxReader.images(images)).hasMessageContaining("corrupted or cut off");
    }

    @Test
    void recognisesText() throws IOException {
        write("images", "a,b\n1,2\n".getBytes(StandardCharsets.UTF_8));

        assertRefused(() -> IdxReader.images(images)).hasMessageContaining("a table is read as CSV");
    }
}

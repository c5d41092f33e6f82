package io.nudge.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxFolderTest {
    @TempDir
    private Path folder;

    /** Writes images of one pixel. */
    private void images(String name, int count) throws IOException {
        images(name, count, 1);
    }

    private void images(String name, int count, int pixels) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(16 + count * pixels);
        bytes.putInt(2051).putInt(count).putInt(1).putInt(pixels);
        Files.write(folder.resolve(name), bytes.array());
    }

    private void labels(String name, int... labels) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + labels.length).putInt(2049).putInt(labels.length);
        for (int label : labels) {
            bytes.put((byte) label);
        }
        Files.write(folder.resolve(name), bytes.array());
    }

    private void train() throws IOException {
        images("train-images-idx3-ubyte", 2);
        labels("train-labels-idx1-ubyte", 0, 1);
    }

    private void test() throws IOException {
        images("t10k-images-idx3-ubyte", 1);
        labels("t10k-labels-idx1-ubyte", 2);
    }

    private String refusal() {
        return assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> IdxReader.folder(folder))
                .actual()
                .getMessage();
    }

    @Test
    void findsTheExamplesToTrainOn() throws IOException {
        train();
        test();

        assertThat(IdxReader.folder(folder).train().size()).isEqualTo(2);
    }

    @Test
    void findsTheExamplesToTestOn() throws IOException {
        train();
        test();

        assertThat(IdxReader.folder(folder).test().orElseThrow().size()).isEqualTo(1);
    }

    @Test
    void givesBothPartsTheSameClasses() throws IOException {
        train();
        test();

        assertThat(IdxReader.folder(folder).train().classNames()).containsExactly("0", "1", "2");
    }

    @Test
    void needsNoTest() throws IOException {
        train();

        assertThat(IdxReader.folder(folder).test()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s.idx%d-ubyte", "%s-idx%d-ubyte.gz", "%s.idx%d-ubyte.gz"})
    void knowsTheNamesInUse(String name) throws IOException {
        images(name.formatted("train-images", 3), 2);
        labels(name.formatted("train-labels", 1), 0, 1);

        assertThat(IdxReader.folder(folder).train().size()).isEqualTo(2);
    }

    @Test
    void knowsTestByItsOtherName() throws IOException {
        train();
        images("emnist-test-images-idx3-ubyte", 1);
        labels("emnist-test-labels-idx1-ubyte", 0);

        assertThat(IdxReader.folder(folder).test()).isPresent();
    }

    @Test
    void takesTheOnlyPairWhateverItsName() throws IOException {
        images("digits-images-idx3-ubyte", 2);
        labels("digits-labels-idx1-ubyte", 0, 1);

        assertThat(IdxReader.folder(folder).train().size()).isEqualTo(2);
    }

    @Test
    void prefersTheUnpackedOfTwoCopies() throws IOException {
        train();
        images("train-images-idx3-ubyte.gz", 5);

        assertThat(IdxReader.folder(folder).train().size()).isEqualTo(2);
    }

    @Test
    void readsTheDigitsAsShared() {
        assertThat(IdxReader.folder(SharedData.require("digits")).train())
                .hasToString("Dataset[5000 examples, 400 inputs, 10 classes]");
    }

    @Test
    void saysThatThereIsNoFolder() {
        Path missing = folder.resolve("missing");

        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> IdxReader.folder(missing))
                .withMessage("there is no folder " + missing);
    }

    @Test
    void saysThatAFileIsNoFolder() throws IOException {
        train();

        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> IdxReader.folder(folder.resolve("train-images-idx3-ubyte")))
                .withMessageEndingWith("is a file; the folder that holds the IDX files is needed");
    }

    @Test
    void saysWhatItLookedForAndWhatIsThere() throws IOException {
        Files.createFile(folder.resolve("readme.txt"));

        assertThat(refusal())
                .isEqualTo(
                        "looked in the folder %s for a file like train-images-idx3-ubyte (with or without .gz), but it"
                                        .formatted(folder)
                                + " holds readme.txt");
    }

    @Test
    void saysThatAFolderIsEmpty() {
        assertThat(refusal()).endsWith("but it holds nothing");
    }

    @Test
    void namesAFewOfManyFiles() throws IOException {
        for (int i = 10; i < 40; i++) {
            Files.createFile(folder.resolve("file" + i));
        }

        assertThat(refusal()).endsWith("file20, file21 and 18 more");
    }

    @Test
    void saysWhichLabelsAreMissing() throws IOException {
        images("train-images-idx3-ubyte", 2);

        assertThat(refusal())
                .contains("for the labels of train-images-idx3-ubyte, a file like train-labels-idx1-ubyte, but it holds"
                        + " train-images-idx3-ubyte");
    }

    @Test
    void refusesToChooseBetweenPairs() throws IOException {
        images("a-images-idx3-ubyte", 1);
        images("b-images-idx3-ubyte", 1);

        assertThat(refusal()).contains("more than one choice", "a-images-idx3-ubyte, b-images-idx3-ubyte");
    }

    @Test
    void doesNotTrainOnWhatIsThereToTestOn() throws IOException {
        test();

        assertThat(refusal()).contains("looked", "train-images-idx3-ubyte");
    }

    @Test
    void refusesTestImagesOfAnotherSize() throws IOException {
        train();
        images("t10k-images-idx3-ubyte", 1, 4);
        labels("t10k-labels-idx1-ubyte", 0);

        assertThat(refusal()).endsWith("they must be of one size");
    }
}

package io.nudge.data;

import io.nudge.data.IdxFile.Content;
import io.nudge.data.Targets.Labels;
import io.nudge.data.Targets.None;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Reads IDX files, the format of MNIST and its relatives, plain or gzip. Images are flattened row by row and their bytes
 * divided by 255, so that an input is in [0, 1]. Any IDX file of unsigned bytes with two or more dimensions is read as images.
 *
 * <p>Safe to use from any thread: it holds nothing.
 *
 * <pre>{@code
 * IdxReader.Folder mnist = IdxReader.folder(Path.of("data/mnist"));
 * Dataset train = mnist.train();
 * Dataset test = mnist.test().orElseThrow();
 * }</pre>
 */
public final class IdxReader {
    private static final float[] PIXEL = pixels();

    private IdxReader() {}

    /**
     * What a folder of IDX files holds. Both parts have the same class names.
     *
     * @param train the examples to train on
     * @param test the examples to judge the network by, if there are any
     */
    public record Folder(Dataset train, Optional<Dataset> test) {}

    /**
     * Reads images with their labels. The classes are named by their numbers, "0" to the largest label that appears.
     *
     * @param images a file of images
     * @param labels a file with as many labels
     * @return the data set
     * @throws DataException if a file is missing, is of another kind, is cut off or too long, or the counts differ
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static Dataset read(Path images, Path labels) {
        return read(images, labels, List.of());
    }

    /**
     * Reads images with their labels, for classes that are known already, as those of a saved model.
     *
     * @param images a file of images
     * @param labels a file with as many labels
     * @param classNames the name of class 0, of class 1 and so on; an empty list names them by their numbers
     * @return the data set
     * @throws DataException as {@link #read(Path, Path)}, and if a label has no name
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static Dataset read(Path images, Path labels, List<String> classNames) {
        Pair pair = Pair.read(images, labels);
        return pair.dataset(classNames.isEmpty() ? numbers(pair.classes()) : classNames);
    }

    /**
     * Reads images without labels, to predict.
     *
     * @param images a file of images
     * @return a data set of inputs only
     * @throws DataException if the file is missing, is of another kind, or is cut off or too long
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static Dataset images(Path images) {
        IdxFile file = open(images, Content.IMAGES);
        return Dataset.owning(scaled(file.values()), file.valuesEach(), new None());
    }

    /**
     * Finds and reads the data in a folder by the files' names: {@code train-images-idx3-ubyte} and
     * {@code train-labels-idx1-ubyte} to train on, {@code t10k-} or {@code test-} in place of {@code train-} to test on; also
     * with a dot before {@code idx}, with more in front, and with {@code .gz} at the end. Where there is but one pair, as
     * {@code digits-images-idx3-ubyte} and {@code digits-labels-idx1-ubyte}, it is the one to train on.
     *
     * @param folder the folder
     * @return what it holds
     * @throws DataException if there is no such folder, no such file in it, more than one choice, or as
     *     {@link #read(Path, Path)}
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static Folder folder(Path folder) {
        IdxFolder found = IdxFolder.in(folder);
        Pair train = Pair.read(found.trainImages(), found.labelsOf(found.trainImages()));
        Optional<Pair> test = found.testImages().map(images -> Pair.read(images, found.labelsOf(images)));
        int classes = Math.max(train.classes(), test.map(Pair::classes).orElse(0));
        test.ifPresent(pair -> checkSameInputs(train, pair));
        return new Folder(train.dataset(numbers(classes)), test.map(pair -> pair.dataset(numbers(classes))));
    }

    private static void checkSameInputs(Pair train, Pair test) {
        if (train.images.valuesEach() != test.images.valuesEach()) {
            throw new DataException("%s has images of %d values, but %s of %d: they must be of one size"
                    .formatted(train.name, train.images.valuesEach(), test.name, test.images.valuesEach()));
        }
    }

    private static List<String> numbers(int classes) {
        return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }

    private static IdxFile open(Path file, Content content) {
        return Source.read(file, in -> IdxFile.read(in, file.toString(), content));
    }

    private static float[] scaled(byte[] values) {
        float[] block = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            block[i] = PIXEL[values[i] & 0xff];
        }
        return block;
    }

    private static float[] pixels() {
        float[] pixels = new float[256];
        for (int value = 0; value < pixels.length; value++) {
            pixels[value] = value / 255f;
        }
        return pixels;
    }

    /** Images and as many labels; named for messages. */
    static final class Pair {
        private final String name;
        private final IdxFile images;
        private final int[] labels;

        private Pair(String name, IdxFile images, int[] labels) {
            this.name = name;
            this.images = images;
            this.labels = labels;
        }

        static Pair read(Path images, Path labels) {
            return of(images.toString(), open(images, Content.IMAGES), labels.toString(), open(labels, Content.LABELS));
        }

        static Pair of(String imagesName, IdxFile images, String labelsName, IdxFile labels) {
            if (images.size() != labels.size()) {
                throw new DataException("%s has %d images, but %s has %d labels: they do not belong together"
                        .formatted(imagesName, images.size(), labelsName, labels.size()));
            }
            int[] classes = new int[labels.size()];
            Arrays.setAll(classes, i -> labels.values()[i] & 0xff);
            return new Pair(imagesName, images, classes);
        }

        int classes() {
            return Arrays.stream(labels).max().orElseThrow() + 1;
        }

        Dataset dataset(List<String> classNames) {
            Checks.checkNames(classNames, "class");
            if (classes() > classNames.size()) {
                throw new DataException("the labels of %s go up to %d, but there are only %d class names (0 to %d)"
                        .formatted(name, classes() - 1, classNames.size(), classNames.size() - 1));
            }
            Labels targets = new Labels(labels, List.copyOf(classNames));
            return Dataset.owning(scaled(images.values()), images.valuesEach(), targets);
        }
    }
}

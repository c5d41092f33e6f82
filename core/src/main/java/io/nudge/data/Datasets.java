package io.nudge.data;

import io.nudge.data.IdxFile.Content;
import io.nudge.data.IdxReader.Pair;
import java.util.List;

/**
 * Small data sets that come with Nudge, real measurements both. Where they are from, and under which licence, is in the file
 * NOTICE beside them.
 */
public final class Datasets {
    private static final String DIGITS = "digits/digits-%s-ubyte.gz";
    private static final List<String> DIGIT_NAMES = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

    private Datasets() {}

    /**
     * Handwritten digits: 5,000 grey pictures of 20 × 20, 500 of each digit, from OpenCV's samples. An input is a pixel in
     * [0, 1], row by row. They are ordered by class, so divide them with {@link Dataset#split}, never with
     * {@link Dataset#range}.
     *
     * @return 5,000 examples, 400 inputs, 10 classes "0" to "9"; read anew on every call
     */
    public static Dataset digits() {
        IdxFile images = resource(DIGITS.formatted("images-idx3"), Content.IMAGES);
        IdxFile labels = resource(DIGITS.formatted("labels-idx1"), Content.LABELS);
        return Pair.of("digits", images, "digits", labels).dataset(DIGIT_NAMES);
    }

    /**
     * Fisher's irises: length and width of sepals and petals in cm, 50 flowers of each of three species. They are ordered by
     * class.
     *
     * @return 150 examples, 4 inputs, 3 classes "setosa", "versicolor", "virginica"; read anew on every call
     */
    public static Dataset iris() {
        CsvOptions options = CsvOptions.defaults().label("species");
        return Source.readResource("iris.csv", in -> CsvReader.read(in, "iris.csv", options));
    }

    private static IdxFile resource(String name, Content content) {
        return Source.readResource(name, in -> IdxFile.read(in, name, content));
    }
}

package io.nudge.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The IDX files in a folder, told apart by their names. */
record IdxFolder(Path folder, List<String> names) {
    private static final Pattern IMAGES = Pattern.compile("(.*)images[-.]idx\\d+-ubyte(\\.gz)?");
    private static final String LOOKED_FOR = "a file like train-images-idx3-ubyte (with or without .gz)";

    static IdxFolder in(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DataException(
                    Files.exists(folder)
                            ? "%s is a file; the folder that holds the IDX files is needed".formatted(folder)
                            : "there is no folder %s".formatted(folder));
        }
        return new IdxFolder(folder, Source.names(folder));
    }

    Path trainImages() {
        List<String> train = images(prefix -> !isTest(prefix) && isTrain(prefix));
        return one(train.isEmpty() ? images(prefix -> !isTest(prefix)) : train, LOOKED_FOR);
    }

    Optional<Path> testImages() {
        List<String> test = images(IdxFolder::isTest);
        return test.isEmpty() ? Optional.empty() : Optional.of(one(test, "one file of test images"));
    }

    Path labelsOf(Path images) {
        String start = Pattern.quote(prefix(images.getFileName().toString()));
        Pattern labels = Pattern.compile(start + "labels[-.]idx\\d+-ubyte(\\.gz)?");
        List<String> found = withoutCopies(
                names.stream().filter(name -> labels.matcher(name).matches()).toList());
        return one(
                found,
                "the labels of %s, a file like %slabels-idx1-ubyte"
                        .formatted(
                                images.getFileName(),
                                prefix(images.getFileName().toString())));
    }

    private static boolean isTrain(String prefix) {
        return prefix.matches("(.*[-_.])?train(ing)?[-_.]?");
    }

    private static boolean isTest(String prefix) {
        return prefix.matches("(.*[-_.])?(t10k|test)[-_.]?");
    }

    private static String prefix(String name) {
        Matcher matcher = IMAGES.matcher(name);
        return matcher.matches() ? matcher.group(1) : null;
    }

    private List<String> images(Predicate<String> wanted) {
        return withoutCopies(names.stream()
                .filter(name -> prefix(name) != null && wanted.test(prefix(name)))
                .toList());
    }

    /** Leaves out a packed file where the same is there unpacked. */
    private static List<String> withoutCopies(List<String> found) {
        List<String> kept = new ArrayList<>(found);
        kept.removeIf(name -> name.endsWith(".gz") && found.contains(name.substring(0, name.length() - 3)));
        return kept;
    }

    private Path one(List<String> found, String wanted) {
        if (found.isEmpty()) {
            throw new DataException("looked in the folder %s for %s, but it holds %s"
                    .formatted(folder, wanted, Source.listing(folder)));
        }
        if (found.size() > 1) {
            throw new DataException(
                    "the folder %s has more than one choice for %s: %s. Leave one, or read the files by name"
                            .formatted(folder, wanted, String.join(", ", found)));
        }
        return folder.resolve(found.get(0));
    }
}

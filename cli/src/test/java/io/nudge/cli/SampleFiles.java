package io.nudge.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Small files of data. */
final class SampleFiles {
    private SampleFiles() {}

    /** Three classes on a line, with a header: size, weight, kind. */
    static Path csv(Path folder) throws IOException {
        return Files.writeString(folder.resolve("things.csv"), "size,weight,kind\n" + rows(60));
    }

    private static String rows(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> (i % 3) * 10 + i % 7 + "," + (i % 5) + "," + "abc".charAt(i % 3))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** y = 2x + 1. */
    static Path numbers(Path folder) throws IOException {
        String rows = IntStream.range(0, 40)
                .mapToObj(i -> i / 20.0 + "," + (2 * i / 20.0 + 1))
                .collect(Collectors.joining("\n", "x,y\n", "\n"));
        return Files.writeString(folder.resolve("line.csv"), rows);
    }

    /** A folder as of MNIST: images of 2 x 2 in 2 classes, 40 to train on and, if wanted, 10 to test on. */
    static Path idx(Path parent, boolean test) throws IOException {
        Path folder = Files.createDirectory(parent.resolve("idx" + test));
        images(folder.resolve("train-images-idx3-ubyte"), 40);
        labels(folder.resolve("train-labels-idx1-ubyte"), 40);
        if (test) {
            images(folder.resolve("t10k-images-idx3-ubyte"), 10);
            labels(folder.resolve("t10k-labels-idx1-ubyte"), 10);
        }
        return folder;
    }

    private static void images(Path file, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(16 + 4 * count);
        bytes.putInt(0x803).putInt(count).putInt(2).putInt(2);
        for (int i = 0; i < count; i++) {
            byte bright = (byte) (200 + i % 20);
            byte dark = (byte) (i % 30);
            bytes.put(i % 2 == 0 ? bright : dark).put(dark).put(dark).put(i % 2 == 0 ? dark : bright);
        }
        Files.write(file, bytes.array());
    }

    private static void labels(Path file, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + count);
        bytes.putInt(0x801).putInt(count);
        for (int i = 0; i < count; i++) {
            bytes.put((byte) (i % 2));
        }
        Files.write(file, bytes.array());
    }
}

package io.nudge.benchmarks;

import io.nudge.data.CsvOptions;
import io.nudge.data.CsvReader;
import io.nudge.data.Dataset;
import io.nudge.data.IdxReader;
import io.nudge.math.RandomStream;
import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Data sets read from files that are most likely in the cache of the system: images of MNIST's size in IDX, and the same numbers in CSV. */
public class DataBenchmark extends OnBackend {
    private static final int SIDE = 28;
    private static final int PIXELS = SIDE * SIDE;
    private static final int CLASSES = 10;
    private static final int IMAGES_KIND = 0x803;
    private static final int LABELS_KIND = 0x801;

    @Param({"1000", "60000"})
    String size;

    private int examples;
    private Path folder;
    private Path images;
    private Path labels;
    private Path csv;

    /** Bytes of the numbers that are read, as the data set holds them. */
    static Work work(Map<String, String> parameters) {
        double count = Integer.parseInt(parameters.get("size"));
        return new Work(0, count * PIXELS * Float.BYTES, count);
    }

    @Override
    void prepare() {
        examples = Integer.parseInt(size);
        folder = temporaryFolder();
        images = folder.resolve("images");
        labels = folder.resolve("labels");
        csv = folder.resolve("data.csv");
        RandomStream random = RandomStream.of(SEED, RandomStream.Use.DATA, 0);
        byte[] pixels = new byte[examples * PIXELS];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) random.below(256);
        }
        try {
            writeIdx(pixels);
            writeCsv(pixels);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeIdx(byte[] pixels) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(images)))) {
            out.writeInt(IMAGES_KIND);
            out.writeInt(examples);
            out.writeInt(SIDE);
            out.writeInt(SIDE);
            out.write(pixels);
        }
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(labels)))) {
            out.writeInt(LABELS_KIND);
            out.writeInt(examples);
            for (int i = 0; i < examples; i++) {
                out.writeByte(i % CLASSES);
            }
        }
    }

    private void writeCsv(byte[] pixels) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(csv)) {
            for (int i = 0; i < examples; i++) {
                for (int j = 0; j < PIXELS; j++) {
                    out.write(Integer.toString(pixels[i * PIXELS + j] & 0xFF));
                    out.write(',');
                }
                out.write(Integer.toString(i % CLASSES));
                out.write('\n');
            }
        }
    }

    /** Images and labels in IDX. */
    @Benchmark
    public Dataset idx() {
        return IdxReader.read(images, labels);
    }

    /** The same numbers in CSV, the label in the last column. */
    @Benchmark
    public Dataset csv() {
        return CsvReader.read(csv, CsvOptions.defaults().header(false).label(-1));
    }

    @Override
    void check() {
        try {
            for (Path file : new Path[] {images, labels, csv, folder}) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.nudge.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens to a file, it is loaded with what was saved, or refused in one line. */
class CorruptionTest {
    private static final int TRIES = 1000;

    @TempDir
    private Path folder;

    private Path file;
    private byte[] valid;

    @BeforeEach
    void writeCheckpoint() throws IOException {
        file = folder.resolve("checkpoint.safetensors");
        Checkpoint.save(file, ModelFiles.full(DType.FLOAT32), ModelFiles.state(DType.FLOAT32));
        valid = Files.readAllBytes(file);
    }

    /** The checkpoint in the file; null where it is refused, which must be done properly. */
    private Checkpoint loadOrRefuse(String what) {
        try {
            return Checkpoint.load(file);
        } catch (ModelException refusal) {
            assertThat(refusal.getMessage())
                    .as(what)
                    .startsWith(file + ": ")
                    .hasSizeGreaterThan(file.toString().length() + 10);
            assertThat(refusal.getMessage()).as(what).doesNotContain("\n", "\r");
            return null;
        }
    }

    /** Deleted first: ext4 writes a file that is cut to nothing and filled again to the disk at once, which takes its time. */
    private void rewrite(byte[] bytes) throws IOException {
        Files.deleteIfExists(file);
        Files.write(file, bytes);
    }

    private void assertSameOrRefused(byte[] bytes, String what) throws IOException {
        rewrite(bytes);
        Checkpoint loaded = loadOrRefuse(what);
        if (loaded != null) {
            ModelFiles.assertSame(loaded.state(), ModelFiles.state(DType.FLOAT32));
            assertThat(loaded.model().classNames())
                    .isEqualTo(ModelFiles.full(DType.FLOAT32).classNames());
            assertThat(loaded.model().notes())
                    .isEqualTo(ModelFiles.full(DType.FLOAT32).notes());
            assertThat(loaded.model().scaling())
                    .isEqualTo(ModelFiles.full(DType.FLOAT32).scaling());
            assertThat(loaded.model().architecture()).isEqualTo(ModelFiles.SMALL);
        }
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        for (int length = 0; length < valid.length; length++) {
            rewrite(Arrays.copyOf(valid, length));
            assertThat(loadOrRefuse("cut to " + length))
                    .as("cut to %d bytes", length)
                    .isNull();
        }
    }

    @Test
    void aFlippedBitInAnyByteIsHarmlessOrRefused() throws IOException {
        for (int i = 0; i < valid.length; i++) {
            byte[] bytes = valid.clone();
            bytes[i] ^= (byte) (1 << (i * 5 % 8));
            assertSameOrRefused(bytes, "bit %d of byte %d".formatted(i * 5 % 8, i));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void manyChangesAtOnceAreHarmlessOrRefused(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int n = 0; n < TRIES; n++) {
            byte[] bytes = Arrays.copyOf(valid, valid.length + random.nextInt(-20, 20));
            for (int changes = random.nextInt(1, 6); changes > 0; changes--) {
                int at = random.nextInt(random.nextBoolean() ? 200 : bytes.length);
                bytes[at] = (byte) random.nextInt(256);
            }
            assertSameOrRefused(bytes, "seed %d, try %d".formatted(seed, n));
        }
    }

    /** Without a checksum, anything may come out, but never anything other than a checkpoint or a refusal. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void filesWithoutAChecksumAreLoadedOrRefused(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        List<Function<String, String>> changes = List.of(
                header -> flip(header, random),
                header -> replaceOne(header, "-?\\d+(\\.\\d+)?(E-?\\d+)?", NUMBERS, random),
                header -> replaceOne(header, "\\\\?\"[^\"\\\\]*\\\\?\"", TEXTS, random),
                header ->
                        replaceOne(header, "[\\[\\]{}:,]", List.of("", "[", "]", "{", "}", ":", ",", "null"), random));
        ModelFiles.dropChecksum(file);
        byte[] plain = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(plain, Long.BYTES, length, StandardCharsets.UTF_8);
        byte[] data = Arrays.copyOfRange(plain, Long.BYTES + length, plain.length);
        int loaded = 0;
        for (int n = 0; n < TRIES; n++) {
            ModelFiles.writeRaw(
                    file, changes.get(random.nextInt(changes.size())).apply(header), data);
            loaded += loadOrRefuse("seed %d, try %d".formatted(seed, n)) == null ? 0 : 1;
        }
        assertThat(loaded).as("some changes do not matter").isBetween(1, TRIES - 1);
    }

    private static final List<String> NUMBERS = List.of(
            "-1",
            "0",
            "1",
            "2147483647",
            "2147483648",
            "4294967295",
            "9223372036854775807",
            "9223372036854775808",
            "1e308",
            "1e999",
            "0.5",
            "null",
            "1" + "0".repeat(2000));

    private static final List<String> TEXTS = List.of(
            "\"\"", "\"x\"", "1", "null", "[]", "{}", "\"F64\"", "\"\\ud800\"", "\"layer.1.bias\"", "\\\"a\\\"");

    private static String flip(String header, SplittableRandom random) {
        StringBuilder changed = new StringBuilder(header);
        changed.setCharAt(random.nextInt(header.length()), (char) random.nextInt(1, 128));
        return changed.toString();
    }

    private static String replaceOne(String header, String pattern, List<String> by, SplittableRandom random) {
        Matcher matcher = Pattern.compile(pattern).matcher(header);
        int chosen = random.nextInt((int) matcher.results().count());
        matcher.reset();
        for (int i = 0; i <= chosen; i++) {
            matcher.find();
        }
        String replacement = by.get(random.nextInt(by.size()));
        return header.substring(0, matcher.start()) + replacement + header.substring(matcher.end());
    }
}

package io.nudge.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("a.safetensors");
    }

    private static Slice floats(float... values) {
        return new Slice(DType.FLOAT32, Shape.of(values.length), values, 0);
    }

    private Object load(String name, Slice into) {
        return Safetensors.read(file, open -> {
            open.read(name, into);
            return into.array();
        });
    }

    @Test
    void writesTheFormatByteForByte() throws IOException {
        Map<String, Slice> tensors = new LinkedHashMap<>();
        tensors.put("a", floats(1, -0.0f, Float.intBitsToFloat(0x7fa00001)));
        tensors.put("b", Slice.of(new double[] {Double.MIN_VALUE}, 1, 1));
        Safetensors.write(file, Map.of("k", "v"), tensors);

        String header = "{\"__metadata__\":{\"k\":\"v\",\"nudge_crc32c\":\"%s\"},"
                + "\"b\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[0,8]},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[8,20]}}";
        String written = Files.readString(file, ISO_8859_1);
        String checksum = written.replaceAll("(?s).*nudge_crc32c\":\"([0-9a-f]{8}).*", "$1");
        String json = header.formatted(checksum);
        String spaces = " ".repeat(Math.floorMod(-json.length(), 8));
        int length = json.length() + spaces.length();
        String data = new String(hex("0100000000000000 0000803f 00000080 0100a07f"), ISO_8859_1);
        assertThat(written).isEqualTo((char) length + "\0\0\0\0\0\0\0" + json + spaces + data);
    }

    /** Any later version must find the same, or it refuses every file that there is. */
    @Test
    void theChecksumIsThatOfTheFirstVersion() {
        Map<String, Slice> tensors = Map.of("a", floats(1, 2), "b", Slice.of(new double[] {3}));
        Safetensors.write(file, Map.of("k", "v", "ä", ""), tensors);
        String checksum = Safetensors.read(file, open -> open.metadata().get(Header.CHECKSUM));
        assertThat(checksum).as("computed by hand, in Python").isEqualTo("371b3c7f");
    }

    @Test
    void theChecksumDoesNotDependOnTheOrderInTheFile() throws IOException {
        Map<String, Slice> tensors = Map.of("a", floats(1), "b", floats(2));
        Safetensors.write(file, Map.of("k", "v"), tensors);
        String checksum = Safetensors.read(file, open -> open.metadata().get(Header.CHECKSUM));
        String header = "{\"b\":{\"shape\":[1],\"data_offsets\":[0,4],\"dtype\":\"F32\"},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]},"
                + "\"__metadata__\":{\"nudge_crc32c\":\"%s\",\"k\":\"v\"}}";
        ModelFiles.writeRaw(file, header.formatted(checksum), hex("00000040 0000803f"));
        assertThat((float[]) load("a", floats(0))).containsExactly(1);
        assertThat((float[]) load("b", floats(0))).containsExactly(2);
    }

    @Test
    void everyBitComesBack() {
        int[] bits = {0, 1 << 31, 1, 0x7f800000, 0xff800000, 0x7fc00000, 0x7fa00001, 0xffffffff, 0x007fffff};
        float[] values = new float[bits.length];
        for (int i = 0; i < bits.length; i++) {
            values[i] = Float.intBitsToFloat(bits[i]);
        }
        Safetensors.write(file, Map.of(), Map.of("a", floats(values)));
        float[] loaded = (float[]) load("a", floats(new float[bits.length]));
        for (int i = 0; i < bits.length; i++) {
            assertThat(Float.floatToRawIntBits(loaded[i])).isEqualTo(bits[i]);
        }
    }

    @Test
    void tensorsLargerThanTheBufferComeBack() {
        double[] values = new double[100_003];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Safetensors.write(file, Map.of(), Map.of("a", Slice.of(values, values.length)));
        double[] loaded = (double[]) load("a", Slice.of(new double[values.length], values.length));
        assertThat(loaded).isEqualTo(values);
    }

    @Test
    void readsWhatTheReferenceImplementationWrites() throws IOException {
        String header =
                "{\"__metadata__\":{\"format\":\"pt\"},\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
                        + "\"none\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[8,8]}}     ";
        ModelFiles.writeRaw(file, header, hex("feffffffffffffff"));
        long[] n = (long[]) load("n", new Slice(DType.INT64, Shape.of(), new long[1], 0));
        assertThat(n).containsExactly(-2);
        Map<String, String> metadata = Safetensors.read(file, Safetensors::metadata);
        assertThat(metadata).isEqualTo(Map.of("format", "pt"));
    }

    // ---- what is refused --------------------------------------------------------------------------------------------

    private static Arguments header(String json, int dataBytes, String... message) {
        return Arguments.of(json.replace('\'', '"'), dataBytes, message);
    }

    private static String tensor(String shape, String offsets) {
        return "{'a':{'dtype':'F32','shape':%s,'data_offsets':%s}}".formatted(shape, offsets);
    }

    static Stream<Arguments> badHeaders() {
        String four = "{'dtype':'F32','shape':[1],'data_offsets':[0,4]}";
        String next = "{'dtype':'F32','shape':[1],'data_offsets':[4,8]}";
        return Stream.of(
                header("{'a':" + four + "}", 3, "cut off", "4 bytes of data", "3"),
                header("{'a':" + four + "}", 5, "1 bytes follow"),
                header("{'a':" + four + ",'b':" + four + "}", 8, "'b' begins at byte 0", "ends at 4"),
                header("{'a':" + next + "}", 8, "'a' begins at byte 4", "ends at 0"),
                header("{'a':" + four + ",'a':" + next + "}", 8, "Duplicate"),
                header(tensor("[1]", "[0,8]"), 8, "takes 4 bytes", "0 and 8"),
                header(tensor("[1]", "[4,0]"), 4, "0"),
                header(tensor("[1]", "[0]"), 4, "lacks"),
                header(tensor("[1]", "[0,4,8]"), 4, "lacks"),
                header(tensor("[1]", "[-4,0]"), 4, "-4", "out of range"),
                header(tensor("[-1]", "[0,4]"), 4, "-1", "out of range"),
                header(tensor("[1.0]", "[0,4]"), 4, "whole number", "fraction"),
                header(tensor("['1']", "[0,4]"), 4, "whole number", "string"),
                header(tensor("[[1]]", "[0,4]"), 4, "whole number", "array"),
                header(tensor("[null]", "[0,4]"), 4, "whole number", "null"),
                header(tensor("1", "[0,4]"), 4, "array", "whole number"),
                header(tensor("[9223372036854775808]", "[0,4]"), 4, "out of range"),
                header(tensor("[4294967296,4294967296]", "[0,4]"), 4, "more elements than can be"),
                header(tensor("[4611686018427387905]", "[0,4]"), 4, "more elements than can be"),
                header(tensor("[" + "1,".repeat(64) + "1]", "[0,4]"), 4, "more than 64"),
                header("{'a':{'dtype':'BF16','shape':[1],'data_offsets':[0,2]}}", 2, "'BF16'", "F32, F64 and I64"),
                header("{'a':{'dtype':4,'shape':[1],'data_offsets':[0,2]}}", 2, "string"),
                header("{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4],'x':1}}", 4, "unknown member 'x'"),
                header("{'a':{'shape':[1],'data_offsets':[0,4]}}", 4, "lacks its dtype"),
                header("{'a':[]}", 0, "object", "array"),
                header("{'__metadata__':{'k':1}}", 0, "__metadata__.k", "string"),
                header("{'__metadata__':[]}", 0, "__metadata__", "object"),
                header("{'__metadata__':{'nudge_crc32c':'00000001'}}", 0, "corrupted", "checksum"),
                header("{} {}", 0, "goes on after its end"),
                header("{ ", 0, "not valid JSON"),
                header("{'a", 0, "not valid JSON"),
                header("{'a':tru}", 0, "not valid JSON"),
                header("{'a':" + "[".repeat(100_000), 0, "object", "array"));
    }

    @ParameterizedTest
    @MethodSource("badHeaders")
    void refusesHeadersThatDoNotFit(String json, int dataBytes, String[] message) throws IOException {
        ModelFiles.writeRaw(file, json, new byte[dataBytes]);
        assertRefused(message);
    }

    private void assertRefused(String... message) {
        assertThatThrownBy(() -> Safetensors.read(file, Safetensors::metadata))
                .isInstanceOf(ModelException.class)
                .message()
                .startsWith(file + ": ")
                .doesNotContain("\n")
                .contains(message);
    }

    static Stream<Arguments> foreignFiles() {
        return Stream.of(
                Arguments.of("", "empty"),
                Arguments.of("\u001f\u008b\u0008\0\0\0\0\0\0\u0003", "gzip"),
                Arguments.of("PK\u0003\u0004\0\0\0\0\0\0\0", "PyTorch"),
                Arguments.of("\u0080\u0002}q\0", "pickle"),
                Arguments.of("\u0089HDF\r\n\u001a\n\0\0\0\0", "Keras"),
                Arguments.of("\u0093NUMPY\u0001\0v\0{'descr'", ".npy"),
                Arguments.of("\u0089PNG\r\n\u001a\n\0\0\0\rIHDR", "PNG"),
                Arguments.of("\0\0\u0008\u0003\0\0\u00ea\u0001\0\0\0\u001c", "IDX"),
                Arguments.of("\0\0\0\0\0\0\0\0\0\0\0\0", "never written to its end"),
                Arguments.of("<!DOCTYPE html><html>", "web page"),
                Arguments.of("{\"a\": [1, 2, 3]}", "JSON"),
                Arguments.of("version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
                Arguments.of("5.1,3.5,1.4,0.2,setosa\n4.9,3.0", "text"),
                Arguments.of("abc", "text"),
                Arguments.of("\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009", "no kind of file"));
    }

    @ParameterizedTest
    @MethodSource("foreignFiles")
    void saysWhatAForeignFileSeemsToBe(String content, String kind) throws IOException {
        Files.write(file, bytes(content));
        assertThatThrownBy(() -> Safetensors.read(file, Safetensors::metadata))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith(file + ": this ")
                .hasMessageContaining(kind);
    }

    @Test
    void refusesWhatIsNoFile() {
        file = folder.resolve("none");
        assertRefused("no such file");
        file = folder;
        assertRefused("folder");
    }

    @Test
    void refusesAHeaderThatIsNotUtf8() throws IOException {
        Files.write(file, bytes("\u0005\0\0\0\0\0\0\0{\"\u00ff\"}"));
        assertRefused("not UTF-8");
    }

    @Test
    void refusesAHeaderThatIsCutOff() throws IOException {
        Files.write(file, bytes("\u0010\0\0\0\0\0\0\0{\"a\":"));
        assertRefused("cut off within its header", "16 bytes", "only 5");
    }

    @Test
    void refusesToWriteTextThatIsNotUnicode() {
        assertThatThrownBy(() -> Safetensors.write(file, Map.of("k", "\ud800"), Map.of()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("not Unicode");
        assertThat(file).doesNotExist();
    }

    /** Otherwise a file could be written that no one reads any more. */
    @Test
    void refusesToWriteAHeaderThatIsTooLong() {
        assertThatThrownBy(() -> Header.padded(new byte[Header.LONGEST + 1]))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("at most 100000000");
    }

    /** Longer than the JSON parser allows a string by default. */
    @Test
    void readsALongHeader() {
        String text = "x".repeat(30_000_000);
        Safetensors.write(file, Map.of("k", text), Map.of());
        String read = Safetensors.read(file, open -> open.metadata().get("k"));
        assertThat(read.equals(text)).isTrue();
    }

    // ---- memory -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"[1000000000]", "[1152921504606846975]", "[1000000,1000000]"})
    void aHeaderThatClaimsHugeTensorsTakesNoMemory(String shape) throws IOException {
        long size =
                shape.equals("[1000000,1000000]") ? 1_000_000_000_000L : Long.parseLong(shape.replaceAll("\\D", ""));
        String header = tensor(shape, "[0,%d]".formatted(4 * size)).replace('\'', '"');
        ModelFiles.writeRaw(file, header, new byte[16]);
        assertThat(allocatedBy(() -> assertRefused("cut off"))).isLessThan(2_000_000);
    }

    @Test
    void aHugeHeaderLengthTakesNoMemory() throws IOException {
        for (long length : new long[] {99_999_999, 100_000_001, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
            byte[] bytes = ByteBuffer.allocate(64)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(length)
                    .put((byte) '{')
                    .array();
            Files.write(file, bytes);
            long allocated = allocatedBy(() -> assertThatThrownBy(() -> Safetensors.read(file, Safetensors::metadata))
                    .isInstanceOf(ModelException.class));
            assertThat(allocated).as("header length %d", length).isLessThan(2_000_000);
        }
    }

    private static long allocatedBy(Runnable action) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        action.run();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    }

    // ---- interrupts -------------------------------------------------------------------------------------------------

    @Test
    void aThreadThatWasInterruptedStillSavesAndLoads() {
        Thread.currentThread().interrupt();
        Safetensors.write(file, Map.of(), Map.of("a", floats(1)));
        float[] loaded = (float[]) load("a", floats(0));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(loaded).containsExactly(1);
    }

    @Test
    void saysThatAFileCannotBeRead() throws IOException {
        Files.write(file, new byte[20]);
        boolean hidden = file.toFile().setReadable(false, false) && !Files.isReadable(file);
        assumeTrue(hidden, "root reads everything");
        assertThatThrownBy(() -> Safetensors.read(file, Safetensors::metadata))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("permission denied");
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    private static byte[] bytes(String latin) {
        return latin.getBytes(ISO_8859_1);
    }
}

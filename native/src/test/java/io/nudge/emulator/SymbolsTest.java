package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every function that JCuda's natives import is there. */
@EmulatedDevice
class SymbolsTest {
    private static ByteBuffer read(String resource) throws IOException {
        try (InputStream in = SymbolsTest.class.getResourceAsStream(resource)) {
            assertThat(in).as(resource).isNotNull();
            return ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private static final int WEAK = 2;

    private enum Kind {
        IMPORTED,
        DEFINED,
        /** Defined, and not by a stub: those are weak. */
        IMPLEMENTED;

        boolean is(boolean defined, int binding) {
            return switch (this) {
                case IMPORTED -> !defined;
                case DEFINED -> defined;
                case IMPLEMENTED -> defined && binding != WEAK;
            };
        }
    }

    /** The functions of one of the device's libraries that do something. */
    static Set<String> implemented(String library) throws IOException {
        return symbols(read("linux-x86_64/" + library), Kind.IMPLEMENTED, "cu");
    }

    /** The names of this kind in the dynamic symbol table of a 64-bit ELF file. */
    private static Set<String> symbols(ByteBuffer elf, Kind kind, String prefix) {
        long sections = elf.getLong(40);
        int size = elf.getShort(58);
        int count = elf.getShort(60);
        Set<String> names = new TreeSet<>();
        for (int s = 0; s < count; s++) {
            int header = (int) sections + s * size;
            if (elf.getInt(header + 4) != 11) { // SHT_DYNSYM
                continue;
            }
            int strings = (int) elf.getLong((int) sections + elf.getInt(header + 40) * size + 24);
            int start = (int) elf.getLong(header + 24);
            for (int at = start; at < start + elf.getLong(header + 32); at += 24) {
                int name = strings + elf.getInt(at);
                int end = name;
                while (elf.get(end) != 0) {
                    end++;
                }
                byte[] bytes = new byte[end - name];
                elf.get(name, bytes);
                String text = new String(bytes, StandardCharsets.US_ASCII);
                if (text.startsWith(prefix) && kind.is(elf.getShort(at + 6) != 0, elf.get(at + 4) >> 4)) {
                    names.add(text);
                }
            }
        }
        return names;
    }

    private static void check(String natives, String library, String prefix, int count) throws IOException {
        Set<String> imported = symbols(read("/lib/" + natives + "-12.6.0-linux-x86_64.so"), Kind.IMPORTED, prefix);
        assertThat(imported).hasSize(count);
        assertThat(symbols(read("linux-x86_64/" + library), Kind.DEFINED, prefix))
                .containsAll(imported);
    }

    @Test
    void driver() throws IOException {
        check("libJCudaDriver", "libcuda.so.1", "cu", 312);
    }

    @Test
    void cublas() throws IOException {
        check("libJCublas2", "libcublas.so.12", "cublas", 494);
    }
}

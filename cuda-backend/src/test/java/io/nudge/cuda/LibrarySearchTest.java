package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibrarySearchTest {
    @TempDir
    private Path root;

    private LibrarySearch search(Map<String, String> environment) {
        return new LibrarySearch(root, environment);
    }

    private void file(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void findsNothingWhereThereIsNothing() {
        LibrarySearch search = search(Map.of());
        assertThat(search.isLinkable("libx.so.1")).isFalse();
        assertThat(search.inToolkit("libx.so.1")).isEmpty();
        assertThat(search.soughtIn()).contains("LD_LIBRARY_PATH is not set");
    }

    @Test
    void findsWhatTheLinkerDoes() throws IOException {
        file("usr/lib64/libx.so.1", "");
        file("some/where/liby.so.1", "");
        file("etc/ld.so.cache", "libz.so.1\0/elsewhere/libz.so.1\0");
        LibrarySearch search = search(Map.of("LD_LIBRARY_PATH", "/none:/some/where"));
        assertThat(search.isLinkable("libx.so.1")).isTrue();
        assertThat(search.isLinkable("liby.so.1")).isTrue();
        assertThat(search.isLinkable("libz.so.1")).isTrue();
        assertThat(search.isLinkable("libz.so")).isFalse();
        assertThat(search.soughtIn())
                .contains("LD_LIBRARY_PATH is /none:/some/where")
                .contains(root.resolve("usr/lib64").toString());
    }

    @Test
    void findsWhatIsLoadedAlready() throws IOException {
        file("proc/self/maps", "7f00-7f01 r-xp 00000000 08:01 42 /tmp/gone/libx.so.1 (deleted)\n");
        assertThat(search(Map.of()).isLoaded("libx.so.1")).isTrue();
        assertThat(search(Map.of()).isLinkable("libx.so.1")).isTrue();
    }

    @Test
    void findsWhatAToolkitHas() throws IOException {
        file("usr/local/cuda-12.4/targets/x86_64-linux/lib/libx.so.1", "");
        file("opt/cuda/lib64/liby.so.1", "");
        file("home/me/toolkit/lib64/libz.so.1", "");
        file("home/me/conda/lib/libw.so.1", "");
        LibrarySearch search = search(Map.of("CUDA_HOME", "/home/me/toolkit", "CONDA_PREFIX", "/home/me/conda"));
        for (String name : new String[] {"libx.so.1", "liby.so.1", "libz.so.1", "libw.so.1"}) {
            assertThat(search.isLinkable(name)).as(name).isFalse();
            assertThat(search.inToolkit(name)).as(name).isPresent();
        }
    }

    @Test
    void theLinkersWordsAreFoundInWhatJCudaSays() {
        UnsatisfiedLinkError thrown = new UnsatisfiedLinkError(
                "Error while loading native library\nStack trace\n libcublasLt.so.12: cannot open shared object file: No "
                        + "such file or directory\n more");
        assertThat(Natives.explain("cuBLAS", Natives.CUBLAS, thrown))
                .isEqualTo("cuBLAS does not load: libcublasLt.so.12 was not found, which it needs; install it, or add its "
                        + "folder to LD_LIBRARY_PATH");
        assertThat(Natives.explain("cuBLAS", Natives.CUBLAS, new UnsatisfiedLinkError("no natives\nat all")))
                .contains("JCuda's natives for", "are not on the class path", "no natives")
                .doesNotContain("at all");
    }
}

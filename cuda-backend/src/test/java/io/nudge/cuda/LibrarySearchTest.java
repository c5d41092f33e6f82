package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where libraries are sought, on machines made of files. */
class LibrarySearchTest {
    private static final String NAME = "libcuda.so.1";

    @TempDir
    private Path root;

    private LibrarySearch search(String... environment) {
        return new LibrarySearch(root, environment.length == 0 ? Map.of() : Map.of(environment[0], environment[1]));
    }

    private Path file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text, StandardCharsets.ISO_8859_1);
    }

    @Test
    void aLibraryInAStandardFolderIsLinkable() throws IOException {
        Path file = file("usr/lib/x86_64-linux-gnu/" + NAME, "");
        assertThat(search().linkable(NAME)).contains(file);
        assertThat(search().linkable("libcublas.so.12")).isEmpty();
    }

    @Test
    void theUsersFoldersComeFirst() throws IOException {
        file("usr/lib64/" + NAME, "");
        Path own = file("home/me/" + NAME, "");
        assertThat(search("LD_LIBRARY_PATH", "/nowhere:/home/me").linkable(NAME))
                .contains(own);
    }

    @Test
    void theLinkersCacheKnowsPathsOfItsOwn() throws IOException {
        file("etc/ld.so.cache", "glibc-ld.so.cache1.1\0junk\0" + NAME + "\0/odd/place/" + NAME + "\0more\0");
        assertThat(search().linkable(NAME)).contains(Path.of("/odd/place/" + NAME));
        assertThat(search().linkable("libcuda.so")).isEmpty();
    }

    @Test
    void aLibraryOfAToolkitIsFoundButNotLinkable() throws IOException {
        Path file = file("usr/local/cuda-12.6/targets/x86_64-linux/lib/libcublas.so.12", "");
        assertThat(search().linkable("libcublas.so.12")).isEmpty();
        assertThat(search().inToolkit("libcublas.so.12")).contains(file);
        assertThat(search("CUDA_HOME", "/usr/local/cuda-12.6").inToolkit("libcublas.so.12"))
                .contains(file);
    }

    @Test
    void whatIsLoadedIsKnownWhateverItsVersionAndThoughItsFileIsGone() throws IOException {
        file("proc/self/maps", """
                7f00-7f01 r-xp 00000000 08:01 11 /usr/lib/libcudart.so.12
                7f02-7f03 r-xp 00000000 08:01 12 /usr/lib/libcuda.so.560.35.03
                7f04-7f05 r-xp 00000000 08:01 13 /tmp/gone/libcublas.so.12 (deleted)
                """);
        assertThat(search().loaded("libcuda.so.")).contains(Path.of("/usr/lib/libcuda.so.560.35.03"));
        assertThat(search().loaded("libcublas.so.")).contains(Path.of("/tmp/gone/libcublas.so.12"));
        assertThat(search().loaded("libcublasLt.so.")).isEmpty();
        assertThat(search().linkable("libcublas.so.12")).contains(Path.of("/tmp/gone/libcublas.so.12"));
    }

    @Test
    void whereItWasSoughtIsSaidInWords() throws IOException {
        Files.createDirectories(root.resolve("usr/lib64"));
        Files.createDirectories(root.resolve("opt/cuda/lib64"));
        assertThat(search().soughtIn())
                .startsWith("LD_LIBRARY_PATH is not set; ")
                .contains(root + "/usr/lib64", root + "/opt/cuda/lib64");
        assertThat(search("LD_LIBRARY_PATH", "/home/me").soughtIn()).startsWith("LD_LIBRARY_PATH is /home/me; ");
    }

    @Test
    void whereThereIsNothingNothingIsFound() {
        LibrarySearch nowhere =
                new LibrarySearch(root.resolve("nowhere"), Map.of("CUDA_PATH", "/x", "CONDA_PREFIX", "/y"));
        assertThat(nowhere.linkable(NAME)).isEmpty();
        assertThat(nowhere.inToolkit(NAME)).isEmpty();
        assertThat(nowhere.loaded(NAME)).isEmpty();
    }

    @Test
    void theLinkersWordsAreFoundInWhatJCudaSays() {
        UnsatisfiedLinkError thrown = new UnsatisfiedLinkError(
                "Error while loading native library\nStack trace\n libcublasLt.so.12: cannot open shared object file: No "
                        + "such file or directory\n more");
        assertThat(Natives.explain("cuBLAS", Natives.CUBLAS, thrown))
                .isEqualTo(
                        "cuBLAS does not load: libcublasLt.so.12 was not found, which it needs; install it, or add its "
                                + "folder to LD_LIBRARY_PATH");
        assertThat(Natives.explain("cuBLAS", Natives.CUBLAS, new UnsatisfiedLinkError("no natives\nat all")))
                .contains("JCuda's natives for", "are not on the class path", "no natives")
                .doesNotContain("at all");
    }
}

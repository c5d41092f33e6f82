package io.nudge.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where a shared library lies, so that a message can say where it was found or sought: where the system's linker looks
 * for it, and then where CUDA toolkits put theirs, which the linker may not know. For Linux; elsewhere nothing is found.
 */
final class LibrarySearch {
    private static final List<String> STANDARD = List.of(
            "/lib/x86_64-linux-gnu",
            "/usr/lib/x86_64-linux-gnu",
            "/lib64",
            "/usr/lib64",
            "/usr/lib",
            "/usr/lib/wsl/lib");
    private static final List<String> TOOLKITS = List.of("/usr/local", "/opt");

    private final Path root;
    private final Map<String, String> environment;

    /**
     * Makes a search.
     *
     * @param root of the file system
     * @param environment as of {@link System#getenv()}
     */
    LibrarySearch(Path root, Map<String, String> environment) {
        this.root = root;
        this.environment = environment;
    }

    static LibrarySearch here() {
        return new LibrarySearch(Path.of("/"), System.getenv());
    }

    /**
     * The file that this process has loaded, from wherever. A driver's libcuda.so.1 is a link to libcuda.so.560.35.03, and
     * that is what was loaded.
     *
     * @param prefix what its name begins with
     */
    Optional<Path> loaded(String prefix) {
        return text(root.resolve("proc/self/maps"))
                .lines()
                .filter(line -> line.contains("/" + prefix))
                .map(line -> line.substring(line.indexOf('/')).replaceFirst(" \\(deleted\\)$", ""))
                .filter(file -> file.substring(file.lastIndexOf('/') + 1).startsWith(prefix))
                .map(Path::of)
                .findFirst();
    }

    /** The file that the linker finds by its name alone. */
    Optional<Path> linkable(String name) {
        return inFolders(linkerFolders(), name).or(() -> inCache(name)).or(() -> loaded(name));
    }

    /** The linker's cache has names, and paths beside them, each ended by a zero. */
    private Optional<Path> inCache(String name) {
        String cache = text(root.resolve("etc/ld.so.cache"));
        int end = cache.indexOf("/" + name + "\0");
        return end < 0
                ? Optional.empty()
                : Optional.of(Path.of(cache.substring(cache.lastIndexOf('\0', end) + 1, end + 1 + name.length())));
    }

    /** The file, where the linker does not find it but a toolkit has it. */
    Optional<Path> inToolkit(String name) {
        return inFolders(toolkitFolders(), name);
    }

    /** In words. */
    String soughtIn() {
        Set<String> folders = new LinkedHashSet<>();
        Stream.concat(linkerFolders().stream(), toolkitFolders().stream())
                .forEach(each -> folders.add(each.toString()));
        String path = environment.get("LD_LIBRARY_PATH");
        return (path == null ? "LD_LIBRARY_PATH is not set" : "LD_LIBRARY_PATH is " + path)
                + "; sought in the linker's cache and in " + String.join(", ", folders);
    }

    private List<Path> linkerFolders() {
        List<Path> folders = new ArrayList<>();
        for (String each : environment.getOrDefault("LD_LIBRARY_PATH", "").split(":", -1)) {
            add(folders, each);
        }
        STANDARD.forEach(each -> add(folders, each));
        return folders;
    }

    private List<Path> toolkitFolders() {
        List<Path> folders = new ArrayList<>();
        for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
            addToolkit(folders, environment.getOrDefault(variable, ""));
        }
        String conda = environment.getOrDefault("CONDA_PREFIX", "");
        add(folders, conda.isEmpty() ? "" : conda + "/lib");
        for (String each : TOOLKITS) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(inRoot(each), "cuda*")) {
                found.forEach(folder -> addToolkit(folders, "/" + root.relativize(folder)));
            } catch (IOException e) {
                // There is no such folder, so there is nothing in it.
            }
        }
        return folders;
    }

    private void addToolkit(List<Path> folders, String home) {
        if (!home.isEmpty()) {
            add(folders, home + "/lib64");
            add(folders, home + "/targets/x86_64-linux/lib");
        }
    }

    private void add(List<Path> folders, String folder) {
        if (!folder.isEmpty() && Files.isDirectory(inRoot(folder))) {
            folders.add(inRoot(folder));
        }
    }

    private Path inRoot(String path) {
        return root.resolve(path.startsWith("/") ? path.substring(1) : path);
    }

    private static Optional<Path> inFolders(List<Path> folders, String name) {
        return folders.stream()
                .map(each -> each.resolve(name))
                .filter(Files::exists)
                .findFirst();
    }

    /** As bytes; nothing where it is not Linux, or may not be read. */
    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException | SecurityException e) {
            return "";
        }
    }
}

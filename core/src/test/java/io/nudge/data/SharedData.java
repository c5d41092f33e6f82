package io.nudge.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Finds data that is too large for the project: in the folder named by -Dnudge.data, or in a shared/data further up. */
public final class SharedData {
    private SharedData() {}

    /** The folder of that name, if it is there. */
    public static Optional<Path> folder(String name) {
        String given = System.getProperty("nudge.data");
        return given == null ? above(Path.of("").toAbsolutePath(), name) : existing(Path.of(given, name));
    }

    /** The folder, or else the test that asks is skipped. */
    public static Path require(String name) {
        Optional<Path> folder = folder(name);
        Assumptions.assumeTrue(
                folder.isPresent(),
                "skipped: there is no shared/data/%s beside the checkout; -Dnudge.data says where else"
                        .formatted(name));
        return folder.orElseThrow();
    }

    private static Optional<Path> above(Path start, String name) {
        for (Path at = start; at != null; at = at.getParent()) {
            Optional<Path> found = existing(at.resolve("shared/data").resolve(name));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> existing(Path folder) {
        return Optional.of(folder).filter(Files::isDirectory);
    }
}

package io.nudge.cuda;

import io.nudge.tensor.Finding;
import io.nudge.tensor.Finding.Weight;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Linux tells of NVIDIA's hardware and of the driver inside the kernel, without any library of theirs. */
final class Machine {
    private static final String NVIDIA = "0x10de";

    /** Display controllers, 3D ones among them, in the PCI code of classes. */
    private static final String DISPLAY = "0x03";

    private static final Pattern VERSION = Pattern.compile("\\b(\\d{3,}(\\.\\d+)+)\\b");

    private final Path root;

    /**
     * Makes one.
     *
     * @param root of the file system
     */
    Machine(Path root) {
        this.root = root;
    }

    static Machine here() {
        return new Machine(Path.of("/"));
    }

    /** GPUs and driver; nothing of what this system does not tell. */
    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        gpus().ifPresent(findings::add);
        Optional<String> version = driver();
        if (version.isPresent()) {
            findings.add(new Finding(
                    "kernel module", Weight.GOOD, "NVIDIA driver " + version.get(), Map.of("version", version.get())));
        } else if (Files.isDirectory(root.resolve("proc"))) {
            findings.add(new Finding(
                    "kernel module",
                    Weight.NOTE,
                    "the kernel has no NVIDIA driver loaded (no /proc/driver/nvidia/version)"));
        }
        return findings;
    }

    /** The driver's version, as the kernel has it. */
    private Optional<String> driver() {
        Matcher version = VERSION.matcher(read(root.resolve("proc/driver/nvidia/version")));
        return version.find() ? Optional.of(version.group(1)) : Optional.empty();
    }

    private Optional<Finding> gpus() {
        Path bus = root.resolve("sys/bus/pci/devices");
        if (!Files.isDirectory(bus)) {
            return Optional.empty();
        }
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> devices = Files.newDirectoryStream(bus)) {
            for (Path device : devices) {
                if (read(device.resolve("vendor")).startsWith(NVIDIA)
                        && read(device.resolve("class")).startsWith(DISPLAY)) {
                    found.add(device.getFileName() + " (10de:"
                            + read(device.resolve("device")).strip().replaceFirst("^0x", "") + ")");
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.of(
                found.isEmpty()
                        ? new Finding("GPU", Weight.NOTE, "no NVIDIA GPU on the PCI bus; under WSL none is seen there")
                        : new Finding(
                                "GPU",
                                Weight.GOOD,
                                found.size() + " from NVIDIA on the PCI bus: " + String.join(", ", found),
                                Map.of("count", found.size())));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException | RuntimeException e) { // not there, or not for us
            return "";
        }
    }
}

package io.nudge.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.openjdk.jmh.util.Version;

/** What is measured on, in lines for people. */
public final class Environment {
    /** The load, for each processor, above which the machine is busy with something else. */
    private static final double IDLE = 0.1;

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private Environment() {}

    /**
     * Describes the machine, Java and the backends, as they are now. Opens and closes each backend, so that one that cannot be
     * had is told before anything is measured.
     *
     * @param backends their names
     * @return one line each
     */
    public static List<String> describe(List<String> backends) {
        List<String> lines = new ArrayList<>();
        lines.add("date: " + Instant.now().truncatedTo(ChronoUnit.SECONDS));
        lines.add("machine: " + machine());
        if (SYSTEM.getSystemLoadAverage() >= 0) {
            lines.add(load(SYSTEM.getSystemLoadAverage(), SYSTEM.getAvailableProcessors()));
        }
        for (String name : backends) {
            try (Backend backend = Backends.open(name)) {
                lines.add("backend " + name + ": " + backend.device());
            }
        }
        lines.add("Java: " + System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + ", "
                + System.getProperty("java.vendor"));
        lines.add("versions: Nudge " + commit() + ", JMH " + Version.getPlainVersion());
        return lines;
    }

    static String load(double average, int processors) {
        String line = String.format(Locale.ROOT, "load average before: %.1f on %d processors", average, processors);
        return average > IDLE * processors ? line + "; other work was running, so the times are provisional" : line;
    }

    private static String machine() {
        return String.format(
                Locale.ROOT,
                "%s, %d processors, %d GiB, %s %s",
                processor(),
                SYSTEM.getAvailableProcessors(),
                Math.round(SYSTEM.getTotalMemorySize() / (double) (1 << 30)),
                SYSTEM.getName(),
                SYSTEM.getVersion());
    }

    /** The processor's own name where the system tells it in a file, else its kind. */
    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(SYSTEM.getArch());
        } catch (IOException e) {
            return SYSTEM.getArch();
        }
    }

    /** The commit of the sources, and whether they were changed since. */
    private static String commit() {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty")
                    .directory(folderOfClasses())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String name = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
            return git.waitFor() == 0 ? name : "of an unknown commit";
        } catch (IOException e) {
            return "of an unknown commit"; // no Git here
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "of an unknown commit";
        }
    }

    /** They are built inside the folder of the sources. */
    private static File folderOfClasses() {
        String classes = Environment.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        File place = new File(URI.create("file://" + classes));
        return place.isDirectory() ? place : place.getParentFile();
    }
}

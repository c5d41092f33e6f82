package io.nudge.benchmarks.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Builds peers with Maven, which fetches their libraries; each once, when it is first wanted. */
final class MavenPeers {
    private final Path sources;
    private final Path log;
    private final Map<String, String> failures = new HashMap<>();

    MavenPeers(Path sources, Path log) {
        this.sources = sources;
        this.log = log;
    }

    /**
     * Builds a module unless that was done in this run.
     *
     * @param module a folder in the sources
     * @return the folder with {@code classes} and {@code lib}
     * @throws PeerException if Maven fails
     */
    Path build(String module) {
        String failure = failures.computeIfAbsent(module, this::run);
        if (!failure.isEmpty()) {
            throw new PeerException(failure);
        }
        return sources.resolve(module).resolve("target");
    }

    /** Why it failed; empty if it did not. */
    private String run(String module) {
        String project = sources.resolve("pom.xml").toString();
        ProcessBuilder builder = new ProcessBuilder(
                "mvn", "-q", "-B", "-f", project, "-pl", module, "-Dstyle.color=never", "prepare-package");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            Process maven = builder.start();
            maven.getOutputStream().close();
            List<String> said = new String(maven.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return maven.waitFor() == 0 ? "" : "Maven could not build it: " + reason(said);
        } catch (IOException e) {
            return "Maven (mvn) cannot be started: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "the build was interrupted";
        }
    }

    /** Maven's first error, without addresses, which are of no use to who reads a table. */
    static String reason(List<String> said) {
        return said.stream()
                .filter(line -> line.startsWith("[ERROR]"))
                .map(line -> line.substring("[ERROR]".length()).trim().replaceAll("https?://[^\\s)]+", "…"))
                .findFirst()
                .orElse("it did not say why");
    }
}

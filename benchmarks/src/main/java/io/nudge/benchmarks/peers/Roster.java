package io.nudge.benchmarks.peers;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Nudge and its peers: what each is called and how it is started. */
final class Roster {
    private static final String NUDGE = "Nudge";

    /** More than any of them needs, and the same for all. */
    private static final String HEAP = "-Xmx2g";

    private final MavenPeers maven;
    private final Path sources;
    private final Path log;
    private final String python;

    /**
     * Entrants whose sources are in a folder.
     *
     * @param sources the folder
     * @param python the command that runs Python
     * @param log what their processes say is added to this file
     */
    Roster(Path sources, String python, Path log) {
        this.python = python;
        this.sources = sources;
        this.log = log;
        this.maven = new MavenPeers(sources, log);
    }

    /** Nudge first, then the peers in whose name the pattern is found. */
    List<Entrant> entrants(Pattern wanted) {
        Stream<Entrant> peers = Stream.of(
                        python("NumPy", "numpy_peer.py"),
                        python("NumPy, products alone", "numpy_peer.py", "products"),
                        python("PyTorch", "torch_peer.py"),
                        jvm("libtorch, written out", "libtorch", "io.nudge.peers.libtorch.LibtorchPeer", "written-out"),
                        jvm("libtorch, autograd", "libtorch", "io.nudge.peers.libtorch.LibtorchPeer", "autograd"),
                        jvm("libtorch, products alone", "libtorch", "io.nudge.peers.libtorch.LibtorchPeer", "products"),
                        jvm("DJL", "djl", "io.nudge.peers.djl.DjlPeer"),
                        jvm("TensorFlow for Java", "tensorflow", "io.nudge.peers.tensorflow.TensorFlowPeer"),
                        jvm("DL4J", "dl4j", "io.nudge.peers.dl4j.Dl4jPeer"))
                .filter(entrant -> wanted.matcher(entrant.name()).find());
        return Stream.concat(Stream.of(nudge()), peers).toList();
    }

    /** In a process that is started as this one was. */
    private Entrant nudge() {
        return new Command(
                NUDGE,
                threads -> {
                    List<String> words = java();
                    words.add(HEAP); // unless this one was told another
                    words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
                    words.addAll(List.of(
                            "-Dnudge.cpu.threads=" + threads,
                            "-cp",
                            System.getProperty("java.class.path"),
                            NudgePeer.class.getName()));
                    return words;
                },
                log);
    }

    private Entrant python(String name, String file, String... arguments) {
        Path script = sources.resolve("python").resolve(file);
        return new Command(
                name,
                threads -> {
                    List<String> words = new ArrayList<>(List.of(python, script.toString(), String.valueOf(threads)));
                    words.addAll(List.of(arguments));
                    return words;
                },
                log);
    }

    private Entrant jvm(String name, String module, String main, String... arguments) {
        return new Command(
                name,
                threads -> {
                    Path built = maven.build(module);
                    List<String> words = java();
                    words.addAll(List.of(
                            HEAP,
                            "-Xms32m", // as ./nudge has it, so that memory is compared, not collectors
                            "-XX:+UseSerialGC",
                            "--enable-native-access=ALL-UNNAMED",
                            // Where natives are unpacked. In the cache of all, MKL would take the place of Nudge's
                            // OpenBLAS.
                            "-Dorg.bytedeco.javacpp.cachedir=" + built.resolve("cache"),
                            "-DDJL_CACHE_DIR=" + built.resolve("cache"),
                            "-cp",
                            built.resolve("classes") + File.pathSeparator + built.resolve("lib") + "/*",
                            main,
                            String.valueOf(threads)));
                    words.addAll(List.of(arguments));
                    return words;
                },
                log);
    }

    private static List<String> java() {
        return new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    }
}

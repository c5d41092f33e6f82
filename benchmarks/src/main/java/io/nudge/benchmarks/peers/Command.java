package io.nudge.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;

/**
 * An entrant that is a command.
 *
 * @param name as in the table
 * @param words the command, for a number of threads
 * @param log what the process says of itself is added here
 */
record Command(String name, IntFunction<List<String>> words, Path log) implements Entrant {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Those of OpenMP and of the libraries of matrix products: all as many, else some spin beside others. */
    private static final List<String> THREADS =
            List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS");

    @Override
    public Conversation start(int threads) {
        ProcessBuilder builder = new ProcessBuilder(words.apply(threads));
        THREADS.forEach(variable -> builder.environment().put(variable, String.valueOf(threads)));
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        long started = System.nanoTime();
        try {
            Process process = builder.start();
            return new ProcessConversation(
                    process.getInputStream(),
                    process.getOutputStream(),
                    PATIENCE,
                    process.toHandle(),
                    started,
                    process::destroyForcibly);
        } catch (IOException e) {
            throw new PeerException("cannot be started: " + e.getMessage(), e);
        }
    }
}

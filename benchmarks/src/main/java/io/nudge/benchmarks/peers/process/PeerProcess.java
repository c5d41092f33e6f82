package io.nudge.benchmarks.peers.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Does what it is told in lines on its standard input, and answers each in one line: {@code prepare JOB}, {@code loss},
 * {@code steps N}, {@code run SECONDS}. It begins with {@code ready VERSIONS}, and answers {@code failed REASON} to what it cannot
 * do. Libraries print what they like on standard output, so answers begin with {@value #MARK}.
 */
public final class PeerProcess {
    /** What an answer begins with. */
    public static final String MARK = "peer: ";

    private final Peer peer;
    private final PrintStream out;

    private PeerProcess(Peer peer, PrintStream out) {
        this.peer = peer;
        this.out = out;
    }

    /**
     * Serves on standard input and output until the input ends, and ends the process.
     *
     * @param maker makes the peer; if the library cannot be loaded, the answer says so
     */
    public static void serve(Supplier<Peer> maker) {
        PrintStream out = System.out;
        System.setOut(System.err);
        int code = serve(maker, System.in, out);
        System.exit(code); // libraries leave threads behind
    }

    /**
     * Serves until the input ends or something fails.
     *
     * @param maker makes the peer
     * @param in commands
     * @param out answers
     * @return 0, or 1 after a failure
     */
    public static int serve(Supplier<Peer> maker, InputStream in, PrintStream out) {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        try (Peer peer = maker.get()) {
            PeerProcess process = new PeerProcess(peer, out);
            process.say("ready " + peer.versions());
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                process.say(process.answer(line));
            }
            return 0;
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            e.printStackTrace();
            new PeerProcess(null, out).say("failed " + e.toString().replaceAll("\\s+", " "));
            return 1;
        }
    }

    private void say(String answer) {
        out.print(MARK + answer + "\n");
        out.flush();
    }

    private String answer(String line) throws IOException {
        String[] words = line.split(" ", 2);
        return switch (words[0]) {
            case "prepare" -> {
                peer.prepare(Job.parse(words[1]));
                yield "prepared";
            }
            case "loss" -> "loss " + peer.loss();
            case "steps" -> {
                for (long left = Long.parseLong(words[1]); left > 0; ) {
                    left -= peer.steps(left);
                }
                yield "done";
            }
            case "run" -> run((long) (Double.parseDouble(words[1]) * 1e9));
            default -> throw new IllegalArgumentException("unknown command '" + line + "'");
        };
    }

    /** Steps until the time is over, at least one. */
    private String run(long nanoseconds) {
        long begin = System.nanoTime();
        long steps = 0;
        long elapsed;
        do {
            steps += peer.turn();
            elapsed = System.nanoTime() - begin;
        } while (elapsed < nanoseconds);
        return "ran " + steps + " " + elapsed * 1e-9;
    }
}

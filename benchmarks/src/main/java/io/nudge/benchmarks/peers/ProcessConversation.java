package io.nudge.benchmarks.peers;

import io.nudge.benchmarks.peers.process.Job;
import io.nudge.benchmarks.peers.process.PeerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Talks in lines, as {@link PeerProcess} says. A thread reads, so that a peer that says nothing is waited for no longer than allowed. */
final class ProcessConversation implements Conversation {
    private final BlockingQueue<Optional<String>> answers = new LinkedBlockingQueue<>();
    private final OutputStream commands;
    private final Duration patience;
    private final ProcessHandle process;
    private final long started;
    private final Runnable end;
    private final String versions;

    /**
     * Waits until the peer is ready.
     *
     * @param answers what the peer says
     * @param commands what it listens to
     * @param patience how long it may take to answer, over what it was told to take
     * @param process whose processor time is told with the rate, and whose memory
     * @param started {@link System#nanoTime} before it was
     * @param end ends the peer
     */
    ProcessConversation(
            InputStream answers,
            OutputStream commands,
            Duration patience,
            ProcessHandle process,
            long started,
            Runnable end) {
        this.process = process;
        this.started = started;
        this.commands = commands;
        this.patience = patience;
        this.end = end;
        Thread reader = new Thread(() -> read(answers), "answers of a peer");
        reader.setDaemon(true);
        reader.start();
        try {
            versions = answer("ready", 0);
        } catch (PeerException e) {
            close();
            throw e;
        }
    }

    private void read(InputStream from) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(PeerProcess.MARK)) {
                    answers.add(Optional.of(line.substring(PeerProcess.MARK.length())));
                }
            }
        } catch (IOException e) {
            // as if it had ended
        }
        answers.add(Optional.empty());
    }

    @Override
    public String versions() {
        return versions;
    }

    @Override
    public void prepare(Job job) {
        ask("prepare " + job.toLine(), "prepared", 0);
    }

    @Override
    public double loss() {
        return number(ask("loss", "loss", 0));
    }

    @Override
    public void steps(int count) {
        ask("steps " + count, "done", 0);
    }

    @Override
    public Rate run(double seconds) {
        double before = processorSeconds();
        String[] words = ask("run " + seconds, "ran", seconds).split(" ", -1);
        if (words.length != 2) {
            throw new PeerException("answered '" + String.join(" ", words) + "', which are not steps and seconds");
        }
        double steps = number(words[0]);
        double spent = processorSeconds() - before;
        return new Rate(steps / number(words[1]), spent > 0 ? steps / spent : Double.NaN);
    }

    @Override
    public double age() {
        return (System.nanoTime() - started) * 1e-9;
    }

    @Override
    public OptionalLong peakMemory() {
        return PeakMemory.of(process.pid());
    }

    /** In hundredths of a second, on Linux. */
    private double processorSeconds() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() * 1e-9;
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new PeerException("answered '" + text + "', which is not a number", e);
        }
    }

    private String ask(String command, String expected, double seconds) {
        try {
            commands.write((command + "\n").getBytes(StandardCharsets.UTF_8));
            commands.flush();
        } catch (IOException e) {
            // it has ended, and its last answer says why
        }
        return answer(expected, seconds);
    }

    private String answer(String expected, double seconds) {
        long allowed = patience.toNanos() + (long) (seconds * 1e9);
        String answer =
                take(allowed).orElseThrow(() -> new PeerException("ended without an answer; the log may say why"));
        String[] words = answer.split(" ", 2);
        String rest = words.length > 1 ? words[1] : "";
        if (words[0].equals(expected)) {
            return rest;
        }
        throw new PeerException(
                words[0].equals("failed") ? rest : "answered '" + answer + "' to a wait for " + expected);
    }

    private Optional<String> take(long nanoseconds) {
        try {
            Optional<String> answer = answers.poll(nanoseconds, TimeUnit.NANOSECONDS);
            if (answer == null) {
                throw new PeerException("gave no answer for " + Math.round(nanoseconds * 1e-9) + " seconds");
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PeerException("was interrupted", e);
        }
    }

    @Override
    public void close() {
        end.run();
    }
}

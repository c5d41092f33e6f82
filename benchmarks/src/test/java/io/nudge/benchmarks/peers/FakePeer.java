package io.nudge.benchmarks.peers;

import io.nudge.benchmarks.peers.process.Job;
import io.nudge.benchmarks.peers.process.Peer;
import java.nio.file.Path;
import java.util.List;

/** A peer that learns nothing but counts: its loss is how many steps it has done. */
final class FakePeer implements Peer {
    static final Job JOB =
            new Job("train A", List.of(3, 2), Job.Kind.SIGMOID, false, 0.5, 4, true, 9, Path.of("some folder"));

    private int steps;
    Job prepared;

    @Override
    public String versions() {
        return "Fake 1.0, with a space";
    }

    @Override
    public void prepare(Job job) {
        prepared = job;
    }

    @Override
    public double loss() {
        return steps;
    }

    @Override
    public void step() {
        steps++;
        if (steps == 1000) {
            throw new IllegalStateException("a thousand steps\nare enough");
        }
    }
}

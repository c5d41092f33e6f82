package io.nudge.benchmarks.peers;

import io.nudge.benchmarks.peers.process.Job;

/** What the coordinator asks of a peer; see {@link io.nudge.benchmarks.peers.process.Peer}. Each throws a {@link PeerException}. */
interface Conversation extends AutoCloseable {
    String versions();

    void prepare(Job job);

    double loss();

    void steps(int count);

    /** Steps for some time, and tells how many there were. */
    Rate run(double seconds);

    @Override
    void close();
}

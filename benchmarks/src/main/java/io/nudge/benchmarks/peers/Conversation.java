package io.nudge.benchmarks.peers;

import io.nudge.benchmarks.peers.process.Job;
import java.util.OptionalLong;

/** What the coordinator asks of a peer; see {@link io.nudge.benchmarks.peers.process.Peer}. Each throws a {@link PeerException}. */
interface Conversation extends AutoCloseable {
    String versions();

    void prepare(Job job);

    double loss();

    void steps(int count);

    /** Steps for some time, and tells how many there were. */
    Rate run(double seconds);

    /** Seconds since just before the process was started. */
    double age();

    /** The most bytes of memory that the process had until now; nothing where the system does not tell. */
    OptionalLong peakMemory();

    @Override
    void close();
}

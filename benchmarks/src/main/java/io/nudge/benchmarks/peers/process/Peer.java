package io.nudge.benchmarks.peers.process;

import java.io.IOException;

/** A library at its work. One job at a time, and one job in the life of a process. */
public interface Peer extends AutoCloseable {
    /**
     * The versions of what does the work, to be told in the report.
     *
     * @return such as {@code NumPy 2.4.6, OpenBLAS 0.3.31}; no line break
     */
    String versions();

    /**
     * Makes the network and the data.
     *
     * @param job what is to be done
     * @throws IOException if its files cannot be read
     */
    void prepare(Job job) throws IOException;

    /**
     * The mean cost of the first batch, with the parameters as they are.
     *
     * @return C
     */
    double loss();

    /** Trains on the next batch, the first after the last; or, if the job is inference, carries the first batch forward. */
    void step();

    /**
     * The same several times, for a library that may take several at once.
     *
     * @param most how many at most; at least 1
     * @return how many were done; at least 1
     */
    default long steps(long most) {
        step();
        return 1;
    }

    /**
     * What is timed: whole steps, unless it is a part of them that is measured.
     *
     * @return how many were done; at least 1
     */
    default long turn() {
        return steps(Long.MAX_VALUE);
    }

    @Override
    default void close() {}
}

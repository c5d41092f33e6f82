package io.nudge.benchmarks.peers;

/** Nudge or a peer: what can be started to do a job. */
interface Entrant {
    /** As in the table. */
    String name();

    /**
     * Starts a process of its own.
     *
     * @param threads how many threads it may compute on
     * @throws PeerException if it cannot be had
     */
    Conversation start(int threads);
}

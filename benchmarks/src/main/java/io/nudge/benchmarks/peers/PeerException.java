package io.nudge.benchmarks.peers;

/** Why a peer is left out; the message is told to people as it is. */
class PeerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PeerException(String reason) {
        super(reason);
    }

    PeerException(String reason, Throwable cause) {
        super(reason, cause);
    }
}

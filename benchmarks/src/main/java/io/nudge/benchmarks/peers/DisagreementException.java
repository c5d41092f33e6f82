package io.nudge.benchmarks.peers;

/** A peer came to another result than Nudge: one of them does not do the work that it should. */
final class DisagreementException extends PeerException {
    private static final long serialVersionUID = 1;

    DisagreementException(double loss, double expected, String when) {
        super("its loss " + when + " is " + loss + ", but Nudge's is " + expected);
    }
}

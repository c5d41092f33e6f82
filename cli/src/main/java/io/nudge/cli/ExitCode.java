package io.nudge.cli;

/** What the process tells its caller. */
final class ExitCode {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    /** 128 + SIGINT, as shells have it. */
    static final int INTERRUPTED = 130;
    /** 128 + SIGPIPE: nobody reads the output any more. */
    static final int UNREAD = 141;

    private ExitCode() {}
}

package io.nudge.cli;

import io.nudge.train.EpochResult;

/** Tells how a training goes, to people or to programs. */
interface Report {
    /** The run begins. */
    void begin(Plan plan);

    /** An epoch is over. */
    void epoch(EpochResult result);

    /** The run is over. */
    void end(Outcome outcome);

    static Report to(Console console, boolean json) {
        return json ? new JsonReport(console) : new TextReport(console);
    }
}

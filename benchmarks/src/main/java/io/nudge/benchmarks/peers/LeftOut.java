package io.nudge.benchmarks.peers;

/**
 * An entrant that has no standing in a job.
 *
 * @param entrant its name
 * @param job the job's name
 * @param reason why, in a sentence without a subject
 * @param error whether it came to another result than Nudge, so that one of the two is wrong
 */
record LeftOut(String entrant, String job, String reason, boolean error) {}

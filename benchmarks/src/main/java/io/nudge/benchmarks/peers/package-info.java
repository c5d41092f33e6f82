/** Nudge beside other libraries: the same work in processes of their own, in one run, by turns. */
package io.nudge.benchmarks.peers;

/**
 * What runs in the process of a peer: the line protocol, and the work that it is told. It needs nothing but the JDK, since peers
 * that are built by themselves (the folder {@code benchmarks/peers}) compile it with their own sources.
 */
package io.nudge.benchmarks.peers.process;

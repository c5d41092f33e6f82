/** JMH benchmarks of every operation and every training step, per backend. */
package io.nudge.benchmarks;

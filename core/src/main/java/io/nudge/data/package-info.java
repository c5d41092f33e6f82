/**
 * Data to train on: {@link io.nudge.data.Dataset} in memory, readers of IDX and CSV files, scaling of the inputs, and two
 * small data sets that come with Nudge.
 *
 * <p>A file or an array that cannot be used is told as a {@link io.nudge.data.DataException} whose message is one line: what
 * is wrong, where, and what to do. A file that cannot be read at all is an {@link java.io.UncheckedIOException} whose message
 * is one line as well.
 */
package io.nudge.data;

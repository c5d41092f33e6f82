/** Training: descent on the mean cost of a data set, epoch by epoch, and what is reported of it. */
package io.nudge.train;

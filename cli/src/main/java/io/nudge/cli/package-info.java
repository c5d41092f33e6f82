/** The command line. */
package io.nudge.cli;

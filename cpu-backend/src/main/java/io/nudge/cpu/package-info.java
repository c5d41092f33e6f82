/** The backend on the CPU: the reference and the fallback. */
package io.nudge.cpu;

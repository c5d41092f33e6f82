package io.nudge.benchmarks.peers;

/**
 * How fast something went. The second number says how efficient that was, and hardly depends on what else the machine does.
 *
 * @param perSecond in a second
 * @param perProcessorSecond in a second of processor time, that of all threads of the process together; NaN if unknown
 */
record Rate(double perSecond, double perProcessorSecond) {
    /** In processor time, or in time if that is not known. */
    double efficiency() {
        return Double.isNaN(perProcessorSecond) ? perSecond : perProcessorSecond;
    }

    Rate times(double factor) {
        return new Rate(perSecond * factor, perProcessorSecond * factor);
    }
}

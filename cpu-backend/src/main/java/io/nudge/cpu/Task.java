package io.nudge.cpu;

/** Work in numbered parts that may be done in any order, at the same time, by any worker. */
interface Task {
    /**
     * Does one part.
     *
     * @param part its number, from 0
     * @param worker who does it: 0 for the caller of {@link Workers#run}, else a thread's number
     */
    void run(int part, int worker);
}

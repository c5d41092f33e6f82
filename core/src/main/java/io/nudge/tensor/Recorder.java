package io.nudge.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * What a backend does with operations while a step is recorded. The one here keeps them in a list and runs the list
 * again; a backend with something better, as CUDA graphs are, brings its own. Called only under the backend's lock.
 */
public class Recorder {
    private final List<Runnable> operations = new ArrayList<>();

    /** Begins a recording. */
    public Recorder() {}

    /**
     * Takes the next operation, already checked. It is not to be carried out now.
     *
     * @param operation calls the backend's own {@link Operations}
     */
    public void add(Runnable operation) {
        operations.add(operation);
    }

    /**
     * Ends the recording.
     *
     * @return carries out all operations, in order, without allocating
     */
    public Runnable finish() {
        Runnable[] sequence = operations.toArray(new Runnable[0]);
        return () -> {
            for (Runnable operation : sequence) {
                operation.run();
            }
        };
    }

    /** Gives back whatever the recording holds: after a failed recording, or when the program is closed. */
    public void release() {}
}

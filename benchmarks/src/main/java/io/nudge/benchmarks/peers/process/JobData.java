package io.nudge.benchmarks.peers.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What every peer begins with, the same numbers for all: files of little-endian float32, and of bytes for the classes.
 *
 * @param weights W of layer 1 to L, row-major in [out, in]
 * @param biases b of layer 1 to L
 * @param inputs row-major in [examples, n]
 * @param classes the right answer of each example
 */
@SuppressWarnings("ArrayRecordComponent") // what libraries take; nobody compares two of these
public record JobData(List<float[]> weights, List<float[]> biases, float[] inputs, byte[] classes) {
    /** The file of W and b of layer 1, of layer 2, and so on. */
    public static final String PARAMETERS = "parameters.f32";

    /** The file of the inputs, one row for each example. */
    public static final String INPUTS = "inputs.f32";

    /** The file of the classes, a byte for each example. */
    public static final String CLASSES = "classes.u8";

    /**
     * Reads the files of a job.
     *
     * @param job says where they are and how large
     * @return their numbers
     * @throws IOException if they cannot be read
     */
    public static JobData read(Job job) throws IOException {
        FloatBuffer parameters = floats(job.folder().resolve(PARAMETERS));
        List<float[]> weights = new ArrayList<>();
        List<float[]> biases = new ArrayList<>();
        for (int l = 1; l <= job.depth(); l++) {
            weights.add(take(parameters, job.layers().get(l) * job.layers().get(l - 1)));
            biases.add(take(parameters, job.layers().get(l)));
        }
        float[] inputs = take(
                floats(job.folder().resolve(INPUTS)),
                job.examples() * job.layers().get(0));
        return new JobData(
                weights, biases, inputs, Files.readAllBytes(job.folder().resolve(CLASSES)));
    }

    private static FloatBuffer floats(Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    }

    private static float[] take(FloatBuffer from, int count) {
        float[] values = new float[count];
        from.get(values);
        return values;
    }

    /**
     * The inputs of one batch.
     *
     * @param job the same
     * @param batch 0 to {@link Job#batches()} − 1
     * @return row-major in [batch, n]
     */
    public float[] inputs(Job job, int batch) {
        int size = job.batch() * job.layers().get(0);
        return java.util.Arrays.copyOfRange(inputs, batch * size, (batch + 1) * size);
    }

    /**
     * The targets of one batch: 1 for the right class, else 0.
     *
     * @param job the same
     * @param batch 0 to {@link Job#batches()} − 1
     * @return row-major in [batch, outputs]
     */
    public float[] targets(Job job, int batch) {
        int outputs = job.layers().get(job.depth());
        float[] rows = new float[job.batch() * outputs];
        for (int i = 0; i < job.batch(); i++) {
            rows[i * outputs + classes[batch * job.batch() + i]] = 1;
        }
        return rows;
    }
}

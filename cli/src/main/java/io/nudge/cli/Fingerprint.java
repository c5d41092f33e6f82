package io.nudge.cli;

import io.nudge.data.Dataset;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A short name for the numbers of a data set: other numbers have, almost surely, another. */
final class Fingerprint {
    private static final int ROWS = 256;

    private Fingerprint() {}

    static String of(Dataset data) {
        CRC32C checksum = new CRC32C();
        for (int from = 0; from < data.size(); from += ROWS) {
            int count = Math.min(ROWS, data.size() - from);
            float[] inputs = new float[count * data.inputs()];
            data.copyInputs(from, count, inputs);
            add(checksum, inputs);
            if (data.outputs() > 0) {
                float[] targets = new float[count * data.outputs()];
                data.copyTargets(from, count, targets);
                add(checksum, targets);
            }
        }
        return Text.format("%08x", checksum.getValue());
    }

    private static void add(CRC32C checksum, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        checksum.update(bytes);
    }
}

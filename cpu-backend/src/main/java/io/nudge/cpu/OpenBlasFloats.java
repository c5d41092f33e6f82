package io.nudge.cpu;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/** OpenBLAS in float32. {@link OpenBlasDoubles} is its likeness; a change here is a change there. */
final class OpenBlasFloats extends OpenBlasStage {
    private final FloatPointer[] memory = new FloatPointer[3];
    private final FloatBuffer[] buffers = new FloatBuffer[3];
    /** For each worker and matrix, what is moved to where the worker's part begins. */
    private final FloatPointer[][] parts;

    OpenBlasFloats(int workers) {
        parts = new FloatPointer[workers][3];
    }

    @Override
    long capacity(int matrix) {
        return memory[matrix] == null ? 0 : memory[matrix].capacity();
    }

    @Override
    void resize(int matrix, long elements) {
        if (memory[matrix] != null) {
            memory[matrix].close();
            memory[matrix] = null;
        }
        if (elements > 0) {
            memory[matrix] = new FloatPointer(elements);
            buffers[matrix] = memory[matrix].asBuffer();
            for (FloatPointer[] each : parts) {
                each[matrix] = new FloatPointer(memory[matrix]);
            }
        }
    }

    @Override
    void copyIn(int matrix, int to, CpuMemory from, int at, int n) {
        buffers[matrix].put(to, from.floats, at, n);
    }

    @Override
    void copyOut(int from, CpuMemory to, int at, int n) {
        buffers[C].get(from, to.floats, at, n);
    }

    @Override
    void multiply(Product p, int m, int n, long aFrom, long bFrom, long cFrom, int worker) {
        FloatPointer[] mine = parts[worker];
        cblas_sgemm(
                CblasRowMajor,
                p.aFlipped ? CblasTrans : CblasNoTrans,
                p.bFlipped ? CblasTrans : CblasNoTrans,
                m,
                n,
                p.k,
                (float) p.alpha,
                mine[A].position(aFrom),
                p.aStride,
                mine[B].position(bFrom),
                p.bStride,
                (float) p.beta,
                mine[C].position(cFrom),
                p.cStride);
    }
}

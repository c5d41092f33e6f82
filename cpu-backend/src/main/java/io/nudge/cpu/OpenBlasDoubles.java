package io.nudge.cpu;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dgemm;

import java.nio.DoubleBuffer;
import org.bytedeco.javacpp.DoublePointer;

/** OpenBLAS in float64. {@link OpenBlasFloats} is its likeness; a change here is a change there. */
final class OpenBlasDoubles extends OpenBlasStage {
    private final DoublePointer[] memory = new DoublePointer[3];
    private final DoubleBuffer[] buffers = new DoubleBuffer[3];
    /** For each worker and matrix, what is moved to where the worker's part begins. */
    private final DoublePointer[][] parts;

    OpenBlasDoubles(int workers) {
        parts = new DoublePointer[workers][3];
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
            memory[matrix] = new DoublePointer(elements);
            buffers[matrix] = memory[matrix].asBuffer();
            for (DoublePointer[] each : parts) {
                each[matrix] = new DoublePointer(memory[matrix]);
            }
        }
    }

    @Override
    void copyIn(int matrix, int to, CpuMemory from, int at, int n) {
        buffers[matrix].put(to, from.doubles, at, n);
    }

    @Override
    void copyOut(int from, CpuMemory to, int at, int n) {
        buffers[C].get(from, to.doubles, at, n);
    }

    @Override
    void multiply(Product p, int m, int n, long aFrom, long bFrom, long cFrom, int worker) {
        DoublePointer[] mine = parts[worker];
        cblas_dgemm(
                CblasRowMajor,
                p.aFlipped ? CblasTrans : CblasNoTrans,
                p.bFlipped ? CblasTrans : CblasNoTrans,
                m,
                n,
                p.k,
                p.alpha,
                mine[A].position(aFrom),
                p.aStride,
                mine[B].position(bFrom),
                p.bStride,
                p.beta,
                mine[C].position(cFrom),
                p.cStride);
    }
}

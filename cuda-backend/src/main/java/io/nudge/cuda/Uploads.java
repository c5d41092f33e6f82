package io.nudge.cuda;

import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * Large copies to the device, on a stream of their own: data for later steps come while the device computes. A copy waits
 * for the last use of the memory that it goes to, and the next use waits for the copy; nothing else waits for either.
 */
final class Uploads {
    /** Copies of fewer bytes go with the computing: two more waits would cost more than they take. */
    static final long LARGE = 256 << 10;

    static final int HALF = 4 << 20;

    private final Calls calls;
    private final CUstream compute;
    private final CUstream stream = new CUstream();
    private final Staging staging;

    Uploads(Calls calls, CUstream compute, Closing closing) {
        this.calls = calls;
        this.compute = compute;
        calls.driver(JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "cuStreamCreate");
        closing.add(() -> calls.onClose(JCudaDriver.cuStreamDestroy(stream), "cuStreamDestroy"));
        staging = new Staging(calls, stream, HALF, closing);
    }

    void write(Block block, Flow flow, long offset, Object values) {
        flow.waitForUse(stream);
        staging.write(block, offset, values);
        flow.written(stream);
    }

    Flow newFlow() {
        return new Flow(calls, compute);
    }

    /** Waits for all copies. */
    void untilDone() {
        calls.driver(JCudaDriver.cuStreamSynchronize(stream), "cuStreamSynchronize");
    }
}

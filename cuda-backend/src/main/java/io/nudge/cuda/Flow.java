package io.nudge.cuda;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** How uses of one piece of memory and copies to it from beside take turns: each waits for what came before it. */
final class Flow {
    private final Calls calls;
    private final CUstream compute;
    private final CUevent used = new CUevent();
    private final CUevent written = new CUevent();
    private boolean usedSince = true;
    private boolean writtenSince;

    Flow(Calls calls, CUstream compute) {
        this.calls = calls;
        this.compute = compute;
        calls.driver(JCudaDriver.cuEventCreate(used, CUevent_flags.CU_EVENT_DISABLE_TIMING), "cuEventCreate");
        boolean made = false;
        try {
            calls.driver(JCudaDriver.cuEventCreate(written, CUevent_flags.CU_EVENT_DISABLE_TIMING), "cuEventCreate");
            made = true;
        } finally {
            if (!made) {
                calls.onClose(JCudaDriver.cuEventDestroy(used), "cuEventDestroy");
            }
        }
    }

    /** Lets a stream of copies wait for the last use so far. */
    void waitForUse(CUstream copies) {
        if (usedSince) {
            recordUse();
        }
        calls.driver(JCudaDriver.cuStreamWaitEvent(copies, used, 0), "cuStreamWaitEvent");
    }

    /** Notes that a copy was put on its stream. */
    void written(CUstream copies) {
        calls.driver(JCudaDriver.cuEventRecord(written, copies), "cuEventRecord");
        writtenSince = true;
    }

    /** Lets the next use wait for the last copy. */
    void waitForCopy() {
        if (writtenSince) {
            writtenSince = false;
            calls.driver(JCudaDriver.cuStreamWaitEvent(compute, written, 0), "cuStreamWaitEvent");
        }
    }

    /** Notes that a use follows; where it ends is marked when somebody asks, behind whatever was put on the stream since. */
    void use() {
        waitForCopy();
        usedSince = true;
    }

    /** Marks the end of the uses that were put on the stream so far. */
    void recordUse() {
        calls.driver(JCudaDriver.cuEventRecord(used, compute), "cuEventRecord");
        usedSince = false;
    }

    void close() {
        calls.onClose(JCudaDriver.cuEventDestroy(used), "cuEventDestroy");
        calls.onClose(JCudaDriver.cuEventDestroy(written), "cuEventDestroy");
    }
}

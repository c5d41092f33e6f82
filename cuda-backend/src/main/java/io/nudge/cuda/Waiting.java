package io.nudge.cuda;

import java.nio.LongBuffer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * Waits for the device, and tells what kernels found wrong with the data meanwhile: they do no harm then, and note it in
 * a record of four whole numbers, {code, a, b, c}, the first one to come.
 */
final class Waiting {
    private static final int RECORD = 4;
    private static final int BYTES = RECORD * Long.BYTES;

    /** So many bytes come back together with the record. */
    static final int FEW = 256;

    private final Calls calls;
    private final CUstream stream;
    private final Block record; // and behind it, room for a few bytes that come back with it
    private final Pinned copy;
    private boolean suspected;

    Waiting(Calls calls, CUstream stream, Allocator allocator, Closing closing) {
        this.calls = calls;
        this.stream = stream;
        this.record = allocator.take(BYTES + FEW);
        closing.add(() -> allocator.give(record));
        this.copy = new Pinned(calls, BYTES + FEW);
        closing.add(() -> copy.free(calls));
        clear();
    }

    /** Where a kernel notes what is wrong. To be asked for each launch of one that may. */
    long record() {
        suspected = true;
        return record.address;
    }

    /** A program is run, and there may be such kernels in it. */
    void suspect() {
        suspected = true;
    }

    /** Waits until all work asked for so far is done. */
    void untilDone() {
        if (suspected) {
            copyRecord(0);
        }
        waitForAll();
    }

    /**
     * The same, and reads a few numbers of the device. Where the record is to be looked at anyway, one copy brings back both.
     *
     * @return whether it did; if not, nothing was done
     */
    boolean untilDone(CUdeviceptr from, Object values) {
        int bytes = Pinned.length(values) * Pinned.elementBytes(values);
        if (!suspected || bytes > FEW) {
            return false;
        }
        calls.driver(JCudaDriver.cuMemcpyDtoDAsync(record.at(BYTES), from, bytes, stream), "cuMemcpyDtoDAsync");
        copyRecord(bytes);
        waitForAll();
        copy.get(BYTES, values, 0, Pinned.length(values));
        return true;
    }

    private void copyRecord(int more) {
        calls.driver(
                JCudaDriver.cuMemcpyDtoHAsync(copy.pointer, record.pointer, BYTES + more, stream), "cuMemcpyDtoHAsync");
    }

    private void waitForAll() {
        calls.driver(JCudaDriver.cuStreamSynchronize(stream), "cuStreamSynchronize");
        calls.allDone();
    }

    /**
     * Tells, after {@link #untilDone}, what was found wrong.
     *
     * @throws IllegalStateException if something was
     */
    void tell() {
        if (!suspected) {
            return;
        }
        suspected = false;
        LongBuffer found = copy.longs();
        if (found.get(0) != 0) {
            clear();
            throw new IllegalStateException(text(found.get(0), found.get(1), found.get(2), found.get(3)));
        }
    }

    private void clear() {
        calls.driver(JCudaDriver.cuMemsetD8Async(record.pointer, (byte) 0, BYTES, stream), "cuMemsetD8Async");
    }

    private static String text(long code, long a, long b, long c) {
        return switch ((int) code) {
            case 1 ->
                "gather: the order names example " + a + ", but there are " + b
                        + ", from 0 on; write an order of those";
            case 2 ->
                "gatherOneHot: example " + a + " has the label " + b + ", but the batch has room for " + c
                        + " classes, from 0 on; make it wider";
            case 3 ->
                "update: the position is at step " + a + ", but the schedule has " + b
                        + " steps; write a longer schedule, or set the position back";
            default -> throw new AssertionError("a kernel noted " + code);
        };
    }
}

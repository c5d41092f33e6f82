package io.nudge.cuda;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * Copies between Java arrays and the device, through two halves of pinned memory: while the device copies out of one, the
 * next values go into the other. Small copies share a half, so that a few of them never wait for the device.
 *
 * <p>All copies are on one stream, and so in the order of the calls.
 */
final class Staging {
    private final Calls calls;
    private final CUstream stream;
    private final int half;
    private final Half[] halves = new Half[2];
    private Half current;

    /** Pinned memory that is filled from its beginning on, and begun anew when the device is through with it. */
    private static final class Half {
        final Pinned pinned;
        final CUevent through = new CUevent();
        int used;

        Half(Pinned pinned) {
            this.pinned = pinned;
        }
    }

    Staging(Calls calls, CUstream stream, int half, Closing closing) {
        this.calls = calls;
        this.stream = stream;
        this.half = half;
        for (int i = 0; i < halves.length; i++) {
            Pinned pinned = new Pinned(calls, half);
            closing.add(() -> pinned.free(calls));
            Half made = new Half(pinned);
            calls.driver(
                    JCudaDriver.cuEventCreate(made.through, CUevent_flags.CU_EVENT_DISABLE_TIMING), "cuEventCreate");
            closing.add(() -> calls.onClose(JCudaDriver.cuEventDestroy(made.through), "cuEventDestroy"));
            halves[i] = made;
        }
        current = halves[0];
    }

    /** Copies an array to the device; it may be changed as soon as this returns. */
    void write(Block block, long offset, Object values) {
        int width = Pinned.elementBytes(values);
        int length = Pinned.length(values);
        int most = half / width;
        for (int from = 0; from < length; from += most) {
            int count = Math.min(most, length - from);
            int at = reserve(count * width);
            current.pinned.put(at, values, from, count);
            calls.driver(
                    JCudaDriver.cuMemcpyHtoDAsync(
                            block.at(offset + (long) from * width),
                            current.pinned.at(at),
                            (long) count * width,
                            stream),
                    "cuMemcpyHtoDAsync");
        }
    }

    /** Copies from the device into an array, after all work asked for before; waits for that as {@link Waiting} does. */
    void read(Block block, long offset, Object values, Waiting waiting) {
        if (waiting.untilDone(block.at(offset), values)) {
            return;
        }
        int width = Pinned.elementBytes(values);
        int length = Pinned.length(values);
        int most = half / width;
        Half before = null;
        int beforeAt = 0;
        int beforeFrom = 0;
        for (int from = 0; from < length; from += most) {
            int count = Math.min(most, length - from);
            int at = reserve(count * width);
            calls.driver(
                    JCudaDriver.cuMemcpyDtoHAsync(
                            current.pinned.at(at),
                            block.at(offset + (long) from * width),
                            (long) count * width,
                            stream),
                    "cuMemcpyDtoHAsync");
            if (before != null) { // while the device fills this half, the one before is emptied
                await(before);
                before.pinned.get(beforeAt, values, beforeFrom, most);
            }
            before = current;
            beforeAt = at;
            beforeFrom = from;
        }
        if (before != null) {
            waiting.untilDone();
            before.pinned.get(beforeAt, values, beforeFrom, length - beforeFrom);
        }
    }

    /** Finds room in the current half, or else in the other, and says where it begins. */
    private int reserve(int bytes) {
        if (current.used + bytes > half) {
            calls.driver(JCudaDriver.cuEventRecord(current.through, stream), "cuEventRecord");
            current = current == halves[0] ? halves[1] : halves[0];
            await(current);
            current.used = 0;
        }
        int at = current.used;
        current.used = (at + bytes + Pinned.ALIGNMENT - 1) / Pinned.ALIGNMENT * Pinned.ALIGNMENT;
        return at;
    }

    /** Waits for what was copied through a half before it was left; at first that is nothing. */
    private void await(Half one) {
        calls.driver(JCudaDriver.cuEventSynchronize(one.through), "cuEventSynchronize");
    }
}

package io.nudge.cuda;

import io.nudge.tensor.Tensor;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/**
 * Copies from one device to another, or between two backends of the same. The copy is on the receiver's stream; it waits for
 * what was asked of the giver before, and what is asked of the giver later waits for it.
 */
final class Peers {
    private Peers() {}

    static void copy(Engine giver, Tensor from, Engine receiver, Tensor to) {
        CudaMemory source = giver.uses.of(from);
        CudaMemory target = receiver.uses.of(to);
        receiver.factors.written(to);
        if (from.size() == 0) {
            return;
        }
        receiver.calls.launched("a copy from another device");
        after(giver, receiver);
        receiver.calls.driver(
                JCudaDriver.cuMemcpyPeerAsync(
                        target.pointer(to.offset()),
                        receiver.context.handle(),
                        source.pointer(from.offset()),
                        giver.context.handle(),
                        from.size() * from.type().bytes(),
                        receiver.stream),
                "cuMemcpyPeerAsync");
        after(receiver, giver);
    }

    /** Lets the later work of one engine wait for the work of another so far. An event is of the context it is made in. */
    private static void after(Engine before, Engine later) {
        CUevent event = new CUevent();
        before.context.push(before.calls);
        try {
            before.calls.driver(
                    JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DISABLE_TIMING), "cuEventCreate");
            try {
                before.calls.driver(JCudaDriver.cuEventRecord(event, before.stream), "cuEventRecord");
                later.calls.driver(JCudaDriver.cuStreamWaitEvent(later.stream, event, 0), "cuStreamWaitEvent");
            } finally {
                before.calls.onClose(JCudaDriver.cuEventDestroy(event), "cuEventDestroy"); // once it is through
            }
        } finally {
            before.context.pop();
        }
    }
}

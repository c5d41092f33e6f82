package io.nudge.cuda;

import io.nudge.tensor.BackendUnavailableException;
import io.nudge.tensor.DeviceFaultException;
import java.util.HashMap;
import java.util.Map;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;

/**
 * The primary context of a device: one for all backends on it, and for all else in the process that uses the device as
 * CUDA's runtime does. A fault poisons it for all of them; when the last has closed, it is reset.
 */
final class Context {
    private static final Map<Integer, Context> OPEN = new HashMap<>();

    private final int ordinal;
    private final CUdevice device;
    private final CUcontext context = new CUcontext();
    private final CUcontext popped = new CUcontext();
    private int users;
    private volatile DeviceFaultException fault;

    private Context(int ordinal, CUdevice device) {
        this.ordinal = ordinal;
        this.device = device;
    }

    /** Takes part in the context of a device; {@link #release} ends that. */
    static Context retain(int ordinal, CUdevice device, Calls calls) {
        synchronized (OPEN) {
            Context found = OPEN.get(ordinal);
            if (found == null) {
                found = new Context(ordinal, device);
                calls.driver(JCudaDriver.cuDevicePrimaryCtxRetain(found.context, device), "cuDevicePrimaryCtxRetain");
                OPEN.put(ordinal, found);
            }
            if (found.fault != null) {
                throw new BackendUnavailableException(
                        "cuda:" + ordinal + " has failed, and " + found.users
                                + " backends that were open then still are; close them first",
                        found.fault);
            }
            found.users++;
            return found;
        }
    }

    /** For calls that name the context. */
    CUcontext handle() {
        return context;
    }

    /** Makes it the calling thread's context, until {@link #pop}. */
    void push(Calls calls) {
        calls.reaching(JCudaDriver.cuCtxPushCurrent(context), "cuCtxPushCurrent");
    }

    /** Gives the thread back the context that it had. A fault is told by whatever comes next, not by this. */
    void pop() {
        JCudaDriver.cuCtxPopCurrent(popped);
    }

    /** The fault of any backend on this device; null if there is none. */
    DeviceFaultException fault() {
        return fault;
    }

    void faulted(DeviceFaultException cause) {
        fault = cause;
    }

    /** Ends the use by one backend; with the last one goes the context. */
    void release(Calls calls) {
        synchronized (OPEN) {
            if (--users > 0) {
                return;
            }
            OPEN.remove(ordinal);
            int result = JCudaDriver.cuDevicePrimaryCtxRelease(device);
            if (fault != null) { // something else in this process may hold it too, and it is of no use to anybody
                JCudaDriver.cuDevicePrimaryCtxReset(device);
            } else {
                calls.driver(result, "cuDevicePrimaryCtxRelease");
            }
        }
    }
}

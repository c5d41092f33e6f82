package io.nudge.cuda;

import io.nudge.tensor.DeviceFaultException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasStatus;

/**
 * The place where every call of the driver and of cuBLAS is checked. A code that is not success becomes an exception that
 * carries the call, what it was made for, the code's name and meaning, and a remedy. Faults that poison the context
 * become a {@link DeviceFaultException}, which also names what was launched last: the device works behind the calls, so
 * a fault shows in a later one.
 */
final class Calls {
    /** So many launches are remembered. */
    private static final int REMEMBERED = 8;

    /** What leaves nothing of the context usable (CUDA driver API, CUresult). */
    private static final Set<Integer> FAULTS = Set.of(
            CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
            CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
            CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
            CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
            CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED,
            CUresult.CUDA_ERROR_ASSERT,
            CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
            CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
            CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
            CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
            CUresult.CUDA_ERROR_INVALID_PC,
            CUresult.CUDA_ERROR_LAUNCH_FAILED);

    private final Supplier<String> purpose;
    private final String[] launched = new String[REMEMBERED];
    private long launches;
    private Context context;

    /**
     * Makes the place for one backend.
     *
     * @param purpose what the backend was asked to do last
     */
    Calls(Supplier<String> purpose) {
        this.purpose = purpose;
    }

    /** Says whose faults these are from now on. */
    void in(Context newContext) {
        context = newContext;
    }

    /** Takes the result of a call of the driver. */
    void driver(int result, String call) {
        if (result != CUresult.CUDA_SUCCESS) {
            throw failed(result, call);
        }
    }

    /** Takes the result of the call that reaches for the context: where it fails, somebody else has destroyed that. */
    void reaching(int result, String call) {
        if (result != CUresult.CUDA_SUCCESS) {
            throw fault(message(
                    call,
                    result,
                    driverText(result),
                    "the device's context is gone; did this program reset the device by other means?"));
        }
    }

    /** Takes the result of a call that gives something back: after a fault all of them fail, which tells nothing new. */
    void onClose(int result, String call) {
        if (!faulted()) {
            driver(result, call);
        }
    }

    /** Takes the result of a call of cuBLAS. Where it says that the device failed, the driver knows why. */
    void cublas(int status, String call) {
        if (status == cublasStatus.CUBLAS_STATUS_SUCCESS) {
            return;
        }
        int result = JCudaDriver.cuCtxSynchronize();
        if (FAULTS.contains(result)) {
            throw failed(result, call);
        }
        if (status == cublasStatus.CUBLAS_STATUS_ALLOC_FAILED) {
            throw new OutOfMemoryError(message(call, status, cublasText(status), Remedy.ofMemory()));
        }
        throw new CudaException(call, status, message(call, status, cublasText(status), Remedy.ofCublas(status)));
    }

    /** Notes what the device was given to do. */
    void launched(String what) {
        launched[(int) (launches++ % REMEMBERED)] = what;
    }

    /** Everything launched so far has come to its end. */
    void allDone() {
        launches = 0;
    }

    /** Whether the device has failed: it then takes no more calls. */
    boolean faulted() {
        return context != null && context.fault() != null;
    }

    private RuntimeException failed(int result, String call) {
        String text = driverText(result);
        if (FAULTS.contains(result)) {
            return fault(message(call, result, text, suspects()));
        }
        if (result == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw new OutOfMemoryError(message(call, result, text, Remedy.ofMemory()));
        }
        return new CudaException(call, result, message(call, result, text, Remedy.ofDriver(result)));
    }

    private DeviceFaultException fault(String message) {
        DeviceFaultException fault = new DeviceFaultException(message, null);
        if (context != null) {
            context.faulted(fault);
        }
        return fault;
    }

    private String message(String call, int code, String text, String remedy) {
        return purpose.get() + ": " + call + " failed with " + text + " (" + code + "); " + remedy;
    }

    private String suspects() {
        List<String> names = new ArrayList<>();
        for (long i = Math.max(0, launches - REMEMBERED); i < launches; i++) {
            names.add(launched[(int) (i % REMEMBERED)]);
        }
        return names.isEmpty()
                ? "nothing was launched since the last wait, so look at other programs on this device"
                : "the fault lies in what was launched before, most likely in one of these: "
                        + String.join(", ", names);
    }

    /** The name of a CUresult and what it means. */
    static String driverText(int result) {
        String[] name = new String[1];
        String[] meaning = new String[1];
        JCudaDriver.cuGetErrorName(result, name);
        JCudaDriver.cuGetErrorString(result, meaning);
        return name[0] + ": " + meaning[0];
    }

    private static String cublasText(int status) {
        return JCublas2.cublasGetStatusName(status) + ": " + JCublas2.cublasGetStatusString(status);
    }
}

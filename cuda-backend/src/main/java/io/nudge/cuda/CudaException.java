package io.nudge.cuda;

/**
 * A call of the driver or of cuBLAS failed, and the device is still usable. The message says which call, what for, the
 * code's name and meaning, and what to do.
 */
public final class CudaException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int code;

    CudaException(String call, int code, String message) {
        super(message);
        this.call = call;
        this.code = code;
    }

    /**
     * The function that failed.
     *
     * @return for example {@code cuMemAlloc}
     */
    public String call() {
        return call;
    }

    /**
     * What it returned.
     *
     * @return a CUresult, or a cublasStatus where the call is one of cuBLAS
     */
    public int code() {
        return code;
    }
}

package io.nudge.tensor;

/** The device failed while it worked. The backend refuses further work with this as the cause; close it and open another. */
public final class DeviceFaultException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what failed.
     *
     * @param message the operation, the device's own words, and what to do
     * @param cause what the device reported; may be null
     */
    public DeviceFaultException(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import jcuda.CudaException;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** What the tests of the driver have in common. */
final class Calls {
    static final float[] ONES = {1, 1, 1, 1};

    private Calls() {}

    /** The call fails, and with this code. */
    static void fails(int code, Runnable call) {
        JCudaDriver.setExceptionsEnabled(true);
        assertThatThrownBy(call::run).isInstanceOf(CudaException.class).hasMessage(CUresult.stringFor(code));
    }

    static CUstream stream(int flags) {
        CUstream stream = new CUstream();
        cuStreamCreate(stream, flags);
        return stream;
    }

    static CUevent event() {
        CUevent event = new CUevent();
        cuEventCreate(event, 0);
        return event;
    }

    static CUdevice device(int number) {
        CUdevice device = new CUdevice();
        JCudaDriver.cuDeviceGet(device, number);
        return device;
    }

    /** y = alpha x + y, four elements. */
    static void saxpy(Cuda cuda, CUstream stream, float alpha, CUdeviceptr x, CUdeviceptr y) {
        Cuda.launch(cuda.function("programs/vectors", "saxpy"), 1, 32, 0, stream, alpha, x, y, 4);
    }

    /** The kinds of what was reported, which is forgotten. */
    static List<String> reported() {
        return Emulator.takeReports().stream().map(Report::kind).toList();
    }
}

package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.tensor.BackendUnavailableException;
import io.nudge.tensor.DType;
import io.nudge.tensor.DeviceFaultException;
import io.nudge.tensor.LeakException;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import jcuda.driver.CUcontext;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A kernel that goes wrong poisons its context. */
@EmulatedDevice
class FaultTest {
    /** Fills memory that there is not. */
    private static void goWrong(CudaBackend backend, Tensor x) {
        Engine engine = backend.engine();
        engine.enter();
        engine.launcher
                .of(engine.kernels.fill, DType.FLOAT32)
                .with(0x1000L)
                .with(x.size())
                .with(1.0)
                .blocks(1);
        engine.leave();
    }

    /** What a fault leaves behind goes with the context, for all that the device reports. */
    @AfterEach
    void forget() {
        Emulator.reset();
    }

    @Test
    void isToldWithWhatWasLaunchedLastAndRefusesAllFurtherWork() {
        CudaBackend backend = CudaBackend.open(0);
        Tensor x = backend.zeros(Shape.of(10), DType.FLOAT32).named("x");
        backend.operations().fill(x, 1);
        goWrong(backend, x);
        assertThatThrownBy(x::floats)
                .isInstanceOf(DeviceFaultException.class)
                .hasMessageContainingAll(
                        "read of x float32[10]", "cuStreamSynchronize", "CUDA_ERROR_ILLEGAL_ADDRESS", "(700)")
                .hasMessageContaining("fill_f32, fill_f32");
        assertThatThrownBy(() -> backend.operations().fill(x, 1))
                .isInstanceOf(DeviceFaultException.class)
                .hasMessageContaining("close this backend and open another");
        x.close();
        backend.close();
        try (CudaBackend next = CudaBackend.open(0);
                Tensor y = next.vector(1, 2)) {
            assertThat(y.floats()).containsExactly(1, 2);
        }
    }

    @Test
    void doesNotHideAnOpenTensor() {
        CudaBackend backend = CudaBackend.open(0);
        Tensor x = backend.zeros(Shape.of(10), DType.FLOAT32);
        goWrong(backend, x);
        assertThatThrownBy(backend::synchronize).isInstanceOf(DeviceFaultException.class);
        assertThatThrownBy(backend::close).isInstanceOf(LeakException.class);
    }

    @Test
    void isThatOfAllBackendsOnTheDevice() {
        CudaBackend one = CudaBackend.open(0);
        CudaBackend other = CudaBackend.open(0);
        Tensor x = one.zeros(Shape.of(10), DType.FLOAT32);
        goWrong(one, x);
        assertThatThrownBy(one::synchronize).isInstanceOf(DeviceFaultException.class);
        x.close();
        one.close();
        assertThatThrownBy(() -> CudaBackend.open(0))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContainingAll("cuda:0 has failed", "close them first");
        assertThatThrownBy(other::synchronize).isInstanceOf(DeviceFaultException.class);
        other.close();
        CudaBackend.open(0).close();
    }

    /** As CUDA's runtime in this process would hold it. */
    @Test
    void goesWithTheLastBackendWhoeverElseHoldsTheContext() {
        CudaBackend backend = CudaBackend.open(0);
        JCudaDriver.cuDevicePrimaryCtxRetain(new CUcontext(), Devices.get(0));
        Tensor x = backend.zeros(Shape.of(10), DType.FLOAT32);
        goWrong(backend, x);
        assertThatThrownBy(backend::synchronize).isInstanceOf(DeviceFaultException.class);
        x.close();
        backend.close();
        try (CudaBackend next = CudaBackend.open(0);
                Tensor y = next.vector(1, 2)) {
            assertThat(y.floats()).containsExactly(1, 2);
        }
    }

    @Test
    void aContextThatSomebodyElseHasDestroyedIsTold() {
        CudaBackend backend = CudaBackend.open(0);
        Tensor x = backend.vector(1, 2);
        Emulator.fail("cuCtxPushCurrent", 1, CUresult.CUDA_ERROR_INVALID_CONTEXT);
        assertThatThrownBy(x::floats)
                .isInstanceOf(DeviceFaultException.class)
                .hasMessageContainingAll("cuCtxPushCurrent", "the device's context is gone");
        x.close();
        backend.close();
        CudaBackend.open(0).close();
    }

    @Test
    void aBackendWhoseContextIsGoneCanBeClosed() {
        CudaBackend backend = CudaBackend.open(0);
        Emulator.fail("cuCtxPushCurrent", 1, CUresult.CUDA_ERROR_INVALID_CONTEXT);
        assertThatThrownBy(backend::close).isInstanceOf(DeviceFaultException.class);
        backend.close();
        CudaBackend.open(0).close();
    }
}

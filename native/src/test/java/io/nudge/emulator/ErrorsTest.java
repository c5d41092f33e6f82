package io.nudge.emulator;

import static io.nudge.emulator.Calls.ONES;
import static io.nudge.emulator.Calls.device;
import static io.nudge.emulator.Calls.event;
import static io.nudge.emulator.Calls.fails;
import static io.nudge.emulator.Calls.saxpy;
import static io.nudge.emulator.Calls.stream;
import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Error codes, their names and texts; wrong handles. */
@EmulatedDevice
class ErrorsTest {
    @Test
    void wrongHandlesAreRefused() {
        try (Cuda cuda = new Cuda()) {
            CUstream gone = stream(0);
            cuStreamDestroy(gone);
            fails(CUresult.CUDA_ERROR_INVALID_HANDLE, () -> cuStreamSynchronize(gone));
            CUevent event = event();
            cuEventDestroy(event);
            fails(CUresult.CUDA_ERROR_INVALID_HANDLE, () -> cuEventRecord(event, null));
            fails(CUresult.CUDA_ERROR_NOT_FOUND, () -> cuda.function("programs/vectors", "noSuchKernel"));
        }
    }

    @Test
    void whatIsNotThereSaysSo() {
        try (Cuda cuda = new Cuda()) {
            fails(CUresult.CUDA_ERROR_NOT_SUPPORTED, () -> cuStreamWaitValue32(null, cuda.ints(0), 0, 0));
        }
    }

    @Test
    void everyCodeHasItsNameAndText() throws ReflectiveOperationException {
        for (var field : CUresult.class.getFields()) {
            // Two codes that no driver gives any more, and which have no text.
            if (field.getName().contains("_PEER_MEMORY_")) {
                continue;
            }
            String[] name = new String[1];
            String[] text = new String[1];
            cuGetErrorName(field.getInt(null), name);
            cuGetErrorString(field.getInt(null), text);
            assertThat(name[0]).isEqualTo(field.getName());
            assertThat(text[0]).isNotBlank();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, no error",
        "1, invalid argument",
        "2, out of memory",
        "400, invalid resource handle",
        "700, an illegal memory access was encountered",
        "719, unspecified launch failure",
        "900, operation not permitted when stream is capturing",
    })
    void textsAreThoseOfCuda(int code, String expected) {
        String[] text = new String[1];
        cuGetErrorString(code, text);
        assertThat(text[0]).isEqualTo(expected);
    }

    @Test
    void anUnknownCodeHasNone() {
        setExceptionsEnabled(false);
        assertThat(cuGetErrorName(12345, new String[1])).isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
        setExceptionsEnabled(true);
    }

    @Test
    void aModuleThatIsGoneHasNoFunctions() {
        try (Cuda cuda = new Cuda()) {
            CUmodule module = new CUmodule();
            cuModuleLoadData(module, Cuda.ptx("programs/vectors"));
            CUfunction saxpy = new CUfunction();
            cuModuleGetFunction(saxpy, module, "saxpy");
            cuModuleUnload(module);
            fails(CUresult.CUDA_ERROR_INVALID_HANDLE, () -> cuModuleUnload(module));
            CUdeviceptr p = cuda.floats(ONES);
            fails(CUresult.CUDA_ERROR_INVALID_HANDLE, () -> Cuda.launch(saxpy, 1, 32, 0, null, 1f, p, p, 4));
        }
    }

    @Test
    void aStreamOfAnotherContextIsRefused() {
        try (Cuda cuda = new Cuda()) {
            CUstream here = stream(0);
            CUevent event = event();
            CUcontext other = new CUcontext();
            cuCtxCreate(other, 0, device(0));
            CUstream there = stream(0);
            cuCtxPopCurrent(other);
            CUdeviceptr p = cuda.floats(ONES);
            fails(CUresult.CUDA_ERROR_INVALID_HANDLE, () -> saxpy(cuda, there, 1, p, p));
            fails(CUresult.CUDA_ERROR_INVALID_HANDLE, () -> cuEventRecord(event, there));
            cuEventRecord(event, here);
            cuStreamWaitEvent(there, event, 0);
            cuCtxSetCurrent(other);
            cuCtxSynchronize();
            cuStreamDestroy(there);
            cuCtxDestroy(other);
            cuCtxSetCurrent(cuda.context);
            cuEventDestroy(event);
            cuStreamDestroy(here);
        }
    }
}

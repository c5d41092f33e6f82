package io.nudge.emulator;

import static io.nudge.emulator.Calls.ONES;
import static io.nudge.emulator.Calls.fails;
import static io.nudge.emulator.Calls.stream;
import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failures on demand, and the trace. */
@EmulatedDevice
class FailuresTest {
    @Test
    void callsFailOnDemand() {
        try (Cuda cuda = new Cuda()) {
            Emulator.fail("cuMemAlloc", 2, CUresult.CUDA_ERROR_OUT_OF_MEMORY);
            cuda.allocate(4);
            fails(CUresult.CUDA_ERROR_OUT_OF_MEMORY, () -> cuda.allocate(4));
            cuda.allocate(4);
        }
    }

    @Test
    void anyCallCanBeMeant() {
        try (Cuda cuda = new Cuda()) {
            Emulator.fail("*", 2, CUresult.CUDA_ERROR_UNKNOWN);
            cuCtxSynchronize();
            fails(CUresult.CUDA_ERROR_UNKNOWN, () -> cuCtxSynchronize());
            cuCtxSynchronize();
            assertThat(cuda.context).isNotNull();
        }
    }

    @Test
    @EmulatedDevice(settings = "fail=cuStreamCreate:0:719,cuMemAlloc:1:2")
    void failuresCanBeASetting() {
        try (Cuda cuda = new Cuda()) {
            fails(CUresult.CUDA_ERROR_LAUNCH_FAILED, () -> stream(0));
            fails(CUresult.CUDA_ERROR_LAUNCH_FAILED, () -> stream(0));
            fails(CUresult.CUDA_ERROR_OUT_OF_MEMORY, () -> cuda.allocate(4));
            cuda.allocate(4);
        }
    }

    @Test
    void memoryRunsOutAfterSoManyBytes() {
        try (Cuda cuda = new Cuda()) {
            Emulator.failMemoryAfter(100);
            cuda.free(cuda.allocate(60));
            fails(CUresult.CUDA_ERROR_OUT_OF_MEMORY, () -> cuda.allocate(60));
            cuda.allocate(40);
            fails(CUresult.CUDA_ERROR_OUT_OF_MEMORY, () -> cuda.allocate(1));
        }
    }

    @Test
    void theTraceHasEveryCallWithArgumentsThreadStreamAndResult(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("trace.json");
        try (Cuda cuda = new Cuda()) {
            CUfunction saxpy = cuda.function("programs/vectors", "saxpy");
            CUdeviceptr p = cuda.floats(ONES);
            CUstream s = stream(0);
            Emulator.traceTo(file);
            Cuda.launch(saxpy, 1, 32, 0, s, 1f, p, p, 4);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemAlloc(new CUdeviceptr(), 0));
            cuStreamSynchronize(s);
            Emulator.endTrace();
            cuStreamDestroy(s);
        }
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0))
                .matches("\\{\"number\":1,\"thread\":\\d+,\"call\":\"cuLaunchKernel\",\"stream\":\"0x[0-9a-f]+\","
                        + "\"arguments\":\\{\"kernel\":\"saxpy\",\"gridX\":1,\"gridY\":1,\"gridZ\":1,"
                        + "\"blockX\":32,\"blockY\":1,\"blockZ\":1,\"shared\":0,\"stream\":\"0x[0-9a-f]+\"},"
                        + "\"result\":0}");
        assertThat(lines.get(1)).contains("\"call\":\"cuMemAlloc\"", "\"p\":null,\"bytes\":0", "\"result\":1");
        assertThat(lines.get(2)).startsWith("{\"number\":3,").endsWith("\"result\":0}");
    }
}

package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuStreamBeginCapture;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamEndCapture;
import static jcuda.driver.JCudaDriver.cuStreamWaitEvent;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUgraph;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects that go away while others still know them, and sizes that no memory has. */
@EmulatedDevice
class LifetimesTest {
    private Cuda cuda;

    @BeforeEach
    void open() {
        cuda = new Cuda();
        JCudaDriver.setExceptionsEnabled(false);
    }

    @AfterEach
    void close() {
        cuda.close();
    }

    private static CUstream stream() {
        CUstream stream = new CUstream();
        cuStreamCreate(stream, 1);
        return stream;
    }

    private static void begin(CUstream stream) {
        cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
    }

    private void canAllocate() {
        CUdeviceptr p = new CUdeviceptr();
        assertThat(JCudaDriver.cuMemAlloc(p, 16)).isZero();
        JCudaDriver.cuMemFree(p);
    }

    @Test
    void aStreamThatJoinedACaptureIsDestroyed() {
        CUstream origin = stream();
        CUstream joined = stream();
        CUevent event = new CUevent();
        cuEventCreate(event, 0);
        begin(origin);
        cuEventRecord(event, origin);
        cuStreamWaitEvent(joined, event, 0);
        assertThat(cuStreamDestroy(joined)).isZero();
        assertThat(cuStreamEndCapture(origin, new CUgraph())).isEqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
        canAllocate();
        cuEventDestroy(event);
        cuStreamDestroy(origin);
    }

    @Test
    void theStreamThatACaptureBeganWithIsDestroyed() {
        CUstream origin = stream();
        begin(origin);
        assertThat(cuStreamDestroy(origin)).isZero();
        canAllocate();
    }

    /** Pieces of work of which none comes before another one; what comes after all of them knows of each. */
    private void workSideBySide(int count) {
        CUdeviceptr p = cuda.allocate(count);
        List<CUstream> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            streams.add(stream());
            JCudaDriver.cuMemsetD8Async(p.withByteOffset(i), (byte) 1, 1, streams.get(i));
        }
        JCudaDriver.cuCtxSynchronize();
        streams.forEach(JCudaDriver::cuStreamDestroy);
    }

    private static void contextsThatWork(int count) {
        CUcontext context = new CUcontext();
        CUdeviceptr p = new CUdeviceptr();
        for (int i = 0; i < count; i++) {
            JCudaDriver.cuCtxCreate(context, 0, new CUdevice());
            JCudaDriver.cuMemAlloc(p, 64);
            JCudaDriver.cuMemsetD32Async(p, 1, 16, new CUstream());
            JCudaDriver.cuMemFree(p);
            assertThat(JCudaDriver.cuCtxDestroy(context)).isZero();
        }
    }

    private static long residentPages() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", 3)[1]);
    }

    /** Threads may have a context current that is gone, so it stays; its last work, which knows of 4000 pieces, does not. */
    @Test
    void ofAContextThatIsGoneLessThanAPageIsLeft() throws IOException {
        int count = 4000;
        workSideBySide(count);
        contextsThatWork(count / 4);
        long before = residentPages();
        contextsThatWork(count);
        assertThat(residentPages() - before).isLessThan(count);
    }

    @Test
    void moreElementsThanAnyMemoryHas() {
        CUdeviceptr p = cuda.allocate(16);
        assertThat(JCudaDriver.cuMemsetD32(p, 1, 1L << 62)).isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
        assertThat(JCudaDriver.cuMemsetD2D32(p, 1L << 62, 1, 1L << 62, 2)).isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
        Emulator.takeReports();
    }
}

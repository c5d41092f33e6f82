package io.nudge.emulator;

import static io.nudge.emulator.Calls.fails;
import static io.nudge.emulator.Calls.reported;
import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import jcuda.Pointer;
import jcuda.driver.CUDA_MEMCPY2D;
import jcuda.driver.CUDA_MEMCPY3D;
import jcuda.driver.CUDA_MEMCPY3D_PEER;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmemorytype;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.Test;

/** Copies: of rows and boxes, between devices, onto themselves. */
@EmulatedDevice(devices = 2)
class CopyTest {
    @Test
    void rowsHavePitches() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr from = cuda.ints(1, 2, 3, 4, 5, 6);
            int[] to = new int[8];
            CUDA_MEMCPY2D c = new CUDA_MEMCPY2D();
            c.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
            c.srcDevice = from;
            c.srcPitch = 12;
            c.srcXInBytes = 4;
            c.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_HOST;
            c.dstHost = Pointer.to(to);
            c.dstPitch = 16;
            c.WidthInBytes = 8;
            c.Height = 2;
            cuMemcpy2D(c);
            assertThat(to).containsExactly(2, 3, 0, 0, 5, 6, 0, 0);
            c.srcPitch = 8;
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemcpy2D(c));
        }
    }

    private static CUDA_MEMCPY3D box(CUdeviceptr from, CUdeviceptr to) {
        CUDA_MEMCPY3D c = new CUDA_MEMCPY3D();
        c.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
        c.srcDevice = from;
        c.srcPitch = 8;
        c.srcHeight = 2;
        c.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
        c.dstDevice = to;
        c.dstPitch = 8;
        c.dstHeight = 2;
        c.WidthInBytes = 8;
        c.Height = 2;
        c.Depth = 2;
        return c;
    }

    /** Each of these sizes leads beyond 64 bits, and from there back into the memory. */
    @Test
    void sizesThatWrapAroundAreRefused() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr from = cuda.ints(new int[8]);
            CUdeviceptr to = cuda.ints(new int[8]);
            List<Consumer<CUDA_MEMCPY3D>> wrong = List.of(
                    c -> c.srcPitch = -8,
                    c -> c.dstPitch = -8,
                    c -> c.srcHeight = 1L << 61,
                    c -> c.dstHeight = 1L << 61,
                    c -> c.srcXInBytes = -8,
                    c -> c.dstXInBytes = -8,
                    c -> c.srcY = 1L << 61,
                    c -> c.dstZ = 1L << 60);
            for (Consumer<CUDA_MEMCPY3D> change : wrong) {
                CUDA_MEMCPY3D c = box(from, to);
                change.accept(c);
                fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemcpy3D(c));
            }
            cuMemcpy3D(box(from, to));
        }
        assertThat(reported()).isEmpty();
    }

    @Test
    void pitchesOfMemsetsThatWrapAroundAreRefused() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = cuda.ints(new int[8]);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemsetD2D32(p.withByteOffset(16), -16, 1, 2, 2));
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemsetD32(p, 1, 1L << 62));
            cuMemsetD2D32(p, 16, 1, 2, 2);
            assertThat(cuda.ints(p, 8)).containsExactly(1, 1, 0, 0, 1, 1, 0, 0);
        }
        assertThat(reported()).isEmpty();
    }

    @Test
    void boxesHaveSlices() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr from = cuda.ints(1, 2, 3, 4, 5, 6, 7, 8);
            CUdeviceptr to = cuda.ints(0, 0);
            CUDA_MEMCPY3D c = new CUDA_MEMCPY3D();
            c.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
            c.srcDevice = from;
            c.srcPitch = 8;
            c.srcHeight = 2;
            c.srcY = 1;
            c.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
            c.dstDevice = to;
            c.dstPitch = 4;
            c.dstHeight = 1;
            c.WidthInBytes = 4;
            c.Height = 1;
            c.Depth = 2;
            cuMemcpy3D(c);
            assertThat(cuda.ints(to, 2)).containsExactly(3, 7);
        }
    }

    @Test
    void copyOntoItselfIsReported() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = cuda.ints(1, 2, 3, 4);
            cuMemcpyDtoD(p.withByteOffset(4), p, 12);
            cuCtxSynchronize();
        }
        assertThat(reported()).containsExactly("overlapping-copy");
    }

    @Test
    void pointersTellTheDirection() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr a = cuda.ints(1, 2);
            CUdeviceptr b = cuda.ints(0, 0);
            cuMemcpy(b, a, 8);
            assertThat(cuda.ints(b, 2)).containsExactly(1, 2);
            assertThat(Emulator.counter("copies.DtoD")).isEqualTo(1);
        }
    }

    @Test
    void betweenDevicesTheContextsAreNamed() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr here = cuda.ints(1, 2);
            CUcontext other = new CUcontext();
            cuCtxCreate(other, 0, Calls.device(1));
            CUdeviceptr there = new CUdeviceptr();
            cuMemAlloc(there, 8);
            cuMemcpyPeer(there, other, here, cuda.context, 8);
            assertThat(cuda.ints(there, 2)).containsExactly(1, 2);
            cuMemcpyPeerAsync(here.withByteOffset(4), cuda.context, there, other, 4, null);
            assertThat(cuMemcpyPeer(there, cuda.context, here, other, 8)).isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
            CUDA_MEMCPY3D_PEER c = new CUDA_MEMCPY3D_PEER();
            c.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
            c.srcDevice = there;
            c.srcContext = other;
            c.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
            c.dstDevice = here;
            c.dstContext = cuda.context;
            c.WidthInBytes = 4;
            c.Height = 1;
            c.Depth = 1;
            cuMemcpy3DPeer(c);
            cuMemFree(there);
            cuCtxDestroy(other);
            assertThat(cuda.ints(here, 2)).containsExactly(1, 1);
            assertThat(cuMemcpyPeer(here, other, here, other, 4)).isEqualTo(CUresult.CUDA_ERROR_INVALID_CONTEXT);
        }
    }

    @Test
    void outsideOfAnAllocationIsReported() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = cuda.ints(1, 2);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemcpyDtoH(Pointer.to(new int[4]), p, 12));
        }
        assertThat(reported()).containsExactly("out-of-bounds");
    }
}

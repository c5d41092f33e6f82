package io.nudge.emulator;

import static io.nudge.emulator.Calls.fails;
import static io.nudge.emulator.Calls.reported;
import static io.nudge.emulator.Calls.saxpy;
import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmem_advise;
import jcuda.driver.CUmem_range_attribute;
import jcuda.driver.CUmemorytype;
import jcuda.driver.CUpointer_attribute;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.Test;

/** Memory of the device and memory of the host, as the driver allocates, fills and describes them. */
@EmulatedDevice(memory = "1MB")
class MemoryTest {
    private static final int ATTACH_HOST = 2;

    @Test
    void isExhaustedAtTheSizeThatIsSet() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr half = cuda.allocate(1 << 19);
            cuda.allocate(1 << 19);
            fails(CUresult.CUDA_ERROR_OUT_OF_MEMORY, () -> cuMemAlloc(new CUdeviceptr(), 1));
            cuda.free(half);
            cuda.allocate(1 << 19);
        }
    }

    @Test
    void nothingCannotBeAllocated() {
        try (Cuda cuda = new Cuda()) {
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuda.allocate(0));
        }
    }

    @Test
    void isFreedOnceAndFromItsStart() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = cuda.allocate(16);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemFree(p.withByteOffset(4)));
            cuda.free(p);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemFree(p));
            cuMemFree(new CUdeviceptr());
        }
        assertThat(reported()).containsExactly("bad-free", "double-free");
    }

    @Test
    void rowsOfPitchedMemoryAreAligned() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = new CUdeviceptr();
            long[] pitch = new long[1];
            cuMemAllocPitch(p, pitch, 700, 3, 4);
            assertThat(pitch[0]).isEqualTo(1024);
            long[] size = new long[1];
            cuMemGetAddressRange(new CUdeviceptr(), size, p);
            assertThat(size[0]).isEqualTo(3 * 1024);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemAllocPitch(new CUdeviceptr(), pitch, 16, 1, 3));
            cuMemFree(p);
        }
    }

    @Test
    void theRangeOfAnAddressIsItsAllocation() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = cuda.allocate(64);
            CUdeviceptr start = new CUdeviceptr();
            long[] size = new long[1];
            cuMemGetAddressRange(start, size, p.withByteOffset(12));
            assertThat(start).isEqualTo(p);
            assertThat(size[0]).isEqualTo(64);
            fails(CUresult.CUDA_ERROR_NOT_FOUND, () -> cuMemGetAddressRange(start, size, p.withByteOffset(64)));
        }
    }

    @Test
    void isFilledByElementsOfOneTwoAndFourBytes() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = cuda.allocate(32);
            cuMemsetD8(p, (byte) 0x11, 32);
            cuMemsetD16(p, (short) 0x2233, 2);
            cuMemsetD32Async(p.withByteOffset(8), 0x44556677, 1, null);
            assertThat(cuda.ints(p, 4)).containsExactly(0x22332233, 0x11111111, 0x44556677, 0x11111111);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemsetD32(p.withByteOffset(2), 0, 1));
        }
    }

    @Test
    void rowsAreFilledAndWhatIsBetweenThemIsNot() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = cuda.ints(1, 2, 3, 4, 5, 6);
            cuMemsetD2D32(p, 12, 9, 2, 2);
            assertThat(cuda.ints(p, 6)).containsExactly(9, 9, 3, 9, 9, 6);
            cuMemsetD2D16Async(p, 12, (short) 1, 2, 1, null);
            cuMemsetD2D8(p.withByteOffset(12), 4, (byte) 0, 1, 3);
            assertThat(cuda.ints(p, 6)).containsExactly(0x10001, 9, 3, 0, 0, 0);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemsetD2D32(p, 4, 9, 2, 2));
        }
    }

    @Test
    void pinnedMemoryHasADeviceAddressAndFlags() {
        try (Cuda cuda = new Cuda()) {
            Pointer host = new Pointer();
            cuMemHostAlloc(host, 16, CU_MEMHOSTALLOC_DEVICEMAP | CU_MEMHOSTALLOC_PORTABLE);
            int[] flags = new int[1];
            cuMemHostGetFlags(flags, host);
            assertThat(flags[0]).isEqualTo(CU_MEMHOSTALLOC_DEVICEMAP | CU_MEMHOSTALLOC_PORTABLE);
            ByteBuffer bytes = host.getByteBuffer(0, 16).order(ByteOrder.nativeOrder());
            CUdeviceptr x = new CUdeviceptr();
            cuMemHostGetDevicePointer(x, host, 0);
            for (int i = 0; i < 4; i++) {
                bytes.putFloat(4 * i, i);
            }
            CUdeviceptr y = cuda.floats(Calls.ONES);
            saxpy(cuda, null, 2, x, y);
            assertThat(cuda.floats(y, 4)).containsExactly(1, 3, 5, 7);
            saxpy(cuda, null, 1, y, x);
            cuCtxSynchronize();
            assertThat(bytes.getFloat(4)).isEqualTo(4);
            cuMemFreeHost(host);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemFreeHost(host));
        }
        assertThat(reported()).containsExactly("bad-free");
    }

    @Test
    void hostMemoryIsRegisteredOnce() {
        try (Cuda cuda = new Cuda()) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(64);
            Pointer host = Pointer.to(bytes);
            cuMemHostRegister(host, 64, 0);
            fails(CUresult.CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, () -> cuMemHostRegister(host, 64, 0));
            fails(
                    CUresult.CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED,
                    () -> cuMemHostRegister(host.withByteOffset(60), 64, 0));
            cuMemHostUnregister(host);
            fails(CUresult.CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED, () -> cuMemHostUnregister(host));
        }
        assertThat(reported()).containsExactly("bad-free");
    }

    @Test
    void pointersTellWhatTheyAre() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = cuda.allocate(64);
            int[] type = new int[1];
            cuPointerGetAttribute(Pointer.to(type), CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE, p);
            assertThat(type[0]).isEqualTo(CUmemorytype.CU_MEMORYTYPE_DEVICE);
            long[] size = new long[1];
            CUdeviceptr inside = p.withByteOffset(8);
            cuPointerGetAttribute(Pointer.to(size), CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_SIZE, inside);
            assertThat(size[0]).isEqualTo(64);
            fails(
                    CUresult.CUDA_ERROR_INVALID_VALUE,
                    () -> cuPointerGetAttribute(
                            Pointer.to(size), CUpointer_attribute.CU_POINTER_ATTRIBUTE_HOST_POINTER, p));
            int[] ordinal = new int[1];
            byte[] managed = {1};
            cuPointerGetAttributes(
                    2,
                    new int[] {
                        CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL,
                        CUpointer_attribute.CU_POINTER_ATTRIBUTE_IS_MANAGED
                    },
                    Pointer.to(Pointer.to(ordinal), Pointer.to(managed)),
                    p);
            assertThat(ordinal[0]).isZero();
            assertThat(managed[0]).isZero();
        }
    }

    @Test
    void managedMemoryIsOneForHostAndDevice() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = new CUdeviceptr();
            cuMemAllocManaged(p, 16, ATTACH_HOST);
            ByteBuffer bytes = p.getByteBuffer(0, 16).order(ByteOrder.nativeOrder());
            for (int i = 0; i < 4; i++) {
                bytes.putFloat(4 * i, i);
            }
            saxpy(cuda, null, 2, cuda.floats(Calls.ONES), p);
            cuCtxSynchronize();
            assertThat(bytes.getFloat(12)).isEqualTo(5);
            assertThat(cuda.floats(p, 4)).containsExactly(2, 3, 4, 5);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemAllocManaged(new CUdeviceptr(), 16, 0));
            cuMemFree(p);
        }
    }

    @Test
    void adviceAboutManagedMemoryIsKept() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = new CUdeviceptr();
            cuMemAllocManaged(p, 16, 1);
            cuMemAdvise(p, 16, CUmem_advise.CU_MEM_ADVISE_SET_READ_MOSTLY, Calls.device(0));
            cuMemPrefetchAsync(p, 16, Calls.device(0), null);
            cuCtxSynchronize();
            int[] value = {-1};
            Pointer result = Pointer.to(value);
            cuMemRangeGetAttribute(result, 4, CUmem_range_attribute.CU_MEM_RANGE_ATTRIBUTE_READ_MOSTLY, p, 16);
            assertThat(value[0]).isEqualTo(1);
            cuMemRangeGetAttribute(
                    result, 4, CUmem_range_attribute.CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION, p, 16);
            assertThat(value[0]).isZero();
            CUdeviceptr plain = cuda.allocate(16);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuMemAdvise(plain, 16, 1, Calls.device(0)));
            cuMemFree(p);
        }
    }

    @Test
    void whatIsNotFreedIsALeak() {
        Cuda cuda = new Cuda();
        cuda.allocate(16);
        cuMemHostAlloc(new Pointer(), 16, 0);
        cuCtxDestroy(cuda.context);
        assertThat(Emulator.takeReports())
                .extracting(Report::text)
                .anySatisfy(text -> assertThat(text).contains("of 16 bytes", "context was destroyed"))
                .anySatisfy(text -> assertThat(text).contains("pinned host memory"));
    }
}

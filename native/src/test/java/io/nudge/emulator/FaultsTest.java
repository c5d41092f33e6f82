package io.nudge.emulator;

import static io.nudge.emulator.Planted.finds;
import static io.nudge.emulator.Planted.report;
import static jcuda.driver.CUresult.CUDA_ERROR_ILLEGAL_ADDRESS;
import static jcuda.driver.CUresult.CUDA_ERROR_INVALID_VALUE;
import static jcuda.driver.CUresult.CUDA_ERROR_LAUNCH_FAILED;
import static jcuda.driver.CUresult.CUDA_ERROR_LAUNCH_TIMEOUT;
import static jcuda.driver.CUresult.CUDA_ERROR_MISALIGNED_ADDRESS;
import static jcuda.driver.JCudaDriver.CU_MEMHOSTALLOC_PORTABLE;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemHostAlloc;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;

/** Faults planted in kernels and their memory. Each is found at a hundred seeds; its twin without the fault has nothing said of it. */
@EmulatedDevice
class FaultsTest {
    private static final String MODULE = "faults";

    static float[] counting(int n) {
        float[] result = new float[n];
        for (int i = 0; i < n; i++) {
            result[i] = i;
        }
        return result;
    }

    private static void reverse(Cuda cuda, String kernel) {
        CUdeviceptr out = cuda.allocate(4 * 64);
        cuda.run(MODULE, kernel, 1, 64, 4 * 64, cuda.floats(counting(64)), out);
    }

    @Test
    void missingBarrier() {
        finds(
                report("shared-race", "kernel missingBarrier, block (0,0,0), thread (", "PTX line ", "faults.cu:"),
                0,
                cuda -> reverse(cuda, "missingBarrier"),
                cuda -> reverse(cuda, "withBarrier"));
    }

    @Test
    void wrongIndexAtTheEdge() {
        finds(
                report(
                        "out-of-bounds",
                        "kernel edge, block (3,0,0), thread (4,0,0), PTX line",
                        "faults.cu:17",
                        "allocation 1 of 400 bytes"),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                cuda -> cuda.run(MODULE, "edge", 4, 32, 0, cuda.allocate(400), 100),
                cuda -> cuda.run(MODULE, "noEdge", 4, 32, 0, cuda.allocate(400), 100));
    }

    private static void histogram(Cuda cuda, String kernel) {
        byte[] in = new byte[512];
        for (int i = 0; i < in.length; i++) {
            in[i] = (byte) (i / 3);
        }
        cuda.run(MODULE, kernel, 1, 128, 0, cuda.bytes(in), cuda.allocate(1024), in.length);
    }

    @Test
    void raceOnAHistogram() {
        finds(
                report("shared-race", "kernel racingHistogram, block (0,0,0), thread (", "faults.cu:"),
                0,
                cuda -> histogram(cuda, "racingHistogram"),
                cuda -> histogram(cuda, "atomicHistogram"));
    }

    @Test
    void unalignedVectorLoad() {
        finds(
                report("misaligned", "kernel vectorLoad, block (0,0,0), thread (", "faults.cu:"),
                CUDA_ERROR_MISALIGNED_ADDRESS,
                cuda -> cuda.run(MODULE, "vectorLoad", 1, 8, 0, cuda.floats(counting(64)), cuda.allocate(32), 1),
                cuda -> cuda.run(MODULE, "vectorLoad", 1, 8, 0, cuda.floats(counting(64)), cuda.allocate(32), 4));
    }

    @Test
    void uninitialisedSharedMemory() {
        finds(
                report("uninitialised-read", "kernel sharedUnwritten, block (0,0,0), thread (63,0,0), PTX line"),
                0,
                cuda -> cuda.run(MODULE, "sharedUnwritten", 1, 64, 0, cuda.allocate(256), 63),
                cuda -> cuda.run(MODULE, "sharedUnwritten", 1, 64, 0, cuda.allocate(256), 64));
    }

    @Test
    void uninitialisedDeviceMemory() {
        finds(
                report("uninitialised-read", "kernel copy, block (0,0,0), thread (", "allocation 1 of 128 bytes"),
                0,
                cuda -> cuda.run(MODULE, "copy", 1, 32, 0, cuda.allocate(128), cuda.allocate(128), 32),
                cuda -> cuda.run(MODULE, "copy", 1, 32, 0, cuda.floats(counting(32)), cuda.allocate(128), 32));
    }

    @Test
    void copyOfUninitialisedMemory() {
        finds(
                report("uninitialised-read", "copy DtoH: byte 0 of allocation 1 of 128 bytes"),
                0,
                cuda -> cuda.floats(cuda.allocate(128), 32),
                cuda -> {
                    CUdeviceptr p = cuda.allocate(128);
                    JCudaDriver.cuMemsetD32(p, 0, 32);
                    cuda.floats(p, 32);
                });
    }

    @Test
    void useAfterFree() {
        finds(
                report("use-after-free", "kernel copy, block (0,0,0), thread (", "in freed allocation 1 of 128 bytes"),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                cuda -> {
                    CUdeviceptr in = cuda.floats(counting(32));
                    cuda.free(in);
                    cuda.run(MODULE, "copy", 1, 32, 0, in, cuda.allocate(128), 32);
                },
                cuda -> {
                    CUdeviceptr in = cuda.floats(counting(32));
                    cuda.run(MODULE, "copy", 1, 32, 0, in, cuda.allocate(128), 32);
                    cuda.free(in);
                });
    }

    @Test
    void doubleFree() {
        finds(
                report("double-free", "cuMemFree", "was freed before"),
                CUDA_ERROR_INVALID_VALUE,
                cuda -> {
                    CUdeviceptr p = cuda.allocate(128);
                    cuda.free(p);
                    cuMemFree(p);
                },
                cuda -> cuda.free(cuda.allocate(128)));
    }

    @Test
    void freeInTheMiddle() {
        finds(
                report("bad-free", "cuMemFree", "allocation 1 of 128 bytes"),
                CUDA_ERROR_INVALID_VALUE,
                cuda -> cuMemFree(cuda.allocate(128).withByteOffset(16)),
                cuda -> cuda.free(cuda.allocate(128)));
    }

    @Test
    void leak() {
        finds(
                report("leak", "allocation 1 of 64 bytes", "still there when its context was destroyed"),
                0,
                cuda -> {
                    cuMemAlloc(new CUdeviceptr(), 64);
                    cuda.close();
                },
                cuda -> cuda.allocate(64));
    }

    @Test
    void barrierThatOnlySomeReach() {
        finds(
                report("divergent-barrier", "kernel barrierInBranch, block (0,0,0), thread (", "0x0000ffff"),
                0,
                cuda -> cuda.run(MODULE, "barrierInBranch", 1, 32, 0, cuda.allocate(128), 0),
                cuda -> cuda.run(MODULE, "barrierInBranch", 1, 32, 0, cuda.allocate(128), 1));
    }

    /** Where it lies in the code is for the compiler to say: here half of a warp comes to it from further down, later. */
    @Test
    void aBarrierThatHalfOfAWarpReachesLaterIsNoFault() {
        String ptx = """
                .version 7.0
                .target sm_70
                .address_size 64
                .visible .entry k(.param .u64 out)
                {
                    .reg .pred %p<2>;
                    .reg .u32 %r<4>;
                    .reg .u64 %d<4>;
                    .shared .align 4 .u32 s[64];
                    ld.param.u64 %d1, [out];
                    mov.u32 %r1, %tid.x;
                    mov.u64 %d2, s;
                    mad.wide.u32 %d2, %r1, 4, %d2;
                    mad.wide.u32 %d1, %r1, 4, %d1;
                    setp.lt.u32 %p1, %r1, 16;
                    @%p1 bra LATER;
                    st.shared.u32 [%d2], 1;
                MEET:
                    bar.sync 0;
                    mov.u64 %d3, s;
                    xor.b32 %r3, %r1, 63;
                    mad.wide.u32 %d3, %r3, 4, %d3;
                    ld.shared.u32 %r2, [%d3];
                    st.global.u32 [%d1], %r2;
                    ret;
                LATER:
                    st.shared.u32 [%d2], 2;
                    bra MEET;
                }
                """;
        for (int seed = 1; seed <= Planted.SEEDS; seed++) {
            Emulator.set("seed", Integer.toString(seed));
            try (Cuda cuda = new Cuda()) {
                CUfunction function = new CUfunction();
                JCudaDriver.cuModuleGetFunction(function, cuda.load(ptx), "k");
                CUdeviceptr out = cuda.allocate(256);
                Cuda.launch(function, 1, 64, 0, null, out);
                int[] found = cuda.ints(out, 64);
                for (int i = 0; i < 64; i++) {
                    assertThat(found[i]).isEqualTo(i > 47 ? 2 : 1);
                }
            }
        }
    }

    @Test
    void threadsThatLeaveBeforeABarrier() {
        finds(
                report("divergent-barrier", "kernel leaveBeforeBarrier, block (0,0,0), thread ("),
                0,
                cuda -> cuda.run(MODULE, "leaveBeforeBarrier", 1, 64, 0, cuda.allocate(256), 40),
                cuda -> cuda.run(MODULE, "leaveBeforeBarrier", 1, 64, 0, cuda.allocate(256), 64));
    }

    @Test
    @EmulatedDevice(settings = "budget=100000")
    void endlessLoop() {
        finds(
                report("timeout", "kernel endless, block (0,0,0), thread (", "endless loop"),
                CUDA_ERROR_LAUNCH_TIMEOUT,
                cuda -> cuda.run(MODULE, "endless", 1, 32, 0, cuda.ints(0)),
                cuda -> cuda.run(MODULE, "endless", 1, 32, 0, cuda.ints(1)));
    }

    @Test
    void shuffleWithAbsentLanes() {
        finds(
                report("inactive-lane", "kernel shuffleHalf, block (0,0,0), thread ("),
                0,
                cuda -> cuda.run(MODULE, "shuffleHalf", 1, 32, 0, cuda.allocate(128), -1),
                cuda -> cuda.run(MODULE, "shuffleHalf", 1, 32, 0, cuda.allocate(128), 0xffff));
    }

    @Test
    void beyondSharedMemory() {
        finds(
                report("out-of-bounds", "kernel sharedOutside, block (0,0,0), thread (31,0,0), PTX line"),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                cuda -> cuda.run(MODULE, "sharedOutside", 1, 32, 128, cuda.allocate(128), 1),
                cuda -> cuda.run(MODULE, "sharedOutside", 1, 32, 128, cuda.allocate(128), 0));
    }

    @Test
    void trap() {
        finds(
                report("trap", "kernel giveUp, block (0,0,0), thread (3,0,0), PTX line"),
                CUDA_ERROR_LAUNCH_FAILED,
                cuda -> cuda.run(MODULE, "giveUp", 1, 32, 0, 3, cuda.allocate(128)),
                cuda -> cuda.run(MODULE, "giveUp", 1, 32, 0, 99, cuda.allocate(128)));
    }

    @Test
    void nullPointer() {
        finds(
                report("null-pointer", "kernel noEdge, block (0,0,0), thread (", "a null pointer"),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                cuda -> cuda.run(MODULE, "noEdge", 1, 32, 0, new CUdeviceptr(), 32),
                cuda -> cuda.run(MODULE, "noEdge", 1, 32, 0, cuda.allocate(128), 32));
    }

    @Test
    void hostPointerToAKernel() {
        finds(
                report("host-pointer", "kernel noEdge, block (0,0,0), thread (", "looks like a host pointer"),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                cuda -> {
                    Pointer host = pinned(128);
                    cuda.run(MODULE, "noEdge", 1, 32, 0, addressOf(host), 32);
                },
                cuda -> {
                    Pointer host = pinned(128);
                    CUdeviceptr device = new CUdeviceptr();
                    JCudaDriver.cuMemHostGetDevicePointer(device, host, 0);
                    cuda.run(MODULE, "noEdge", 1, 32, 0, device, 32);
                    assertThat(floatsOf(host, 32)[31]).isEqualTo(31);
                    cuMemFreeHost(host);
                });
    }

    @Test
    void devicePointerWhereAHostPointerHasToBe() {
        finds(
                report("device-pointer", "copy HtoD, source"),
                CUDA_ERROR_INVALID_VALUE,
                cuda -> cuMemcpyHtoD(cuda.allocate(64), cuda.floats(counting(16)), 64),
                cuda -> cuMemcpyHtoD(cuda.allocate(64), Pointer.to(counting(16)), 64));
    }

    @Test
    void copyBeyondTheEnd() {
        finds(
                report("out-of-bounds", "copy HtoD, target", "4 bytes beyond the end of allocation 1 of 60 bytes"),
                CUDA_ERROR_INVALID_VALUE,
                cuda -> cuMemcpyHtoD(cuda.allocate(60), Pointer.to(counting(16)), 64),
                cuda -> cuMemcpyHtoD(cuda.allocate(64), Pointer.to(counting(16)), 64));
    }

    @Test
    void missingParameter() {
        finds(
                report("parameters", "launch of noEdge", "2 parameters, none were given"),
                CUDA_ERROR_INVALID_VALUE,
                cuda -> JCudaDriver.cuLaunchKernel(
                        cuda.function(MODULE, "noEdge"), 1, 1, 1, 32, 1, 1, 0, null, null, null),
                cuda -> cuda.run(MODULE, "noEdge", 1, 32, 0, cuda.allocate(128), 32));
    }

    /** Parameters in one buffer, whose size is told: a pointer and a number are 12 bytes. */
    private static void launchByBuffer(Cuda cuda, int bytes) {
        ByteBuffer values = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
        values.putLong(0, addressOf(cuda.allocate(128))).putInt(8, 32);
        Pointer extra = Pointer.to(
                JCudaDriver.CU_LAUNCH_PARAM_BUFFER_POINTER,
                Pointer.to(values),
                JCudaDriver.CU_LAUNCH_PARAM_BUFFER_SIZE,
                Pointer.to(new long[] {bytes}),
                JCudaDriver.CU_LAUNCH_PARAM_END);
        JCudaDriver.cuLaunchKernel(cuda.function(MODULE, "noEdge"), 1, 1, 1, 32, 1, 1, 0, null, null, extra);
        JCudaDriver.cuCtxSynchronize();
    }

    @Test
    void misSizedParameters() {
        finds(
                report("parameters", "launch of noEdge", "its parameters have 12 bytes, 8 were given"),
                CUDA_ERROR_INVALID_VALUE,
                cuda -> launchByBuffer(cuda, 8),
                cuda -> launchByBuffer(cuda, 12));
    }

    private static void globalHistogram(Cuda cuda, String kernel) {
        CUdeviceptr bins = cuda.ints(new int[256]);
        cuda.run(MODULE, kernel, 4, 64, 0, cuda.bytes(new byte[256]), bins, 256);
    }

    @Test
    void raceOfBlocksOnAHistogram() {
        finds(
                report(
                        "global-race",
                        "kernel racingGlobalHistogram, block (",
                        "faults.cu:",
                        "allocation 1 of 1024 bytes"),
                0,
                cuda -> globalHistogram(cuda, "racingGlobalHistogram"),
                cuda -> globalHistogram(cuda, "atomicGlobalHistogram"));
    }

    /** The grid is a block too small: the elements that it leaves out are read by the host. */
    @Test
    void gridThatLeavesElementsOut() {
        finds(
                report("uninitialised-read", "copy DtoH: byte 384 of allocation 1 of 400 bytes"),
                0,
                cuda -> {
                    CUdeviceptr out = cuda.allocate(400);
                    cuda.run(MODULE, "noEdge", 3, 32, 0, out, 100);
                    cuda.floats(out, 100);
                },
                cuda -> {
                    CUdeviceptr out = cuda.allocate(400);
                    cuda.run(MODULE, "noEdge", 4, 32, 0, out, 100);
                    cuda.floats(out, 100);
                });
    }

    private static CUdeviceptr constant(Cuda cuda) {
        CUdeviceptr table = new CUdeviceptr();
        JCudaDriver.cuModuleGetGlobal(table, new long[1], cuda.module(MODULE), "table");
        return table;
    }

    @Test
    void writeToConstantMemory() {
        finds(
                report("read-only", "kernel noEdge, block (0,0,0), thread (", "variable table"),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                cuda -> cuda.run(MODULE, "noEdge", 1, 32, 0, constant(cuda), 32),
                cuda -> {
                    cuMemcpyHtoD(constant(cuda), Pointer.to(counting(32)), 128);
                    CUdeviceptr out = cuda.allocate(128);
                    cuda.run(MODULE, "fromConstant", 1, 32, 0, out);
                    assertThat(cuda.floats(out, 32)).containsExactly(counting(32));
                });
    }

    @Test
    void beyondLocalMemory() {
        finds(
                report("out-of-bounds", "kernel localOutside, block (0,0,0), thread (", "faults.cu:"),
                CUDA_ERROR_ILLEGAL_ADDRESS,
                cuda -> cuda.run(MODULE, "localOutside", 1, 8, 0, cuda.floats(counting(8)), 100),
                cuda -> cuda.run(MODULE, "localOutside", 1, 1, 0, cuda.floats(counting(8)), 7));
    }

    @Test
    void misalignedAtomic() {
        finds(
                report("misaligned", "kernel atomicAt, block (0,0,0), thread (0,0,0), PTX line"),
                CUDA_ERROR_MISALIGNED_ADDRESS,
                cuda -> cuda.run(MODULE, "atomicAt", 1, 1, 0, cuda.ints(new int[4]), 2),
                cuda -> cuda.run(MODULE, "atomicAt", 1, 32, 0, cuda.ints(new int[4]), 4));
    }

    @Test
    void namedBarriersInDifferentOrder() {
        finds(
                report("deadlock", "kernel namedBarriers, block (0,0,0), thread (", "wait for each other"),
                CUDA_ERROR_LAUNCH_TIMEOUT,
                cuda -> cuda.run(MODULE, "namedBarriers", 1, 64, 0, cuda.allocate(256), 1),
                cuda -> cuda.run(MODULE, "namedBarriers", 1, 64, 0, cuda.allocate(256), 0));
    }

    static Pointer pinned(long bytes) {
        Pointer host = new Pointer();
        cuMemHostAlloc(host, bytes, CU_MEMHOSTALLOC_PORTABLE);
        return host;
    }

    private static float[] floatsOf(Pointer host, int n) {
        ByteBuffer buffer = host.getByteBuffer(0, 4L * n).order(ByteOrder.nativeOrder());
        float[] result = new float[n];
        buffer.asFloatBuffer().get(result);
        return result;
    }

    /** The address of host memory, passed off as one of the device. */
    private static long addressOf(Pointer host) {
        // The driver writes the address of the pointer it is given: through memory of the device and back.
        long[] address = new long[1];
        CUdeviceptr cell = new CUdeviceptr();
        cuMemAlloc(cell, 8);
        cuMemcpyHtoD(cell, Pointer.to(host), 8);
        cuMemcpyDtoH(Pointer.to(address), cell, 8);
        cuMemFree(cell);
        return address[0];
    }
}

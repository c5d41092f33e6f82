package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import jcuda.Pointer;
import jcuda.Sizeof;
import jcuda.driver.CUDA_MEMCPY2D;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmemorytype;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of the kind of JCuda's samples, written as for hardware. */
@EmulatedDevice
class SamplesTest extends DriverSample {
    private static void addVectors(CUmodule module) {
        CUdeviceptr a = upload(ramp(N, 1));
        CUdeviceptr b = upload(ramp(N, 2));
        CUdeviceptr sum = new CUdeviceptr();
        cuMemAlloc(sum, N * Sizeof.FLOAT);
        Pointer kernelParameters = Pointer.to(Pointer.to(a), Pointer.to(b), Pointer.to(sum), Pointer.to(new int[] {N}));
        int block = 256;
        cuLaunchKernel(
                function(module, "vectorAdd"),
                (int) Math.ceil((double) N / block),
                1,
                1,
                block,
                1,
                1,
                0,
                null,
                kernelParameters,
                null);
        cuCtxSynchronize();
        assertThat(download(sum, N)).isEqualTo(ramp(N, 3));
        cuMemFree(a);
        cuMemFree(b);
        cuMemFree(sum);
    }

    @Test
    void vectorsAreAddedByAModuleFromAFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("vectors.ptx");
        Files.writeString(file, Cuda.ptx("programs/vectors"));
        CUmodule module = new CUmodule();
        cuModuleLoad(module, file.toString());
        addVectors(module);
        cuModuleUnload(module);
    }

    @Test
    void vectorsAreAddedByAModuleFromData() {
        CUmodule module = new CUmodule();
        cuModuleLoadData(module, ptx());
        addVectors(module);
        cuModuleUnload(module);
    }

    @Test
    void vectorsAreAddedByAModuleThatIsCompiledWithOptions() {
        CUmodule module = new CUmodule();
        JITOptions options = new JITOptions();
        options.putInt(CUjit_option.CU_JIT_OPTIMIZATION_LEVEL, 4);
        options.putBytes(CUjit_option.CU_JIT_INFO_LOG_BUFFER, new byte[2048]);
        options.putInt(CUjit_option.CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES, 2048);
        cuModuleLoadDataJIT(module, Pointer.to(ptx()), options);
        addVectors(module);
        cuModuleUnload(module);
    }

    @Test
    void sharedMemoryReducesInTwoSteps() {
        CUmodule module = new CUmodule();
        cuModuleLoadData(module, Cuda.ptx("programs/reduce"));
        CUfunction reduce = function(module, "sumInShared");
        CUdeviceptr in = upload(ramp(N, 1));
        CUdeviceptr out = upload(0);
        int threads = 128;
        Pointer parameters = Pointer.to(Pointer.to(in), Pointer.to(out), Pointer.to(new int[] {N}));
        cuLaunchKernel(reduce, 4, 1, 1, threads, 1, 1, threads * Sizeof.FLOAT, null, parameters, null);
        assertThat(download(out, 1)).containsExactly(N * (N - 1) / 2f);
        cuMemFree(in);
        cuMemFree(out);
        cuModuleUnload(module);
    }

    @Test
    void constantsAndVariablesAreSetAndRead() {
        CUmodule module = new CUmodule();
        cuModuleLoadData(module, Cuda.ptx("programs/polynomial"));
        CUdeviceptr coefficients = new CUdeviceptr();
        long[] size = new long[1];
        cuModuleGetGlobal(coefficients, size, module, "coefficients");
        cuMemcpyHtoD(coefficients, Pointer.to(new float[] {1, 0, 2, 0}), size[0]);
        CUdeviceptr in = upload(1, 2, 3, 4);
        CUdeviceptr out = new CUdeviceptr();
        cuMemAlloc(out, 4 * Sizeof.FLOAT);
        Pointer parameters = Pointer.to(Pointer.to(in), Pointer.to(out), Pointer.to(new int[] {1}));
        cuLaunchKernel(function(module, "evaluate"), 1, 1, 1, 32, 1, 1, 0, null, parameters, null);
        assertThat(download(out, 4)).containsExactly(3, 9, 19, 4);
        CUdeviceptr calls = new CUdeviceptr();
        cuModuleGetGlobal(calls, size, module, "calls");
        int[] count = new int[1];
        cuMemcpyDtoH(Pointer.to(count), calls, size[0]);
        assertThat(count).containsExactly(3);
        cuMemFree(in);
        cuMemFree(out);
        cuModuleUnload(module);
    }

    private int attribute(int attribute) {
        int[] value = new int[1];
        cuDeviceGetAttribute(value, attribute, device);
        return value[0];
    }

    @Test
    @EmulatedDevice(computeCapability = "8.6", memory = "512MB")
    void theDeviceTellsAboutItself() {
        int[] count = new int[1];
        cuDeviceGetCount(count);
        assertThat(count[0]).isEqualTo(1);
        byte[] name = new byte[256];
        cuDeviceGetName(name, name.length, device);
        assertThat(new String(name, StandardCharsets.US_ASCII).trim()).isNotEmpty();
        assertThat(attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR))
                .isEqualTo(8);
        assertThat(attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR))
                .isEqualTo(6);
        assertThat(attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_WARP_SIZE)).isEqualTo(32);
        assertThat(attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK))
                .isEqualTo(1024);
        long[] bytes = new long[1];
        cuDeviceTotalMem(bytes, device);
        assertThat(bytes[0]).isEqualTo(512L << 20);
        int[] version = new int[1];
        cuDriverGetVersion(version);
        assertThat(version[0]).isGreaterThanOrEqualTo(12000);
    }

    @Test
    void theOccupancyChoosesABlockSize() {
        CUmodule module = new CUmodule();
        cuModuleLoadData(module, Cuda.ptx("programs/reduce"));
        CUfunction reduce = function(module, "sumByShuffles");
        int[] value = new int[1];
        cuFuncGetAttribute(value, CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, reduce);
        assertThat(value[0]).isEqualTo(32 * Sizeof.FLOAT);
        int[] grid = new int[1];
        int[] block = new int[1];
        cuOccupancyMaxPotentialBlockSize(grid, block, reduce, size -> 0, 0, 0);
        assertThat(block[0]).isBetween(32, 1024);
        int[] active = new int[1];
        cuOccupancyMaxActiveBlocksPerMultiprocessor(active, reduce, block[0], 0);
        int multiprocessors = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
        assertThat(grid[0]).isEqualTo(active[0] * multiprocessors);
        CUdeviceptr in = upload(ramp(N, 1));
        CUdeviceptr out = upload(0);
        Pointer parameters = Pointer.to(Pointer.to(in), Pointer.to(out), Pointer.to(new int[] {N}));
        cuLaunchKernel(reduce, grid[0], 1, 1, block[0], 1, 1, 0, null, parameters, null);
        assertThat(download(out, 1)).containsExactly(N * (N - 1) / 2f);
        cuMemFree(in);
        cuMemFree(out);
        cuModuleUnload(module);
    }

    @Test
    void aKernelWorksOnMappedHostMemory() {
        CUmodule module = new CUmodule();
        cuModuleLoadData(module, ptx());
        Pointer x = new Pointer();
        Pointer y = new Pointer();
        cuMemHostAlloc(x, N * Sizeof.FLOAT, JCudaDriver.CU_MEMHOSTALLOC_DEVICEMAP);
        cuMemHostAlloc(y, N * Sizeof.FLOAT, JCudaDriver.CU_MEMHOSTALLOC_DEVICEMAP);
        floats(x, N).put(ramp(N, 1));
        floats(y, N).put(ramp(N, 100));
        CUdeviceptr deviceX = new CUdeviceptr();
        CUdeviceptr deviceY = new CUdeviceptr();
        cuMemHostGetDevicePointer(deviceX, x, 0);
        cuMemHostGetDevicePointer(deviceY, y, 0);
        CUfunction saxpy = function(module, "saxpy");
        cuLaunchKernel(saxpy, 4, 1, 1, 256, 1, 1, 0, null, saxpyParameters(3, deviceX, deviceY, N), null);
        cuCtxSynchronize();
        assertThat(contents(y, N)).isEqualTo(ramp(N, 103));
        cuMemFreeHost(x);
        cuMemFreeHost(y);
        cuModuleUnload(module);
    }

    @Test
    void rowsOfPitchedMemoryAreCopied() {
        int width = 10;
        int height = 4;
        long rowBytes = (long) width * Sizeof.FLOAT;
        CUdeviceptr matrix = new CUdeviceptr();
        long[] pitch = new long[1];
        cuMemAllocPitch(matrix, pitch, rowBytes, height, 4);
        assertThat(pitch[0]).isGreaterThanOrEqualTo(rowBytes);
        CUDA_MEMCPY2D to = new CUDA_MEMCPY2D();
        to.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_HOST;
        to.srcHost = Pointer.to(ramp(width * height, 1));
        to.srcPitch = rowBytes;
        to.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
        to.dstDevice = matrix;
        to.dstPitch = pitch[0];
        to.WidthInBytes = rowBytes;
        to.Height = height;
        cuMemcpy2D(to);
        assertThat(download(matrix.withByteOffset(2 * pitch[0]), width))
                .isEqualTo(Arrays.copyOfRange(ramp(width * height, 1), 2 * width, 3 * width));
        cuMemFree(matrix);
    }
}

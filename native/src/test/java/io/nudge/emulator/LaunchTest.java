package io.nudge.emulator;

import static io.nudge.emulator.Calls.ONES;
import static io.nudge.emulator.Calls.fails;
import static io.nudge.emulator.Calls.reported;
import static io.nudge.emulator.Calls.saxpy;
import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Launches: their limits and arguments, attributes of functions, occupancy. */
@EmulatedDevice
class LaunchTest {
    @Test
    void launchesAreChecked() {
        try (Cuda cuda = new Cuda()) {
            CUfunction f = cuda.function("programs/bitonic", "sortInShared");
            CUdeviceptr p = cuda.floats(ONES);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> Cuda.launch(f, 0, 32, 0, null, p, 4));
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> Cuda.launch(f, 1, 2048, 0, null, p, 4));
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> Cuda.launch(f, 1, 32, 49 << 10, null, p, 4));
            cuFuncSetAttribute(f, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 64 << 10);
            Cuda.launch(f, 1, 4, 49 << 10, null, p, 4);
            cuCtxSynchronize();
        }
    }

    private static CUfunction saxpy(Cuda cuda) {
        return cuda.function("programs/vectors", "saxpy");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 1, 32, 1, 1",
        "1, 65536, 1, 32, 1, 1",
        "1, 1, 65536, 32, 1, 1",
        "1, 1, 1, 0, 1, 1",
        "1, 1, 1, 1025, 1, 1",
        "1, 1, 1, 1, 1025, 1",
        "1, 1, 1, 1, 1, 65",
        "1, 1, 1, 32, 33, 1",
    })
    void dimensionsHaveLimits(int gx, int gy, int gz, int bx, int by, int bz) {
        try (Cuda cuda = new Cuda()) {
            Pointer parameters = Cuda.parameters(1f, cuda.floats(ONES), cuda.floats(ONES), 4);
            fails(
                    CUresult.CUDA_ERROR_INVALID_VALUE,
                    () -> cuLaunchKernel(saxpy(cuda), gx, gy, gz, bx, by, bz, 0, null, parameters, null));
        }
    }

    @Test
    void aKernelWithoutItsParametersIsNotLaunched() {
        try (Cuda cuda = new Cuda()) {
            fails(
                    CUresult.CUDA_ERROR_INVALID_VALUE,
                    () -> cuLaunchKernel(saxpy(cuda), 1, 1, 1, 32, 1, 1, 0, null, null, null));
        }
        assertThat(reported()).containsExactly("parameters");
    }

    @Test
    @SuppressWarnings("deprecation") // what JCuda still has for old programs has to work
    void argumentsCanBeGivenOneByOne() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr x = cuda.floats(ONES);
            CUdeviceptr y = cuda.floats(ONES);
            CUfunction f = saxpy(cuda);
            cuParamSetf(f, 0, 2);
            cuParamSetv(f, 8, Pointer.to(x), 8);
            cuParamSetv(f, 16, Pointer.to(y), 8);
            cuParamSeti(f, 24, 4);
            cuParamSetSize(f, 28);
            cuFuncSetBlockShape(f, 32, 1, 1);
            cuFuncSetSharedSize(f, 0);
            cuLaunchGrid(f, 1, 1);
            assertThat(cuda.floats(y, 4)).containsOnly(3);
            cuParamSetSize(f, 20);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuLaunch(f));
        }
        assertThat(reported()).containsExactly("parameters");
    }

    @Test
    void functionsTellTheirAttributes() {
        try (Cuda cuda = new Cuda()) {
            CUfunction f = saxpy(cuda);
            int[] value = new int[1];
            for (int attribute = 0; attribute <= 15; attribute++) {
                cuFuncGetAttribute(value, attribute, f);
            }
            cuFuncGetAttribute(value, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, f);
            assertThat(value[0]).isEqualTo(1024);
            cuFuncGetAttribute(value, CUfunction_attribute.CU_FUNC_ATTRIBUTE_BINARY_VERSION, f);
            assertThat(value[0]).isEqualTo(90);
            cuFuncSetAttribute(f, CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT, 50);
            cuFuncGetAttribute(value, CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT, f);
            assertThat(value[0]).isEqualTo(50);
            int shared = CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
            cuFuncSetAttribute(f, shared, 227 << 10);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuFuncSetAttribute(f, shared, (227 << 10) + 1));
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuFuncGetAttribute(value, 99, f));
            CUmodule module = new CUmodule();
            cuFuncGetModule(module, f);
            assertThat(module).isEqualTo(cuda.module("programs/vectors"));
        }
    }

    private static CUfunction smallKernel(Cuda cuda) {
        CUfunction function = new CUfunction();
        CUmodule module =
                cuda.load(".version 7.0\n.target sm_70\n.address_size 64\n.visible .entry k()\n{\n\tret;\n}\n");
        cuModuleGetFunction(function, module, "k");
        return function;
    }

    /** Of a kernel that needs few registers: threads and blocks set the limit, or shared memory. */
    @ParameterizedTest
    @CsvSource({
        "7.5, 128, 0, 8",
        "8.0, 128, 0, 16",
        "8.6, 32, 0, 16",
        "8.9, 32, 0, 24",
        "9.0, 1024, 0, 2",
        "8.6, 1024, 0, 1",
        "8.0, 128, 40000, 4",
        "8.6, 128, 40000, 2",
        "7.5, 128, 40000, 1",
    })
    void occupancyIsThatOfTheCapability(String capability, int blockSize, long shared, int blocks) {
        Emulator.set("capability", capability);
        try (Cuda cuda = new Cuda()) {
            int[] result = new int[1];
            cuOccupancyMaxActiveBlocksPerMultiprocessor(result, smallKernel(cuda), blockSize, shared);
            assertThat(result[0]).isEqualTo(blocks);
        }
    }

    @Test
    @EmulatedDevice(
            computeCapability = "8.6",
            settings = {"multiprocessors=10"})
    void theBestBlockSizeFillsTheDevice() {
        try (Cuda cuda = new Cuda()) {
            int[] grid = new int[1];
            int[] block = new int[1];
            cuOccupancyMaxPotentialBlockSize(grid, block, smallKernel(cuda), null, 0, 0);
            assertThat(block[0]).isEqualTo(768);
            assertThat(grid[0]).isEqualTo(20);
            long[] shared = new long[1];
            cuOccupancyAvailableDynamicSMemPerBlock(shared, smallKernel(cuda), 4, 128);
            assertThat(shared[0]).isEqualTo(100 * 1024 / 4 - 1024);
            fails(
                    CUresult.CUDA_ERROR_INVALID_VALUE,
                    () -> cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(grid, smallKernel(cuda), 128, 0, 8));
        }
    }
}

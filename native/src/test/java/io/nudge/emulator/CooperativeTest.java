package io.nudge.emulator;

import static jcuda.driver.CUresult.CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE;
import static jcuda.driver.CUresult.CUDA_ERROR_LAUNCH_FAILED;
import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuLaunchCooperativeKernel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jcuda.CudaException;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;

/** Launches whose blocks are all there at once, so that they may wait for each other. */
@EmulatedDevice
class CooperativeTest {
    private static final String MODULE = "sharing";
    private static final int SEEDS = 50;

    private static void cooperate(Cuda cuda, String kernel, int grid, int block, Object... values) {
        cuLaunchCooperativeKernel(
                cuda.function(MODULE, kernel), grid, 1, 1, block, 1, 1, 0, null, Cuda.parameters(values));
    }

    @Test
    void gridsSynchronise() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            Emulator.set("seed", Integer.toString(seed));
            Emulator.reset();
            try (Cuda cuda = new Cuda()) {
                CUdeviceptr out = cuda.allocate(4);
                CUdeviceptr in = cuda.floats(1, 2, 3, 4, 5, 6, 7, 8);
                cooperate(cuda, "gridSum", 8, 40, in, cuda.allocate(32), out);
                assertThat(cuda.floats(out, 1)[0]).isEqualTo(36);
            }
            assertThat(Emulator.reports()).as("seed %s", seed).isEmpty();
        }
    }

    @Test
    void blocksWaitForEachOtherByAtomics() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            Emulator.set("seed", Integer.toString(seed));
            Emulator.reset();
            try (Cuda cuda = new Cuda()) {
                CUdeviceptr out = cuda.allocate(16);
                cooperate(cuda, "ownBarrier", 4, 64, cuda.ints(0), cuda.allocate(16), out);
                assertThat(cuda.ints(out, 4)).containsExactly(2, 3, 4, 1);
            }
            assertThat(Emulator.reports()).as("seed %s", seed).isEmpty();
        }
    }

    @Test
    void gridBarrierNeedsACooperativeLaunch() {
        Cuda cuda = new Cuda();
        CUdeviceptr in = cuda.floats(1, 2);
        assertThatThrownBy(() -> cuda.run(MODULE, "gridSum", 2, 32, 0, in, cuda.allocate(8), cuda.allocate(4)))
                .isInstanceOf(CudaException.class)
                .hasMessage(CUresult.stringFor(CUDA_ERROR_LAUNCH_FAILED));
        assertThat(Emulator.takeReports()).extracting(Report::kind).contains("trap");
        Emulator.reset();
    }

    @Test
    @EmulatedDevice(settings = "multiprocessors=16")
    void allBlocksHaveToFit() {
        try (Cuda cuda = new Cuda()) {
            int[] each = new int[1];
            JCudaDriver.cuOccupancyMaxActiveBlocksPerMultiprocessor(each, cuda.function(MODULE, "ownBarrier"), 1024, 0);
            int most = 16 * each[0]; // on all multiprocessors
            CUdeviceptr tickets = cuda.ints(0);
            CUdeviceptr data = cuda.allocate(4L * most);
            CUdeviceptr out = cuda.allocate(4L * most);
            cooperate(cuda, "ownBarrier", most, 1024, tickets, data, out);
            cuCtxSynchronize();
            assertThatThrownBy(() -> cooperate(cuda, "ownBarrier", most + 1, 1024, tickets, data, out))
                    .isInstanceOf(CudaException.class)
                    .hasMessage(CUresult.stringFor(CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE));
        }
    }

    @Test
    void deviceSaysThatItCan() {
        try (Cuda cuda = new Cuda()) {
            CUdevice device = new CUdevice();
            JCudaDriver.cuDeviceGet(device, 0);
            int[] can = new int[1];
            JCudaDriver.cuDeviceGetAttribute(can, 95, device);
            assertThat(can[0]).isEqualTo(1);
        }
    }
}

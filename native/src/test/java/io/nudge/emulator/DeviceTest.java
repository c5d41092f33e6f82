package io.nudge.emulator;

import static io.nudge.emulator.Calls.device;
import static io.nudge.emulator.Calls.fails;
import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_P2PAttribute;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.CUuuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices are as the settings and NVIDIA's data sheets have them. */
@EmulatedDevice
class DeviceTest {
    @Test
    @EmulatedDevice(computeCapability = "8.6", memory = "64MB", devices = 2)
    void deviceIsAsItIsAskedFor() {
        try (Cuda cuda = new Cuda()) {
            int[] value = new int[1];
            cuDeviceGetCount(value);
            assertThat(value[0]).isEqualTo(2);
            CUdevice device = new CUdevice();
            cuDeviceGet(device, 1);
            cuDeviceGetAttribute(value, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device);
            assertThat(value[0]).isEqualTo(6);
            long[] total = new long[1];
            long[] free = new long[1];
            cuMemGetInfo(free, total);
            assertThat(total[0]).isEqualTo(64 << 20);
            cuda.allocate(1 << 20);
            cuMemGetInfo(free, total);
            assertThat(free[0]).isEqualTo(63 << 20);
            fails(CUresult.CUDA_ERROR_OUT_OF_MEMORY, () -> cuda.allocate(64 << 20));
            fails(CUresult.CUDA_ERROR_INVALID_DEVICE, () -> cuDeviceGet(new CUdevice(), 2));
        }
    }

    @Test
    void needsInitialisationAndAContext() {
        setExceptionsEnabled(true);
        fails(CUresult.CUDA_ERROR_NOT_INITIALIZED, () -> cuDeviceGetCount(new int[1]));
        cuInit(0);
        fails(CUresult.CUDA_ERROR_INVALID_CONTEXT, () -> cuMemAlloc(new CUdeviceptr(), 4));
    }

    private static int attribute(int attribute, int device) {
        int[] value = new int[1];
        cuDeviceGetAttribute(value, attribute, device(device));
        return value[0];
    }

    /** From NVIDIA's data sheets and the table of technical specifications per compute capability. */
    @ParameterizedTest
    @CsvSource({
        "7.0, V100, 80, 2048, 32, 98304, 98304",
        "7.2, Xavier, 8, 2048, 32, 98304, 98304",
        "7.5, T4, 40, 1024, 16, 65536, 65536",
        "8.0, A100, 108, 2048, 32, 167936, 166912",
        "8.6, RTX 3090, 82, 1536, 16, 102400, 101376",
        "8.7, Orin, 16, 1536, 16, 167936, 166912",
        "8.9, RTX 4090, 128, 1536, 24, 102400, 101376",
        "9.0, H100, 132, 2048, 32, 233472, 232448",
        "12.0, RTX 5090, 170, 1536, 24, 102400, 101376",
    })
    void attributesAreThoseOfTheCapability(
            String capability, String model, int count, int threads, int blocks, int shared, int sharedOptIn) {
        Emulator.set("capability", capability);
        cuInit(0);
        byte[] name = new byte[128];
        cuDeviceGetName(name, name.length, device(0));
        assertThat(new String(name, StandardCharsets.US_ASCII)).contains("Emulated", model, capability);
        assertThat(attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 0))
                .isEqualTo(count);
        assertThat(attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR, 0))
                .isEqualTo(threads);
        assertThat(attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR, 0))
                .isEqualTo(blocks);
        assertThat(attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR, 0))
                .isEqualTo(shared);
        assertThat(attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, 0))
                .isEqualTo(sharedOptIn);
    }

    @Test
    void everyAttributeThatJCudaKnowsHasAValueAndNoOther() throws ReflectiveOperationException {
        cuInit(0);
        for (var field : CUdevice_attribute.class.getFields()) {
            if (!field.getName().equals("CU_DEVICE_ATTRIBUTE_MAX")) {
                attribute(field.getInt(null), 0);
            }
        }
        fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> attribute(0, 0));
        fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> attribute(1000, 0));
    }

    @Test
    @EmulatedDevice(
            devices = 2,
            settings = {"multiprocessors=3", "name=Mine"})
    void nameAndMultiprocessorsCanBeSet() {
        cuInit(0);
        byte[] name = new byte[5];
        cuDeviceGetName(name, name.length, device(1));
        assertThat(new String(name, StandardCharsets.US_ASCII)).isEqualTo("Mine\0");
        assertThat(attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 1))
                .isEqualTo(3);
    }

    @Test
    @EmulatedDevice(devices = 2)
    void devicesAreToldApart() {
        cuInit(0);
        String[] first = new String[1];
        String[] second = new String[1];
        cuDeviceGetPCIBusId(first, 16, device(0));
        cuDeviceGetPCIBusId(second, 16, device(1));
        assertThat(first[0]).isNotEqualTo(second[0]);
        CUdevice found = new CUdevice();
        cuDeviceGetByPCIBusId(found, second[0]);
        assertThat(found).isEqualTo(device(1));
        CUuuid a = new CUuuid();
        CUuuid b = new CUuuid();
        cuDeviceGetUuid(a, device(0));
        cuDeviceGetUuid(b, device(1));
        assertThat(a.bytes).isNotEqualTo(b.bytes);
    }

    @Test
    @EmulatedDevice(devices = 2)
    void devicesArePeersOfEachOtherButNotOfThemselves() {
        cuInit(0);
        int[] can = new int[1];
        cuDeviceCanAccessPeer(can, device(0), device(1));
        assertThat(can[0]).isEqualTo(1);
        cuDeviceCanAccessPeer(can, device(0), device(0));
        assertThat(can[0]).isZero();
        cuDeviceGetP2PAttribute(
                can, CUdevice_P2PAttribute.CU_DEVICE_P2P_ATTRIBUTE_ACCESS_SUPPORTED, device(0), device(1));
        assertThat(can[0]).isEqualTo(1);
        fails(
                CUresult.CUDA_ERROR_INVALID_DEVICE,
                () -> cuDeviceGetP2PAttribute(
                        can, CUdevice_P2PAttribute.CU_DEVICE_P2P_ATTRIBUTE_ACCESS_SUPPORTED, device(0), device(0)));
    }

    @Test
    @EmulatedDevice(devices = 0)
    void withoutADeviceNothingIsInitialised() {
        fails(CUresult.CUDA_ERROR_NO_DEVICE, () -> cuInit(0));
    }
}

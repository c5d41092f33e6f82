package io.nudge.cuda;

import io.nudge.tensor.Device;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** The CUDA devices of this machine, as far as they can be known without a context on one. */
final class Devices {
    /** The oldest device that the kernels run on. */
    static final int OLDEST_MAJOR = 6;

    /** The oldest driver that JCuda 12.6 works with. */
    private static final int OLDEST_DRIVER = 12000;

    private static final int NAME_BYTES = 256;
    private static final String NO_DEVICE =
            "there is no NVIDIA GPU that this program may use; look at nvidia-smi and CUDA_VISIBLE_DEVICES";
    private static final Calls CALLS = new Calls(() -> "looking for CUDA devices");

    private Devices() {}

    /** What keeps CUDA from being used here: empty if nothing does. */
    static Optional<String> problem() {
        Optional<String> driver = Natives.driverProblem();
        if (driver.isPresent()) {
            return driver;
        }
        int result = JCudaDriver.cuInit(0);
        if (result == CUresult.CUDA_ERROR_NO_DEVICE) {
            return Optional.of(NO_DEVICE);
        }
        if (result != CUresult.CUDA_SUCCESS) {
            return Optional.of(
                    "the NVIDIA driver does not start: " + Calls.driverText(result) + "; " + Remedy.ofDriver(result));
        }
        if (driverVersion() < OLDEST_DRIVER) {
            return Optional.of("the NVIDIA driver is for CUDA " + version(driverVersion())
                    + ", which is too old; install one for CUDA 12 or newer (525 or newer)");
        }
        return count() == 0 ? Optional.of(NO_DEVICE) : problemOfAll();
    }

    /** One device that can be used is enough; where there is none, the first says why. */
    private static Optional<String> problemOfAll() {
        for (int i = 0; i < count(); i++) {
            if (problem(i).isEmpty()) {
                return Optional.empty();
            }
        }
        return problem(0);
    }

    /** What keeps this one device from being used. */
    static Optional<String> problem(int ordinal) {
        CUdevice device = get(ordinal);
        return tooOld(name(device), major(device), minor(device));
    }

    static Optional<String> tooOld(String name, int major, int minor) {
        return major >= OLDEST_MAJOR
                ? Optional.empty()
                : Optional.of("the " + name + " has the compute capability " + major + "." + minor + ", but "
                        + OLDEST_MAJOR + ".0 is needed; use a newer GPU");
    }

    static int count() {
        int[] count = new int[1];
        CALLS.driver(JCudaDriver.cuDeviceGetCount(count), "cuDeviceGetCount");
        return count[0];
    }

    static CUdevice get(int ordinal) {
        CUdevice device = new CUdevice();
        CALLS.driver(JCudaDriver.cuDeviceGet(device, ordinal), "cuDeviceGet");
        return device;
    }

    /**
     * All devices, those too old among them, which say so when they are opened.
     *
     * @param more what is to be said of each besides
     */
    static List<Device> all(String more) {
        List<Device> devices = new ArrayList<>();
        for (int i = 0; i < count(); i++) {
            devices.add(new Device(Emulation.backend(), i, name(get(i)), detail(get(i)) + ", " + more));
        }
        return devices;
    }

    static String name(CUdevice device) {
        byte[] name = new byte[NAME_BYTES];
        CALLS.driver(JCudaDriver.cuDeviceGetName(name, NAME_BYTES, device), "cuDeviceGetName");
        String text = new String(name, StandardCharsets.UTF_8);
        return text.substring(0, text.indexOf('\0'));
    }

    static String detail(CUdevice device) {
        return "compute capability " + capability(device) + ", driver for CUDA " + version(driverVersion());
    }

    /** In bytes; what this process has of it counts. */
    static long memory(CUdevice device) {
        long[] bytes = new long[1];
        CALLS.driver(JCudaDriver.cuDeviceTotalMem(bytes, device), "cuDeviceTotalMem");
        return bytes[0];
    }

    static int multiprocessors(CUdevice device) {
        return attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device);
    }

    /** The most shared memory that a block can ask for, in bytes. */
    static int sharedMemory(CUdevice device) {
        return attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, device);
    }

    static int major(CUdevice device) {
        return attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device);
    }

    static String capability(CUdevice device) {
        return major(device) + "." + minor(device);
    }

    private static int minor(CUdevice device) {
        return attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device);
    }

    private static int attribute(int attribute, CUdevice device) {
        int[] value = new int[1];
        CALLS.driver(JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
        return value[0];
    }

    static int driverVersion() {
        int[] version = new int[1];
        CALLS.driver(JCudaDriver.cuDriverGetVersion(version), "cuDriverGetVersion");
        return version[0];
    }

    static String version(int number) {
        return number / 1000 + "." + number % 1000 / 10;
    }
}

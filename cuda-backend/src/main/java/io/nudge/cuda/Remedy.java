package io.nudge.cuda;

import jcuda.driver.CUresult;
import jcuda.jcublas.cublasStatus;

/** What to do when a call fails, by its code. */
final class Remedy {
    private static final String REPORT = "this is a mistake in Nudge; please report it with this message";

    private Remedy() {}

    static String ofMemory() {
        return "close tensors that are no longer used, make the batch or the network smaller, or end other programs on "
                + "this device";
    }

    static String ofDriver(int result) {
        return switch (result) {
            case CUresult.CUDA_ERROR_NO_DEVICE ->
                "no NVIDIA GPU is visible; look at nvidia-smi and CUDA_VISIBLE_DEVICES";
            case CUresult.CUDA_ERROR_INVALID_DEVICE -> "there is no such device; look at nvidia-smi";
            case CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU -> "the device is too old for the kernels; use another";
            case CUresult.CUDA_ERROR_INVALID_PTX, CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION ->
                "the driver is too old for the kernels; install a newer NVIDIA driver";
            case CUresult.CUDA_ERROR_JIT_COMPILER_NOT_FOUND, CUresult.CUDA_ERROR_JIT_COMPILATION_DISABLED ->
                "the driver cannot compile PTX; install all of it (libnvidia-ptxjitcompiler), and unset "
                        + "CUDA_DISABLE_PTX_JIT";
            case CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH ->
                "the driver's library and its kernel module are of different versions; reboot";
            case CUresult.CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE ->
                "a CUDA forward-compatibility package is in the way; remove it from LD_LIBRARY_PATH";
            case CUresult.CUDA_ERROR_DEVICE_UNAVAILABLE ->
                "another program has the device for itself; end it, or change the compute mode with nvidia-smi -c 0";
            case CUresult.CUDA_ERROR_UNKNOWN -> "the driver is in a bad state; look at dmesg, and reboot";
            case CUresult.CUDA_ERROR_OPERATING_SYSTEM ->
                "the operating system refuses the driver something; look at dmesg and at the permissions of /dev/nvidia*";
            default -> REPORT;
        };
    }

    static String ofCublas(int status) {
        return switch (status) {
            case cublasStatus.CUBLAS_STATUS_NOT_INITIALIZED ->
                "cuBLAS does not work with this driver; install the cuBLAS of CUDA 12 and a driver of CUDA 12 or newer";
            case cublasStatus.CUBLAS_STATUS_ARCH_MISMATCH, cublasStatus.CUBLAS_STATUS_NOT_SUPPORTED ->
                "this cuBLAS does not know the device or the product; install the newest cuBLAS of CUDA 12";
            default -> REPORT;
        };
    }
}

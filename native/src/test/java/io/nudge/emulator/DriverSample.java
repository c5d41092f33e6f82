package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.*;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import jcuda.Pointer;
import jcuda.Sizeof;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What programs of the kind of JCuda's samples begin and end with, and the steps that they have in common. */
abstract class DriverSample {
    static final int N = 1000;

    CUdevice device;

    CUcontext context;

    @BeforeEach
    void initialize() {
        JCudaDriver.setExceptionsEnabled(true);
        cuInit(0);
        device = new CUdevice();
        cuDeviceGet(device, 0);
        context = new CUcontext();
        cuCtxCreate(context, 0, device);
    }

    @AfterEach
    void shutdown() {
        cuCtxDestroy(context);
    }

    static byte[] ptx() {
        return (Cuda.ptx("programs/vectors") + "\0").getBytes(StandardCharsets.US_ASCII);
    }

    static CUfunction function(CUmodule module, String name) {
        CUfunction function = new CUfunction();
        cuModuleGetFunction(function, module, name);
        return function;
    }

    static CUdeviceptr upload(float... values) {
        CUdeviceptr result = new CUdeviceptr();
        cuMemAlloc(result, (long) values.length * Sizeof.FLOAT);
        cuMemcpyHtoD(result, Pointer.to(values), (long) values.length * Sizeof.FLOAT);
        return result;
    }

    static float[] download(CUdeviceptr source, int n) {
        float[] result = new float[n];
        cuMemcpyDtoH(Pointer.to(result), source, (long) n * Sizeof.FLOAT);
        return result;
    }

    static float[] ramp(int n, float step) {
        float[] result = new float[n];
        for (int i = 0; i < n; i++) {
            result[i] = i * step;
        }
        return result;
    }

    static CUstream stream() {
        CUstream result = new CUstream();
        cuStreamCreate(result, CUstream_flags.CU_STREAM_NON_BLOCKING);
        return result;
    }

    static Pointer saxpyParameters(float alpha, CUdeviceptr x, CUdeviceptr y, int n) {
        return Pointer.to(Pointer.to(new float[] {alpha}), Pointer.to(x), Pointer.to(y), Pointer.to(new int[] {n}));
    }

    static FloatBuffer floats(Pointer pinned, int n) {
        return pinned.getByteBuffer(0, (long) n * Sizeof.FLOAT)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    static Pointer pinned(int n) {
        Pointer result = new Pointer();
        cuMemAllocHost(result, (long) n * Sizeof.FLOAT);
        return result;
    }

    static float[] contents(Pointer pinned, int n) {
        float[] result = new float[n];
        floats(pinned, n).get(result);
        return result;
    }
}

package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.cuCtxCreate;
import static jcuda.driver.JCudaDriver.cuCtxDestroy;
import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuInit;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadData;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** A context, modules and memory that are gone when it is closed. */
final class Cuda implements AutoCloseable {
    private static final Set<String> ASSEMBLED = new HashSet<>();

    final CUcontext context = new CUcontext();
    private final List<CUdeviceptr> memory = new ArrayList<>();
    private final Map<String, CUmodule> modules = new HashMap<>();
    private final List<CUmodule> loaded = new ArrayList<>();

    Cuda() {
        Emulator.load();
        JCudaDriver.setExceptionsEnabled(true);
        cuInit(0);
        CUdevice device = new CUdevice();
        cuDeviceGet(device, 0);
        cuCtxCreate(context, 0, device);
    }

    static String ptx(String name) {
        try (InputStream in = Cuda.class.getResourceAsStream(name + ".ptx")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    CUmodule module(String name) {
        CUmodule known = modules.get(name);
        if (known == null) {
            known = load(ptx(name));
            modules.put(name, known);
        }
        return known;
    }

    /** Loads PTX, which NVIDIA's assembler has to take too. */
    CUmodule load(String ptx) {
        CUmodule module = new CUmodule();
        cuModuleLoadData(module, ptx);
        loaded.add(module);
        if (ASSEMBLED.add(ptx)) {
            NvidiaAssembler.takes(ptx);
        }
        return module;
    }

    CUfunction function(String module, String name) {
        CUfunction function = new CUfunction();
        cuModuleGetFunction(function, module(module), name);
        return function;
    }

    CUdeviceptr allocate(long bytes) {
        CUdeviceptr p = new CUdeviceptr();
        cuMemAlloc(p, bytes);
        memory.add(p);
        return p;
    }

    void free(CUdeviceptr p) {
        memory.remove(p);
        cuMemFree(p);
    }

    CUdeviceptr floats(float... values) {
        CUdeviceptr p = allocate(4L * values.length);
        cuMemcpyHtoD(p, Pointer.to(values), 4L * values.length);
        return p;
    }

    CUdeviceptr ints(int... values) {
        CUdeviceptr p = allocate(4L * values.length);
        cuMemcpyHtoD(p, Pointer.to(values), 4L * values.length);
        return p;
    }

    CUdeviceptr doubles(double... values) {
        CUdeviceptr p = allocate(8L * values.length);
        cuMemcpyHtoD(p, Pointer.to(values), 8L * values.length);
        return p;
    }

    CUdeviceptr bytes(byte... values) {
        CUdeviceptr p = allocate(values.length);
        cuMemcpyHtoD(p, Pointer.to(values), values.length);
        return p;
    }

    float[] floats(CUdeviceptr p, int n) {
        float[] result = new float[n];
        cuMemcpyDtoH(Pointer.to(result), p, 4L * n);
        return result;
    }

    int[] ints(CUdeviceptr p, int n) {
        int[] result = new int[n];
        cuMemcpyDtoH(Pointer.to(result), p, 4L * n);
        return result;
    }

    double[] doubles(CUdeviceptr p, int n) {
        double[] result = new double[n];
        cuMemcpyDtoH(Pointer.to(result), p, 8L * n);
        return result;
    }

    /** An argument: a CUdeviceptr, Integer, Long, Float or Double. */
    static Pointer parameters(Object... values) {
        Pointer[] pointers = new Pointer[values.length];
        for (int i = 0; i < values.length; i++) {
            Object v = values[i];
            if (v instanceof CUdeviceptr p) {
                pointers[i] = Pointer.to(p);
            } else if (v instanceof Integer n) {
                pointers[i] = Pointer.to(new int[] {n});
            } else if (v instanceof Long n) {
                pointers[i] = Pointer.to(new long[] {n});
            } else if (v instanceof Float f) {
                pointers[i] = Pointer.to(new float[] {f});
            } else {
                pointers[i] = Pointer.to(new double[] {(Double) v});
            }
        }
        return Pointer.to(pointers);
    }

    static void launch(CUfunction f, int grid, int block, int shared, CUstream stream, Object... values) {
        cuLaunchKernel(f, grid, 1, 1, block, 1, 1, shared, stream, parameters(values), null);
    }

    void run(String module, String kernel, int grid, int block, int shared, Object... values) {
        launch(function(module, kernel), grid, block, shared, null, values);
        cuCtxSynchronize();
    }

    @Override
    public void close() {
        memory.forEach(JCudaDriver::cuMemFree);
        loaded.forEach(JCudaDriver::cuModuleUnload);
        cuCtxDestroy(context);
    }
}

package io.nudge.kernels;

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
import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.Emulator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/** A context with the kernels that ship. All that it made is gone when it is closed. */
final class Device implements AutoCloseable {
    static final int THREADS = 256;

    /** What stands before a view that does not begin at its allocation. */
    private static final byte PATTERN = 0x5a;

    private final CUcontext context = new CUcontext();
    private final Map<String, CUmodule> modules = new HashMap<>();
    private final List<Memory> memory = new ArrayList<>();

    Device() {
        Emulator.load();
        JCudaDriver.setExceptionsEnabled(true);
        cuInit(0);
        CUdevice device = new CUdevice();
        cuDeviceGet(device, 0);
        cuCtxCreate(context, 0, device);
    }

    /** Another order of blocks and warps. */
    Device(long seed) {
        this();
        Emulator.set("seed", Long.toString(seed));
    }

    // ---- memory -----------------------------------------------------------------------------------------------------

    /** Numbers of a type, so many elements after an address that is a multiple of 256. */
    Memory reals(Real type, int before, double... values) {
        ByteBuffer bytes = buffer(values.length * type.bytes);
        for (double value : values) {
            if (type == Real.F32) {
                bytes.putFloat((float) value);
            } else {
                bytes.putDouble(value);
            }
        }
        return filled(new Memory(null, before, type.bytes, values.length, type), bytes);
    }

    Memory longs(long... values) {
        ByteBuffer bytes = buffer(8 * values.length);
        for (long value : values) {
            bytes.putLong(value);
        }
        return filled(new Memory(null, 0, 8, values.length, null), bytes);
    }

    /** So many numbers of 32 bits that are 0: counters of blocks. */
    Memory counters(int n) {
        return filled(new Memory(null, 0, 4, n, null), buffer(4 * n));
    }

    /** So many numbers of 16 bits, each the same. */
    Memory halves(int before, int n, short value) {
        ByteBuffer bytes = buffer(2 * n);
        for (int i = 0; i < n; i++) {
            bytes.putShort(value);
        }
        return filled(new Memory(null, before, 2, n, null), bytes);
    }

    /** Room that nobody has written: who reads it is reported. */
    Memory room(Real type, int before, int n) {
        return allocated(new Memory(null, before, type.bytes, n, type));
    }

    private Memory filled(Memory shape, ByteBuffer bytes) {
        Memory result = allocated(shape);
        cuMemcpyHtoD(result.pointer(), Pointer.to(bytes.rewind()), bytes.capacity());
        return result;
    }

    private Memory allocated(Memory shape) {
        CUdeviceptr allocation = new CUdeviceptr();
        cuMemAlloc(allocation, (long) (shape.before + shape.size) * shape.elementBytes);
        byte[] pattern = new byte[shape.before * shape.elementBytes];
        Arrays.fill(pattern, PATTERN);
        if (pattern.length > 0) {
            cuMemcpyHtoD(allocation, Pointer.to(pattern), pattern.length);
        }
        Memory result = new Memory(allocation, shape.before, shape.elementBytes, shape.size, shape.real);
        memory.add(result);
        return result;
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    double[] read(Memory from) {
        ByteBuffer bytes = bytes(from);
        double[] values = new double[from.size];
        for (int i = 0; i < from.size; i++) {
            values[i] = from.real == Real.F32 ? bytes.getFloat() : bytes.getDouble();
        }
        return values;
    }

    long[] readLongs(Memory from) {
        ByteBuffer bytes = bytes(from);
        long[] values = new long[from.size];
        for (int i = 0; i < from.size; i++) {
            values[i] = switch (from.elementBytes) {
                case 2 -> Short.toUnsignedInt(bytes.getShort());
                case 4 -> bytes.getInt();
                default -> bytes.getLong();
            };
        }
        return values;
    }

    private static ByteBuffer bytes(Memory from) {
        byte[] head = new byte[from.before * from.elementBytes];
        if (head.length > 0) {
            cuMemcpyDtoH(Pointer.to(head), from.allocation, head.length);
            for (byte each : head) {
                assertThat(each).as("what stands before the view").isEqualTo(PATTERN);
            }
        }
        ByteBuffer bytes = buffer(from.size * from.elementBytes);
        cuMemcpyDtoH(Pointer.to(bytes), from.pointer(), bytes.capacity());
        return bytes.rewind();
    }

    // ---- launches ---------------------------------------------------------------------------------------------------

    /**
     * Runs a kernel and waits for it.
     *
     * @param file without what its type adds to it
     * @param arguments memory, null, or numbers, each of which takes 8 bytes; or the words of a structure
     */
    void run(Real type, String file, String kernel, long grid, Object... arguments) {
        launch(file + type.suffix.replace('_', '.'), kernel + type.suffix, grid, THREADS, arguments);
    }

    void launch(String ptx, String entry, long grid, int threads, Object... arguments) {
        CUfunction function = new CUfunction();
        cuModuleGetFunction(function, module(ptx), entry);
        Pointer[] slots = new Pointer[arguments.length];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = slot(arguments[i]);
        }
        cuLaunchKernel(function, (int) grid, 1, 1, threads, 1, 1, 0, null, Pointer.to(slots), null);
        cuCtxSynchronize();
    }

    private static Pointer slot(Object argument) {
        if (argument instanceof Memory it) {
            return Pointer.to(it.pointer());
        } else if (argument instanceof Double it) {
            return Pointer.to(new double[] {it});
        } else if (argument instanceof long[] words) {
            return Pointer.to(words);
        }
        return Pointer.to(new long[] {argument == null ? 0 : ((Number) argument).longValue()});
    }

    private CUmodule module(String ptx) {
        return modules.computeIfAbsent(ptx, name -> {
            CUmodule module = new CUmodule();
            cuModuleLoadData(module, Ptx.text(name));
            return module;
        });
    }

    /** Lets go of all memory. */
    void free() {
        for (Memory each : memory) {
            cuMemFree(each.allocation);
        }
        memory.clear();
    }

    @Override
    public void close() {
        free();
        modules.values().forEach(JCudaDriver::cuModuleUnload);
        cuCtxDestroy(context);
    }
}

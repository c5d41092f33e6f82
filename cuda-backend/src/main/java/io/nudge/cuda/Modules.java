package io.nudge.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;

/** The shipped PTX, compiled by the driver for this device when a kernel of the file is launched first. */
final class Modules {
    private static final int LOG_BYTES = 4096;

    private final Calls calls;
    private final Allocator allocator;
    private final Closing closing;
    private final Map<String, CUmodule> loaded = new HashMap<>();
    private final List<Kernel> kernels = new ArrayList<>();

    Modules(Calls calls, Allocator allocator, Closing closing) {
        this.calls = calls;
        this.allocator = allocator;
        this.closing = closing;
    }

    /** Notes an entry that may be launched. */
    void used(Kernel kernel) {
        kernels.add(kernel);
    }

    /**
     * Has all files compiled, where otherwise each is when one of its kernels is launched first.
     *
     * @return how many there are
     */
    int loadAll() {
        kernels.forEach(Kernel::load);
        return loaded.size();
    }

    /** Looks up an entry. */
    CUfunction function(String file, String name) {
        CUfunction function = new CUfunction();
        calls.driver(JCudaDriver.cuModuleGetFunction(function, module(file), name), "cuModuleGetFunction of " + name);
        return function;
    }

    /** A file, compiled. */
    CUmodule module(String file) {
        return loaded.computeIfAbsent(file, this::load);
    }

    private CUmodule load(String name) {
        byte[] image = image(name);
        CUmodule module = new CUmodule();
        int result = allocator.withRoom(() -> JCudaDriver.cuModuleLoadData(module, image));
        if (result != CUresult.CUDA_SUCCESS) {
            calls.driver(result, "cuModuleLoadData of " + name + ".ptx" + compilerLog(image));
        }
        closing.add(() -> calls.onClose(JCudaDriver.cuModuleUnload(module), "cuModuleUnload"));
        return module;
    }

    /** The PTX, ended by a zero as the driver wants it. */
    private static byte[] image(String name) {
        try (InputStream in = Modules.class.getResourceAsStream("ptx/" + name + ".ptx")) {
            if (in == null) {
                throw new IllegalStateException("the kernels " + name + ".ptx are not in the jar of the CUDA backend; "
                        + "it was not built as it should be");
            }
            byte[] text = in.readAllBytes();
            return Arrays.copyOf(text, text.length + 1);
        } catch (IOException e) {
            throw new UncheckedIOException("the kernels " + name + ".ptx cannot be read from the jar", e);
        }
    }

    /** What the driver's compiler has against the PTX, in its own words. */
    private static String compilerLog(byte[] image) {
        JITOptions options = new JITOptions();
        options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
        options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, new byte[LOG_BYTES]);
        CUmodule module = new CUmodule();
        if (JCudaDriver.cuModuleLoadDataJIT(module, Pointer.to(image), options) == CUresult.CUDA_SUCCESS) {
            JCudaDriver.cuModuleUnload(module);
            return "";
        }
        String log = options.getString(CUjit_option.CU_JIT_ERROR_LOG_BUFFER).strip();
        return log.isEmpty() ? "" : " (" + log.replaceAll("\\s+", " ") + ")";
    }
}

package io.nudge.cuda;

import io.nudge.tensor.DType;
import jcuda.driver.CUfunction;

/** An entry of the shipped PTX, in both types where it has one; its functions are looked up at their first launch. */
final class Kernel {
    private static final DType[] TYPES = {DType.FLOAT32, DType.FLOAT64};
    private static final String[] SUFFIXES = {"f32", "f64"};

    private final Modules modules;
    private final String[] files = new String[TYPES.length];
    private final String[] names = new String[TYPES.length];
    private final CUfunction[] functions = new CUfunction[TYPES.length];

    private Kernel(Modules modules) {
        this.modules = modules;
    }

    private static int index(DType type) {
        return type == DType.FLOAT64 ? 1 : 0;
    }

    /** An entry that there is for either type. */
    static Kernel typed(Modules modules, String file, String name) {
        Kernel kernel = new Kernel(modules);
        for (DType type : TYPES) {
            String suffix = SUFFIXES[index(type)];
            kernel.files[index(type)] = file + "." + suffix;
            kernel.names[index(type)] = name + "_" + suffix;
        }
        modules.used(kernel);
        return kernel;
    }

    /** An entry that knows no element type. */
    static Kernel untyped(Modules modules, String file, String name) {
        Kernel kernel = new Kernel(modules);
        for (DType type : TYPES) {
            kernel.files[index(type)] = file;
            kernel.names[index(type)] = name;
        }
        modules.used(kernel);
        return kernel;
    }

    CUfunction function(DType type) {
        int i = index(type);
        if (functions[i] == null) {
            functions[i] = modules.function(files[i], names[i]);
        }
        return functions[i];
    }

    /** Has the files that it is in compiled, so that what does not load is known before it is needed. */
    void load() {
        for (String file : files) {
            modules.module(file);
        }
    }

    String name(DType type) {
        return names[index(type)];
    }
}

package io.nudge.cuda;

import io.nudge.tensor.DType;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import jcuda.driver.CUfunction;

/** An entry of the shipped PTX, in the variants that it has; its functions are looked up at their first launch. */
final class Kernel {
    /** What entries are made for: both types, and float32 with factors of products rounded, or with a copy that is. */
    enum Variant {
        F32,
        F64,
        TF32,
        BF16,
        F16;

        static Variant of(DType type) {
            return type == DType.FLOAT64 ? F64 : F32;
        }

        /** The variant for factors of 16 bits; null where there are none. */
        static Variant of(Precision precision) {
            return switch (precision) {
                case STRICT, TF32 -> null;
                case BFLOAT16 -> BF16;
                case FLOAT16 -> F16;
            };
        }

        boolean roundsFactors() {
            return this != F32 && this != F64;
        }

        private String suffix() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Modules modules;
    private final Map<Variant, String> files = new EnumMap<>(Variant.class);
    private final Map<Variant, String> names = new EnumMap<>(Variant.class);
    private final Map<Variant, CUfunction> functions = new EnumMap<>(Variant.class);

    private Kernel(Modules modules) {
        this.modules = modules;
    }

    private static Kernel of(Modules modules, String file, String name, Variant... variants) {
        Kernel kernel = new Kernel(modules).and(file, name, variants);
        modules.used(kernel);
        return kernel;
    }

    private Kernel and(String file, String name, Variant... variants) {
        for (Variant each : variants) {
            files.put(each, file + "." + each.suffix());
            names.put(each, name + "_" + each.suffix());
        }
        return this;
    }

    /** An entry that there is for either type. */
    static Kernel typed(Modules modules, String file, String name) {
        return of(modules, file, name, Variant.F32, Variant.F64);
    }

    /** An entry that there is also with copies of 16 bits. */
    static Kernel storing(Modules modules, String file, String name) {
        return of(modules, file, name, Variant.F32, Variant.F64, Variant.BF16, Variant.F16);
    }

    /**
     * An entry that takes several layers, products included.
     *
     * @param tensorCores whether there are those of capability 8.0, which factors are rounded for
     */
    static Kernel ofLayers(Modules modules, String name, boolean tensorCores) {
        Kernel kernel = typed(modules, "fused", name);
        return tensorCores ? kernel.and("fused_tensor", name, Variant.TF32, Variant.BF16, Variant.F16) : kernel;
    }

    /** An entry that makes copies of 16 bits, and nothing else. */
    static Kernel rounding(Modules modules, String file, String name) {
        return of(modules, file, name, Variant.BF16, Variant.F16);
    }

    /** An entry that knows no element type. */
    static Kernel untyped(Modules modules, String file, String name) {
        Kernel kernel = new Kernel(modules);
        kernel.files.put(Variant.F64, file);
        kernel.names.put(Variant.F64, name);
        modules.used(kernel);
        return kernel;
    }

    /** Whether there is such a variant for this device. */
    boolean has(Variant variant) {
        return files.containsKey(variant);
    }

    CUfunction function(Variant variant) {
        CUfunction function = functions.get(variant);
        if (function == null) {
            function = modules.function(files.get(variant), names.get(variant));
            functions.put(variant, function);
        }
        return function;
    }

    /** Has the files that it is in compiled, so that what does not load is known before it is needed. */
    void load() {
        files.values().forEach(modules::module);
    }

    String name(Variant variant) {
        return names.get(variant);
    }
}

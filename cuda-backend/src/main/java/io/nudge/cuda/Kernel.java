package io.nudge.cuda;

import io.nudge.tensor.DType;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import jcuda.driver.CUfunction;

/** An entry of the shipped PTX, in the variants that it has; its functions are looked up at their first launch. */
final class Kernel {
    /** The types that entries are made for, the last two being float32 with a copy of 16 bits. */
    enum Variant {
        F32,
        F64,
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
        Kernel kernel = new Kernel(modules);
        for (Variant each : variants) {
            kernel.files.put(each, file + "." + each.suffix());
            kernel.names.put(each, name + "_" + each.suffix());
        }
        modules.used(kernel);
        return kernel;
    }

    /** An entry that there is for either type. */
    static Kernel typed(Modules modules, String file, String name) {
        return of(modules, file, name, Variant.F32, Variant.F64);
    }

    /** An entry that there is also with copies of 16 bits. */
    static Kernel storing(Modules modules, String file, String name) {
        return of(modules, file, name, Variant.values());
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

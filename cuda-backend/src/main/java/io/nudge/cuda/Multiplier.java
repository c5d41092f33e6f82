package io.nudge.cuda;

import io.nudge.cuda.CudaOptions.ProductChoice;
import java.util.Optional;

/**
 * What multiplies matrices, as it follows from what was asked for and what there is.
 *
 * @param isCublas whether cuBLAS does, where not Nudge's own kernels do
 * @param reason why cuBLAS does not; empty where it does
 * @param problem what keeps the backend from being opened: cuBLAS asked for and not there; empty if nothing does
 */
record Multiplier(boolean isCublas, String reason, Optional<String> problem) {
    /** What cuBLAS has over the kernels. */
    static final String BETTER = "cuBLAS is faster, and can use TF32";

    private static final Multiplier CUBLAS = new Multiplier(true, "", Optional.empty());

    /** What multiplies; loads cuBLAS if it is to. */
    static Multiplier of(ProductChoice choice) {
        if (choice == ProductChoice.KERNELS) {
            return kernels("the system property or option " + CudaOptions.PRODUCT + " says so");
        }
        Optional<String> missing = Natives.cublasProblem();
        if (missing.isEmpty()) {
            return CUBLAS;
        }
        return choice == ProductChoice.CUBLAS
                ? new Multiplier(
                        true,
                        missing.get(),
                        Optional.of(missing.get() + "; or do without it: -D" + CudaOptions.PRODUCT + "=auto"))
                : kernels(missing.get());
    }

    private static Multiplier kernels(String reason) {
        return new Multiplier(false, reason, Optional.empty());
    }

    /** In a few words. */
    String name() {
        return isCublas ? "products by cuBLAS" : "products by Nudge's own kernels";
    }

    /** In one line. */
    String text() {
        return isCublas ? name() : name() + ", since " + reason;
    }
}

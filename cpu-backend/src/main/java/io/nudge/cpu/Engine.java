package io.nudge.cpu;

import io.nudge.cpu.CpuOptions.ProductChoice;
import io.nudge.tensor.BackendUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Function;

/**
 * What there is to compute with, found when a backend is opened: OpenBLAS or Java, the Vector API or plain loops. What is
 * absent, or fails while it is loaded, is done without.
 */
final class Engine implements AutoCloseable {
    private static final Logger LOG = System.getLogger("io.nudge");

    /** Multiplications in a product from which on it goes to OpenBLAS. */
    static final long LARGE = 1 << 20;

    final Workers workers;
    final Kernels floats;
    final Kernels doubles;
    final Multiplier multiplier;

    private Engine(Workers workers, Kernels floats, Kernels doubles, Multiplier multiplier) {
        this.workers = workers;
        this.floats = floats;
        this.doubles = doubles;
        this.multiplier = multiplier;
    }

    static Engine open(CpuOptions options) {
        return open(options, OpenBlas::new);
    }

    /** With a given way to load OpenBLAS, which may throw anything. */
    static Engine open(CpuOptions options, Function<Workers, Multiplier> openBlas) {
        Workers workers = new Workers(options.threads());
        Kernels plain = new FloatKernels(workers.count());
        Kernels floats = options.vectors() ? vectorKernels(workers.count(), plain) : plain;
        Kernels doubles = new DoubleKernels(workers.count());
        boolean vectors = floats != plain;
        Multiplier java = new JavaMultiplier(
                workers, floats, doubles, () -> vectors ? vectorLoops(floats, doubles) : new PlainLoops());
        return new Engine(workers, floats, doubles, multiplier(options.product(), java, workers, openBlas));
    }

    private static Multiplier multiplier(
            ProductChoice choice, Multiplier java, Workers workers, Function<Workers, Multiplier> openBlas) {
        if (choice == ProductChoice.JAVA) {
            return java;
        }
        try {
            long largeFrom = choice == ProductChoice.OPENBLAS ? 0 : LARGE;
            return new TieredMultiplier(largeFrom, java, openBlas.apply(workers));
        } catch (Throwable e) { // whatever a native library does while it is loaded
            String why = "OpenBLAS cannot be loaded (" + e + ")";
            if (choice == ProductChoice.OPENBLAS) {
                workers.close();
                throw new BackendUnavailableException(
                        why + ", but " + CpuOptions.PRODUCT + "=openblas asks for it; " + remedy(), e);
            }
            LOG.log(
                    Level.INFO,
                    "{0}; matrix products are computed in Java, which is slower for large ones. To change this, {1}; to "
                            + "silence it, set -D{2}=java",
                    why,
                    remedy(),
                    CpuOptions.PRODUCT);
            return java;
        }
    }

    private static String remedy() {
        return "put the artifacts org.bytedeco:openblas and org.bytedeco:javacpp with the classifier of this machine ("
                + System.getProperty("os.name") + ", " + System.getProperty("os.arch") + ") on the class path";
    }

    /** The passes with the Vector API, or the plain ones where that is absent or not worth it. */
    private static Kernels vectorKernels(int workers, Kernels plain) {
        try {
            Kernels kernels = Class.forName("io.nudge.cpu.VectorFloatKernels")
                    .asSubclass(Kernels.class)
                    .getDeclaredConstructor(int.class)
                    .newInstance(workers);
            return isWorthIt(kernels.lanes()) ? kernels : plain;
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.log(Level.DEBUG, "no Vector API; plain loops instead", e);
            return plain;
        }
    }

    /**
     * Vectors are slow where the compiler does not know them, and their products where the processor cannot multiply and
     * add in one: every x86 with 256-bit vectors can, and every 64-bit ARM.
     */
    private static boolean isWorthIt(int lanes) {
        String mode = System.getProperty("java.vm.info", "");
        boolean compiled = !mode.contains("interpreted") && !mode.contains("emulated-client");
        return compiled && (lanes >= 8 || System.getProperty("os.arch").equals("aarch64"));
    }

    static Loops vectorLoops(Kernels floats, Kernels doubles) {
        try {
            return Class.forName("io.nudge.cpu.VectorLoops")
                    .asSubclass(Loops.class)
                    .getDeclaredConstructor(Kernels.class, Kernels.class)
                    .newInstance(floats, doubles);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the Vector API was there a moment ago", e);
        }
    }

    /** In one line for people. */
    String describe() {
        int threads = workers.count();
        String vectors = floats.lanes() > 1
                ? floats.lanes() * 32 + "-bit vectors"
                : "no Vector API (start Java with --add-modules jdk.incubator.vector)";
        return threads + (threads == 1 ? " thread; " : " threads; ") + multiplier.name() + "; " + vectors;
    }

    @Override
    public void close() {
        multiplier.close();
        workers.close();
    }
}

package io.nudge.cpu;

import io.nudge.cpu.CpuOptions.ProductChoice;
import io.nudge.tensor.BackendUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What there is to compute with, found when a backend is opened: OpenBLAS or Java, the Vector API or plain loops. What
 * is absent, or fails while it is loaded, is done without.
 */
final class Engine implements AutoCloseable {
    private static final Logger LOG = System.getLogger("io.nudge");
    private static final AtomicBoolean ABSENCE_TOLD = new AtomicBoolean();

    final Workers workers;

    /** The passes in float32, for each worker. */
    final Kernels[] floats;

    /** The passes in float64, for each worker. */
    final Kernels[] doubles;

    final Multiplier multiplier;

    /** Whole steps. */
    final Packing packing;

    private final int lanes;

    /** Whether there is OpenBLAS. */
    private final boolean openBlas;

    private Engine(
            Workers workers,
            Kernels[] floats,
            Kernels[] doubles,
            Multiplier multiplier,
            boolean openBlas,
            PackedLoops packed,
            int lanes) {
        this.workers = workers;
        this.floats = floats;
        this.doubles = doubles;
        this.multiplier = multiplier;
        this.openBlas = openBlas;
        this.lanes = lanes;
        packing = new Packing(workers, floats, packed, mostPacked(), openBlas);
    }

    static Engine open(CpuOptions options) {
        return open(options, OpenBlas::new);
    }

    /** With a given way to load OpenBLAS, which may throw anything. */
    static Engine open(CpuOptions options, Function<Workers, Multiplier> openBlas) {
        Workers workers = new Workers(options.threads());
        boolean vectors = options.vectors() && vectorsAreWorthIt();
        int lanes = choose(vectors, FloatFunctions.class, FloatFunctions::new).lanes();
        Kernels[] floats = new Kernels[workers.count()];
        Kernels[] doubles = new Kernels[workers.count()];
        for (int i = 0; i < workers.count(); i++) {
            floats[i] = new FloatKernels(
                    choose(vectors, FloatArithmetic.class, FloatArithmetic::new),
                    choose(vectors, FloatFunctions.class, FloatFunctions::new),
                    new RandomWords());
            doubles[i] = new DoubleKernels(
                    choose(vectors, DoubleArithmetic.class, DoubleArithmetic::new),
                    new DoubleFunctions(),
                    new RandomWords());
        }
        Multiplier java =
                new JavaMultiplier(workers, () -> choose(vectors, ProductLoops.class, PlainProductLoops::new));
        Multiplier all = multiplier(options.product(), java, lanes, workers, openBlas);
        // Without vectors single operations are faster than plain loops over panels.
        PackedLoops packed = vectors ? choose(true, PackedLoops.class, PackedLoops::new) : null;
        boolean withOpenBlas = all instanceof TieredMultiplier;
        if (packed != null && options.product() != ProductChoice.OPENBLAS) {
            all = new PackedMultiplier(workers, packed, all);
        }
        return new Engine(workers, floats, doubles, all, withOpenBlas, packed, lanes);
    }

    private static Multiplier multiplier(
            ProductChoice choice, Multiplier java, int lanes, Workers workers, Function<Workers, Multiplier> openBlas) {
        if (choice == ProductChoice.JAVA) {
            return java;
        }
        try {
            return new TieredMultiplier(java, openBlas.apply(workers), choice == ProductChoice.OPENBLAS ? 0 : lanes);
        } catch (Throwable e) { // whatever a native library does while it is loaded
            String why = "OpenBLAS cannot be loaded (" + e + ")";
            if (choice == ProductChoice.OPENBLAS) {
                workers.close();
                throw new BackendUnavailableException(
                        why + ", but " + CpuOptions.PRODUCT + "=openblas asks for it; " + remedy(), e);
            }
            LOG.log(
                    Level.INFO,
                    "{0}; matrix products are computed in Java, which is slower for large ones. To change this, {1};"
                            + " to silence it, set -D{2}=java",
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

    /**
     * Whether the Vector API is there and fast. It is slow where the compiler does not know it, and its products are
     * where the processor cannot multiply and add in one: every x86 with 256-bit vectors can, and every 64-bit ARM.
     */
    private static boolean vectorsAreWorthIt() {
        String mode = System.getProperty("java.vm.info", "");
        if (mode.contains("interpreted") || mode.contains("emulated-client")) {
            return false;
        }
        try {
            return vector(FloatFunctions.class).lanes() >= 8
                    || System.getProperty("os.arch").equals("aarch64");
        } catch (ReflectiveOperationException | LinkageError e) {
            tellOfAbsence(ABSENCE_TOLD);
            return false;
        }
    }

    /** Says what to add, once in the life of a JVM. */
    static void tellOfAbsence(AtomicBoolean told) {
        if (!told.getAndSet(true)) {
            LOG.log(
                    Level.INFO,
                    "the CPU computes without vectors, small networks at less than half the speed: start Java with"
                            + " --add-modules jdk.incubator.vector, or set -D{0}=off to silence this line",
                    CpuOptions.VECTORS);
        }
    }

    static <T> T choose(boolean vectors, Class<T> type, Supplier<T> plain) {
        try {
            return vectors ? vector(type) : plain.get();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the Vector API was there a moment ago", e);
        }
    }

    /** Found by name, since the class does not load where the module of the Vector API is absent. */
    private static <T> T vector(Class<T> type) throws ReflectiveOperationException {
        String name = Engine.class.getPackageName() + ".Vector" + type.getSimpleName();
        return Class.forName(name).asSubclass(type).getDeclaredConstructor().newInstance();
    }

    /** Parameters up to which weights are packed; beyond, OpenBLAS has them. */
    private long mostPacked() {
        return mostPacked(openBlas, lanes);
    }

    /**
     * OpenBLAS's products are cut for what no cache holds. Measured on two cores, examples per second of packed training over those of
     * single operations, before {@link OpenBlasLayer} was some hundredths faster than these: with 512-bit vectors 1.06 with 8.4 million
     * parameters, 0.97 with 12.6; with 256-bit vectors, which take more instructions for as many operations, 1.35 with 0.7 million,
     * 1.0 to 1.1 with 1.9, 0.8 with 4.2 (batches of 512; 1.0 with 128), 0.8 to 0.95 with 8.4.
     */
    static long mostPacked(boolean openBlas, int lanes) {
        return openBlas && lanes < 16 ? 3_000_000 : 10_000_000;
    }

    /** In one line for people. */
    String describe() {
        int threads = workers.count();
        String how = lanes > 1
                ? lanes * Float.SIZE + "-bit vectors"
                : "no Vector API (start Java with --add-modules jdk.incubator.vector)";
        return threads + (threads == 1 ? " thread; " : " threads; ") + multiplier.name() + "; " + how;
    }

    @Override
    public void close() {
        packing.close();
        multiplier.close();
        workers.close();
    }
}

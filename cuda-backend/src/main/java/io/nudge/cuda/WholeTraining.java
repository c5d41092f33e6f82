package io.nudge.cuda;

import io.nudge.tensor.DType;
import io.nudge.tensor.WholeSteps;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.JCudaDriver;

/**
 * Training steps of small networks by one kernel, whose only block keeps the parameters in its shared memory from step to step. A
 * step of single kernels takes these networks longer to launch than to compute.
 */
final class WholeTraining {
    private static final Logger LOG = System.getLogger("io.nudge");

    /** What the kernel has in shared memory besides, rounded up. */
    private static final long RESERVED = 1 << 10;

    /** Products of a weight and an activation on the way forward: one multiprocessor has no chance against all with more. */
    private static final long MOST_PRODUCTS = 1L << 20;

    private static final int MOST_STEPS = 1000;

    /**
     * Products forward, back and of the update that a launch is to have at most: a quarter of a second where a multiprocessor does 16
     * in a nanosecond, and a twentieth of that in float64. Some systems end a kernel that keeps the display waiting.
     */
    private static final long MOST_IN_LAUNCH = 4L << 30;

    private static final int SLOWER_IN_FLOAT64 = 20;
    private static final double KIB = 1 << 10;

    private final Engine engine;
    private final boolean wanted;
    private final long limit;
    private final Set<String> told = new HashSet<>();

    /**
     * For an engine.
     *
     * @param wanted whether steps are taken so at all
     * @param sharedMemory the most that a block can have, in bytes
     */
    WholeTraining(Engine engine, boolean wanted, int sharedMemory) {
        this.engine = engine;
        this.wanted = wanted;
        this.limit = sharedMemory - RESERVED;
    }

    /** As {@link io.nudge.tensor.Operations#stepsAtOnce}. */
    int stepsAtOnce(WholeSteps steps) {
        if (!wanted || !computesAsProductsDo(steps.inputs().type()) || !isKnown(steps) || !fits(steps)) {
            return 1;
        }
        boolean slow = steps.inputs().type() == DType.FLOAT64;
        long work = 3 * products(steps) * (slow ? SLOWER_IN_FLOAT64 : 1);
        return (int) Math.min(MOST_STEPS, MOST_IN_LAUNCH / work);
    }

    /** The kernel rounds no factors, and knows no loss scale. */
    private boolean computesAsProductsDo(DType type) {
        return switch (engine.factors.precision()) {
            case STRICT -> true;
            case TF32, BFLOAT16 -> type == DType.FLOAT64;
            case FLOAT16 -> false;
        };
    }

    private static boolean isKnown(WholeSteps steps) {
        List<WholeSteps.Layer> layers = steps.layers();
        boolean elementwise = layers.subList(0, layers.size() - 1).stream()
                .allMatch(layer -> layer.activation().elementwise());
        boolean empty = layers.stream().anyMatch(layer -> layer.weights().size() == 0);
        return layers.size() <= WholeLayout.MOST_LAYERS && elementwise && !empty;
    }

    private static long products(WholeSteps steps) {
        return (long) steps.batch()
                * steps.layers().stream()
                        .mapToLong(layer -> layer.weights().size())
                        .sum();
    }

    private boolean fits(WholeSteps steps) {
        return products(steps) <= MOST_PRODUCTS && new WholeLayout(steps, limit).bytes() <= limit;
    }

    /** As {@link io.nudge.tensor.Operations#takeSteps}, where {@link #stepsAtOnce} allows for it; in several launches if need be. */
    void takeSteps(WholeSteps steps, long examples) {
        WholeLayout layout = new WholeLayout(steps, limit);
        int atOnce = stepsAtOnce(steps);
        tell(steps, layout, atOnce);
        allowAllMemory(engine.kernels.wholeSteps.function(variant(steps)));
        long most = (long) atOnce * steps.batch();
        for (long done = 0; done < examples; done += most) {
            launch(steps, layout, Math.min(most, examples - done));
        }
    }

    private static Kernel.Variant variant(WholeSteps steps) {
        return Kernel.Variant.of(steps.inputs().type());
    }

    private void launch(WholeSteps steps, WholeLayout layout, long examples) {
        boolean labels = steps.targets().type() == DType.INT64;
        Launcher launch =
                engine.launcher.of(engine.kernels.wholeSteps, variant(steps)).with(steps.inputs());
        (labels ? launch.with(steps.targets()).with(0L) : launch.with(0L).with(steps.targets()))
                .with(CudaTensorOperations.rows(steps.inputs()))
                .with(steps.order())
                .with(steps.order().size())
                .with(steps.schedule())
                .with(CudaTensorOperations.rows(steps.schedule()))
                .with(steps.position())
                .with(steps.tally())
                .withRecord()
                .with(Rules.number(steps.cost()))
                .with(steps.rule().l2())
                .with((long) steps.batch())
                .with(examples)
                .with((long) steps.layers().size())
                .with(layout.elements())
                .with(layout.inputs)
                .with(layout.nextInputs)
                .with(layout.targets)
                .with(layout.nextTargets)
                .with(layout.costs)
                .with(layout.picks);
        describe(launch, steps, layout);
        launch.alone(layout.threads(), layout.bytes());
    }

    /** The array of layers at the end of the arguments, as the kernel's Layer has them. */
    private static void describe(Launcher launch, WholeSteps steps, WholeLayout layout) {
        for (int l = 0; l <= WholeLayout.MOST_LAYERS; l++) {
            boolean there = l < layout.places().size();
            WholeLayout.Place place = layout.places().get(there ? l : 0);
            if (there && l > 0) {
                WholeSteps.Layer layer = steps.layers().get(l - 1);
                launch.into(layer.weights()).into(layer.bias());
                launch.with((long) place.neurons())
                        .with((long) Activations.number(layer.activation()))
                        .with(Activations.parameter(layer.activation()));
            } else {
                launch.with(0L).with(0L).with((long) place.neurons()).with(0L).with(0.0);
            }
            launch.with((long) place.sharing().lanes())
                    .with(place.sharing().tiled() ? 1L : 0L)
                    .with((long) place.stride())
                    .with(place.weights())
                    .with(place.bias())
                    .with(place.sums())
                    .with(place.outputs());
        }
    }

    /** More than 48 KiB a kernel has only if that is asked for. */
    private void allowAllMemory(CUfunction function) {
        engine.calls.driver(
                JCudaDriver.cuFuncSetAttribute(
                        function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, (int) limit),
                "cuFuncSetAttribute");
    }

    private void tell(WholeSteps steps, WholeLayout layout, int atOnce) {
        String sizes = layout.places().stream()
                .map(place -> Integer.toString(place.neurons()))
                .collect(Collectors.joining("-"));
        String text = String.format(
                Locale.ROOT,
                "one kernel takes up to %d training steps of %s at once (%s, batches of %d), in %.1f of %.1f KiB of shared memory; "
                        + "%s=off takes them one by one",
                atOnce,
                sizes,
                steps.inputs().type(),
                steps.batch(),
                layout.bytes() / KIB,
                limit / KIB,
                CudaOptions.WHOLE);
        if (told.add(text)) {
            LOG.log(Level.INFO, text);
        }
    }
}

package io.nudge.cuda;

import io.nudge.math.Activation;
import io.nudge.tensor.BackwardLayer;
import io.nudge.tensor.DType;
import io.nudge.tensor.ForwardLayer;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Runs of narrow layers by one kernel each way, whose blocks take rows of the batch through all of them. A wide input is left to a
 * product, which more multiprocessors share; the kernel goes on from its sums. Wide layers go one by one. Where products round their
 * factors, so do the kernels, on tensor cores.
 */
final class FusedLayers {
    private static final Logger LOG = System.getLogger("io.nudge");

    /** MOST of the kernels: neurons of a layer, and inputs. */
    private static final int MOST_NEURONS = 128;

    /** DEPTH of the kernels. */
    private static final int MOST_LAYERS = 8;

    /** ROWS of the kernels: of the batch, in a tile. */
    private static final long ROWS = 16;

    /** Rows in a GROUP of tiles, each of which has a counter. */
    private static final long GROUP = 32 * ROWS;

    private static final long MOST_ROWS = 1 << 24;

    private final Engine engine;
    private final boolean wanted;
    private final Set<String> told = new HashSet<>();

    /**
     * For an engine.
     *
     * @param wanted whether layers are taken so at all
     */
    FusedLayers(Engine engine, boolean wanted) {
        this.engine = engine;
        this.wanted = wanted;
    }

    /** As {@link io.nudge.tensor.Operations#joinsLayers}. */
    boolean areWanted() {
        return wanted;
    }

    // ---- forward ----------------------------------------------------------------------------------------------------

    /** As {@link io.nudge.tensor.Operations#forwardLayers}. */
    void forward(CudaOperations operations, Tensor x, List<ForwardLayer> layers, boolean all) {
        Tensor before = x;
        for (int first = 0; first < layers.size(); ) {
            ForwardLayer layer = layers.get(first);
            int end = endOfForward(before, layers, first);
            boolean summed = CudaTensorOperations.columns(before) > MOST_NEURONS;
            if (end == first || (summed && end == first + 1)) {
                operations.forward(before, layer.weights(), layer.bias(), layer.activation(), layer.z(), layer.a());
                end = first + 1;
            } else {
                if (summed) {
                    operations.product(1, before, Transpose.NO, layer.weights(), Transpose.YES, 0, layer.z());
                }
                launch(summed ? layer.z() : before, summed, layers, first, end, all);
            }
            before = layers.get(end - 1).a();
            first = end;
        }
    }

    /** Behind the last layer that one kernel takes with the first; the same as that if it takes none. */
    private int endOfForward(Tensor before, List<ForwardLayer> layers, int first) {
        int end = first;
        boolean goesOn = computesAsProductsDo(before.type()) && before.size() > 0;
        while (goesOn
                && end < layers.size()
                && end - first < MOST_LAYERS
                && isNarrow(layers.get(end).z())) {
            goesOn = layers.get(end).activation().elementwise(); // softmax takes whole rows, and ends a run
            end++;
        }
        return end;
    }

    private static boolean isNarrow(Tensor z) {
        return z.size() > 0
                && CudaTensorOperations.columns(z) <= MOST_NEURONS
                && CudaTensorOperations.rows(z) <= MOST_ROWS;
    }

    /** Whether the kernels have products like the engine's: before 8.0 there are none with factors of 16 bits. */
    private boolean computesAsProductsDo(DType type) {
        return wanted && engine.kernels.forwardLayers.has(variant(type));
    }

    private Kernel.Variant variant(DType type) {
        if (type == DType.FLOAT64) {
            return Kernel.Variant.F64;
        }
        return switch (engine.products.precision()) {
            case STRICT -> Kernel.Variant.F32;
            case TF32 ->
                engine.kernels.forwardLayers.has(Kernel.Variant.TF32) ? Kernel.Variant.TF32 : Kernel.Variant.F32;
            case BFLOAT16 -> Kernel.Variant.BF16;
            case FLOAT16 -> Kernel.Variant.F16;
        };
    }

    private void launch(Tensor x, boolean summed, List<ForwardLayer> layers, int first, int end, boolean all) {
        tell(
                "forward",
                summed,
                x,
                layers.subList(first, end).stream().map(ForwardLayer::z).toList());
        Launcher launch = engine.launcher
                .of(engine.kernels.forwardLayers, variant(x.type()))
                .with(x)
                .with(CudaTensorOperations.rows(x))
                .with(CudaTensorOperations.columns(x))
                .with(summed ? 1L : 0L)
                .with((long) end - first);
        for (int i = first; i < first + MOST_LAYERS; i++) {
            if (i >= end) {
                nothing(launch);
                continue;
            }
            ForwardLayer layer = layers.get(i);
            boolean result = all || i == layers.size() - 1;
            boolean apart = !CudaOperations.isSame(layer.z(), layer.a());
            launch.with(layer.weights()).with(layer.bias());
            if (result && apart) {
                launch.into(layer.z());
            } else {
                launch.with(0L);
            }
            if (result || i == end - 1) {
                storing(launch, layer.a());
            } else {
                launch.with(0L).with(0L);
            }
            describe(launch, layer.z(), layer.activation());
        }
        launch.blocks(tiles(x));
    }

    /** A factor of products to come, and its copy. */
    private void storing(Launcher launch, Tensor factor) {
        launch.with(factor).with(engine.factors.copyFor(factor));
    }

    private static void describe(Launcher launch, Tensor z, Activation f) {
        launch.with(CudaTensorOperations.columns(z))
                .with((long) Activations.number(f))
                .with(Activations.parameter(f));
    }

    private static void nothing(Launcher launch) {
        launch.with(0L).with(0L).with(0L).with(0L).with(0L).with(0L).with(0L).with(0.0);
    }

    private static long tiles(Tensor x) {
        return upwards(CudaTensorOperations.rows(x), ROWS);
    }

    private static long upwards(long work, long part) {
        return (work + part - 1) / part;
    }

    // ---- back -------------------------------------------------------------------------------------------------------

    /** As {@link io.nudge.tensor.Operations#backwardLayers}. */
    void backward(CudaOperations operations, Tensor delta, List<BackwardLayer> layers, double scale) {
        Tensor after = delta;
        for (int first = 0; first < layers.size(); ) {
            int end = endOfBackward(after, layers, first);
            if (end == first) {
                BackwardLayer layer = layers.get(first);
                Tensor own = layer.delta();
                operations.inputGradient(after, layer.weightsAfter(), own);
                operations.delta(layer.activation(), layer.z(), layer.a(), own, own, scale, layer.biasGradient());
                end = first + 1;
            } else {
                launch(after, layers, first, end, scale);
            }
            after = layers.get(end - 1).delta();
            first = end;
        }
    }

    private int endOfBackward(Tensor after, List<BackwardLayer> layers, int first) {
        int end = first;
        boolean goesOn = computesAsProductsDo(after.type()) && isNarrow(after);
        while (goesOn && end < layers.size() && end - first < MOST_LAYERS && isTaken(layers.get(end))) {
            end++;
        }
        return end;
    }

    private static boolean isTaken(BackwardLayer layer) {
        return layer.activation().elementwise() && isNarrow(layer.z());
    }

    private void launch(Tensor after, List<BackwardLayer> layers, int first, int end, double scale) {
        tell(
                "back",
                false,
                after,
                layers.subList(first, end).stream().map(BackwardLayer::z).toList());
        long neurons = 0;
        for (int i = first; i < end; i++) {
            neurons += CudaTensorOperations.columns(layers.get(i).z());
        }
        long groups = upwards(CudaTensorOperations.rows(after), GROUP);
        Launcher launch = engine.launcher
                .of(engine.kernels.backwardLayers, variant(after.type()))
                .with(after)
                .with(CudaTensorOperations.rows(after))
                .with(CudaTensorOperations.columns(after))
                .with(scale)
                .with(engine.scratch.room(tiles(after) * neurons * after.type().bytes()))
                .with(engine.scratch.counters(1 + groups))
                .with((long) end - first);
        for (int i = first; i < first + MOST_LAYERS; i++) {
            if (i >= end) {
                nothing(launch);
                continue;
            }
            BackwardLayer layer = layers.get(i);
            launch.with(layer.weightsAfter()).with(layer.z());
            storing(launch, layer.delta());
            launch.into(layer.biasGradient());
            describe(launch, layer.z(), layer.activation());
        }
        launch.blocks(tiles(after));
    }

    // ---- what it says -----------------------------------------------------------------------------------------------

    private void tell(String way, boolean summed, Tensor from, List<Tensor> layers) {
        StringBuilder text =
                new StringBuilder("one kernel takes layers ").append(way).append(": ");
        text.append(summed ? "sums" : CudaTensorOperations.columns(from));
        layers.forEach(each -> text.append('-').append(CudaTensorOperations.columns(each)));
        Kernel.Variant variant = variant(from.type());
        text.append(" (").append(from.type());
        text.append(variant.roundsFactors() ? ", " + engine.products.precision() + " on tensor cores); " : "); ");
        text.append(CudaOptions.FUSED).append("=off takes them one by one");
        if (told.add(text.toString())) {
            LOG.log(Level.INFO, text::toString);
        }
    }
}

package io.nudge.tensor;

import io.nudge.math.Cost;
import io.nudge.nn.Architecture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The layers of a network and a batch, to be taken together or one by one. All that belongs to them lies in one tensor, at any multiple of
 * an element's size, between numbers that nothing may touch.
 */
final class JoinedLayers implements AutoCloseable {
    /**
     * All that the layers depend on.
     *
     * @param architecture without dropout
     * @param inPlace whether a stands where z does, in layers that are forgotten
     */
    record Setting(Architecture architecture, int batch, boolean inPlace, DType type, long seed) {}

    /** Stands between the tensors. */
    private static final double GUARD = 0.625;

    private final Setting setting;
    private final Architecture architecture;
    private final Operations operations;
    private final Scope scope = Scope.open();
    private final Tensor room;
    private final List<Tensor> places = new ArrayList<>();
    private final double mean;
    private long end = 1;

    final Tensor x;
    final Tensor y;
    final Tensor costs;
    final List<ForwardLayer> forward = new ArrayList<>();
    final List<BackwardLayer> backward = new ArrayList<>();

    /** Of the output layer. */
    final Tensor delta;

    private final Tensor biasGradient;
    private final Tensor position;
    private final Tensor tally;

    JoinedLayers(Setting setting, Backend backend) {
        this.setting = setting;
        this.architecture = setting.architecture();
        this.operations = backend.operations();
        this.mean = 1.0 / setting.batch();
        room = backend.zeros(Shape.of(elements()), setting.type());
        operations.fill(room, GUARD);
        Draw draw = new Draw(setting.seed(), setting.type(), false);
        x = drawn(draw, 1, setting.batch(), architecture.inputs());
        for (int l = 1; l <= architecture.depth(); l++) {
            int neurons = architecture.neurons(l);
            int before = architecture.neurons(l - 1);
            Tensor weights = drawn(draw, 1 / Math.sqrt(before), neurons, before);
            Tensor z = take("z of layer " + l, setting.batch(), neurons);
            boolean together = setting.inPlace() && l < architecture.depth();
            Tensor a = together ? z : take("a of layer " + l, setting.batch(), neurons);
            forward.add(new ForwardLayer(
                    weights, drawn(draw, 1, neurons), architecture.layer(l).activation(), z, a));
        }
        y = drawn(draw, 1, setting.batch(), architecture.outputs());
        costs = take("costs", setting.batch());
        delta = take("δ of the output layer", setting.batch(), architecture.outputs());
        biasGradient = take("bias gradient of the output layer", architecture.outputs());
        for (int l = architecture.depth() - 1; l >= 1; l--) {
            ForwardLayer own = forward.get(l - 1);
            backward.add(new BackwardLayer(
                    forward.get(l).weights(),
                    own.activation(),
                    own.z(),
                    own.a(),
                    take("δ of layer " + l, setting.batch(), architecture.neurons(l)),
                    take("bias gradient of layer " + l, architecture.neurons(l))));
        }
        position = backend.zeros(Shape.of(Operations.POSITION), DType.INT64);
        tally = backend.zeros(Shape.of(Operations.TALLY), DType.FLOAT64);
    }

    /** Enough for all, and for what stands between. */
    private long elements() {
        long elements = 4L * (7L * architecture.depth() + 7);
        elements += (long) setting.batch() * (architecture.inputs() + 1);
        for (int l = 1; l <= architecture.depth(); l++) {
            elements += (long) architecture.neurons(l) * (architecture.neurons(l - 1) + 2L + 4L * setting.batch());
        }
        return elements;
    }

    private Tensor take(String name, long... shape) {
        Shape own = Shape.of(shape);
        Tensor tensor = room.view(end, own).named(name);
        places.add(tensor);
        end += own.size() + 1 + places.size() % 3;
        return tensor;
    }

    private Tensor drawn(Draw draw, double factor, long... shape) {
        Tensor tensor = take("drawn", shape);
        double[] values = new double[(int) tensor.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (draw.below(257) - 128) / 64.0 * factor;
        }
        tensor.write(values);
        return tensor;
    }

    /** How many of the numbers between the tensors are not as they were. */
    long guardsTouched() {
        double[] all = room.doubles();
        places.forEach(place -> Arrays.fill(all, (int) begin(place), (int) (begin(place) + place.size()), GUARD));
        return Arrays.stream(all).filter(each -> each != GUARD).count();
    }

    private long begin(Tensor place) {
        return place.offset() - room.offset();
    }

    // ---- what is done -----------------------------------------------------------------------------------------------

    /** Forward, all layers together. */
    void forward(boolean all) {
        operations.forwardLayers(x, forward, all);
    }

    /** Forward and back, all layers together. */
    void together() {
        forward(true);
        atOutput();
        if (!backward.isEmpty()) {
            operations.backwardLayers(delta, backward, mean);
        }
    }

    /** Forward and back, layer by layer. */
    void oneByOne() {
        Tensor before = x;
        for (ForwardLayer each : forward) {
            operations.forward(before, each.weights(), each.bias(), each.activation(), each.z(), each.a());
            before = each.a();
        }
        atOutput();
        Tensor after = delta;
        for (BackwardLayer each : backward) {
            operations.inputGradient(after, each.weightsAfter(), each.delta());
            operations.delta(
                    each.activation(), each.z(), each.a(), each.delta(), each.delta(), mean, each.biasGradient());
            after = each.delta();
        }
    }

    private void atOutput() {
        ForwardLayer last = forward.get(forward.size() - 1);
        operations.outputDelta(
                architecture.cost(),
                last.activation(),
                last.z(),
                last.a(),
                y,
                costs,
                delta,
                mean,
                biasGradient,
                position,
                tally);
    }

    // ---- what is expected -------------------------------------------------------------------------------------------

    /** What comes out, by name; of a way forward alone z and a of the output layer. */
    Map<String, Tensor> results(boolean back) {
        Map<String, Tensor> results = new LinkedHashMap<>();
        for (int l = back ? 1 : architecture.depth(); l <= architecture.depth(); l++) {
            results.put("z of layer " + l, forward.get(l - 1).z());
            results.put("a of layer " + l, forward.get(l - 1).a());
        }
        for (int l = 1; back && l < architecture.depth(); l++) {
            BackwardLayer layer = backward.get(backward.size() - l);
            results.put("δ of layer " + l, layer.delta());
            results.put("bias gradient of layer " + l, layer.biasGradient());
        }
        return results;
    }

    /** Each of the results with its bounds. */
    Map<String, Expected> expected() {
        StepAnalysis analysis =
                new StepAnalysis(setting.type(), architecture, parameters(), new Dropped(0, 0), rows(x), rows(y));
        Map<String, Rounded[]> all = new LinkedHashMap<>();
        int bias = analysis.gradients.length - biases();
        for (int l = 1; l <= architecture.depth(); l++) {
            int next = bias + architecture.neurons(l);
            all.put("z of layer " + l, flat(analysis.weightedSums.get(l)));
            all.put("a of layer " + l, flat(analysis.activations.get(l)));
            all.put("δ of layer " + l, flat(analysis.deltas.get(l)));
            all.put("bias gradient of layer " + l, Arrays.copyOfRange(analysis.gradients, bias, next));
            bias = next;
        }
        Map<String, Expected> expected = new LinkedHashMap<>();
        results(true).forEach((name, tensor) -> {
            Rounded[] analysed = all.get(name);
            expected.put(
                    name, Expected.within(setting.toString(), name, tensor, StepAnalysis.values(analysed), analysed));
        });
        return expected;
    }

    /** Each of the results with its bounds, from what stands where the layer before has put it. */
    Map<String, Expected> stepwise(Oracle oracle) {
        Map<String, Expected> expected = new LinkedHashMap<>();
        Tensor before = x;
        for (int l = 1; l <= architecture.depth(); l++) {
            ForwardLayer layer = forward.get(l - 1);
            expected.put(
                    "z of layer " + l,
                    oracle.affine(setting.toString(), before, layer.weights(), layer.bias(), layer.z()));
            expected.put("a of layer " + l, oracle.activate(layer.activation(), layer.z(), layer.a()));
            before = layer.a();
        }
        Tensor after = delta;
        for (int l = architecture.depth() - 1; l >= 1; l--) {
            BackwardLayer layer = backward.get(architecture.depth() - 1 - l);
            Expected sums = oracle.inputGradient(after, layer.weightsAfter(), layer.delta());
            expected.put(
                    "δ of layer " + l,
                    oracle.chain(setting.toString(), layer.activation(), layer.z(), sums, layer.delta()));
            Expected stands = Expected.within(
                    "",
                    "δ",
                    layer.delta(),
                    layer.delta().doubles(),
                    new double[(int) layer.delta().size()]);
            expected.put(
                    "bias gradient of layer " + l,
                    oracle.biasGradient(setting.toString(), stands, mean, layer.biasGradient()));
            after = layer.delta();
        }
        return expected;
    }

    private int biases() {
        return (int) (architecture.parameterCount() - architecture.weightCount());
    }

    /** Weights, then biases, as a network has them. */
    private double[] parameters() {
        double[] all = new double[(int) architecture.parameterCount()];
        for (int l = 1; l <= architecture.depth(); l++) {
            copy(forward.get(l - 1).weights(), all, architecture.weightOffset(l));
            copy(forward.get(l - 1).bias(), all, architecture.biasOffset(l));
        }
        return all;
    }

    private static void copy(Tensor from, double[] to, long at) {
        System.arraycopy(from.doubles(), 0, to, (int) at, (int) from.size());
    }

    private static double[][] rows(Tensor matrix) {
        int columns = (int) matrix.shape().columns();
        double[] all = matrix.doubles();
        double[][] rows = new double[(int) matrix.shape().rows()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(all, i * columns, (i + 1) * columns);
        }
        return rows;
    }

    private static Rounded[] flat(Rounded[][] rows) {
        return Arrays.stream(rows).flatMap(Arrays::stream).toArray(Rounded[]::new);
    }

    /** The cost of a setting, by which hidden layers may have any activation that is elementwise. */
    static Cost cost() {
        return Cost.HALF_QUADRATIC;
    }

    @Override
    public void close() {
        scope.close();
    }
}

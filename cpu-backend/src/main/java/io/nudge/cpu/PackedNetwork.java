package io.nudge.cpu;

import io.nudge.math.Cost;
import io.nudge.tensor.DType;
import io.nudge.tensor.WholeSteps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A network that is trained for some steps with its weights packed, in float32. A step is a sequence of phases, which threads share:
 * products by panels of weights, so that each is read by one of them, and passes over activations by examples. An element of a result
 * is computed by one thread in one order, so their number does not show in it.
 */
final class PackedNetwork implements Task {
    /** Weights times examples from which on threads share a step; below, to wake one up costs more. */
    private static final long SHARED = 1L << 21;

    /** What threads do together before they meet. */
    private enum Phase {
        GATHER,
        PRODUCT,
        ACTIVATE,
        OUTPUT,
        BACK,
        CHAIN,
        MOVE
    }

    /** Panels in a part of a phase, at most: the activations that it reads serve them all. */
    private static final int PANELS_IN_PART = 4;

    /** Parts of a phase that a thread has, if there are so many panels: what comes last is short then. */
    private static final int PARTS_OF_THREAD = 4;

    private final Workers workers;
    private final Kernels[] kernels;
    private final PackedLoops loops;
    private final WholeSteps shape;

    /** Rows of x that a product takes. */
    private final int height;

    private final PackedLayer[] layers;
    private final long parameters;
    private final PackedBatch batch;

    // The output layer without gaps between its rows.
    private final int outputs;
    private final CpuMemory z;
    private final CpuMemory a;
    private final CpuMemory delta;
    private final CpuMemory costs;

    private final CpuMemory[] rooms;
    private final Claims claims;

    /** Layer, first panel and last panel of each part of the last phase, worker after worker. */
    private final List<int[]> moves = new ArrayList<>();

    /** Where the parts of each worker begin, and where the last one's end. */
    private final int[] movesOfWorker;

    // The step that is being taken.
    private WholeSteps steps;
    private int rows;
    private int threads;
    private Phase phase;
    private int layer;

    /** Whether parts of the phase are so many panels, for all rows; else they are so many rows. */
    private boolean byPanels;

    private int inPart;
    private double alpha;
    private double beta;

    PackedNetwork(Workers workers, Kernels[] kernels, PackedLoops loops, WholeSteps steps) {
        this.workers = workers;
        this.kernels = kernels;
        this.loops = loops;
        shape = steps;
        parameters = steps.parameters();
        height = loops.height(steps.batch(), areShared(steps.batch()) ? workers.count() : 1);
        int most = whole(steps.batch());
        layers = new PackedLayer[steps.layers().size()];
        for (int l = 0; l < layers.length; l++) {
            layers[l] = new PackedLayer(loops, steps.layers().get(l), height, most, l == 0);
        }
        claims = new Claims(workers.count());
        movesOfWorker = new int[workers.count() + 1];
        for (int w = 0; w < workers.count(); w++) {
            for (int l = 0; l < layers.length; l++) {
                shareMoves(l, w);
            }
            movesOfWorker[w + 1] = moves.size();
        }
        int panels = moves.stream().mapToInt(move -> move[2] - move[1]).max().orElseThrow();
        rooms = new CpuMemory[workers.count()];
        Arrays.setAll(rooms, worker -> layers[0].moveRoom(steps.batch(), panels));
        batch = new PackedBatch(loops, steps, most);
        outputs = layers[layers.length - 1].neurons;
        long cells = (long) steps.batch() * outputs;
        z = room(cells);
        a = room(cells);
        delta = room(cells);
        costs = room(steps.batch());
    }

    /** A worker moves the panels that it multiplies by. */
    private void shareMoves(int l, int worker) {
        int panels = layers[l].panels();
        int some = panelsInPart(panels);
        int parts = (panels + some - 1) / some;
        int end = parts * (worker + 1) / workers.count();
        for (int part = parts * worker / workers.count(); part < end; part++) {
            moves.add(new int[] {l, part * some, Math.min((part + 1) * some, panels)});
        }
    }

    private int panelsInPart(int panels) {
        return Math.max(1, Math.min(PANELS_IN_PART, panels / (workers.count() * PARTS_OF_THREAD)));
    }

    private static CpuMemory room(long elements) {
        return CpuMemory.allocate(DType.FLOAT32, elements);
    }

    private int whole(int count) {
        return (count + height - 1) / height * height;
    }

    /** Whether threads share a step of so many examples. */
    private boolean areShared(int examples) {
        return parameters * examples >= SHARED;
    }

    /** Whether these steps are of a network of the same shape, so that this room does for it. */
    boolean fits(WholeSteps other) {
        boolean same = shape.batch() == other.batch()
                && layers.length == other.layers().size();
        for (int l = 0; same && l < layers.length; l++) {
            WholeSteps.Layer layer = other.layers().get(l);
            same = layers[l].inputs == layer.inputs()
                    && layers[l].neurons == layer.neurons()
                    && layers[l].activation.equals(layer.activation());
        }
        return same;
    }

    /** Takes steps until so many examples were used. The weights are packed before and come back after, whatever happens. */
    void take(WholeSteps wanted, long examples) {
        steps = wanted;
        if (areShared(steps.batch())) {
            loops.prepare(height);
        }
        try {
            for (int l = 0; l < layers.length; l++) {
                layers[l].load(
                        steps.layers().get(l).weights(), steps.layers().get(l).bias());
            }
            for (long done = 0; done < examples; done += steps.batch()) {
                step((int) Math.min(steps.batch(), examples - done));
            }
        } finally {
            for (int l = 0; l < layers.length; l++) {
                layers[l].store(
                        steps.layers().get(l).weights(), steps.layers().get(l).bias());
            }
            steps = null;
        }
    }

    private void step(int examples) {
        rows = examples;
        threads = areShared(rows) ? workers.count() : 1;
        readFactors();
        shareRows(Phase.GATHER, 0);
        for (int l = 0; l < layers.length; l++) {
            sharePanels(Phase.PRODUCT, l, layers[l].panels());
            shareRows(l < layers.length - 1 ? Phase.ACTIVATE : Phase.OUTPUT, l);
        }
        for (int l = layers.length - 1; l > 0; l--) {
            sharePanels(Phase.BACK, l, layers[l].panelsBack());
            shareRows(Phase.CHAIN, l - 1);
        }
        CpuOperations.tally(kernels[0], costs, 0, a, 0, batch.y, 0, rows, outputs, steps.position(), steps.tally());
        if (CpuOperations.moves(steps.position(), steps.tally())) {
            phase = Phase.MOVE;
            claims.share(movesOfWorker);
            run(moves.size());
        }
        CpuOperations.moveOn(steps.position(), rows);
    }

    /** By panels if there are enough for all. */
    private void sharePanels(Phase which, int l, int panels) {
        if (threads == 1 || panels < 2 * threads) {
            shareRows(which, l);
            return;
        }
        phase = which;
        layer = l;
        byPanels = true;
        inPart = panelsInPart(panels);
        share((panels + inPart - 1) / inPart);
    }

    private void shareRows(Phase which, int l) {
        phase = which;
        layer = l;
        byPanels = false;
        int groups = whole(rows) / height;
        inPart = (groups + threads - 1) / threads * height;
        share((whole(rows) + inPart - 1) / inPart);
    }

    private void share(int parts) {
        if (threads > 1) {
            claims.share(parts);
        }
        run(parts);
    }

    private void run(int parts) {
        if (threads > 1) {
            workers.run(this, parts);
        } else {
            for (int part = 0; part < parts; part++) {
                run(part, 0);
            }
        }
    }

    /** After a fault nothing moves, and the schedule is not asked. */
    private void readFactors() {
        boolean moves = CpuOperations.moves(steps.position(), steps.tally());
        double rate = moves ? CpuOperations.rate(steps.schedule(), steps.position()) : 0;
        alpha = -rate / rows;
        beta = 1 - rate * steps.rule().l2();
    }

    @Override
    public void run(int any, int worker) {
        int part = threads > 1 ? claims.take(worker) : any;
        int first = part * inPart;
        if (phase == Phase.MOVE) {
            int[] move = moves.get(part);
            move(move[0], move[1], move[2], worker);
        } else if (byPanels) {
            multiply(0, whole(rows), first, first + inPart);
        } else {
            int last = Math.min(first + inPart, whole(rows));
            work(first, last, Math.min(last, rows), kernels[worker]);
        }
    }

    /**
     * A phase for some rows.
     *
     * @param end the rows up to this one hold an example
     */
    private void work(int first, int last, int end, Kernels worker) {
        switch (phase) {
            case GATHER -> gather(first, end);
            case ACTIVATE -> activate(first, end, worker);
            case OUTPUT -> output(first, end, worker);
            case CHAIN -> chain(first, end, worker);
            default -> multiply(first, last, 0, Integer.MAX_VALUE);
        }
    }

    private void multiply(int first, int last, int firstPanel, int lastPanel) {
        PackedLayer it = layers[layer];
        if (phase == Phase.BACK) {
            it.back(layers[layer - 1], first, last, firstPanel, Math.min(lastPanel, it.panelsBack()));
        } else {
            it.forward(inputs(layer), first, last, firstPanel, Math.min(lastPanel, it.panels()));
        }
    }

    private PackedRows inputs(int l) {
        return l == 0 ? batch.x : layers[l - 1].onward;
    }

    private void gather(int first, int end) {
        batch.gather(steps, first, end);
    }

    /** Passes go over the rows that hold an example; what products make of the others is of no account. */
    private void activate(int first, int end, Kernels worker) {
        PackedLayer it = layers[layer];
        int at = first * it.stride;
        worker.activate(it.activation, it.z, at, it.a, at, (end - first) * it.stride);
        it.keepActivations(first, end);
    }

    private void output(int first, int last, Kernels worker) {
        PackedLayer it = layers[layer];
        for (int i = first; i < last; i++) {
            System.arraycopy(it.z.floats, i * it.stride, z.floats, i * outputs, outputs);
        }
        Cost cost = steps.cost();
        int at = first * outputs;
        int count = last - first;
        worker.activateRows(it.activation, z, at, a, at, count, outputs);
        worker.costs(cost, it.activation, z, at, a, at, batch.y, at, costs, first, count, outputs);
        worker.costDelta(cost, it.activation, z, at, a, at, batch.y, at, delta, at, count, outputs);
        for (int i = first; i < last; i++) {
            System.arraycopy(delta.floats, i * outputs, it.delta.floats, i * it.stride, outputs);
        }
        it.keepDelta(first, last);
    }

    private void chain(int first, int end, Kernels worker) {
        PackedLayer it = layers[layer];
        int at = first * it.stride;
        worker.chain(it.activation, it.z, at, it.a, at, it.delta, at, it.delta, at, (end - first) * it.stride);
        it.keepDelta(first, end);
    }

    /** With a factor of 0 examples do not count, not even NaN. */
    private void move(int l, int firstPanel, int lastPanel, int worker) {
        int examples = alpha == 0 ? 0 : rows;
        layers[l].move(kernels[worker], alpha, beta, inputs(l), examples, firstPanel, lastPanel, rooms[worker]);
    }
}

package io.nudge.cpu;

import io.nudge.math.Cost;
import io.nudge.tensor.DType;
import io.nudge.tensor.WholeSteps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A network that is trained for some steps, in float32, with its weights where products want them: packed into panels, or outside of the
 * heap for OpenBLAS. A step is a sequence of phases, which threads share:
 * products by panels of weights, so that each is read by one of them, and passes over activations by examples. An element of a result
 * is computed by one thread, and of a packed network in one order, so that their number does not show in it. In a step too small for that a second
 * thread may have some of the {@linkplain InputParts inputs}.
 */
final class PackedNetwork implements Task {
    /** What threads do together before they meet. */
    private enum Phase {
        LOAD,
        GATHER,
        PRODUCT,
        ACTIVATE,
        OUTPUT,
        BACK,
        CHAIN,
        MOVE,
        STORE
    }

    /** Panels in a part of a phase, at most: the activations that it reads serve them all. */
    private static final int PANELS_IN_PART = 4;

    /** Parts of a phase that a thread has, if there are so many panels: what comes last is short then. */
    private static final int PARTS_OF_THREAD = 4;

    private final Workers workers;
    private final Kernels[] kernels;
    private final StepLayers form;
    private final WholeSteps shape;

    /** Rows of x that a product takes. */
    private final int height;

    private final StepLayer[] layers;

    private final long parameters;

    /** Weights times examples from which on threads share a step. */
    private final long leastShared;

    private final InputParts inputs;

    private final Runnable leader = this::lead;

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

    /** Examples to use in all, if threads do not share steps. */
    private long wanted;

    /** Whether weights move by this step. */
    private boolean moving;

    /** Examples that count when they do. */
    private int counted;

    private double alpha;
    private double beta;

    PackedNetwork(Workers workers, Kernels[] kernels, StepLayers form, WholeSteps steps) {
        this.workers = workers;
        this.kernels = kernels;
        shape = steps;
        parameters = steps.parameters();
        leastShared = form.shared(steps);
        this.form = form;
        height = form.height();
        int most = form.whole(steps.batch());
        layers = new StepLayer[steps.layers().size()];
        inputs = new InputParts(workers, kernels, form, steps, areShared(steps.batch()));
        layers[0] = inputs.parts.get(0).layer;
        for (int l = 1; l < layers.length; l++) {
            layers[l] = form.above(layers[l - 1], steps.layers().get(l), most);
        }
        claims = new Claims(workers.count());
        movesOfWorker = new int[workers.count() + 1];
        for (int w = 0; w < workers.count(); w++) {
            for (int l = 0; l < layers.length; l++) {
                shareMoves(l, w);
            }
            movesOfWorker[w + 1] = moves.size();
        }
        boolean shared = areShared(steps.batch());
        int panels = shared
                ? moves.stream().mapToInt(move -> move[2] - move[1]).max().orElseThrow()
                : Arrays.stream(layers)
                        .skip(1)
                        .mapToInt(StepLayer::panels)
                        .max()
                        .orElse(0);
        rooms = new CpuMemory[shared ? workers.count() : 1];
        Arrays.setAll(rooms, worker -> layers[0].moveRoom(steps.batch(), panels));
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

    /** Whether threads share a step of so many examples. */
    private boolean areShared(int examples) {
        return parameters * examples >= leastShared;
    }

    /** Whether these steps are of a network of the same shape, so that this room does for it. */
    boolean fits(WholeSteps other) {
        boolean same = shape.batch() == other.batch()
                && layers.length == other.layers().size();
        for (int l = 0; same && l < layers.length; l++) {
            WholeSteps.Layer layer = other.layers().get(l);
            same = shape.layers().get(l).inputs() == layer.inputs()
                    && layers[l].neurons == layer.neurons()
                    && layers[l].activation.equals(layer.activation());
        }
        return same;
    }

    /** Takes steps until so many examples were used. The weights are packed before, and then come back, whatever happens. */
    void take(WholeSteps wanted, long examples) {
        steps = wanted;
        if (areShared(steps.batch())) {
            form.prepare();
        }
        sharePanelsAsMultiplied(Phase.LOAD, steps.batch());
        Pace.enter();
        try {
            takeLoaded(examples);
        } finally {
            Pace.leave();
            sharePanelsAsMultiplied(Phase.STORE, steps.batch());
            steps = null;
        }
    }

    private void takeLoaded(long examples) {
        if (areShared(steps.batch())) {
            for (long done = 0; done < examples; done += steps.batch()) {
                step((int) Math.min(steps.batch(), examples - done));
            }
        } else {
            wanted = examples;
            inputs.take(steps, examples, leader);
        }
    }

    /** What is done with each step but for the weights of the inputs, which may be another thread's. */
    private void lead() {
        threads = 1;
        moving = false;
        long left = wanted;
        while (turn(left)) {
            left -= rows;
            readFactors();
            thereAndBack();
            moving = CpuOperations.moves(steps.position(), steps.tally());
            CpuOperations.moveOn(steps.position(), rows);
        }
    }

    /**
     * Ends a step and begins the next one, if there is one: up to z of the first layer.
     *
     * @return whether there is
     */
    private boolean turn(long left) {
        inputs.release(moving, alpha, beta, counted, left);
        for (int l = 1; moving && l < layers.length; l++) {
            move(layers[l], 0, layers[l].panels(), 0);
        }
        rows = (int) Math.min(steps.batch(), left);
        return inputs.turn(rows);
    }

    private void step(int examples) {
        rows = examples;
        threads = areShared(rows) ? workers.count() : 1;
        readFactors();
        shareRows(Phase.GATHER, 0);
        sharePanels(Phase.PRODUCT, 0);
        thereAndBack();
        if (CpuOperations.moves(steps.position(), steps.tally())) {
            sharePanelsAsMultiplied(Phase.MOVE, rows);
        }
        CpuOperations.moveOn(steps.position(), rows);
    }

    /** What is done with weights panel by panel, in steps of so many examples: each worker has those by which it multiplies. */
    private void sharePanelsAsMultiplied(Phase which, int examples) {
        phase = which;
        threads = areShared(examples) ? workers.count() : 1;
        claims.share(movesOfWorker);
        run(moves.size());
    }

    /** From z of the first layer to its δ. */
    private void thereAndBack() {
        shareRows(layers.length > 1 ? Phase.ACTIVATE : Phase.OUTPUT, 0);
        for (int l = 1; l < layers.length; l++) {
            sharePanels(Phase.PRODUCT, l);
            shareRows(l < layers.length - 1 ? Phase.ACTIVATE : Phase.OUTPUT, l);
        }
        for (int l = layers.length - 1; l > 0; l--) {
            sharePanels(Phase.BACK, l);
            shareRows(Phase.CHAIN, l - 1);
        }
        CpuOperations.tally(kernels[0], costs, 0, a, 0, targets(), 0, rows, outputs, steps.position(), steps.tally());
    }

    /** By panels if there are enough for all. */
    private void sharePanels(Phase which, int l) {
        StepLayer it = layers[l];
        if (threads == 1 || !it.enough(which == Phase.BACK ? it.inputs : it.neurons, threads)) {
            shareRows(which, l);
            return;
        }
        int panels = which == Phase.BACK ? it.panelsBack() : it.panels();
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
        int groups = form.whole(rows) / height;
        inPart = (groups + threads - 1) / threads * height;
        share((form.whole(rows) + inPart - 1) / inPart);
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

    /** After a fault nothing moves, and the schedule is not asked. With a factor of 0 examples do not count, not even NaN. */
    private void readFactors() {
        boolean moves = CpuOperations.moves(steps.position(), steps.tally());
        double rate = moves ? CpuOperations.rate(steps.schedule(), steps.position()) : 0;
        alpha = -rate / rows;
        counted = alpha == 0 ? 0 : rows;
        beta = 1 - rate * steps.rule().l2();
    }

    @Override
    public void run(int any, int worker) {
        int part = threads > 1 ? claims.take(worker) : any;
        int first = part * inPart;
        if (phase == Phase.MOVE) {
            int[] move = moves.get(part);
            move(layers[move[0]], move[1], move[2], worker);
        } else if (phase == Phase.LOAD || phase == Phase.STORE) {
            int[] move = moves.get(part);
            carry(move[0], move[1], move[2]);
        } else if (byPanels) {
            multiply(0, form.whole(rows), first, first + inPart, worker);
        } else {
            int last = Math.min(first + inPart, form.whole(rows));
            work(first, last, Math.min(last, rows), worker);
        }
    }

    /** Inputs that have a part of their own have the same panels. */
    private void carry(int l, int firstPanel, int lastPanel) {
        carry(layers[l], steps.layers().get(l), firstPanel, lastPanel);
        for (int i = 1; l == 0 && i < inputs.parts.size(); i++) {
            carry(inputs.parts.get(i).layer, steps.layers().get(0), firstPanel, lastPanel);
        }
    }

    private void carry(StepLayer it, WholeSteps.Layer outside, int firstPanel, int lastPanel) {
        if (phase == Phase.LOAD) {
            it.load(outside, firstPanel, lastPanel);
        } else {
            it.store(outside, firstPanel, lastPanel);
        }
    }

    /**
     * A phase for some rows. Passes go over those that hold an example; what products make of the others is of no account.
     *
     * @param end the rows up to this one hold an example
     */
    private void work(int first, int last, int end, int worker) {
        switch (phase) {
            case GATHER -> inputs.gather(steps, first, end);
            case ACTIVATE -> layers[layer].activate(kernels[worker], first, end, worker);
            case OUTPUT -> output(first, end, kernels[worker]);
            case CHAIN -> layers[layer].chain(kernels[worker], first, end, worker);
            default -> multiply(first, last, 0, Integer.MAX_VALUE, worker);
        }
    }

    private void multiply(int first, int last, int firstPanel, int lastPanel, int worker) {
        StepLayer it = layers[layer];
        if (phase == Phase.BACK) {
            it.back(first, last, firstPanel, Math.min(lastPanel, it.panelsBack()), worker);
        } else {
            it.forward(first, last, firstPanel, Math.min(lastPanel, it.panels()), worker);
        }
    }

    private CpuMemory targets() {
        return inputs.parts.get(0).y;
    }

    private void output(int first, int last, Kernels worker) {
        StepLayer it = layers[layer];
        Cost cost = steps.cost();
        int at = first * outputs;
        int count = last - first;
        it.copySums(worker, first, last, z);
        worker.activateRows(it.activation, z, at, a, at, count, outputs);
        worker.costs(cost, it.activation, z, at, a, at, targets(), at, costs, first, count, outputs);
        worker.costDelta(cost, it.activation, z, at, a, at, targets(), at, delta, at, count, outputs);
        it.putDelta(first, last, delta);
    }

    private void move(StepLayer it, int firstPanel, int lastPanel, int worker) {
        it.move(kernels[worker], alpha, beta, counted, firstPanel, lastPanel, rooms[worker], worker);
    }

    /** Gives back what its layers have outside of the heap. */
    void close() {
        form.close();
    }
}

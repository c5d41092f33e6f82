package io.nudge.cpu;

import io.nudge.tensor.Operations;
import io.nudge.tensor.WholeSteps;
import java.util.ArrayList;
import java.util.List;

/**
 * The inputs of the first layer in steps that are too small for threads to share each product: all of them, or two parts, each with the
 * weights of its inputs and a sum of its own, so that two threads may have one each. One of the two leads, the other one helps: as soon as
 * δ of the first layer is there, it moves its weights and multiplies its inputs of the next examples by them; while the leader
 * does what is above the first layer, it copies those of the examples after these. So the leader's part is the smaller one.
 */
final class InputParts implements Task {
    /** Weights times examples from which on there are two parts; below, to wait for each other costs more. */
    private static final long DIVIDED = 1L << 17;

    /** Inputs from which on there are two parts. */
    private static final int DIVIDED_INPUTS = 320;

    // What the leader does alone, in multiplications and additions that threads do for inputs in that time (measured).
    private static final long FOR_STEP = 64_000;
    private static final long FOR_NEURON = 50;
    private static final long FOR_OUTPUT = 1_000;

    /** Each weight is multiplied forward, back and to move it. */
    private static final long FOR_WEIGHT = 3;

    // Workers begin with the last part: a caller that has no helper leads first, and then finds nothing to help.
    private static final int HELPER = 0;
    private static final int LEADER = 1;

    // What the leader says.
    private static final int MOVES = 0;
    private static final int ALPHA = 1;
    private static final int BETA = 2;
    private static final int COUNT = 3;
    private static final int ROW = 4;
    private static final int LEFT = 5;

    private final Workers workers;
    private final Kernels[] kernels;
    private final StepLayers form;

    /**
     * One or two, each for a layer that has the weights of its inputs. The targets that count are the first part's, and its layer's z
     * becomes the sum of both.
     */
    final List<PackedBatch> parts = new ArrayList<>();

    /** For each part, to move its weights; null where threads share steps. */
    private final CpuMemory[] rooms;

    private final Pace pace;
    private final Meeting meeting = new Meeting();

    // The steps that are being taken.
    private WholeSteps steps;
    private Runnable leading;

    /** Whether there may be a helper. */
    private boolean shared;

    /** Whether there is. Nothing here changes with every step: the helper would have to wait for the line that it is in. */
    private boolean helped;

    /**
     * Makes room for steps like these; for their batches, and rows that fill up the last group of a product.
     *
     * @param shared whether threads share each product, of all inputs
     */
    InputParts(Workers workers, Kernels[] kernels, StepLayers form, WholeSteps steps, boolean shared) {
        this.workers = workers;
        this.kernels = kernels;
        this.form = form;
        WholeSteps.Layer layer = steps.layers().get(0);
        int rows = form.whole(steps.batch());
        int end = shared ? layer.inputs() : firstPart(steps);
        StepLayer first = form.first(layer, rows, end);
        parts.add(new PackedBatch(steps, first, 0));
        if (end < layer.inputs()) {
            parts.add(new PackedBatch(steps, first.rest(layer, rows), end));
        }
        rooms = parts.stream()
                .map(part -> shared ? null : part.layer.moveRoom(steps.batch(), part.layer.panels()))
                .toArray(CpuMemory[]::new);
        pace = new Pace(
                Math.min(workers.count(), parts.size()), Runtime.getRuntime().availableProcessors());
    }

    /** How many inputs the first part has: such that both threads take as long. Depends on shapes alone, as the order of sums does. */
    static int firstPart(WholeSteps steps) {
        int inputs = steps.layers().get(0).inputs();
        int depth = steps.layers().size();
        long batch = steps.batch();
        if (steps.parameters() * batch < DIVIDED || inputs < DIVIDED_INPUTS) {
            return inputs;
        }
        long alone =
                FOR_STEP + batch * FOR_OUTPUT * steps.layers().get(depth - 1).neurons();
        for (int l = 0; l < depth; l++) {
            WholeSteps.Layer layer = steps.layers().get(l);
            alone += batch * layer.neurons() * (l == 0 ? FOR_NEURON : FOR_NEURON + FOR_WEIGHT * layer.inputs());
        }
        double each = (double) FOR_WEIGHT * batch * steps.layers().get(0).neurons();
        long lines = Math.round((inputs - alone / each) / 2 / PackedLayer.LINE);
        return (int) Math.max(1, lines) * PackedLayer.LINE;
    }

    /**
     * Takes steps, with one thread or two, whichever is faster.
     *
     * @param leader what the leader does, with a {@link #turn} before each step and after the last one
     */
    void take(WholeSteps wanted, long count, Runnable leader) {
        steps = wanted;
        leading = leader;
        helped = false;
        int threads = pace.threads();
        shared = threads > 1;
        long begun = System.nanoTime();
        try {
            if (shared) {
                meeting.begin();
                workers.run(this, 2);
            } else {
                leader.run();
            }
        } finally {
            steps = null;
            leading = null;
        }
        pace.took(threads, (double) (System.nanoTime() - begun) / count);
    }

    /** To lead, or to help: two threads at once, or one that does the one and then the other. */
    @Override
    public void run(int part, int worker) {
        try {
            if (part == LEADER) {
                leading.run();
            } else {
                help();
            }
        } finally {
            meeting.go(part);
        }
    }

    /**
     * For the leader: δ of the first layer is complete, and the parameters may move. A helper that has come has a part from here on; nobody
     * waits for one that has not, which the system may take milliseconds to wake up.
     *
     * @param moves whether they do
     * @param count examples of δ that count
     * @param left examples to come
     */
    void release(boolean moves, double alpha, double beta, int count, long left) {
        if (shared && !helped && meeting.hasCome(HELPER)) {
            helped = true;
            meeting.say(LEADER, ROW, row(steps));
            meeting.say(LEADER, LEFT, left);
        }
        meeting.say(LEADER, MOVES, moves ? 1 : 0);
        meeting.say(LEADER, ALPHA, Double.doubleToRawLongBits(alpha));
        meeting.say(LEADER, BETA, Double.doubleToRawLongBits(beta));
        meeting.say(LEADER, COUNT, count);
        if (helped) {
            meeting.tell(LEADER, meeting.told(LEADER) + 1);
        }
    }

    /**
     * For the leader, after {@link #release}: moves the weights of the inputs, and makes z of the first layer for the next examples.
     *
     * @param next examples of the next step, 0 for none
     * @return whether there are next examples, and all went well
     * @throws IllegalStateException if the order or a label of the next examples names what does not exist; the weights have moved then
     */
    boolean turn(int next) {
        int mine = helped ? 1 : parts.size();
        for (int i = 0; i < mine; i++) {
            move(i, 0);
        }
        for (int i = 0; i < mine; i++) {
            parts.get(i).gather(steps, row(steps), 0, next);
        }
        for (int i = 0; i < mine; i++) {
            multiply(i, 0, next);
        }
        if (helped && !meeting.await(HELPER, meeting.told(LEADER))) {
            return false;
        }
        if (parts.size() > 1) {
            parts.get(0).layer.join(next);
        }
        return next > 0;
    }

    /** Copies some of the next examples, where threads share steps. */
    void gather(WholeSteps wanted, int first, int last) {
        parts.get(0).gather(wanted, row(wanted), first, last);
    }

    private static long row(WholeSteps steps) {
        return CpuMemory.of(steps.position()).longs[(int) steps.position().offset() + Operations.ROW];
    }

    /** As the leader has said. */
    private void move(int part, int worker) {
        if (meeting.said(LEADER, MOVES) != 0) {
            double alpha = Double.longBitsToDouble(meeting.said(LEADER, ALPHA));
            double beta = Double.longBitsToDouble(meeting.said(LEADER, BETA));
            int count = (int) meeting.said(LEADER, COUNT);
            StepLayer layer = parts.get(part).layer;
            layer.move(kernels[worker], alpha, beta, count, 0, layer.panels(), rooms[part], worker);
        }
    }

    private void multiply(int part, int worker, int next) {
        StepLayer layer = parts.get(part).layer;
        layer.turn();
        layer.forward(0, form.whole(next), 0, layer.panels(), worker);
    }

    /** What the leader writes as it goes is not read here, save what it has told: each such line would have to come over. */
    private void help() {
        WholeSteps wanted = steps;
        PackedBatch part = parts.get(1);
        meeting.come(HELPER);
        if (!meeting.await(LEADER, 1)) {
            return;
        }
        long at = meeting.said(LEADER, ROW);
        long toCome = meeting.said(LEADER, LEFT);
        int next = (int) Math.min(wanted.batch(), toCome);
        boolean gathered = gather(part, wanted, at, next);
        for (long step = 1; meeting.await(LEADER, step); step++) {
            move(1, 1);
            if (!gathered) {
                return;
            }
            multiply(1, 1, next);
            meeting.tell(HELPER, step);
            at += next;
            toCome -= next;
            next = (int) Math.min(wanted.batch(), toCome);
            gathered = gather(part, wanted, at, next);
        }
    }

    /** Whether the order names examples; if not, the leader finds and says so, in the order in which one thread would. */
    private static boolean gather(PackedBatch part, WholeSteps steps, long at, int next) {
        try {
            part.gather(steps, at, 0, next);
            return true;
        } catch (IllegalStateException fault) {
            return false;
        }
    }
}

package io.nudge.cpu;

import io.nudge.tensor.DType;
import io.nudge.tensor.WholeSteps;

/** Decides which networks are trained with packed weights, and keeps the room of the last one. */
final class Packing {
    /** Additions and multiplications that are taken at once, about: some 200 ms of them. */
    private static final double AT_ONCE = 4e10;

    /** At least so many steps, which make little of the packing before and after them. */
    private static final int FEWEST = 16;

    private static final int MOST = 1000;

    private final Workers workers;
    private final Kernels[] kernels;
    private final PackedLoops loops;

    /** Parameters up to which weights are packed. */
    private final long most;

    private PackedNetwork network;

    /**
     * With what there is to compute with.
     *
     * @param loops null if nothing is to be packed
     * @param most parameters up to which weights are packed
     */
    Packing(Workers workers, Kernels[] kernels, PackedLoops loops, long most) {
        this.workers = workers;
        this.kernels = kernels;
        this.loops = loops;
        this.most = most;
    }

    int stepsAtOnce(WholeSteps steps) {
        if (loops == null || steps.inputs().type() != DType.FLOAT32 || !elementwise(steps) || !fits(steps)) {
            return 1;
        }
        double step = 6.0 * steps.parameters() * steps.batch();
        return (int) Math.max(FEWEST, Math.min(MOST, AT_ONCE / step));
    }

    private static boolean elementwise(WholeSteps steps) {
        return steps.layers().stream()
                .limit(steps.layers().size() - 1L)
                .allMatch(layer -> layer.activation().elementwise());
    }

    /** Whether there are few parameters, and each room fits into a Java array. */
    private boolean fits(WholeSteps steps) {
        if (steps.parameters() > most) {
            return false;
        }
        PackedLoops its = loops.of(steps.batch());
        long batch = steps.batch() + (long) its.rows();
        for (WholeSteps.Layer layer : steps.layers()) {
            long in = layer.inputs() + 2L * its.width();
            long out = layer.neurons() + 2L * its.width();
            long most = Math.max(in, out);
            if (Math.max(in * out, PackedRows.elements(its, batch, most)) > CpuMemory.LARGEST) {
                return false;
            }
        }
        return true;
    }

    void take(WholeSteps steps, long examples) {
        if (network == null || !network.fits(steps)) {
            network = null;
            network = new PackedNetwork(workers, kernels, loops.of(steps.batch()), steps);
        }
        network.take(steps, examples);
    }
}

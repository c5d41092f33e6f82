package io.nudge.cpu;

import io.nudge.tensor.DType;
import io.nudge.tensor.WholeSteps;

/** Decides which networks take whole steps, and where their weights lie meanwhile; keeps the room of the last one. */
final class Packing implements AutoCloseable {
    /** Additions and multiplications that are taken at once, about: some 200 ms of them. */
    private static final double AT_ONCE = 4e10;

    /** At least so many steps, which make little of the packing before and after them... */
    private static final int FEWEST = 16;

    /** ...if they are not more than this, some seconds of them: between calls a user may stop. */
    private static final double LONGEST = 4e11;

    /** Fewer are not steps at once. */
    private static final int TWO = 2;

    private static final int MOST = 1000;

    private final Workers workers;
    private final Kernels[] kernels;
    private final PackedLoops loops;
    private final boolean openBlas;

    /** Parameters up to which weights are packed. */
    private final long most;

    private PackedNetwork network;

    /**
     * With what there is to compute with.
     *
     * @param loops null if nothing is to be packed
     * @param most parameters up to which weights are packed
     * @param openBlas whether OpenBLAS was loaded, which then takes other steps that are worth it
     */
    Packing(Workers workers, Kernels[] kernels, PackedLoops loops, long most, boolean openBlas) {
        this.workers = workers;
        this.kernels = kernels;
        this.loops = loops;
        this.most = most;
        this.openBlas = openBlas;
    }

    int stepsAtOnce(WholeSteps steps) {
        boolean can = steps.inputs().type() == DType.FLOAT32 && elementwise(steps);
        if (!can || !(isPacked(steps) || isOpenBlas(steps))) {
            return 1;
        }
        double step = 6.0 * steps.parameters() * steps.batch();
        double fewest = Math.max(TWO, Math.min(FEWEST, LONGEST / step));
        return (int) Math.max(fewest, Math.min(MOST, AT_ONCE / step));
    }

    private static boolean elementwise(WholeSteps steps) {
        return steps.layers().stream()
                .limit(steps.layers().size() - 1L)
                .allMatch(layer -> layer.activation().elementwise());
    }

    /** Whether there are few parameters, and each room fits into a Java array. */
    private boolean isPacked(WholeSteps steps) {
        if (loops == null || steps.parameters() > most) {
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

    /** Whether products are large, and matrices not too large for a buffer. */
    private boolean isOpenBlas(WholeSteps steps) {
        if (!openBlas || steps.parameters() * steps.batch() < StepLayers.SHARED) {
            return false;
        }
        return steps.layers().stream().allMatch(layer -> {
            long in = layer.inputs();
            long out = layer.neurons();
            return Math.max(in * out, steps.batch() * Math.max(in, out)) <= OpenBlas.LARGEST;
        });
    }

    void take(WholeSteps steps, long examples) {
        if (network == null || !network.fits(steps)) {
            close();
            StepLayers layers = isPacked(steps)
                    ? PackedLayer.with(loops.of(steps.batch()))
                    : new OpenBlasLayer.Maker(workers.count());
            network = made(layers, steps);
        }
        network.take(steps, examples);
    }

    /** If there is not room for all of it, what was made is given back. */
    private PackedNetwork made(StepLayers layers, WholeSteps steps) {
        try {
            return new PackedNetwork(workers, kernels, layers, steps);
        } catch (RuntimeException | Error e) {
            layers.close();
            throw e;
        }
    }

    @Override
    public void close() {
        if (network != null) {
            network.close();
            network = null;
        }
    }
}

package io.nudge.benchmarks.device;

import io.nudge.benchmarks.device.DeviceFigures.Figure;
import io.nudge.benchmarks.device.DeviceSheet.Arithmetic;
import java.util.List;

/**
 * Predicts times of a device from counts: of a launch, the largest of what its bytes, its arithmetic and the longest way through a
 * block take, and what a kernel takes beside that. docs/device-model.md says what is left out.
 */
final class Model {
    private static final double MICRO = 1e-6;

    /**
     * cuBLAS is taken to divide a product into pieces of so many rows and columns of c and so many terms, each of which keeps one
     * multiprocessor busy. Where there are fewer pieces than multiprocessors, some are idle.
     */
    private static final double PIECE_SIDE = 64;

    /** The side of a piece where the matrix has no more. */
    private static final double NARROW_SIDE = 32;

    private static final double PIECE_TERMS = 128;

    private final DeviceSheet device;
    private final DeviceFigures figures;
    private final Arithmetic arithmetic;

    /**
     * A model of a device.
     *
     * @param device its data sheet
     * @param figures what the data sheet does not say
     * @param arithmetic how products are computed
     */
    Model(DeviceSheet device, DeviceFigures figures, Arithmetic arithmetic) {
        this.device = device;
        this.figures = figures;
        this.arithmetic = arithmetic;
    }

    /** Whether the device can compute so. */
    boolean isPossible() {
        return device.rates().get(arithmetic).isPresent();
    }

    /** Whether products are computed as they are, without rounding factors. */
    boolean isStrict() {
        return arithmetic == Arithmetic.FLOAT32;
    }

    DeviceSheet device() {
        return device;
    }

    /** The same device with products computed in another way. */
    Model with(Arithmetic other) {
        return new Model(device, figures, other);
    }

    StepPrediction predict(StepCounts step) {
        Training training = step.training();
        List<Prediction> launches = step.launches().stream()
                .map(launch -> predict(launch, training))
                .toList();
        double moving = training.leastBytes() / (device.bandwidth() * cacheFactor(training));
        double limit = Math.max(training.operations() / rateOfProducts(), moving);
        double host = step.host().graphLaunches() * figures.of(Figure.GRAPH_US) * MICRO;
        return new StepPrediction(step.steps(), launches, host, limit);
    }

    /** A launch of a step of this training. */
    Prediction predict(Launch launch, Training training) {
        double bandwidth = device.bandwidth() * figures.of(Figure.BANDWIDTH_SHARE) * cacheFactor(training);
        double bytes = launch.leastBytes() / bandwidth;
        double computing = launch instanceof KernelLaunch kernel
                ? cycles(kernel) / device.clock() / figures.of(Figure.KERNEL_SHARE)
                : seconds((ProductLaunch) launch) / figures.of(Figure.PRODUCT_SHARE);
        double waiting = launch instanceof KernelLaunch kernel ? latency(kernel) / device.clock() : 0;
        return new Prediction(bytes, computing, waiting, figures.of(Figure.KERNEL_US) * MICRO);
    }

    /** Cycles that a block takes if it never waits for another, however many there are. */
    private double latency(KernelLaunch kernel) {
        return kernel.wayInstructions() * figures.of(Figure.WARP_CYCLES)
                + kernel.wayBarriers() * figures.of(Figure.BARRIER_CYCLES)
                + kernel.wayWaits() * figures.of(Figure.WAIT_CYCLES);
    }

    /** By how much bytes come faster than from memory. */
    private double cacheFactor(Training training) {
        return training.workingBytes() <= device.cache() ? figures.of(Figure.CACHE_FACTOR) : 1;
    }

    private double rateOfProducts() {
        return device.rates().get(arithmetic).orElseThrow();
    }

    /** Pieces are dealt out to multiprocessors, and the one with most of them decides. */
    private double seconds(ProductLaunch product) {
        double height = side(product.rows());
        double width = side(product.columns());
        double parts = Math.ceil(product.terms() / PIECE_TERMS);
        double pieces = Math.ceil(product.rows() / height) * Math.ceil(product.columns() / width) * parts;
        double rounds = Math.ceil(pieces / device.multiprocessors());
        double ofPiece = 2 * height * width * Math.ceil(product.terms() / parts);
        return rounds * ofPiece * device.multiprocessors() / rateOfProducts();
    }

    private static double side(long length) {
        return length <= NARROW_SIDE ? NARROW_SIDE : PIECE_SIDE;
    }

    /** Of the multiprocessor that has most blocks: of whatever part of it is busy for longest. */
    double cycles(KernelLaunch kernel) {
        double share = Math.ceil(kernel.blocks() / (double) device.multiprocessors()) / kernel.blocks();
        double most = 0;
        for (Part part : Part.values()) {
            most = Math.max(most, part.cycles(kernel, device));
        }
        return share * most;
    }

    /** What of a multiprocessor may be the busiest. */
    enum Part {
        /** Issuing instructions. */
        ISSUE,
        /** Arithmetic of float32. */
        FLOAT32,
        /** Arithmetic of float64. */
        FLOAT64,
        /** Exponentials and the like. */
        SPECIAL,
        /** Products on tensor cores. */
        TENSOR,
        /** Shared memory. */
        SHARED,
        /** What comes from device memory and its caches, and goes there. */
        SECTORS;

        /** Cycles that one multiprocessor would take for all of a launch. */
        double cycles(KernelLaunch kernel, DeviceSheet device) {
            Architecture on = device.architecture();
            return switch (this) {
                case ISSUE -> kernel.instructions() / (double) Architecture.SCHEDULERS;
                case FLOAT32 -> lanes(kernel, InstructionClass.FLOAT32, on.float32Lanes());
                case FLOAT64 -> lanes(kernel, InstructionClass.FLOAT64, on.float64Lanes());
                case SPECIAL -> lanes(kernel, InstructionClass.SPECIAL, on.specialLanes());
                case TENSOR -> onTensorCores(kernel, device);
                case SHARED -> kernel.wavefronts();
                case SECTORS -> kernel.accesses("sectors") / (double) Architecture.SECTORS;
            };
        }

        private static double onTensorCores(KernelLaunch kernel, DeviceSheet device) {
            double seconds = 0;
            for (Arithmetic each : Arithmetic.values()) {
                double operations = kernel.tensorOperations(each);
                if (operations > 0) { // where there are no such cores, it takes for ever
                    seconds += operations / device.rates().get(each).orElse(0);
                }
            }
            return seconds * device.multiprocessors() * device.clock();
        }

        private static double lanes(KernelLaunch kernel, InstructionClass of, int lanes) {
            return kernel.instructions(of) * (double) Architecture.WARP / lanes;
        }
    }
}

package io.nudge.cuda;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** All entries of the shipped PTX, by what they compute; native/kernels/README.md has the table of them. */
final class Kernels {
    private static final String[] TRANSPOSES = {"nn", "nt", "tn", "tt"};

    final Kernel fill;
    final Kernel add;
    final Kernel subtract;
    final Kernel hadamard;
    final Kernel scale;
    final Kernel addScaled;
    final Kernel clamp;
    final Kernel rescale;
    final Kernel addRow;
    final Kernel outer;
    final Kernel transpose;
    final Kernel sumRows;
    final Kernel sumSquares;
    final Kernel costs;
    final Kernel costDelta;
    final Kernel outputDelta;
    final Kernel tally;
    final Kernel gather;
    final Kernel gatherOneHot;
    final Kernel gatherBatch;
    final Kernel gatherPair;
    final Kernel dropout;
    final Kernel stepFactors;
    final Kernel advance;
    final Kernel scaleLoss;
    final Kernel unscale;
    final Kernel round;
    final Kernel wholeSteps;
    final Kernel forwardLayers;
    final Kernel backwardLayers;

    /** By {@link Activations#number}. */
    final Kernel[] activate;

    final Kernel[] activatePrime;
    final Kernel[] chain;
    final Kernel[] biasActivate;
    final Kernel[] delta;

    /** By {@link Rules#number}. */
    final Kernel[] update;

    /** By tiling, and then by {@link KernelProducts#number}. */
    final Map<KernelProducts.Tiling, Kernel[]> product = new EnumMap<>(KernelProducts.Tiling.class);

    /**
     * All entries.
     *
     * @param tensorCores whether the device has those of capability 8.0
     */
    Kernels(Modules modules, boolean tensorCores) {
        fill = Kernel.typed(modules, "elementwise", "fill");
        add = Kernel.typed(modules, "elementwise", "add");
        subtract = Kernel.typed(modules, "elementwise", "subtract");
        hadamard = Kernel.typed(modules, "elementwise", "hadamard");
        scale = Kernel.typed(modules, "elementwise", "scale");
        addScaled = Kernel.typed(modules, "elementwise", "add_scaled");
        clamp = Kernel.typed(modules, "elementwise", "clamp");
        rescale = Kernel.typed(modules, "elementwise", "rescale");
        addRow = Kernel.typed(modules, "elementwise", "add_row");
        outer = Kernel.typed(modules, "elementwise", "outer");
        transpose = Kernel.typed(modules, "elementwise", "transpose");
        sumRows = Kernel.typed(modules, "delta", "sum_rows");
        sumSquares = Kernel.typed(modules, "sum_squares", "sum_squares");
        costs = Kernel.typed(modules, "cost", "costs");
        costDelta = Kernel.typed(modules, "cost", "cost_delta");
        outputDelta = Kernel.storing(modules, "cost", "output_delta");
        tally = Kernel.typed(modules, "cost", "tally");
        gather = Kernel.storing(modules, "gather", "gather");
        gatherOneHot = Kernel.typed(modules, "gather", "gather_one_hot");
        gatherBatch = Kernel.storing(modules, "gather", "gather_batch");
        gatherPair = Kernel.storing(modules, "gather", "gather_pair");
        dropout = Kernel.storing(modules, "dropout", "dropout");
        stepFactors = Kernel.typed(modules, "step_factors", "step_factors");
        advance = Kernel.untyped(modules, "advance", "advance");
        scaleLoss = Kernel.typed(modules, "loss_scale", "scale_loss");
        unscale = Kernel.typed(modules, "loss_scale", "unscale");
        round = Kernel.rounding(modules, "round", "round");
        wholeSteps = Kernel.typed(modules, "whole_steps", "whole_steps");
        forwardLayers = Kernel.ofLayers(modules, "forward_layers", tensorCores);
        backwardLayers = Kernel.ofLayers(modules, "backward_layers", tensorCores);
        activate = family(Kernel::typed, modules, "activate", "activate_", Activations.NAMES);
        activatePrime = family(Kernel::typed, modules, "activate", "activate_prime_", Activations.NAMES);
        chain = family(Kernel::typed, modules, "activate", "chain_", Activations.NAMES);
        biasActivate = family(Kernel::storing, modules, "forward", "bias_activate_", Activations.NAMES);
        delta = family(Kernel::storing, modules, "delta", "delta_", Activations.NAMES);
        update = family(Kernel::storing, modules, "update", "update_", Rules.NAMES);
        for (KernelProducts.Tiling tiling : KernelProducts.Tiling.values()) {
            String name = "product_" + tiling.name().toLowerCase(Locale.ROOT) + "_";
            product.put(tiling, family(Kernel::storing, modules, "product", name, TRANSPOSES));
        }
    }

    /** Makes an entry in its variants. */
    private interface Maker {
        Kernel make(Modules modules, String file, String name);
    }

    private static Kernel[] family(Maker maker, Modules modules, String file, String prefix, String[] names) {
        Kernel[] kernels = new Kernel[names.length];
        for (int i = 0; i < names.length; i++) {
            kernels[i] = maker.make(modules, file, prefix + names[i]);
        }
        return kernels;
    }
}

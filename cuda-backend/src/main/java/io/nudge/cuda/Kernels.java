package io.nudge.cuda;

/** All entries of the shipped PTX, by what they compute; native/kernels/README.md has the table of them. */
final class Kernels {
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
    final Kernel advance;

    /** By {@link Activations#number}. */
    final Kernel[] activate;

    final Kernel[] activatePrime;
    final Kernel[] chain;
    final Kernel[] biasActivate;
    final Kernel[] delta;

    /** By {@link Rules#number}. */
    final Kernel[] update;

    Kernels(Modules modules) {
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
        outputDelta = Kernel.typed(modules, "cost", "output_delta");
        tally = Kernel.typed(modules, "cost", "tally");
        gather = Kernel.typed(modules, "gather", "gather");
        gatherOneHot = Kernel.typed(modules, "gather", "gather_one_hot");
        gatherBatch = Kernel.typed(modules, "gather", "gather_batch");
        gatherPair = Kernel.typed(modules, "gather", "gather_pair");
        dropout = Kernel.typed(modules, "dropout", "dropout");
        advance = Kernel.untyped(modules, "advance", "advance");
        activate = family(modules, "activate", "activate_", Activations.NAMES);
        activatePrime = family(modules, "activate", "activate_prime_", Activations.NAMES);
        chain = family(modules, "activate", "chain_", Activations.NAMES);
        biasActivate = family(modules, "forward", "bias_activate_", Activations.NAMES);
        delta = family(modules, "delta", "delta_", Activations.NAMES);
        update = family(modules, "update", "update_", Rules.NAMES);
    }

    private static Kernel[] family(Modules modules, String file, String prefix, String[] names) {
        Kernel[] kernels = new Kernel[names.length];
        for (int i = 0; i < names.length; i++) {
            kernels[i] = Kernel.typed(modules, file, prefix + names[i]);
        }
        return kernels;
    }
}

package io.nudge.cuda;

import io.nudge.math.Cost;
import io.nudge.math.Optimizer;

/** The optimizers and costs as the kernels know them: by a number or a name in the entries, and up to four constants. */
final class Rules {
    /** The optimizers' names, by number. */
    static final String[] NAMES = {"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"};

    private Rules() {}

    static int number(Optimizer rule) {
        if (rule instanceof Optimizer.Sgd) {
            return 0;
        } else if (rule instanceof Optimizer.Momentum) {
            return 1;
        } else if (rule instanceof Optimizer.Nesterov) {
            return 2;
        } else if (rule instanceof Optimizer.RmsProp) {
            return 3;
        }
        return rule instanceof Optimizer.Adam ? 4 : 5;
    }

    /** Adds the constants of a rule to a launch: μ; ρ and ε; β₁, β₂, ε and λ; as many zeros as are missing. */
    static Launcher constants(Launcher launch, Optimizer rule) {
        if (rule instanceof Optimizer.Momentum each) {
            return launch.with(each.momentum()).with(0.0).with(0.0).with(0.0);
        } else if (rule instanceof Optimizer.Nesterov each) {
            return launch.with(each.momentum()).with(0.0).with(0.0).with(0.0);
        } else if (rule instanceof Optimizer.RmsProp each) {
            return launch.with(each.decay()).with(each.epsilon()).with(0.0).with(0.0);
        } else if (rule instanceof Optimizer.Adam each) {
            return launch.with(each.beta1())
                    .with(each.beta2())
                    .with(each.epsilon())
                    .with(0.0);
        } else if (rule instanceof Optimizer.AdamW each) {
            return launch.with(each.beta1())
                    .with(each.beta2())
                    .with(each.epsilon())
                    .with(each.weightDecay());
        }
        return launch.with(0.0).with(0.0).with(0.0).with(0.0);
    }

    /** The number of the kernels' CostCode. */
    static long number(Cost cost) {
        if (cost instanceof Cost.Quadratic) {
            return 0;
        } else if (cost instanceof Cost.HalfQuadratic) {
            return 1;
        } else if (cost instanceof Cost.MeanSquaredError) {
            return 2;
        }
        return cost instanceof Cost.BinaryCrossEntropy ? 3 : 4;
    }
}

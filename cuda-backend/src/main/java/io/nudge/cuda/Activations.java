package io.nudge.cuda;

import io.nudge.math.Activation;

/** The activations as the kernels know them: by a number, a name in the entries, and one parameter. */
final class Activations {
    /** The names, by number; the order is that of the kernels' ActivationCode. Softmax comes last. */
    static final String[] NAMES = {
        "sigmoid", "relu", "leaky_relu", "elu", "tanh", "softplus", "silu", "gelu", "identity", "softmax"
    };

    private Activations() {}

    static int number(Activation f) {
        if (f instanceof Activation.Sigmoid) {
            return 0;
        } else if (f instanceof Activation.Relu) {
            return 1;
        } else if (f instanceof Activation.LeakyRelu) {
            return 2;
        } else if (f instanceof Activation.Elu) {
            return 3;
        } else if (f instanceof Activation.Tanh) {
            return 4;
        } else if (f instanceof Activation.Softplus) {
            return 5;
        } else if (f instanceof Activation.Silu) {
            return 6;
        } else if (f instanceof Activation.Gelu) {
            return 7;
        } else if (f instanceof Activation.Identity) {
            return 8;
        }
        return 9;
    }

    /** The slope of leaky-relu, the alpha of elu; 0 for the others. */
    static double parameter(Activation f) {
        if (f instanceof Activation.LeakyRelu leaky) {
            return leaky.slope();
        }
        return f instanceof Activation.Elu elu ? elu.alpha() : 0;
    }
}

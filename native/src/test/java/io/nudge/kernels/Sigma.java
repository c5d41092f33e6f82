package io.nudge.kernels;

import java.util.List;

/**
 * The elementwise activations in float64, as io.nudge.math has them, with how far a kernel may be off. An elementary function of
 * CUDA is within 2 ulps or better (CUDA Programming Guide, mathematical functions), that is 4 u, and the exponential of
 * kernels/exponential.cuh within 1 ulp; an operation within u.
 */
enum Sigma {
    SIGMOID("sigmoid", 0) {
        @Override
        double value(double z) {
            double e = Math.exp(-Math.abs(z));
            return z >= 0 ? 1 / (1 + e) : e / (1 + e);
        }

        @Override
        double prime(double z) {
            double e = Math.exp(-Math.abs(z));
            return e / ((1 + e) * (1 + e));
        }
    },
    RELU("relu", 0) {
        @Override
        double value(double z) {
            return Math.max(z, 0);
        }

        @Override
        double prime(double z) {
            return z > 0 ? 1 : z <= 0 ? 0 : z;
        }
    },
    LEAKY_RELU("leaky_relu", 0.125) {
        @Override
        double value(double z) {
            return z > 0 ? z : parameter * z;
        }

        @Override
        double prime(double z) {
            return z > 0 ? 1 : z <= 0 ? parameter : z;
        }
    },
    ELU("elu", 1.5) {
        @Override
        double value(double z) {
            return z > 0 ? z : parameter * Math.expm1(z);
        }

        @Override
        double prime(double z) {
            return z > 0 ? 1 : parameter * Math.exp(z);
        }
    },
    TANH("tanh", 0) {
        @Override
        double value(double z) {
            return Math.tanh(z);
        }

        @Override
        double prime(double z) {
            double e = Math.exp(-2 * Math.abs(z));
            return 4 * e / ((1 + e) * (1 + e));
        }
    },
    SOFTPLUS("softplus", 0) {
        @Override
        double value(double z) {
            return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
        }

        @Override
        double prime(double z) {
            return SIGMOID.value(z);
        }
    },
    SILU("silu", 0) {
        @Override
        double value(double z) {
            return Math.max(z, -Double.MAX_VALUE) * SIGMOID.value(z);
        }

        @Override
        double prime(double z) {
            return SIGMOID.value(z) + bounded(z) * SIGMOID.prime(z);
        }

        @Override
        double primeTerms(double z) {
            return SIGMOID.value(z) + Math.abs(bounded(z)) * SIGMOID.prime(z);
        }
    },
    GELU("gelu", 0) {
        @Override
        double value(double z) {
            return Math.max(z, -Double.MAX_VALUE) * Normal.distribution(z);
        }

        @Override
        double prime(double z) {
            return Normal.distribution(z) + bounded(z) * Normal.density(z);
        }

        @Override
        double primeTerms(double z) {
            // The rounding of z² moves its exponential by as much as it is large.
            return Normal.distribution(z) + Math.abs(bounded(z)) * Normal.density(z) * (1 + bounded(z * z) / 8);
        }
    },
    IDENTITY("identity", 0) {
        @Override
        double value(double z) {
            return z;
        }

        @Override
        double prime(double z) {
            return Double.isNaN(z) ? z : 1;
        }
    };

    /** Units u that the longest of the formulas may be off: three elementary functions or quotients in a row, of 4 u each. */
    private static final int UNITS = 12;

    final String entry;
    /** The slope of leaky_relu, the alpha of elu; exact in float32. */
    final double parameter;

    Sigma(String entry, double parameter) {
        this.entry = entry;
        this.parameter = parameter;
    }

    /** By the number that kernels know it by. */
    static Sigma of(int code) {
        return List.of(values()).get(code);
    }

    abstract double value(double z);

    abstract double prime(double z);

    /** The sum of the sizes of what prime adds up, to which its error is relative. */
    double primeTerms(double z) {
        return Math.abs(prime(z));
    }

    double valueBound(Real type, double z) {
        return bound(type, Math.abs(value(z)), z);
    }

    double primeBound(Real type, double z) {
        return bound(type, primeTerms(z), z);
    }

    /** What gradual underflow loses may be multiplied by z. */
    private static double bound(Real type, double terms, double z) {
        double lost = type.leastSubnormal() * (4 + 4 * Math.min(Math.abs(z), 1000));
        return UNITS * (type.u + Real.F64.u) * terms + lost;
    }

    private static double bounded(double z) {
        return Math.max(-Double.MAX_VALUE, Math.min(Double.MAX_VALUE, z));
    }
}

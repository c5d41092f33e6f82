package io.nudge.cpu;

import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import io.nudge.math.Activation;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link FloatMath} in vectors, operation by operation, so that both give the same bits; the reasons are told there. A
 * function, unless {@link VectorRectifiers} has it, is a sequence of steps. Each is a loop over a block of so many elements that what
 * it leaves is still in the first cache for the next.
 *
 * <p>The steps are objects, called from one place, so that the compiler takes each by itself. Where it puts many vector
 * loops into one piece of code, or a loop calls a method of our own, it may give up half way and make an object of each
 * vector, and the loop is many times slower.
 */
final class VectorFloatMath {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private static final Step[] EXP = {new Reduce(), new Exp()};
    private static final Step[] POWER = steps(new MinusSize(1), EXP);
    private static final Step[] DOUBLE_POWER = steps(new MinusSize(2), EXP);
    private static final Step[] SIGMOID = steps(POWER, new Sigmoid());
    private static final Step[] SIGMOID_PRIME = steps(POWER, new Bump(1));
    private static final Step[] TANH = steps(DOUBLE_POWER, new Tanh());
    private static final Step[] TANH_PRIME = steps(DOUBLE_POWER, new Bump(4));
    private static final Step[] ELU = {new EluExponent(), new Reduce(), new Elu()};
    private static final Step[] ELU_PRIME = steps(new Exponent(), EXP, new EluPrime());
    private static final Step[] SOFTPLUS = steps(POWER, new Softplus());
    private static final Step[] SILU = steps(POWER, new SiluFactor(), new Exp(), new Silu());
    private static final Step[] SILU_PRIME = steps(POWER, new SiluPrimeFactor(), new Exp(), new SiluPrime());
    private static final Step[] GELU = steps(new Tail(), new GeluFactor(), new Bell(), EXP, new Gelu());
    private static final Step[] GELU_PRIME = steps(new Tail(), new GeluPrimeFactor(), new Bell(), EXP, new GeluPrime());
    private static final Step[] NONE = {};

    private VectorFloatMath() {}

    /** The steps from z to σ(z) in {@link Block#y}; none if there are none for this function. */
    static Step[] value(Activation f) {
        if (f instanceof Activation.Sigmoid) {
            return SIGMOID;
        } else if (f instanceof Activation.Elu) {
            return ELU;
        } else if (f instanceof Activation.Tanh) {
            return TANH;
        } else if (f instanceof Activation.Softplus) {
            return SOFTPLUS;
        } else if (f instanceof Activation.Silu) {
            return SILU;
        }
        return f instanceof Activation.Gelu ? GELU : NONE;
    }

    /** The steps from z to σ′(z). */
    static Step[] prime(Activation f) {
        if (f instanceof Activation.Sigmoid) {
            return SIGMOID_PRIME;
        } else if (f instanceof Activation.Elu) {
            return ELU_PRIME;
        } else if (f instanceof Activation.Tanh) {
            return TANH_PRIME;
        } else if (f instanceof Activation.Softplus) {
            return SIGMOID;
        } else if (f instanceof Activation.Silu) {
            return SILU_PRIME;
        }
        return f instanceof Activation.Gelu ? GELU_PRIME : NONE;
    }

    /** The steps from exponent and factor to y, the factor times e to the power of the exponent. */
    static Step[] exp() {
        return EXP;
    }

    /** The number that goes with a function, or 0. */
    static float parameter(Activation f) {
        return f instanceof Activation.Elu elu ? (float) elu.alpha() : 0;
    }

    private static Step[] steps(Object... parts) {
        return Arrays.stream(parts)
                .flatMap(part -> Arrays.stream(part instanceof Step[] several ? several : new Step[] {(Step) part}))
                .toArray(Step[]::new);
    }

    /** What the steps work on. */
    static final class Block {
        /** The input, and where it begins. */
        float[] z;

        int at;
        float parameter;
        final float[] exponent = new float[Kernels.BLOCK];
        final float[] multiple = new float[Kernels.BLOCK];
        final float[] factor = new float[Kernels.BLOCK];
        final float[] kept = new float[Kernels.BLOCK];
        /** The output, which begins at 0. */
        final float[] y = new float[Kernels.BLOCK];

        void run(Step[] steps, int n) {
            for (Step step : steps) {
                step.run(this, n);
            }
        }
    }

    /** One loop. */
    abstract static class Step {
        /** Does n elements, a multiple of the vector's length. */
        abstract void run(Block block, int n);
    }

    // ---- the exponential: y = factor times e to the power of the exponent, at most 0 --------------------------------

    /** The exponent becomes what is left of it beside a multiple of ln 2, which is noted. */
    private static final class Reduce extends Step {
        @Override
        void run(Block block, int n) {
            float[] exponent = block.exponent;
            float[] multiple = block.multiple;
            for (int i = 0; i < n; i += LANES) {
                FloatVector limited =
                        FloatVector.fromArray(SPECIES, exponent, i).max(FloatMath.EXP_LEAST);
                FloatVector shifted = limited.mul(FloatMath.LOG2_E).add(FloatMath.ROUNDER);
                FloatVector whole = shifted.sub(FloatMath.ROUNDER);
                shifted.intoArray(multiple, i);
                limited.sub(whole.mul(FloatMath.LN2_HIGH))
                        .sub(whole.mul(FloatMath.LN2_LOW))
                        .intoArray(exponent, i);
            }
        }
    }

    private static final class Exp extends Step {
        @Override
        void run(Block block, int n) {
            float[] exponent = block.exponent;
            float[] multiple = block.multiple;
            float[] factor = block.factor;
            float[] y = block.y;
            for (int i = 0; i < n; i += LANES) {
                FloatVector r = FloatVector.fromArray(SPECIES, exponent, i);
                FloatVector p = r.mul(FloatMath.E5).add(FloatMath.E4).mul(r).add(FloatMath.E3);
                p = p.mul(r).add(FloatMath.E2).mul(r).add(FloatMath.E1).mul(r).add(FloatMath.E0);
                p = p.mul(r.mul(r)).add(r).add(1f);
                IntVector power = FloatVector.fromArray(SPECIES, multiple, i)
                        .reinterpretAsInts()
                        .lanewise(LSHL, FloatMath.FRACTION_BITS);
                p.mul(power.reinterpretAsFloats())
                        .mul(FloatVector.fromArray(SPECIES, factor, i))
                        .mul(FloatMath.POWER_OF_MINUS_63)
                        .intoArray(y, i);
            }
        }
    }

    /** z itself. */
    private static final class Exponent extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] exponent = block.exponent;
            float[] factor = block.factor;
            FloatVector one = FloatVector.broadcast(SPECIES, 1f);
            for (int i = 0; i < n; i += LANES) {
                FloatVector.fromArray(SPECIES, z, at + i).intoArray(exponent, i);
                one.intoArray(factor, i);
            }
        }
    }

    /** −|z|, or a multiple of it. */
    private static final class MinusSize extends Step {
        private final float times;

        MinusSize(float times) {
            this.times = times;
        }

        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] exponent = block.exponent;
            float[] factor = block.factor;
            FloatVector one = FloatVector.broadcast(SPECIES, 1f);
            for (int i = 0; i < n; i += LANES) {
                FloatVector.fromArray(SPECIES, z, at + i).abs().mul(-times).intoArray(exponent, i);
                one.intoArray(factor, i);
            }
        }
    }

    // ---- the functions ----------------------------------------------------------------------------------------------

    /** From y = e^(−|z|). */
    private static final class Sigmoid extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] y = block.y;
            for (int i = 0; i < n; i += LANES) {
                FloatVector power = FloatVector.fromArray(SPECIES, y, i);
                power.blend(1f, FloatVector.fromArray(SPECIES, z, at + i).compare(GE, 0f))
                        .div(power.add(1f))
                        .intoArray(y, i);
            }
        }
    }

    /** times y / (1 + y)²: from y = e^(−|z|) the derivative of the logistic function, from e^(−2|z|) that of tanh. */
    private static final class Bump extends Step {
        private final float times;

        Bump(float times) {
            this.times = times;
        }

        @Override
        void run(Block block, int n) {
            float[] y = block.y;
            for (int i = 0; i < n; i += LANES) {
                FloatVector power = FloatVector.fromArray(SPECIES, y, i);
                FloatVector d = power.add(1f);
                power.mul(times).div(d.mul(d)).intoArray(y, i);
            }
        }
    }

    /** From y = e^(−2|z|). */
    private static final class Tanh extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] y = block.y;
            FloatVector one = FloatVector.broadcast(SPECIES, 1f);
            for (int i = 0; i < n; i += LANES) {
                FloatVector each = FloatVector.fromArray(SPECIES, z, at + i);
                FloatVector power = FloatVector.fromArray(SPECIES, y, i);
                FloatVector large = one.sub(power).div(power.add(1f));
                FloatVector s = each.mul(each);
                FloatVector p = s.mul(FloatMath.T4).add(FloatMath.T3).mul(s).add(FloatMath.T2);
                p = p.mul(s).add(FloatMath.T1).mul(s).add(FloatMath.T0);
                FloatVector small = p.mul(s).mul(each).add(each);
                FloatVector signed = large.blend(large.neg(), each.compare(LT, 0f));
                signed.blend(small, each.abs().compare(LT, FloatMath.TANH_SMALL))
                        .intoArray(y, i);
            }
        }
    }

    private static final class EluExponent extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] exponent = block.exponent;
            for (int i = 0; i < n; i += LANES) {
                FloatVector.fromArray(SPECIES, z, at + i)
                        .min(0f)
                        .max(FloatMath.EXPM1_LEAST)
                        .intoArray(exponent, i);
            }
        }
    }

    /** After {@link Reduce}. */
    private static final class Elu extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] exponent = block.exponent;
            float[] multiple = block.multiple;
            float[] y = block.y;
            float parameter = block.parameter;
            for (int i = 0; i < n; i += LANES) {
                FloatVector r = FloatVector.fromArray(SPECIES, exponent, i);
                FloatVector p = r.mul(FloatMath.E5).add(FloatMath.E4).mul(r).add(FloatMath.E3);
                p = p.mul(r).add(FloatMath.E2).mul(r).add(FloatMath.E1).mul(r).add(FloatMath.E0);
                p = p.mul(r.mul(r)).add(r);
                IntVector power = FloatVector.fromArray(SPECIES, multiple, i)
                        .reinterpretAsInts()
                        .lanewise(LSHL, FloatMath.FRACTION_BITS);
                FloatVector scale = power.add(FloatMath.LESS_63).reinterpretAsFloats();
                FloatVector each = FloatVector.fromArray(SPECIES, z, at + i);
                scale.sub(1f)
                        .add(scale.mul(p))
                        .mul(parameter)
                        .blend(each, each.compare(GT, 0f))
                        .intoArray(y, i);
            }
        }
    }

    /** From y = eᶻ. */
    private static final class EluPrime extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] y = block.y;
            float parameter = block.parameter;
            for (int i = 0; i < n; i += LANES) {
                FloatVector.fromArray(SPECIES, y, i)
                        .mul(parameter)
                        .blend(1f, FloatVector.fromArray(SPECIES, z, at + i).compare(GT, 0f))
                        .intoArray(y, i);
            }
        }
    }

    /** From y = e^(−|z|). */
    private static final class Softplus extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] y = block.y;
            for (int i = 0; i < n; i += LANES) {
                FloatVector power = FloatVector.fromArray(SPECIES, y, i);
                VectorMask<Float> large = power.compare(GT, FloatMath.ROOT2_LESS_1);
                FloatVector f = power.blend(power.sub(1f).mul(0.5f), large);
                FloatVector s = f.mul(f);
                FloatVector p = f.mul(FloatMath.L8).add(FloatMath.L7).mul(f).add(FloatMath.L6);
                p = p.mul(f).add(FloatMath.L5).mul(f).add(FloatMath.L4).mul(f).add(FloatMath.L3);
                p = p.mul(f).add(FloatMath.L2).mul(f).add(FloatMath.L1).mul(f).add(FloatMath.L0);
                FloatVector log = f.add(p.mul(f).mul(s).sub(s.mul(0.5f)));
                log = log.blend(log.add(FloatMath.LN2_LOW).add(FloatMath.LN2_HIGH), large);
                FloatVector.fromArray(SPECIES, z, at + i).max(0f).add(log).intoArray(y, i);
            }
        }
    }

    /** From y = e^(−|z|), which is kept; below 0 it is needed once more, with a factor. */
    private static final class SiluFactor extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] factor = block.factor;
            float[] kept = block.kept;
            float[] y = block.y;
            for (int i = 0; i < n; i += LANES) {
                FloatVector below = FloatVector.fromArray(SPECIES, z, at + i).max(FloatMath.EXP_LEAST);
                FloatVector power = FloatVector.fromArray(SPECIES, y, i);
                power.intoArray(kept, i);
                below.div(power.add(1f)).intoArray(factor, i);
            }
        }
    }

    /** From y, which is right below 0, and e^(−|z|). */
    private static final class Silu extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] kept = block.kept;
            float[] y = block.y;
            for (int i = 0; i < n; i += LANES) {
                FloatVector each = FloatVector.fromArray(SPECIES, z, at + i);
                FloatVector above =
                        each.div(FloatVector.fromArray(SPECIES, kept, i).add(1f));
                FloatVector.fromArray(SPECIES, y, i)
                        .blend(above, each.compare(GE, 0f))
                        .intoArray(y, i);
            }
        }
    }

    /** From y = e^(−|z|), which is kept; below 0 it is needed once more, with a factor. */
    private static final class SiluPrimeFactor extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] factor = block.factor;
            float[] kept = block.kept;
            float[] y = block.y;
            for (int i = 0; i < n; i += LANES) {
                FloatVector below = FloatVector.fromArray(SPECIES, z, at + i).max(FloatMath.EXP_LEAST);
                FloatVector power = FloatVector.fromArray(SPECIES, y, i);
                FloatVector d = power.add(1f);
                power.intoArray(kept, i);
                below.div(d).add(1f).div(d).intoArray(factor, i);
            }
        }
    }

    /** From y, which is right below 0, and e^(−|z|). */
    private static final class SiluPrime extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] kept = block.kept;
            float[] y = block.y;
            for (int i = 0; i < n; i += LANES) {
                FloatVector each = FloatVector.fromArray(SPECIES, z, at + i);
                FloatVector power = FloatVector.fromArray(SPECIES, kept, i);
                FloatVector d = power.add(1f);
                FloatVector above =
                        each.min(-FloatMath.EXP_LEAST).mul(power).div(d).add(1f).div(d);
                FloatVector.fromArray(SPECIES, y, i)
                        .blend(above, each.compare(GE, 0f))
                        .intoArray(y, i);
            }
        }
    }

    /** The exponent becomes t = |z|, limited, and the factor the tail of the normal distribution beyond it. */
    private static final class Tail extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] exponent = block.exponent;
            float[] factor = block.factor;
            for (int i = 0; i < n; i += LANES) {
                FloatVector t = FloatVector.fromArray(SPECIES, z, at + i).abs().min(FloatMath.FAR);
                FloatVector x = t.mul(FloatMath.ROOT_HALF);
                FloatVector q = x.sub(2f).div(x.add(2f));
                FloatVector p = q.mul(FloatMath.N9).add(FloatMath.N8).mul(q).add(FloatMath.N7);
                p = p.mul(q).add(FloatMath.N6).mul(q).add(FloatMath.N5).mul(q).add(FloatMath.N4);
                p = p.mul(q).add(FloatMath.N3).mul(q).add(FloatMath.N2).mul(q).add(FloatMath.N1);
                t.intoArray(exponent, i);
                p.mul(q).add(FloatMath.N0).mul(0.5f).div(x.mul(2f).add(1f)).intoArray(factor, i);
            }
        }
    }

    private static final class GeluFactor extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] exponent = block.exponent;
            float[] factor = block.factor;
            for (int i = 0; i < n; i += LANES) {
                FloatVector tail = FloatVector.fromArray(SPECIES, factor, i);
                FloatVector below =
                        FloatVector.fromArray(SPECIES, exponent, i).neg().mul(tail);
                below.blend(tail, FloatVector.fromArray(SPECIES, z, at + i).compare(GE, 0f))
                        .intoArray(factor, i);
            }
        }
    }

    private static final class GeluPrimeFactor extends Step {
        @Override
        void run(Block block, int n) {
            float[] exponent = block.exponent;
            float[] factor = block.factor;
            for (int i = 0; i < n; i += LANES) {
                FloatVector density =
                        FloatVector.fromArray(SPECIES, exponent, i).mul(FloatMath.DENSITY_AT_ZERO);
                FloatVector.fromArray(SPECIES, factor, i).sub(density).intoArray(factor, i);
            }
        }
    }

    /** Makes of t the exponent of the bell curve, and completes the factor. */
    private static final class Bell extends Step {
        @Override
        void run(Block block, int n) {
            float[] exponent = block.exponent;
            float[] factor = block.factor;
            for (int i = 0; i < n; i += LANES) {
                FloatVector t = FloatVector.fromArray(SPECIES, exponent, i);
                FloatVector high = t.reinterpretAsInts()
                        .lanewise(AND, FloatMath.LEADING_BITS)
                        .reinterpretAsFloats();
                FloatVector r = t.sub(high).mul(t.add(high)).mul(-0.5f);
                FloatVector p = r.mul(FloatMath.E5).add(FloatMath.E4).mul(r).add(FloatMath.E3);
                p = p.mul(r).add(FloatMath.E2).mul(r).add(FloatMath.E1).mul(r).add(FloatMath.E0);
                p = p.mul(r.mul(r)).add(r).add(1f);
                high.mul(high).mul(-0.5f).intoArray(exponent, i);
                p.mul(FloatVector.fromArray(SPECIES, factor, i)).intoArray(factor, i);
            }
        }
    }

    /** From y, the bell curve times its factor. */
    private static final class Gelu extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] y = block.y;
            FloatVector one = FloatVector.broadcast(SPECIES, 1f);
            for (int i = 0; i < n; i += LANES) {
                FloatVector each = FloatVector.fromArray(SPECIES, z, at + i);
                FloatVector part = FloatVector.fromArray(SPECIES, y, i);
                part.blend(each.mul(one.sub(part)), each.compare(GE, 0f)).intoArray(y, i);
            }
        }
    }

    /** From y, the bell curve times its factor. */
    private static final class GeluPrime extends Step {
        @Override
        void run(Block block, int n) {
            float[] z = block.z;
            int at = block.at;
            float[] y = block.y;
            FloatVector one = FloatVector.broadcast(SPECIES, 1f);
            for (int i = 0; i < n; i += LANES) {
                FloatVector part = FloatVector.fromArray(SPECIES, y, i);
                part.blend(
                                one.sub(part),
                                FloatVector.fromArray(SPECIES, z, at + i).compare(GE, 0f))
                        .intoArray(y, i);
            }
        }
    }
}

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

    private static final Step[] POWER = {Reduce.minusSize(1), new Power()};
    private static final Step[] DOUBLE_POWER = {Reduce.minusSize(2), new Power()};
    private static final Step[] EXP = {Reduce.exponent(), new Power(), new Exp()};
    /** As a value, multiplied by ones; as softplus's derivative by what comes from above. */
    private static final Step[] SIGMOID = steps(POWER, new Sigmoid());

    private static final Step[] SIGMOID_PRIME = steps(POWER, new Bump(1));
    private static final Step[] TANH = steps(DOUBLE_POWER, new Tanh());
    private static final Step[] TANH_PRIME = steps(DOUBLE_POWER, new Bump(4));
    private static final Step[] ELU = {new EluExponent(), Reduce.exponent(), new Elu()};
    private static final Step[] ELU_PRIME = steps(POWER, new EluPrime());
    private static final Step[] SOFTPLUS = steps(POWER, new Softplus());
    private static final Step[] SILU = steps(POWER, new Silu());
    private static final Step[] SILU_PRIME = steps(POWER, new SiluPrime());
    private static final Step[] GELU = {new Bell(0), new Power(), new Gelu()};
    private static final Step[] GELU_PRIME = {new Bell(FloatMath.DENSITY_AT_ZERO), new Power(), new GeluPrime()};
    private static final Step[] NONE = {};

    private VectorFloatMath() {}

    /** The steps from z to σ(z); none if there are none for this function. */
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

    /** The steps from z and what comes from above to upstream ⊙ σ′(z). */
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

    /** From n ≤ {@link Kernels#BLOCK} exponents and factors, which are there, to y: each factor times e to the power of its exponent. */
    static void powers(Block block, float[] y, int n) {
        for (Step step : EXP) {
            step.run(block, 0, y, 0, y, 0, y, 0, n);
        }
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

    /** Where steps leave what the next ones need; of one thread, and no two share a line of the cache. */
    static final class Block {
        final float[] exponent = room();
        final float[] multiple = room();
        /** What a power of e is multiplied by; for gelu the normal distribution's tail, for its derivative less the density. */
        final float[] factor = room();
        /** A power of e times 2 to the power of 63, so that it has all its digits. */
        final float[] power = room();

        /** With so many elements behind it that what comes next in memory is in another line. */
        static float[] room() {
            return new float[Kernels.BLOCK + Kernels.APART];
        }
    }

    /**
     * One loop. What it works on it is told, and does not find in a field: writing an array's address to a field marks a table of the collector's, whose
     * lines all threads share, and a thread whose neighbour writes to its line waits for it every time.
     */
    abstract static class Step {
        /**
         * Does n elements, a multiple of the vector's length; the last step of a function writes to y, which may be z or up.
         *
         * @param parameter of the function
         * @param up what a derivative is multiplied by
         */
        abstract void run(
                Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n);
    }

    // ---- the exponential --------------------------------------------------------------------------------------------

    /**
     * The exponent −|z|, or a multiple of it, becomes what is left of it beside a multiple of ln 2, which is noted. So does an exponent that is there, which is
     * at most 0, minus its size.
     */
    private static final class Reduce extends Step {
        private final boolean there;
        private final float minusTimes;

        private Reduce(boolean there, float times) {
            this.there = there;
            this.minusTimes = -times;
        }

        static Reduce minusSize(float times) {
            return new Reduce(false, times);
        }

        static Reduce exponent() {
            return new Reduce(true, 1);
        }

        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] exponent = block.exponent;
            float[] multiple = block.multiple;
            float[] x = there ? exponent : z;
            int at = there ? 0 : zAt;
            for (int i = 0; i < n; i += LANES) {
                FloatVector limited = FloatVector.fromArray(SPECIES, x, at + i)
                        .abs()
                        .mul(minusTimes)
                        .max(FloatMath.EXP_LEAST);
                FloatVector shifted = limited.mul(FloatMath.LOG2_E).add(FloatMath.ROUNDER);
                FloatVector whole = shifted.sub(FloatMath.ROUNDER);
                shifted.intoArray(multiple, i);
                limited.sub(whole.mul(FloatMath.LN2_HIGH))
                        .sub(whole.mul(FloatMath.LN2_LOW))
                        .intoArray(exponent, i);
            }
        }
    }

    /** e to the power of what the exponent was, from what is left of it and the multiple, times 2 to the power of 63. */
    private static final class Power extends Step {
        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] exponent = block.exponent;
            float[] multiple = block.multiple;
            float[] power = block.power;
            for (int i = 0; i < n; i += LANES) {
                FloatVector r = FloatVector.fromArray(SPECIES, exponent, i);
                FloatVector p = r.mul(FloatMath.E5).add(FloatMath.E4).mul(r).add(FloatMath.E3);
                p = p.mul(r).add(FloatMath.E2).mul(r).add(FloatMath.E1).mul(r).add(FloatMath.E0);
                p = p.mul(r.mul(r)).add(r).add(1f);
                IntVector scale = FloatVector.fromArray(SPECIES, multiple, i)
                        .reinterpretAsInts()
                        .lanewise(LSHL, FloatMath.FRACTION_BITS);
                p.mul(scale.reinterpretAsFloats()).intoArray(power, i);
            }
        }
    }

    private static final class Exp extends Step {
        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] power = block.power;
            float[] factor = block.factor;
            for (int i = 0; i < n; i += LANES) {
                FloatVector.fromArray(SPECIES, power, i)
                        .mul(FloatVector.fromArray(SPECIES, factor, i))
                        .mul(FloatMath.POWER_OF_MINUS_63)
                        .intoArray(y, yAt + i);
            }
        }
    }

    // ---- the functions ----------------------------------------------------------------------------------------------

    /** From e^(−|z|). */
    private static final class Sigmoid extends Step {
        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] powers = block.power;
            for (int i = 0; i < n; i += LANES) {
                FloatVector power = FloatVector.fromArray(SPECIES, powers, i).mul(FloatMath.POWER_OF_MINUS_63);
                power.blend(1f, FloatVector.fromArray(SPECIES, z, zAt + i).compare(GE, 0f))
                        .div(power.add(1f))
                        .mul(FloatVector.fromArray(SPECIES, up, upAt + i))
                        .intoArray(y, yAt + i);
            }
        }
    }

    /** Upstream times p / (1 + p)², and times a number: from p = e^(−|z|) the derivative of the logistic function, from e^(−2|z|) that of tanh. */
    private static final class Bump extends Step {
        private final float times;

        Bump(float times) {
            this.times = times;
        }

        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] powers = block.power;
            for (int i = 0; i < n; i += LANES) {
                FloatVector power = FloatVector.fromArray(SPECIES, powers, i).mul(FloatMath.POWER_OF_MINUS_63);
                FloatVector d = power.add(1f);
                power.mul(times)
                        .div(d.mul(d))
                        .mul(FloatVector.fromArray(SPECIES, up, upAt + i))
                        .intoArray(y, yAt + i);
            }
        }
    }

    /** From e^(−2|z|). */
    private static final class Tanh extends Step {
        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] powers = block.power;
            FloatVector one = FloatVector.broadcast(SPECIES, 1f);
            for (int i = 0; i < n; i += LANES) {
                FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
                FloatVector power = FloatVector.fromArray(SPECIES, powers, i).mul(FloatMath.POWER_OF_MINUS_63);
                FloatVector large = one.sub(power).div(power.add(1f));
                FloatVector s = each.mul(each);
                FloatVector p = s.mul(FloatMath.T4).add(FloatMath.T3).mul(s).add(FloatMath.T2);
                p = p.mul(s).add(FloatMath.T1).mul(s).add(FloatMath.T0);
                FloatVector small = p.mul(s).mul(each).add(each);
                FloatVector signed = large.blend(large.neg(), each.compare(LT, 0f));
                signed.blend(small, each.abs().compare(LT, FloatMath.TANH_SMALL))
                        .intoArray(y, yAt + i);
            }
        }
    }

    private static final class EluExponent extends Step {
        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] exponent = block.exponent;
            for (int i = 0; i < n; i += LANES) {
                FloatVector.fromArray(SPECIES, z, zAt + i)
                        .min(0f)
                        .max(FloatMath.EXPM1_LEAST)
                        .intoArray(exponent, i);
            }
        }
    }

    /** After {@link Reduce}. */
    private static final class Elu extends Step {
        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] exponent = block.exponent;
            float[] multiple = block.multiple;
            for (int i = 0; i < n; i += LANES) {
                FloatVector r = FloatVector.fromArray(SPECIES, exponent, i);
                FloatVector p = r.mul(FloatMath.E5).add(FloatMath.E4).mul(r).add(FloatMath.E3);
                p = p.mul(r).add(FloatMath.E2).mul(r).add(FloatMath.E1).mul(r).add(FloatMath.E0);
                p = p.mul(r.mul(r)).add(r);
                IntVector power = FloatVector.fromArray(SPECIES, multiple, i)
                        .reinterpretAsInts()
                        .lanewise(LSHL, FloatMath.FRACTION_BITS);
                FloatVector scale = power.add(FloatMath.LESS_63).reinterpretAsFloats();
                FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
                scale.sub(1f)
                        .add(scale.mul(p))
                        .mul(parameter)
                        .blend(each, each.compare(GT, 0f))
                        .intoArray(y, yAt + i);
            }
        }
    }

    /** From e^(−|z|), which up to 0 is eᶻ. */
    private static final class EluPrime extends Step {
        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] powers = block.power;
            for (int i = 0; i < n; i += LANES) {
                FloatVector.fromArray(SPECIES, powers, i)
                        .mul(FloatMath.POWER_OF_MINUS_63)
                        .mul(parameter)
                        .blend(1f, FloatVector.fromArray(SPECIES, z, zAt + i).compare(GT, 0f))
                        .mul(FloatVector.fromArray(SPECIES, up, upAt + i))
                        .intoArray(y, yAt + i);
            }
        }
    }

    /** From e^(−|z|). */
    private static final class Softplus extends Step {
        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] powers = block.power;
            for (int i = 0; i < n; i += LANES) {
                FloatVector power = FloatVector.fromArray(SPECIES, powers, i).mul(FloatMath.POWER_OF_MINUS_63);
                FloatVector s = power.div(power.add(2f));
                FloatVector q = s.mul(s);
                FloatVector p = q.mul(FloatMath.L3).add(FloatMath.L2).mul(q).add(FloatMath.L1);
                p = p.mul(q).add(FloatMath.L0).mul(q);
                FloatVector half = power.mul(power).mul(0.5f);
                FloatVector log = power.sub(half.sub(s.mul(half.add(p))));
                FloatVector.fromArray(SPECIES, z, zAt + i).max(0f).add(log).intoArray(y, yAt + i);
            }
        }
    }

    /** From e^(−|z|), which below 0 is eᶻ, and multiplied by its factor with all its digits. */
    private static final class Silu extends Step {
        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] powers = block.power;
            for (int i = 0; i < n; i += LANES) {
                FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
                FloatVector power = FloatVector.fromArray(SPECIES, powers, i);
                FloatVector d = power.mul(FloatMath.POWER_OF_MINUS_63).add(1f);
                FloatVector part = each.max(FloatMath.EXP_LEAST).div(d);
                power.mul(part)
                        .mul(FloatMath.POWER_OF_MINUS_63)
                        .blend(part, each.compare(GE, 0f))
                        .intoArray(y, yAt + i);
            }
        }
    }

    /** From e^(−|z|), which below 0 is eᶻ, and multiplied by its factor with all its digits. */
    private static final class SiluPrime extends Step {
        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] powers = block.power;
            for (int i = 0; i < n; i += LANES) {
                FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
                FloatVector power = FloatVector.fromArray(SPECIES, powers, i);
                FloatVector small = power.mul(FloatMath.POWER_OF_MINUS_63);
                FloatVector d = small.add(1f);
                VectorMask<Float> above = each.compare(GE, 0f);
                FloatVector part = each.max(FloatMath.EXP_LEAST)
                        .blend(each.min(-FloatMath.EXP_LEAST).mul(small), above)
                        .div(d)
                        .add(1f)
                        .div(d);
                power.mul(part)
                        .mul(FloatMath.POWER_OF_MINUS_63)
                        .blend(part, above)
                        .mul(FloatVector.fromArray(SPECIES, up, upAt + i))
                        .intoArray(y, yAt + i);
            }
        }
    }

    /**
     * With t = |z|, limited: what is left of the exponent of the bell curve beside a multiple of ln 2, which is noted, and as the factor the tail of the normal
     * distribution beyond t. NaN, which the limit drops, comes back in the last step.
     */
    private static final class Bell extends Step {
        private static final int FAR = Float.floatToRawIntBits(FloatMath.FAR);
        private final float density;

        /** @param density times t is taken from the tail */
        Bell(float density) {
            this.density = density;
        }

        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] exponent = block.exponent;
            float[] multiple = block.multiple;
            float[] factor = block.factor;
            FloatVector one = FloatVector.broadcast(SPECIES, 1f);
            for (int i = 0; i < n; i += LANES) {
                FloatVector t = FloatVector.fromArray(SPECIES, z, zAt + i)
                        .abs()
                        .reinterpretAsInts()
                        .min(FAR)
                        .reinterpretAsFloats();
                FloatVector high = t.reinterpretAsInts()
                        .lanewise(AND, FloatMath.LEADING_BITS)
                        .reinterpretAsFloats();
                FloatVector low = t.sub(high).mul(t.add(high)).mul(0.5f);
                FloatVector shifted = t.mul(t).mul(FloatMath.MINUS_HALF_LOG2_E).add(FloatMath.ROUNDER);
                FloatVector whole = shifted.sub(FloatMath.ROUNDER);
                shifted.intoArray(multiple, i);
                high.mul(high)
                        .mul(-0.5f)
                        .sub(whole.mul(FloatMath.LN2_HIGH))
                        .sub(whole.mul(FloatMath.LN2_LOW).add(low))
                        .intoArray(exponent, i);
                FloatVector u = one.div(t.add(FloatMath.CENTRE));
                FloatVector q = t.sub(FloatMath.CENTRE).mul(u);
                FloatVector s = q.mul(q);
                FloatVector even = s.mul(FloatMath.N10).add(FloatMath.N8).mul(s).add(FloatMath.N6);
                even = even.mul(s)
                        .add(FloatMath.N4)
                        .mul(s)
                        .add(FloatMath.N2)
                        .mul(s)
                        .add(FloatMath.N0);
                FloatVector odd = s.mul(FloatMath.N9).add(FloatMath.N7).mul(s).add(FloatMath.N5);
                odd = odd.mul(s).add(FloatMath.N3).mul(s).add(FloatMath.N1);
                even.add(odd.mul(q)).mul(u).sub(t.mul(density)).intoArray(factor, i);
            }
        }
    }

    /** From the bell curve and the tail. */
    private static final class Gelu extends Step {
        private static final int MINUS_FAR = Float.floatToRawIntBits(-FloatMath.FAR);

        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] tails = block.factor;
            float[] powers = block.power;
            FloatVector one = FloatVector.broadcast(SPECIES, 1f);
            for (int i = 0; i < n; i += LANES) {
                FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
                FloatVector tail = FloatVector.fromArray(SPECIES, tails, i);
                VectorMask<Float> below = each.compare(LT, 0f);
                FloatVector limited =
                        each.reinterpretAsInts().min(MINUS_FAR).reinterpretAsFloats(); // of negative numbers
                FloatVector part = tail.blend(tail.mul(limited), below)
                        .mul(FloatVector.fromArray(SPECIES, powers, i))
                        .mul(FloatMath.POWER_OF_MINUS_63);
                one.sub(part).mul(each).blend(part, below).intoArray(y, yAt + i);
            }
        }
    }

    /** From the bell curve and the tail less the density. */
    private static final class GeluPrime extends Step {
        @Override
        void run(Block block, float parameter, float[] z, int zAt, float[] up, int upAt, float[] y, int yAt, int n) {
            float[] factor = block.factor;
            float[] powers = block.power;
            FloatVector one = FloatVector.broadcast(SPECIES, 1f);
            for (int i = 0; i < n; i += LANES) {
                FloatVector each = FloatVector.fromArray(SPECIES, z, zAt + i);
                FloatVector part = FloatVector.fromArray(SPECIES, factor, i)
                        .mul(FloatVector.fromArray(SPECIES, powers, i))
                        .mul(FloatMath.POWER_OF_MINUS_63);
                each.blend(part, each.compare(LT, 0f))
                        .blend(one.sub(part), each.compare(GE, 0f))
                        .mul(FloatVector.fromArray(SPECIES, up, upAt + i))
                        .intoArray(y, yAt + i);
            }
        }
    }
}

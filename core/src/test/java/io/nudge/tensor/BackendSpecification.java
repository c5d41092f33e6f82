package io.nudge.tensor;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * What every backend must do. The themes are the subclasses; for each of them a backend's tests have a subclass of their
 * own that opens the backend. A property opens one backend, and closing it at the end fails if a tensor is still open.
 *
 * <p>All numbers come from fixed seeds; a failure prints its own, and jqwik shrinks the shapes.
 */
@AddLifecycleHook(value = BackendSpecification.Opening.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
public abstract class BackendSpecification {
    /** The backend of this property. */
    Backend backend;

    /** Its operations. */
    Operations operations;

    /**
     * Opens a backend of the kind that is judged.
     *
     * @return a new backend
     */
    protected abstract Backend open();

    /**
     * Opens a backend that must give the same results to the last bit.
     *
     * @return another backend of the same kind; where the number of threads, say, is not to show, one with another number
     */
    protected Backend openTwin() {
        return open();
    }

    /**
     * How much of the specification is worth its time.
     *
     * @return 1 for all of it; less for fewer and smaller examples, where the backend is slow, as an emulated device is
     */
    protected double effort() {
        return 1;
    }

    /**
     * What the backend's products of float32 round their factors to.
     *
     * @return nothing, unless the backend is one of lower precision
     */
    protected Factors factors() {
        return Factors.WHOLE;
    }

    /** What is expected of the backend. */
    final Oracle reference(DType type) {
        return new Oracle(type, factors());
    }

    /** Opens a backend before a property and closes it after; where the property fails, that is told and nothing else. */
    static final class Opening implements AroundPropertyHook {
        @Override
        public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
            BackendSpecification specification = (BackendSpecification) context.testInstance();
            specification.backend = specification.open();
            specification.operations = specification.backend.operations();
            PropertyExecutionResult result = property.execute();
            try {
                specification.backend.close();
                return result;
            } catch (RuntimeException e) {
                return result.status() == PropertyExecutionResult.Status.SUCCESSFUL ? result.mapToFailed(e) : result;
            }
        }
    }

    /** Lengths that fit no block or vector, one off a multiple of 32, and 0; also tall, wide and deep. */
    @Provide
    Arbitrary<Sizes> sizes() {
        Arbitrary<Integer> length = Arbitraries.of(1, 2, 3, 5, 0, 7, 8, 16, 31, 32, 33, 63, 65, 97);
        Arbitrary<Sizes> any = Combinators.combine(length, length, length).as(Sizes::new);
        Arbitrary<Sizes> extreme = Arbitraries.of(
                new Sizes(1, 1, 1),
                new Sizes(0, 3, 2),
                new Sizes(3, 0, 2),
                new Sizes(3, 2, 0),
                new Sizes(4099, 3, 2),
                new Sizes(3, 4099, 2),
                new Sizes(2, 3, 4099),
                new Sizes(257, 129, 65));
        return Arbitraries.frequencyOf(Tuple.of(4, any), Tuple.of(1, extreme));
    }

    /** A length for an example with much to do, cut down to what is worth its time. */
    final int much(int length) {
        return (int) Math.max(Math.min(length, 67), length * effort());
    }

    /** Lengths as they are, or cut down. */
    final Sizes affordable(Sizes sizes) {
        return new Sizes(affordable(sizes.m()), affordable(sizes.n()), affordable(sizes.k()));
    }

    private int affordable(int length) {
        return effort() < 1 ? Math.min(length, 33) : length;
    }

    /** Whether a try of a property is one of the share that is worth its time; the same for the same seed. */
    final boolean worthwhile(long seed, double share) {
        return new SplittableRandom(seed).nextDouble() < share * effort();
    }

    /** float32 and float64. */
    static DType[] floatingTypes() {
        return new DType[] {DType.FLOAT32, DType.FLOAT64};
    }

    Tensor vector(DType type, double... values) {
        return backend.vector(values, type);
    }

    Tensor matrix(DType type, double[][] values) {
        return backend.matrix(values, type);
    }

    Tensor numbers(long... values) {
        Tensor tensor = backend.zeros(Shape.of(values.length), DType.INT64);
        tensor.write(values);
        return tensor;
    }

    /** Compares to the last bit; no number equals no number, and the sign of zero counts. */
    static void assertSame(String what, double[] actual, double[] expected) {
        int i = Arrays.mismatch(actual, expected);
        if (i >= 0) {
            throw new AssertionError(what + ": element " + i + " of " + expected.length + " is " + actual[i]
                    + ", expected to the last bit " + expected[i]);
        }
    }
}

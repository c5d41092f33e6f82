package io.nudge.tensor;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Random chains of operations, since mistakes of fusion and of order show only there. */
public abstract class ChainSpecification extends BackendSpecification {
    private static final String SEED = "20260103";

    @Property(tries = 40, seed = SEED)
    void everyStepOfAChainIsWithinItsBound(
            @ForAll("sizes") Sizes sizes, @ForAll @IntRange(min = 5, max = 30) int length, @ForAll long seed) {
        for (DType type : worthwhile(seed, 1) ? floatingTypes() : new DType[0]) {
            Chain chain = new Chain(type, small(sizes), length, seed);
            try (Scope scope = Scope.open()) {
                chain.verify(operations, reference(type), chain.pool(backend));
            }
        }
    }

    @Property(tries = 25, seed = SEED)
    void twoBackendsAgreeToTheLastBit(
            @ForAll("sizes") Sizes sizes, @ForAll @IntRange(min = 5, max = 30) int length, @ForAll long seed) {
        for (DType type : worthwhile(seed, 1) ? floatingTypes() : new DType[0]) {
            Chain chain = new Chain(type, small(sizes), length, seed);
            try (Backend other = openTwin();
                    Scope scope = Scope.open()) {
                Chain.Pool here = chain.pool(backend);
                Chain.Pool there = chain.pool(other);
                chain.run(operations, here);
                chain.run(other.operations(), there);
                assertSame(chain, here, there);
            }
        }
    }

    @Property(tries = 25, seed = SEED)
    void aProgramAgreesWithTheCallsToTheLastBit(
            @ForAll("sizes") Sizes sizes, @ForAll @IntRange(min = 5, max = 30) int length, @ForAll long seed) {
        for (DType type : worthwhile(seed, 1) ? floatingTypes() : new DType[0]) {
            Chain chain = new Chain(type, small(sizes), length, seed);
            try (Scope scope = Scope.open()) {
                Chain.Pool eager = chain.pool(backend);
                Chain.Pool recorded = chain.pool(backend);
                try (Program program = backend.record(() -> chain.run(operations, recorded))) {
                    chain.run(operations, eager);
                    program.run();
                    assertSame(chain, eager, recorded);
                }
            }
        }
    }

    /** The pool has tensors of every pair of lengths. */
    private Sizes small(Sizes given) {
        Sizes sizes = affordable(given);
        return new Sizes(Math.min(130, sizes.m()), Math.max(1, Math.min(130, sizes.n())), Math.min(130, sizes.k()));
    }

    private static void assertSame(Chain chain, Chain.Pool one, Chain.Pool other) {
        double[][] expected = one.contents();
        double[][] actual = other.contents();
        for (int i = 0; i < expected.length; i++) {
            assertSame(one.all()[i] + " after " + chain, actual[i], expected[i]);
        }
    }
}

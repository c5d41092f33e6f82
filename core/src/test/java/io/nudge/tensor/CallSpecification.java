package io.nudge.tensor;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What holds for every operation of a theme, whatever it computes: run from the {@link Catalogue}. */
public abstract class CallSpecification extends BackendSpecification {
    private static final String SEED = "20260101";

    /** Looks at one call. */
    interface Check {
        void on(Call call);
    }

    /** The operations of the theme. */
    abstract Catalogue catalogue();

    /** How many of the tries to take: fewer where a theme has so many operations that one try tells much. */
    double share() {
        return 1;
    }

    @Property(tries = 20, seed = SEED)
    void resultsAreWithinTheirBounds(@ForAll("sizes") Sizes sizes, @ForAll long seed) {
        sample(sizes, seed, false, this::verify);
    }

    @Property(tries = 20, seed = SEED)
    void specialValuesGoTheirWay(@ForAll("sizes") Sizes sizes, @ForAll long seed) {
        sample(sizes, seed, true, this::verify);
    }

    final void verify(Call call) {
        try (Arrangement arrangement = Arrangement.apart(backend, call)) {
            arrangement.verify(reference(call.type()), operations);
        }
    }

    @Property(tries = 15, seed = SEED)
    void viewsAreReadAndWrittenOnTheirOwnTurf(@ForAll("sizes") Sizes sizes, @ForAll long seed) {
        sample(sizes, seed, false, call -> {
            try (Arrangement arrangement = Arrangement.inside(backend, call, new Draw(seed, call.type(), false))) {
                arrangement.verify(reference(call.type()), operations);
            }
        });
    }

    @Property(tries = 15, seed = SEED)
    void aDestinationMayBeAnOperandWhereTheContractSaysSo(@ForAll("sizes") Sizes sizes, @ForAll long seed) {
        sample(sizes, seed, false, call -> {
            for (Call.Alias alias : call.aliases()) {
                try (Arrangement arrangement = Arrangement.aliased(backend, call, alias)) {
                    arrangement.verify(reference(call.type()), operations);
                }
            }
        });
    }

    @Property(tries = 10, seed = SEED)
    void compositesAgreeWithTheirDefaults(@ForAll("sizes") Sizes sizes, @ForAll long seed) {
        sample(sizes, seed, false, call -> {
            try (Arrangement own = Arrangement.apart(backend, call);
                    Arrangement plain = Arrangement.apart(backend, call)) {
                List<Expected> expected = plain.ask(reference(call.type()));
                call.run(operations, own.tensors());
                call.run(new Primitives(operations), plain.tensors());
                for (Expected each : expected) {
                    int i = call.indexOf(each.role());
                    each.agree(Contents.of(own.tensors()[i]), Contents.of(plain.tensors()[i]));
                }
            }
        });
    }

    @Property(tries = 10, seed = SEED)
    void theSameCallGivesTheSameBits(@ForAll("sizes") Sizes sizes, @ForAll long seed) {
        try (Backend other = openTwin()) {
            sample(sizes, seed, true, call -> {
                try (Arrangement first = Arrangement.apart(backend, call);
                        Arrangement second = Arrangement.apart(other, call)) {
                    call.run(operations, first.tensors());
                    double[][] once = first.contents();
                    first.fill();
                    call.run(operations, first.tensors());
                    call.run(other.operations(), second.tensors());
                    assertSame(call, once, first.contents(), "done again");
                    assertSame(call, once, second.contents(), "done on another backend");
                }
            });
        }
    }

    @Property(tries = 10, seed = SEED)
    void aProgramDoesWhatTheCallDoes(@ForAll("sizes") Sizes sizes, @ForAll long seed) {
        sample(sizes, seed, false, call -> {
            try (Arrangement eager = Arrangement.apart(backend, call);
                    Arrangement recorded = Arrangement.apart(backend, call);
                    Program program = backend.record(() -> call.run(operations, recorded.tensors()))) {
                assertSame(call, eager.contents(), recorded.contents(), "recorded, not run");
                for (int run = 0; run < 2; run++) {
                    call.run(operations, eager.tensors());
                    program.run();
                    assertSame(call, eager.contents(), recorded.contents(), "run " + run);
                }
            }
        });
    }

    private static void assertSame(Call call, double[][] expected, double[][] actual, String how) {
        for (int i = 0; i < expected.length; i++) {
            String role = call.arguments().get(i).role();
            BackendSpecification.assertSame(call.operation() + ": " + role + " " + how, actual[i], expected[i]);
        }
    }

    /** One try of a property, where it is worth its time. */
    private void sample(Sizes sizes, long seed, boolean special, Check check) {
        if (worthwhile(seed, share())) {
            every(affordable(sizes), seed, special, check);
        }
    }

    /** Looks at every operation in both types; the first that fails is told in full, the others by name. */
    final void every(Sizes sizes, long seed, boolean special, Check check) {
        Set<String> failed = new LinkedHashSet<>();
        AssertionError first = null;
        for (DType type : floatingTypes()) {
            for (Call call : catalogue().calls(type, sizes, seed, special)) {
                try {
                    check.on(call);
                } catch (AssertionError | RuntimeException e) {
                    failed.add(call.name() + " " + type);
                    String what = e instanceof AssertionError ? e.getMessage() : e.toString();
                    first = first == null ? new AssertionError(what + "\n  in: " + call, e) : first;
                }
            }
        }
        if (first != null) {
            throw new AssertionError(
                    first.getMessage() + (failed.size() == 1 ? "" : "\n  all that failed: " + failed),
                    first.getCause());
        }
    }
}

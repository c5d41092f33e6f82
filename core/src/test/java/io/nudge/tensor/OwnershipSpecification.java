package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.math.Activation;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import net.jqwik.api.Example;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Who closes what: tensors, views, scopes, the backend; and what memory it says it takes. */
public abstract class OwnershipSpecification extends BackendSpecification {
    private static final Shape FOUR = Shape.of(4);

    // ---- tensors and views ------------------------------------------------------------------------------------------

    @Example
    void aNewTensorIsZero() {
        for (DType type : DType.values()) {
            for (int round = 0; round < 3; round++) {
                try (Tensor x = backend.zeros(Shape.of(77), type)) {
                    assertThat(Contents.of(x)).as("%s, round %d", type, round).containsOnly(0);
                    Contents.write(x, Contents.filled(type, 77, 3)); // so that memory taken again is not zero by chance
                }
            }
        }
    }

    @Example
    void whatIsWrittenIsRead() {
        try (Scope scope = Scope.open()) {
            double[] values = {0.1, -0.0, Double.MAX_VALUE, Double.MIN_VALUE, Double.NaN, Double.NEGATIVE_INFINITY};
            Tensor doubles = vector(DType.FLOAT64, values);
            assertSame("doubles", doubles.doubles(), values);
            float[] rounded = {0.1f, -0.0f, Float.POSITIVE_INFINITY, 0, Float.NaN, Float.NEGATIVE_INFINITY};
            assertThat(Arrays.equals(doubles.floats(), rounded))
                    .as("read as float32")
                    .isTrue();
            Tensor floats = vector(DType.FLOAT32, values);
            assertThat(Arrays.equals(floats.floats(), rounded))
                    .as("written as float64")
                    .isTrue();
            floats.write(rounded);
            float[] into = new float[6];
            floats.read(into);
            assertThat(Arrays.equals(into, rounded)).as("read into an array").isTrue();
            Tensor numbers = numbers(Long.MIN_VALUE, Long.MAX_VALUE, -1);
            assertThat(numbers.longs()).containsExactly(Long.MIN_VALUE, Long.MAX_VALUE, -1);
        }
    }

    // ---- from one backend to another --------------------------------------------------------------------------------

    @Example
    void aTensorIsCopiedToAnotherBackend() {
        try (Backend other = open()) {
            for (DType type : DType.values()) {
                try (Tensor x = backend.zeros(Shape.of(2, 3), type);
                        Tensor y = other.zeros(Shape.of(8), type)) {
                    Contents.write(x, Contents.filled(type, 6, 5));
                    Tensor part = y.view(1, Shape.of(6));
                    assertThat(x.copyTo(part)).isSameAs(part);
                    Contents.write(x, Contents.filled(type, 6, 9));
                    assertThat(Contents.of(y)).as("%s", type).containsExactly(0, 5, 5, 5, 5, 5, 5, 0);
                    part.copyTo(x);
                    assertThat(Contents.of(x)).as("%s, and back", type).containsOnly(5);
                }
            }
        }
    }

    @Example
    void aTensorIsCopiedWithinABackend() {
        try (Tensor x = vector(DType.FLOAT32, 1, 2);
                Tensor y = backend.zeros(Shape.of(2, 1), DType.FLOAT32)) {
            assertThat(x.copyTo(y).doubles()).containsExactly(1, 2);
        }
    }

    @Example
    void whatCannotBeCopiedToAnotherBackendIsRefused() {
        try (Backend other = open();
                Tensor x = vector(DType.FLOAT32, 1, 2);
                Tensor y = other.zeros(Shape.of(2), DType.FLOAT32);
                Tensor longer = other.zeros(Shape.of(3), DType.FLOAT32);
                Tensor wider = other.zeros(Shape.of(2), DType.FLOAT64)) {
            for (Tensor each : new Tensor[] {longer, wider}) {
                assertThatThrownBy(() -> x.copyTo(each))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContainingAll("copyTo", "one type", each.toString());
            }
            assertThatThrownBy(() -> backend.record(() -> x.copyTo(y)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("copying to another backend");
            assertThatThrownBy(() -> other.record(() -> x.copyTo(y)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("copying to another backend");
            y.close();
            assertThatThrownBy(() -> x.copyTo(y))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("copyTo", "is closed");
            assertThat(x.doubles()).containsExactly(1, 2);
        }
    }

    @Example
    void threadsThatCopyBothWaysDoNotWaitForEachOther() throws InterruptedException, ExecutionException {
        try (Backend other = open();
                Tensor x = vector(DType.FLOAT32, 1, 2);
                Tensor y = other.zeros(Shape.of(2), DType.FLOAT32)) {
            FutureTask<Tensor> back = new FutureTask<>(() -> {
                for (int i = 0; i < 100; i++) {
                    y.copyTo(x);
                }
                return x;
            });
            x.copyTo(y);
            new Thread(back, "back").start();
            for (int i = 0; i < 100; i++) {
                x.copyTo(y);
            }
            assertThat(back.get().doubles()).containsExactly(1, 2);
            assertThat(y.doubles()).containsExactly(1, 2);
        }
    }

    // ---- tensors and views ------------------------------------------------------------------------------------------

    @Example
    void anArrayMayBeUsedAgainOnceItIsWritten() {
        try (Tensor x = backend.zeros(FOUR, DType.FLOAT32)) {
            float[] values = {1, 2, 3, 4};
            x.write(values);
            Arrays.fill(values, 9);
            assertThat(x.floats()).containsExactly(1, 2, 3, 4);
        }
    }

    @Example
    void aViewSharesMemoryAndOwnsNone() {
        try (Tensor x = vector(DType.FLOAT32, 0, 1, 2, 3, 4, 5)) {
            Tensor rows = x.reshape(Shape.of(3, 2)).rows(1, 2);
            assertThat(rows.doubles()).containsExactly(2, 3, 4, 5);
            rows.view(1, Shape.of(2)).write(new double[] {-3, -4});
            assertThat(x.doubles()).containsExactly(0, 1, 2, -3, -4, 5);
            long tensors = backend.memory().tensors();
            rows.close();
            assertThat(backend.memory().tensors())
                    .as("tensors after a view is closed")
                    .isEqualTo(tensors);
            assertThat(x.doubles()).as("after its view is closed").contains(-3);
            assertThat(rows.isClosed()).isFalse();
            x.close();
            assertThat(rows.isClosed()).as("a view of a closed tensor").isTrue();
            assertClosed(rows::doubles, "read: ");
        }
    }

    @Example
    void aClosedTensorIsOfNoUseAndMayBeClosedAgain() {
        Tensor x = backend.zeros(Shape.of(2, 2), DType.FLOAT32).named("weights of layer 2");
        assertThat(x).hasToString("weights of layer 2 float32[2, 2]");
        x.close();
        x.close();
        assertThat(x.toString()).endsWith("(closed)");
        assertClosed(x::floats, "read: ", "weights of layer 2");
        assertClosed(x::doubles, "read: ", "weights of layer 2");
        assertClosed(() -> x.write(new float[4]), "write: ", "weights of layer 2");
        assertClosed(() -> x.view(0, FOUR), "view: ", "weights of layer 2");
        assertClosed(() -> x.reshape(FOUR), "weights of layer 2");
        assertClosed(() -> x.rows(0, 1), "weights of layer 2");
        assertClosed(x::sigmoid, "weights of layer 2");
        assertClosed(() -> x.matmul(x), "weights of layer 2");
        assertClosed(x::sumRows, "weights of layer 2");
    }

    private static void assertClosed(ThrowingCallable use, String... words) {
        assertThatThrownBy(use)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed")
                .hasMessageContainingAll(words);
    }

    // ---- scopes -----------------------------------------------------------------------------------------------------

    @Example
    void aScopeClosesWhatWasMadeInItAndNothingElse() {
        try (Tensor outside = vector(DType.FLOAT32, 1, 2)) {
            Tensor made;
            Tensor kept;
            try (Scope scope = Scope.open()) {
                made = outside.add(outside).hadamard(outside);
                kept = scope.keep(outside.scale(2));
            }
            assertThat(made.isClosed()).isTrue();
            assertThat(outside.isClosed()).isFalse();
            assertThat(kept.doubles()).containsExactly(2, 4);
            kept.close();
            assertThat(backend.memory().tensors()).isEqualTo(1);
        }
    }

    @Example
    void whatAnInnerScopeKeepsBelongsToTheOuter() {
        Tensor kept;
        try (Scope outer = Scope.open()) {
            Tensor first = backend.zeros(FOUR, DType.FLOAT32);
            try (Scope inner = Scope.open()) {
                kept = inner.keep(backend.zeros(FOUR, DType.FLOAT32));
                assertThatThrownBy(() -> inner.keep(first))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("not made in this scope");
                assertThatThrownBy(() -> inner.keep(kept)).isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(kept.isClosed()).isFalse();
            assertThat(first.isClosed()).isFalse();
        }
        assertThat(kept.isClosed()).isTrue();
    }

    @Example
    void whatIsMadeOutOfScopeStays() {
        Tensor free;
        try (Scope scope = Scope.open()) {
            free = Scope.unscoped(() -> backend.zeros(FOUR, DType.FLOAT32));
            assertThatThrownBy(() -> scope.keep(free)).isInstanceOf(IllegalArgumentException.class);
            assertThat(backend.zeros(FOUR, DType.FLOAT32).isClosed())
                    .as("the scope is back")
                    .isFalse();
        }
        assertThat(free.isClosed()).isFalse();
        free.close();
        assertThat(backend.memory().tensors()).isZero();
    }

    @Example
    void scopesAreClosedInOrderByTheirThread() {
        Scope outer = Scope.open();
        Scope inner = Scope.open();
        assertThatThrownBy(outer::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("try-with-resources");
        assertThatThrownBy(() -> onAnotherThread(() -> {
                    inner.close();
                    return null;
                }))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasStackTraceContaining("another thread");
        inner.close();
        outer.close();
        assertThatThrownBy(outer::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed already");
    }

    @Example
    void aScopeIsThatOfItsThread() throws Exception {
        Tensor elsewhere;
        try (Scope scope = Scope.open()) {
            elsewhere = onAnotherThread(() -> backend.zeros(FOUR, DType.FLOAT32));
            backend.zeros(FOUR, DType.FLOAT32);
        }
        assertThat(elsewhere.isClosed()).isFalse();
        elsewhere.close();
    }

    private static <T> T onAnotherThread(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task);
        thread.start();
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("on another thread", e.getCause());
        } finally {
            thread.join();
        }
    }

    @Example
    void aClosedScopeKeepsNothing() {
        Scope scope = Scope.open();
        Tensor tensor = backend.zeros(FOUR, DType.FLOAT32).named("mine");
        scope.close();
        assertThatThrownBy(() -> scope.keep(tensor))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("keep: ")
                .hasMessageContaining("mine")
                .hasMessageContaining("before its scope ends");
    }

    @Example
    void aScopeClosesItsTensorsThoughSomethingFails() {
        assertThatThrownBy(() -> {
                    try (Scope scope = Scope.open()) {
                        Tensor x = backend.zeros(FOUR, DType.FLOAT32);
                        x.add(backend.zeros(Shape.of(5), DType.FLOAT32));
                    }
                })
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(backend.memory().tensors()).isZero();
    }

    // ---- memory -----------------------------------------------------------------------------------------------------

    @Example
    void memoryIsCounted() {
        assertThat(backend.memory()).isEqualTo(new MemoryUse(0, 0, 0, 0));
        Tensor floats = backend.zeros(Shape.of(10, 10), DType.FLOAT32);
        Tensor doubles = backend.zeros(Shape.of(10), DType.FLOAT64);
        Tensor numbers = backend.zeros(Shape.of(3), DType.INT64);
        floats.view(3, FOUR);
        assertThat(backend.memory()).isEqualTo(new MemoryUse(3, 504, 504, 3));
        floats.close();
        floats.close();
        assertThat(backend.memory()).isEqualTo(new MemoryUse(2, 104, 504, 3));
        Tensor empty = backend.zeros(Shape.of(0, 7), DType.FLOAT32);
        assertThat(backend.memory()).isEqualTo(new MemoryUse(3, 104, 504, 4));
        for (Tensor each : new Tensor[] {doubles, numbers, empty}) {
            each.close();
        }
        assertThat(backend.memory()).isEqualTo(new MemoryUse(0, 0, 504, 4));
    }

    @Example
    void anOperationWithADestinationMakesNoTensor() {
        for (DType type : floatingTypes()) {
            for (Call call : Catalogue.all().calls(type, new Sizes(5, 7, 3), 1, false)) {
                try (Arrangement arrangement = Arrangement.apart(backend, call)) {
                    long before = backend.memory().allocations();
                    call.run(operations, arrangement.tensors());
                    assertThat(backend.memory().allocations())
                            .as(call.toString())
                            .isEqualTo(before);
                }
            }
        }
    }

    // ---- the backend ------------------------------------------------------------------------------------------------

    @Example
    void aClosedBackendRefusesAllAndMayBeClosedAgain() {
        Backend closed = open();
        Operations itsOperations = closed.operations();
        Tensor x = closed.zeros(FOUR, DType.FLOAT32);
        x.close();
        closed.close();
        closed.close();
        assertClosed(() -> closed.zeros(FOUR, DType.FLOAT32), "zeros: ", "open another");
        assertClosed(() -> closed.vector(new double[1], DType.FLOAT32), "open another");
        assertClosed(closed::synchronize, "synchronize: ", "open another");
        assertClosed(() -> closed.record(() -> {}), "record: ", "open another");
        assertClosed(() -> itsOperations.fill(x, 1), "fill: ");
        assertThat(closed.memory().tensors()).isZero();
        x.close();
    }

    @Example
    void openTensorsAreNamedWhenTheirBackendIsClosed() {
        Backend leaky = open();
        Tensor x = leaky.zeros(Shape.of(2, 3), DType.FLOAT32).named("weights of layer 1");
        Tensor y = leaky.zeros(FOUR, DType.INT64);
        assertThatThrownBy(leaky::close)
                .isInstanceOf(LeakException.class)
                .hasMessageContainingAll("2 open tensors", "weights of layer 1 float32[2, 3]", "int64[4]")
                .hasMessageContainingAll("Scope", "-Dnudge.leaks=trace")
                .satisfies(leak -> assertThat(leak.getSuppressed()).isEmpty());
        assertThat(x.isClosed()).isTrue();
        assertClosed(y::longs, "backend");
        y.close();
        leaky.close();
    }

    @Example
    void ofManyOpenTensorsTheFirstTenAreNamed() {
        Backend leaky = open();
        for (int i = 0; i < 12; i++) {
            leaky.zeros(FOUR, DType.FLOAT32).named("number " + i + ";");
        }
        assertThatThrownBy(leaky::close)
                .hasMessageContainingAll("12 open tensors", "number 0;", "number 9;", "and 2 more")
                .message()
                .doesNotContain("number 10;");
    }

    @Example
    void withTracingALeakTellsWhereItWasMade() {
        String before = System.getProperty("nudge.leaks");
        System.setProperty("nudge.leaks", "trace");
        try {
            Backend leaky = open();
            leaky.zeros(FOUR, DType.FLOAT32).named("the lost one");
            assertThatThrownBy(leaky::close).isInstanceOf(LeakException.class).satisfies(leak -> {
                assertThat(leak.getMessage())
                        .contains("1 open tensor: the lost one")
                        .doesNotContain("trace");
                assertThat(leak.getSuppressed()).hasSize(1);
                assertThat(leak.getSuppressed()[0]).hasMessageContaining("the lost one");
                assertThat(leak.getSuppressed()[0].getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("withTracingALeakTellsWhereItWasMade"));
            });
        } finally {
            restore("nudge.leaks", before);
        }
    }

    private static void restore(String property, String value) {
        if (value == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }

    @Example
    void twoBackendsAreTwo() {
        try (Backend other = open();
                Tensor here = vector(DType.FLOAT32, 1, 2);
                Tensor there = other.vector(new double[] {3, 4}, DType.FLOAT32)) {
            assertThat(here.activate(Activation.IDENTITY, here).doubles()).containsExactly(1, 2);
            there.write(here.floats());
            assertThat(there.doubles()).containsExactly(1, 2);
            assertThat(other.memory().tensors()).isEqualTo(1);
        }
    }

    @Example
    void theDeviceSaysWhatItIs() {
        Device device = backend.device();
        assertThat(device.backend()).isNotBlank();
        assertThat(device.name()).isNotBlank();
        assertThat(device.detail()).isNotBlank().doesNotContain("\n");
        assertThat(backend).hasToString(device.toString());
    }
}

package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Example;

/** A backend may be called from any thread, and does its work in the order of the calls. */
public abstract class ThreadSpecification extends BackendSpecification {
    private static final int THREADS = 4;

    // ---- one thread -------------------------------------------------------------------------------------------------

    /** A backend that has not yet done what it was asked must still do it with what was there then. */
    @Example
    void whatIsWrittenLaterDoesNotCountEarlier() {
        try (Tensor x = backend.zeros(Shape.of(10_001), DType.FLOAT32);
                Tensor sum = backend.zeros(Shape.of(10_001), DType.FLOAT32)) {
            float[] values = new float[10_001];
            for (int i = 1; i <= 50; i++) {
                Arrays.fill(values, i);
                x.write(values);
                operations.add(sum, x, sum);
            }
            Arrays.fill(values, Float.NaN);
            x.write(values);
            assertThat(sum.floats()).containsOnly(50 * 51 / 2);
        }
    }

    /** Memory that is given back and out again belongs to the work asked for before it was given back. */
    @Example
    void aTensorMayBeClosedRightAfterItsLastUse() {
        try (Tensor sum = backend.zeros(Shape.of(10_001), DType.FLOAT32)) {
            for (int i = 1; i <= 50; i++) {
                Tensor x = backend.zeros(Shape.of(10_001), DType.FLOAT32);
                operations.fill(x, i);
                operations.add(sum, x, sum);
                x.close();
            }
            assertThat(sum.floats()).containsOnly(50 * 51 / 2);
        }
    }

    @Example
    void aProgramTakesItsPlaceInTheOrder() {
        try (Tensor x = vector(DType.FLOAT64, 1);
                Program tripled = backend.record(() -> operations.scale(3, x, x))) {
            for (int i = 0; i < 10; i++) {
                operations.addScaled(1, x, x);
                tripled.run();
                x.write(new double[] {x.doubles()[0] + 1});
            }
            double expected = 1;
            for (int i = 0; i < 10; i++) {
                expected = 6 * expected + 1;
            }
            assertThat(x.doubles()).containsExactly(expected);
        }
    }

    // ---- several threads --------------------------------------------------------------------------------------------

    @Example
    void threadsOnTheirOwnTensorsDoNotDisturbEachOther() throws Exception {
        List<Chain> chains = new ArrayList<>();
        List<double[][]> alone = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Chain chain = new Chain(floatingTypes()[i % 2], new Sizes(17 + i, 33, 5), 30, i);
            chains.add(chain);
            alone.add(contentsAfter(chain));
        }
        List<double[][]> together = together(i -> contentsAfter(chains.get(i)));
        for (int i = 0; i < THREADS; i++) {
            for (int t = 0; t < alone.get(i).length; t++) {
                assertSame(
                        "thread " + i + ", tensor " + t + " of " + chains.get(i), together.get(i)[t], alone.get(i)[t]);
            }
        }
        assertThat(backend.memory().tensors()).as("tensors left over").isZero();
    }

    private double[][] contentsAfter(Chain chain) {
        try (Scope scope = Scope.open()) {
            Chain.Pool pool = chain.pool(backend);
            chain.run(operations, pool);
            return pool.contents();
        }
    }

    /** Whole numbers, so that the sum is exact in any order; none may be lost. */
    @Example
    void callsOfSeveralThreadsOnOneTensorAllCount() throws Exception {
        int rounds = 200;
        try (Tensor sum = backend.zeros(Shape.of(1000), DType.FLOAT32);
                Tensor programmed = backend.zeros(Shape.of(1000), DType.FLOAT32);
                Tensor one = backend.zeros(Shape.of(1000), DType.FLOAT32)) {
            operations.fill(one, 1);
            try (Program program = backend.record(() -> operations.add(programmed, one, programmed))) {
                together(i -> {
                    for (int round = 0; round < rounds; round++) {
                        operations.addScaled(i + 1, one, sum);
                        program.run();
                    }
                    return null;
                });
            }
            assertThat(sum.floats()).containsOnly(rounds * (1 + 2 + 3 + 4));
            assertThat(programmed.floats()).containsOnly(rounds * THREADS);
        }
    }

    @Example
    void tensorsAreMadeReadAndClosedOnAnyThread() throws Exception {
        together(i -> {
            for (int round = 0; round < 100; round++) {
                try (Scope scope = Scope.open()) {
                    Tensor x = backend.vector(new double[] {i, round}, DType.FLOAT64);
                    Tensor y = x.scale(2).add(x);
                    assertThat(y.doubles()).containsExactly(3 * i, 3 * round);
                }
            }
            return null;
        });
        assertThat(backend.memory().tensors()).isZero();
        assertThat(backend.memory().allocations()).isEqualTo(3L * 100 * THREADS);
    }

    /** A call of another thread during a recording waits, is then carried out, and is no part of the program. */
    @Example
    void aRecordingIsThatOfItsThreadAlone() throws Exception {
        try (Tensor mine = vector(DType.FLOAT32, 0);
                Tensor yours = vector(DType.FLOAT32, 0);
                Tensor one = vector(DType.FLOAT32, 1)) {
            Thread other = new Thread(() -> operations.add(yours, one, yours), "the other thread");
            Program program = backend.record(() -> {
                operations.add(mine, one, mine);
                other.start();
                while (other.getState() != Thread.State.WAITING && other.getState() != Thread.State.BLOCKED) {
                    assertThat(other.getState()).as("a call during a recording").isNotEqualTo(Thread.State.TERMINATED);
                    Thread.onSpinWait();
                }
                operations.add(mine, one, mine);
            });
            other.join();
            assertThat(mine.floats()).containsExactly(0);
            assertThat(yours.floats()).containsExactly(1);
            program.run();
            program.close();
            assertThat(mine.floats()).containsExactly(2);
            assertThat(yours.floats()).containsExactly(1);
        }
    }

    /** What one of the threads does. */
    private interface Work<T> {
        T of(int thread) throws Exception;
    }

    /** Lets all threads begin at the same time, and gives what each came to. */
    private static <T> List<T> together(Work<T> work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        CountDownLatch ready = new CountDownLatch(THREADS);
        try {
            List<Callable<T>> tasks = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                tasks.add(() -> {
                    ready.countDown();
                    ready.await();
                    return work.of(thread);
                });
            }
            List<T> results = new ArrayList<>();
            for (Future<T> each : executor.invokeAll(tasks)) {
                results.add(each.get());
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }
}

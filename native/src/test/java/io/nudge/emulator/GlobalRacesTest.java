package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;
import static jcuda.driver.JCudaDriver.cuGraphDestroy;
import static jcuda.driver.JCudaDriver.cuGraphExecDestroy;
import static jcuda.driver.JCudaDriver.cuGraphInstantiate;
import static jcuda.driver.JCudaDriver.cuGraphLaunch;
import static jcuda.driver.JCudaDriver.cuLaunchCooperativeKernel;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync;
import static jcuda.driver.JCudaDriver.cuMemsetD32Async;
import static jcuda.driver.JCudaDriver.cuStreamBeginCapture;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamEndCapture;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;
import static jcuda.driver.JCudaDriver.cuStreamWaitEvent;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstream;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import org.junit.jupiter.api.Test;

/** Races in device memory, between the blocks of a launch and between streams; beside each its twin without. */
@EmulatedDevice
class GlobalRacesTest {
    private static final String MODULE = "sharing";
    private static final int SEEDS = 40;

    private interface Program {
        void run(Cuda cuda);
    }

    private static void none(Program program) {
        for (int seed = 1; seed <= SEEDS; seed++) {
            assertThat(reports(seed, program)).as("seed %s", seed).isEmpty();
        }
    }

    private static void race(Program program, String... words) {
        for (int seed = 1; seed <= SEEDS; seed++) {
            assertThat(reports(seed, program)).as("seed %s", seed).isNotEmpty().allSatisfy(r -> {
                assertThat(r.kind()).isEqualTo("global-race");
                assertThat(r.text()).contains(words);
            });
        }
    }

    private static List<Report> reports(int seed, Program program) {
        Emulator.set("seed", Integer.toString(seed));
        Emulator.reset();
        try (Cuda cuda = new Cuda()) {
            program.run(cuda);
            cuCtxSynchronize();
        }
        Emulator.checkLeaks();
        return Emulator.takeReports();
    }

    @Test
    void neighboursInPlace() {
        race(
                cuda -> cuda.run(MODULE, "smoothInPlace", 3, 32, 0, cuda.floats(new float[96]), 96),
                "kernel smoothInPlace, block (",
                "PTX line ",
                "thread (",
                "of allocation ",
                "nothing puts the two in order");
        none(cuda -> cuda.run(MODULE, "smooth", 3, 32, 0, cuda.floats(new float[96]), cuda.allocate(384), 96));
    }

    @Test
    void bothSidesAreNamed() {
        assertThat(reports(1, cuda -> cuda.run(MODULE, "overlap", 2, 32, 0, cuda.allocate(252), 1)))
                .singleElement()
                .extracting(Report::text)
                .asString()
                .matches(
                        ".*block \\((0,0,0\\), thread \\(31|1,0,0\\), thread \\(0),0,0\\).* writes byte 124 of allocation 1 .*"
                                + "which kernel overlap, block \\((0,0,0\\), thread \\(31|1,0,0\\), thread \\(0),0,0\\), PTX line .* has written.*");
    }

    @Test
    void writesOfTheSameElement() {
        race(cuda -> cuda.run(MODULE, "overlap", 4, 32, 0, cuda.allocate(500), 1), "has written");
        none(cuda -> cuda.run(MODULE, "overlap", 4, 32, 0, cuda.allocate(500), 0)); // the same value
    }

    @Test
    void bytesSideBySide() {
        none(cuda -> cuda.run(MODULE, "bytesApart", 70, 32, 0, cuda.allocate(70)));
    }

    @Test
    void lastBlockReduction() {
        race(cuda -> lastBlock(cuda, "lastBlockUnfenced"), "has written");
        none(cuda -> lastBlock(cuda, "lastBlock"));
    }

    private static void lastBlock(Cuda cuda, String kernel) {
        CUdeviceptr out = cuda.allocate(4);
        CUdeviceptr in = cuda.floats(1, 2, 3, 4, 5, 6, 7);
        cuda.run(MODULE, kernel, 5, 32, 0, in, cuda.allocate(20), out, cuda.ints(0), 7);
        assertThat(cuda.floats(out, 1)[0]).isEqualTo(28);
    }

    @Test
    void gridSynchronisation() {
        race(
                cuda -> together(
                        cuda, "gridSumUnsynchronised", cuda.floats(1, 2, 3), cuda.ints(0, 0, 0), cuda.allocate(4)),
                "kernel gridSumUnsynchronised");
        none(cuda -> together(cuda, "gridSum", cuda.floats(1, 2, 3), cuda.allocate(12), cuda.allocate(4)));
    }

    @Test
    void flags() {
        race(
                cuda -> together(cuda, "flaggedUnfenced", cuda.ints(0), cuda.allocate(4), cuda.allocate(12)),
                "kernel flaggedUnfenced");
        none(cuda -> together(cuda, "flagged", cuda.ints(0), cuda.allocate(4), cuda.allocate(12)));
        none(cuda -> together(cuda, "acquireRelease", cuda.ints(0), cuda.allocate(4), cuda.allocate(12)));
    }

    private static void together(Cuda cuda, String kernel, Object... values) {
        CUfunction f = cuda.function(MODULE, kernel);
        cuLaunchCooperativeKernel(f, 3, 1, 1, 32, 1, 1, 0, null, Cuda.parameters(values));
        cuCtxSynchronize();
    }

    @Test
    void locks() {
        race(cuda -> cuda.run(MODULE, "unlocked", 3, 32, 0, cuda.ints(0)), "kernel unlocked");
        none(cuda -> {
            CUdeviceptr value = cuda.ints(0);
            cuda.run(MODULE, "locked", 6, 32, 0, cuda.ints(0), value);
            assertThat(cuda.ints(value, 1)[0]).isEqualTo(6);
        });
    }

    @Test
    void atomics() {
        race(cuda -> cuda.run(MODULE, "atomicAndPlain", 3, 32, 0, cuda.ints(0)), "kernel atomicAndPlain");
        none(cuda -> cuda.run(MODULE, "atomicCount", 3, 32, 0, cuda.ints(0)));
    }

    @Test
    void loopsOfCompareAndSwap() {
        none(cuda -> {
            float[] in = new float[96];
            for (int i = 0; i < in.length; i++) {
                in[i] = i * 37 % 96;
            }
            CUdeviceptr out = cuda.floats(0);
            cuda.run(MODULE, "largest", 3, 32, 0, cuda.floats(in), out);
            assertThat(cuda.floats(out, 1)[0]).isEqualTo(95);
        });
    }

    @Test
    void kernelsAfterEachOtherMayShare() {
        none(cuda -> {
            CUdeviceptr a = cuda.floats(new float[96]);
            CUdeviceptr b = cuda.floats(new float[96]);
            for (int i = 0; i < 3; i++) {
                cuda.run(MODULE, "smooth", 3, 32, 0, a, b, 96);
                cuda.run(MODULE, "smooth", 3, 32, 0, b, a, 96);
            }
        });
    }

    @Test
    @EmulatedDevice(settings = "check.races.global=false")
    void canBeSwitchedOff() {
        none(cuda -> cuda.run(MODULE, "unlocked", 3, 32, 0, cuda.ints(0)));
    }

    /** Two streams, what the first one does, what there is between, what the second one does. */
    private static final class Streams {
        final Cuda cuda;
        final CUstream first = new CUstream();
        final CUstream second = new CUstream();
        final CUevent event = new CUevent();
        final CUdeviceptr a;
        final CUdeviceptr b;
        private final CUfunction vectors;

        Streams(Cuda cuda, int flags) {
            this.cuda = cuda;
            cuStreamCreate(first, flags);
            cuStreamCreate(second, flags);
            cuEventCreate(event, 2);
            a = cuda.floats(new float[128]);
            b = cuda.floats(ones());
            vectors = cuda.function(MODULE, "vectors");
        }

        static float[] ones() {
            float[] result = new float[128];
            Arrays.fill(result, 1);
            return result;
        }

        void copy(CUstream stream, CUdeviceptr from, CUdeviceptr to) {
            Cuda.launch(vectors, 1, 32, 0, stream, from, to);
        }

        void secondWaits() {
            cuEventRecord(event, first);
            cuStreamWaitEvent(second, event, 0);
        }

        void close() {
            cuCtxSynchronize();
            cuEventDestroy(event);
            cuStreamDestroy(first);
            cuStreamDestroy(second);
        }
    }

    private interface Use {
        void of(Streams s);
    }

    private static Program on(int flags, Use use) {
        return cuda -> {
            Streams s = new Streams(cuda, flags);
            use.of(s);
            s.close();
        };
    }

    @Test
    void streamsThatDoNotWait() {
        race(
                on(1, s -> {
                    s.copy(s.first, s.a, s.b);
                    s.copy(s.second, s.b, s.a);
                }),
                "kernel vectors");
        none(on(1, s -> {
            s.copy(s.first, s.a, s.b);
            s.secondWaits();
            s.copy(s.second, s.b, s.a);
        }));
        none(on(1, s -> {
            s.copy(s.first, s.a, s.b);
            s.copy(s.first, s.b, s.a);
        }));
    }

    @Test
    void streamsThatOnlyRead() {
        none(on(1, s -> {
            CUdeviceptr c = s.cuda.allocate(512);
            s.copy(s.first, s.a, s.b);
            s.copy(s.second, s.a, c);
        }));
    }

    @Test
    void hostThatWaits() {
        none(on(1, s -> {
            s.copy(s.first, s.a, s.b);
            cuStreamSynchronize(s.first);
            s.copy(s.second, s.b, s.a);
        }));
        none(on(1, s -> {
            s.copy(s.first, s.a, s.b);
            cuEventRecord(s.event, s.first);
            cuEventSynchronize(s.event);
            s.copy(s.second, s.b, s.a);
        }));
        race(
                on(1, s -> {
                    cuEventRecord(s.event, s.first);
                    s.copy(s.first, s.a, s.b);
                    cuEventSynchronize(s.event); // of what came before
                    s.copy(s.second, s.b, s.a);
                }),
                "kernel vectors");
    }

    @Test
    void hostThatWaitsForOneOfTwo() {
        race(
                on(1, s -> {
                    s.copy(s.first, s.a, s.b);
                    s.copy(s.second, s.b, s.a);
                    cuStreamSynchronize(s.first);
                }),
                "kernel vectors");
    }

    @Test
    void defaultStreamWaitsForBlockingOnes() {
        none(on(0, s -> {
            s.copy(s.first, s.a, s.b);
            s.copy(null, s.b, s.a);
            s.copy(s.second, s.a, s.b);
        }));
        race(
                on(1, s -> {
                    s.copy(s.first, s.a, s.b);
                    s.copy(null, s.b, s.a);
                }),
                "kernel vectors");
    }

    @Test
    void copiesAndMemsets() {
        race(
                on(1, s -> {
                    s.copy(s.first, s.a, s.b);
                    cuMemcpyDtoDAsync(s.a, s.b, 256, s.second);
                }),
                "copy DtoD");
        race(
                on(1, s -> {
                    s.copy(s.first, s.a, s.b);
                    cuMemsetD32Async(s.b, 1, 1, s.second);
                }),
                "memset",
                "byte 0 of allocation");
        none(on(1, s -> {
            cuMemcpyDtoDAsync(s.a, s.b, 256, s.first);
            cuMemsetD32Async(s.a.withByteOffset(256), 1, 64, s.second);
        }));
    }

    @Test
    void cublas() {
        race(on(1, s -> scaled(s, false)), "cublasSscal", "kernel vectors");
        none(on(1, s -> scaled(s, true)));
    }

    private static void scaled(Streams s, boolean waits) {
        cublasHandle handle = new cublasHandle();
        JCublas2.cublasCreate(handle);
        JCublas2.cublasSetStream(handle, new jcuda.runtime.cudaStream_t(s.second));
        s.copy(s.first, s.a, s.b);
        if (waits) {
            s.secondWaits();
        }
        JCublas2.cublasSscal(handle, 128, jcuda.Pointer.to(new float[] {2}), s.b, 1);
        JCublas2.cublasDestroy(handle);
    }

    @Test
    void branchesOfAGraph() {
        race(on(1, s -> graph(s, false)), "kernel vectors");
        none(on(1, s -> graph(s, true)));
    }

    /** Captures a fork: the two branches write the same memory, unless the second one works on its own. */
    private static void graph(Streams s, boolean apart) {
        CUdeviceptr c = s.cuda.floats(new float[128]);
        CUdeviceptr d = s.cuda.floats(Streams.ones());
        CUgraph graph = new CUgraph();
        CUgraphExec exec = new CUgraphExec();
        cuStreamBeginCapture(s.first, 2);
        s.copy(s.first, s.a, s.b);
        s.secondWaits();
        s.copy(s.first, s.b, s.a); // zeros
        s.copy(s.second, d, apart ? c : s.a); // ones
        cuEventRecord(s.event, s.second);
        cuStreamWaitEvent(s.first, s.event, 0);
        s.copy(s.first, s.a, s.b);
        cuStreamEndCapture(s.first, graph);
        cuGraphInstantiate(exec, graph, 0);
        cuGraphLaunch(exec, s.first);
        cuGraphLaunch(exec, s.first);
        cuStreamSynchronize(s.first);
        cuGraphExecDestroy(exec);
        cuGraphDestroy(graph);
    }
}

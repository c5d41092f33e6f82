package io.nudge.emulator;

import static io.nudge.emulator.Calls.ONES;
import static io.nudge.emulator.Calls.event;
import static io.nudge.emulator.Calls.fails;
import static io.nudge.emulator.Calls.saxpy;
import static io.nudge.emulator.Calls.stream;
import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_record_flags;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUgraphNodeType;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstreamCaptureStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Capture: work becomes a graph, and what CUDA forbids meanwhile invalidates it. */
@EmulatedDevice
class CaptureTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void captureForksAndJoins(long seed) {
        Emulator.set("seed", Long.toString(seed));
        try (Cuda cuda = new Cuda()) {
            CUstream a = stream(1);
            CUstream b = stream(1);
            CUevent fork = event();
            CUevent join = event();
            CUdeviceptr x = cuda.floats(ONES);
            CUdeviceptr y = cuda.floats(ONES);
            CUdeviceptr z = cuda.floats(ONES);
            cuda.module("programs/vectors"); // no module can be loaded while a stream is captured
            cuStreamBeginCapture(a, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
            saxpy(cuda, a, 1, x, x);
            cuEventRecord(fork, a);
            cuStreamWaitEvent(b, fork, 0);
            saxpy(cuda, a, 1, x, y);
            saxpy(cuda, b, 1, x, z);
            cuEventRecord(join, b);
            cuStreamWaitEvent(a, join, 0);
            saxpy(cuda, a, 1, z, y);
            CUgraph graph = new CUgraph();
            cuStreamEndCapture(a, graph);
            long[] nodes = new long[1];
            cuGraphGetNodes(graph, null, nodes);
            assertThat(nodes[0]).isEqualTo(4);
            assertThat(Emulator.counter("launches")).isZero();
            CUgraphExec exec = new CUgraphExec();
            cuGraphInstantiate(exec, graph, 0);
            cuGraphLaunch(exec, a);
            cuGraphLaunch(exec, b);
            cuCtxSynchronize();
            assertThat(cuda.floats(x, 1)).containsExactly(4);
            assertThat(cuda.floats(z, 1)).containsExactly(1 + 2 + 4);
            assertThat(cuda.floats(y, 1)).containsExactly(1 + 2 + 3 + 4 + 7);
            assertThat(Emulator.counter("graph-launches")).isEqualTo(2);
            cuGraphExecDestroy(exec);
            cuGraphDestroy(graph);
            cuEventDestroy(fork);
            cuEventDestroy(join);
            cuStreamDestroy(a);
            cuStreamDestroy(b);
        }
    }

    @Test
    void captureForbidsWhatCudaForbids() {
        try (Cuda cuda = new Cuda()) {
            CUstream a = stream(0);
            CUdeviceptr x = cuda.floats(ONES);
            cuda.module("programs/vectors");
            Runnable begin = () -> {
                cuStreamBeginCapture(a, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
                saxpy(cuda, a, 1, x, x);
            };
            Runnable end = () ->
                    fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, () -> cuStreamEndCapture(a, new CUgraph()));
            begin.run();
            fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, () -> cuStreamSynchronize(a));
            end.run();
            begin.run();
            fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, () -> cuMemAlloc(new CUdeviceptr(), 4));
            end.run();
            begin.run();
            fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, () -> cuMemcpyHtoD(x, Pointer.to(ONES), 16));
            end.run();
            begin.run();
            fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, () -> cuMemcpyHtoDAsync(x, Pointer.to(ONES), 16, a));
            end.run();
            fails(CUresult.CUDA_ERROR_ILLEGAL_STATE, () -> cuStreamEndCapture(a, new CUgraph()));
            CUstream b = stream(1);
            CUevent fork = event();
            begin.run();
            cuEventRecord(fork, a);
            cuStreamWaitEvent(b, fork, 0);
            saxpy(cuda, b, 1, x, x);
            fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED, () -> cuStreamEndCapture(a, new CUgraph()));
            cuEventDestroy(fork);
            cuStreamDestroy(a);
            cuStreamDestroy(b);
        }
    }

    /** What is not allowed while the stream is captured, and the code that it gets; the capture is lost. */
    private static void forbidden(int code, CUstream s, Runnable call) {
        cuStreamBeginCapture(s, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
        fails(code, call);
        int[] status = new int[1];
        cuStreamIsCapturing(s, status);
        assertThat(status[0]).isEqualTo(CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_INVALIDATED);
        fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, () -> cuStreamEndCapture(s, new CUgraph()));
    }

    @Test
    void waitingAndAllocatingInvalidate() {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(0);
            CUevent before = event();
            cuEventRecord(before, s);
            CUdeviceptr p = cuda.floats(ONES);
            Pointer host = new Pointer();
            cuMemHostAlloc(host, 16, 0);
            int unsupported = CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
            forbidden(unsupported, s, () -> cuStreamQuery(s));
            forbidden(unsupported, s, () -> cuCtxSynchronize());
            forbidden(unsupported, s, () -> cuEventSynchronize(before));
            forbidden(unsupported, s, () -> cuEventQuery(before));
            forbidden(unsupported, s, () -> cuMemFree(p));
            forbidden(unsupported, s, () -> cuMemHostAlloc(new Pointer(), 16, 0));
            forbidden(unsupported, s, () -> cuMemFreeHost(host));
            forbidden(unsupported, s, () -> cuMemHostRegister(Pointer.to(ByteBuffer.allocateDirect(16)), 16, 0));
            forbidden(unsupported, s, () -> cuModuleLoadData(new CUmodule(), Cuda.ptx("programs/vectors")));
            forbidden(unsupported, s, () -> cuStreamAddCallback(s, (stream, status, data) -> {}, null, 0));
            forbidden(CUresult.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, s, () -> cuMemsetD8(p, (byte) 0, 16));
            cuMemFreeHost(host);
            cuEventDestroy(before);
            cuStreamDestroy(s);
        }
    }

    @Test
    void anEventOfTheCaptureCannotBeWaitedFor() {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(0);
            CUevent inside = event();
            forbidden(CUresult.CUDA_ERROR_CAPTURED_EVENT, s, () -> {
                cuEventRecord(inside, s);
                cuEventSynchronize(inside);
            });
            cuEventDestroy(inside);
            cuStreamDestroy(s);
            assertThat(cuda.context).isNotNull();
        }
    }

    @Test
    void workOutsideOfTheCaptureCannotComeIn() {
        try (Cuda cuda = new Cuda()) {
            CUstream a = stream(1);
            CUstream b = stream(1);
            CUevent event = event();
            cuEventRecord(event, b);
            forbidden(CUresult.CUDA_ERROR_STREAM_CAPTURE_ISOLATION, a, () -> cuStreamWaitEvent(a, event, 0));
            cuStreamBeginCapture(b, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
            cuEventRecord(event, b);
            forbidden(CUresult.CUDA_ERROR_STREAM_CAPTURE_MERGE, a, () -> cuStreamWaitEvent(a, event, 0));
            fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, () -> cuStreamEndCapture(b, new CUgraph()));
            cuEventDestroy(event);
            cuStreamDestroy(a);
            cuStreamDestroy(b);
            assertThat(cuda.context).isNotNull();
        }
    }

    @Test
    void endsInTheThreadAndTheStreamThatItBeganWith() throws InterruptedException {
        try (Cuda cuda = new Cuda()) {
            CUstream a = stream(1);
            CUstream b = stream(1);
            CUevent fork = event();
            cuStreamBeginCapture(a, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread thread = new Thread(() -> {
                cuCtxSetCurrent(cuda.context);
                fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD, () -> cuStreamEndCapture(a, new CUgraph()));
            });
            thread.setUncaughtExceptionHandler((t, e) -> thrown.set(e));
            thread.start();
            thread.join();
            assertThat(thrown.get()).isNull();
            cuEventRecord(fork, a);
            cuStreamWaitEvent(b, fork, 0);
            fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, () -> cuStreamEndCapture(b, new CUgraph()));
            fails(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, () -> cuStreamEndCapture(a, new CUgraph()));
            cuEventDestroy(fork);
            cuStreamDestroy(a);
            cuStreamDestroy(b);
        }
    }

    @Test
    void aRelaxedCaptureAllowsToAllocate() {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(1);
            cuStreamBeginCapture(s, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED);
            cuda.allocate(16);
            CUgraph graph = new CUgraph();
            cuStreamEndCapture(s, graph);
            int[] mode = {CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED};
            cuThreadExchangeStreamCaptureMode(mode);
            cuStreamBeginCapture(s, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
            cuda.allocate(16);
            cuStreamEndCapture(s, graph);
            cuThreadExchangeStreamCaptureMode(mode);
            assertThat(mode[0]).isEqualTo(CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED);
            Emulator.takeReports();
            Emulator.set("check.leaks", "false");
            cuStreamDestroy(s);
        }
    }

    @Test
    void aGraphLaunchedInACaptureBecomesANode() {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(1);
            CUdeviceptr x = cuda.ints(0);
            cuStreamBeginCapture(s, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
            cuMemsetD32Async(x, 5, 1, s);
            CUgraph inner = new CUgraph();
            cuStreamEndCapture(s, inner);
            CUgraphExec innerExec = new CUgraphExec();
            cuGraphInstantiate(innerExec, inner, 0);
            cuStreamBeginCapture(s, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
            cuGraphLaunch(innerExec, s);
            CUgraph outer = new CUgraph();
            cuStreamEndCapture(s, outer);
            CUgraphNode[] nodes = {new CUgraphNode()};
            cuGraphGetNodes(outer, nodes, new long[] {1});
            int[] type = new int[1];
            cuGraphNodeGetType(nodes[0], type);
            assertThat(type[0]).isEqualTo(CUgraphNodeType.CU_GRAPH_NODE_TYPE_GRAPH);
            CUgraphExec outerExec = new CUgraphExec();
            cuGraphInstantiate(outerExec, outer, 0);
            cuGraphLaunch(outerExec, s);
            cuStreamSynchronize(s);
            assertThat(cuda.ints(x, 1)).containsExactly(5);
            cuGraphExecDestroy(innerExec);
            cuGraphExecDestroy(outerExec);
            cuGraphDestroy(inner);
            cuGraphDestroy(outer);
            cuStreamDestroy(s);
        }
    }

    @Test
    void anExternalRecordIsANode() {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(1);
            CUevent event = event();
            cuStreamBeginCapture(s, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
            cuEventRecordWithFlags(event, s, CUevent_record_flags.CU_EVENT_RECORD_EXTERNAL);
            CUgraph graph = new CUgraph();
            cuStreamEndCapture(s, graph);
            CUgraphExec exec = new CUgraphExec();
            cuGraphInstantiate(exec, graph, 0);
            cuGraphLaunch(exec, s);
            cuEventSynchronize(event);
            float[] time = new float[1];
            cuEventElapsedTime(time, event, event);
            assertThat(time[0]).isZero();
            cuGraphExecDestroy(exec);
            cuGraphDestroy(graph);
            cuEventDestroy(event);
            cuStreamDestroy(s);
            assertThat(cuda.context).isNotNull();
        }
    }
}

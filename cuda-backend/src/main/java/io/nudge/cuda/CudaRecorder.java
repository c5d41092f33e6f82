package io.nudge.cuda;

import io.nudge.tensor.Recorder;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;

/**
 * Records a step as a CUDA graph: while the stream captures, an operation is carried out as ever, and what it puts on the
 * stream goes into the graph instead. A run of the program is then one launch.
 *
 * <p>The capture is relaxed, so that memory and modules which an operation needs for the first time can be had meanwhile;
 * that is safe, since no other thread gets in.
 */
final class CudaRecorder extends Recorder {
    private final Engine engine;
    private final CUgraph graph = new CUgraph();
    private final CUgraphExec executable = new CUgraphExec();
    private final List<Runnable> operations = new ArrayList<>();
    private CudaMemory[] memories;
    private Factors.Trace[] copies;
    private boolean capturing;
    private boolean instantiated;

    CudaRecorder(Engine engine) {
        this.engine = engine;
        begin();
    }

    private void begin() {
        engine.calls.driver(
                JCudaDriver.cuStreamBeginCapture(engine.stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED),
                "cuStreamBeginCapture");
        capturing = true;
        engine.uses.record();
        engine.factors.record();
    }

    @Override
    public void add(Runnable operation) {
        operations.add(operation);
        operation.run();
    }

    @Override
    public Runnable finish() {
        if (engine.factors.haveAppeared()) { // with all of them there, passes store them from the first on
            end();
            engine.calls.onClose(JCudaDriver.cuGraphDestroy(graph), "cuGraphDestroy");
            begin();
            operations.forEach(Runnable::run);
        }
        end();
        try {
            int result = engine.allocator.withRoom(() -> JCudaDriver.cuGraphInstantiate(executable, graph, 0));
            engine.calls.driver(result, "cuGraphInstantiate");
            instantiated = true;
        } finally {
            engine.calls.onClose(JCudaDriver.cuGraphDestroy(graph), "cuGraphDestroy");
        }
        String name = "a program of " + operations.size() + " operations";
        return () -> launch(name);
    }

    private void end() {
        capturing = false;
        memories = engine.uses.recorded();
        copies = engine.factors.recorded();
        engine.calls.driver(JCudaDriver.cuStreamEndCapture(engine.stream, graph), "cuStreamEndCapture");
    }

    private void launch(String name) {
        engine.calls.launched(name);
        engine.waiting.suspect();
        Uses.begin(memories);
        engine.factors.begin(copies);
        engine.calls.driver(JCudaDriver.cuGraphLaunch(executable, engine.stream), "cuGraphLaunch");
        Uses.end(memories);
        engine.factors.end(copies);
    }

    @Override
    public void release() {
        if (capturing) { // the step has failed: whatever the capture came to is of no use
            capturing = false;
            engine.uses.recorded();
            engine.factors.recorded();
            if (JCudaDriver.cuStreamEndCapture(engine.stream, graph) == CUresult.CUDA_SUCCESS) {
                engine.calls.onClose(JCudaDriver.cuGraphDestroy(graph), "cuGraphDestroy");
            }
        } else if (instantiated) {
            instantiated = false;
            engine.calls.onClose(JCudaDriver.cuGraphExecDestroy(executable), "cuGraphExecDestroy");
        }
    }
}

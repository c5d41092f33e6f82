package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import jcuda.Pointer;
import jcuda.Sizeof;
import jcuda.driver.CUDA_HOST_NODE_PARAMS;
import jcuda.driver.CUDA_KERNEL_NODE_PARAMS;
import jcuda.driver.CUDA_MEMCPY3D;
import jcuda.driver.CUDA_MEMSET_NODE_PARAMS;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUmemorytype;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs of the kind of JCuda's samples with streams, events and graphs, written as for hardware. */
@EmulatedDevice
class StreamSamplesTest extends DriverSample {
    private static CUevent event() {
        CUevent result = new CUevent();
        cuEventCreate(result, CUevent_flags.CU_EVENT_DEFAULT);
        return result;
    }

    @Test
    void eventsTimeAKernel() {
        CUmodule module = new CUmodule();
        cuModuleLoadData(module, ptx());
        CUfunction saxpy = function(module, "saxpy");
        CUdeviceptr x = upload(ramp(N, 1));
        CUdeviceptr y = upload(ramp(N, 1));
        CUstream stream = stream();
        CUevent start = event();
        CUevent stop = event();
        cuEventRecord(start, stream);
        for (int i = 0; i < 10; i++) {
            cuLaunchKernel(saxpy, 4, 1, 1, 256, 1, 1, 0, stream, saxpyParameters(1, x, y, N), null);
        }
        cuEventRecord(stop, stream);
        cuEventSynchronize(stop);
        float[] milliseconds = new float[1];
        cuEventElapsedTime(milliseconds, start, stop);
        assertThat(milliseconds[0]).isPositive();
        assertThat(download(y, N)).isEqualTo(ramp(N, 11));
        cuEventDestroy(start);
        cuEventDestroy(stop);
        cuStreamDestroy(stream);
        cuMemFree(x);
        cuMemFree(y);
        cuModuleUnload(module);
    }

    @Test
    void aCapturedStreamIsLaunchedAsAGraph() {
        CUmodule module = new CUmodule();
        cuModuleLoadData(module, ptx());
        CUfunction saxpy = function(module, "saxpy");
        CUdeviceptr x = upload(ramp(N, 1));
        CUdeviceptr y = upload(ramp(N, 1));
        CUstream stream = stream();
        CUgraph graph = new CUgraph();
        cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
        cuMemsetD32Async(y, 0, N, stream);
        for (int i = 1; i <= 4; i++) {
            cuLaunchKernel(saxpy, 4, 1, 1, 256, 1, 1, 0, stream, saxpyParameters(i, x, y, N), null);
        }
        cuStreamEndCapture(stream, graph);
        CUgraphExec exec = new CUgraphExec();
        cuGraphInstantiate(exec, graph, 0);
        for (int i = 0; i < 3; i++) {
            cuGraphLaunch(exec, stream);
        }
        cuStreamSynchronize(stream);
        assertThat(download(y, N)).isEqualTo(ramp(N, 10));
        cuGraphExecDestroy(exec);
        cuGraphDestroy(graph);
        cuStreamDestroy(stream);
        cuMemFree(x);
        cuMemFree(y);
        cuModuleUnload(module);
    }

    private static CUDA_MEMCPY3D copy(int n) {
        CUDA_MEMCPY3D result = new CUDA_MEMCPY3D();
        result.WidthInBytes = (long) n * Sizeof.FLOAT;
        result.Height = 1;
        result.Depth = 1;
        return result;
    }

    private static CUDA_MEMCPY3D toDevice(Pointer from, CUdeviceptr to, int n) {
        CUDA_MEMCPY3D result = copy(n);
        result.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_HOST;
        result.srcHost = from;
        result.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
        result.dstDevice = to;
        return result;
    }

    private static CUDA_MEMCPY3D toHost(CUdeviceptr from, Pointer to, int n) {
        CUDA_MEMCPY3D result = copy(n);
        result.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
        result.srcDevice = from;
        result.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_HOST;
        result.dstHost = to;
        return result;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aGraphIsBuiltByHand(long seed) {
        Emulator.set("seed", Long.toString(seed));
        CUmodule module = new CUmodule();
        cuModuleLoadData(module, ptx());
        Pointer in = pinned(N);
        Pointer out = pinned(N);
        floats(in, N).put(ramp(N, 1));
        CUdeviceptr x = new CUdeviceptr();
        CUdeviceptr y = new CUdeviceptr();
        cuMemAlloc(x, N * Sizeof.FLOAT);
        cuMemAlloc(y, N * Sizeof.FLOAT);
        CUgraph graph = new CUgraph();
        cuGraphCreate(graph, 0);

        CUgraphNode upload = new CUgraphNode();
        cuGraphAddMemcpyNode(upload, graph, null, 0, toDevice(in, x, N), context);
        CUDA_MEMSET_NODE_PARAMS zeros = new CUDA_MEMSET_NODE_PARAMS();
        zeros.dst = y;
        zeros.elementSize = 4;
        zeros.width = N;
        zeros.height = 1;
        CUgraphNode clear = new CUgraphNode();
        cuGraphAddMemsetNode(clear, graph, null, 0, zeros, context);
        CUDA_KERNEL_NODE_PARAMS kernel = new CUDA_KERNEL_NODE_PARAMS();
        kernel.func = function(module, "saxpy");
        kernel.gridDimX = 4;
        kernel.gridDimY = 1;
        kernel.gridDimZ = 1;
        kernel.blockDimX = 256;
        kernel.blockDimY = 1;
        kernel.blockDimZ = 1;
        kernel.kernelParams = saxpyParameters(7, x, y, N);
        CUgraphNode multiply = new CUgraphNode();
        cuGraphAddKernelNode(multiply, graph, new CUgraphNode[] {upload, clear}, 2, kernel);
        CUgraphNode download = new CUgraphNode();
        cuGraphAddMemcpyNode(download, graph, new CUgraphNode[] {multiply}, 1, toHost(y, out, N), context);
        float[] seenByTheHost = new float[1];
        CUDA_HOST_NODE_PARAMS call = new CUDA_HOST_NODE_PARAMS();
        call.fn = data -> seenByTheHost[0] = floats(out, N).get(N - 1);
        CUgraphNode look = new CUgraphNode();
        cuGraphAddHostNode(look, graph, new CUgraphNode[] {download}, 1, call);

        CUgraphExec exec = new CUgraphExec();
        cuGraphInstantiate(exec, graph, 0);
        CUstream stream = stream();
        cuGraphLaunch(exec, stream);
        cuStreamSynchronize(stream);
        assertThat(contents(out, N)).isEqualTo(ramp(N, 7));
        assertThat(seenByTheHost[0]).isEqualTo((N - 1) * 7);
        cuStreamDestroy(stream);
        cuGraphExecDestroy(exec);
        cuGraphDestroy(graph);
        cuMemFreeHost(in);
        cuMemFreeHost(out);
        cuMemFree(x);
        cuMemFree(y);
        cuModuleUnload(module);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void streamsFormAPipeline(long seed) {
        Emulator.set("seed", Long.toString(seed));
        int chunk = 256;
        int chunks = 8;
        CUmodule module = new CUmodule();
        cuModuleLoadData(module, ptx());
        CUfunction saxpy = function(module, "saxpy");
        Pointer in = pinned(chunk * chunks);
        Pointer out = pinned(chunk * chunks);
        floats(in, chunk * chunks).put(ramp(chunk * chunks, 1));
        CUstream uploads = stream();
        CUstream computes = stream();
        CUstream downloads = stream();
        // Two of each: one is at work while the other is filled or emptied.
        CUdeviceptr[] x = {upload(new float[chunk]), upload(new float[chunk])};
        CUdeviceptr[] y = {upload(new float[chunk]), upload(new float[chunk])};
        CUevent[] filled = {event(), event()};
        CUevent[] computed = {event(), event()};
        CUevent[] emptied = {event(), event()};
        for (int i = 0; i < chunks; i++) {
            int part = i % 2;
            long at = (long) i * chunk * Sizeof.FLOAT;
            long bytes = (long) chunk * Sizeof.FLOAT;
            cuStreamWaitEvent(uploads, computed[part], 0);
            cuMemcpyHtoDAsync(x[part], in.withByteOffset(at), bytes, uploads);
            cuEventRecord(filled[part], uploads);
            cuStreamWaitEvent(computes, filled[part], 0);
            cuStreamWaitEvent(computes, emptied[part], 0);
            cuMemsetD32Async(y[part], 0, chunk, computes);
            cuLaunchKernel(saxpy, 1, 1, 1, 256, 1, 1, 0, computes, saxpyParameters(5, x[part], y[part], chunk), null);
            cuEventRecord(computed[part], computes);
            cuStreamWaitEvent(downloads, computed[part], 0);
            cuMemcpyDtoHAsync(out.withByteOffset(at), y[part], bytes, downloads);
            cuEventRecord(emptied[part], downloads);
        }
        cuStreamSynchronize(downloads);
        assertThat(contents(out, chunk * chunks)).isEqualTo(ramp(chunk * chunks, 5));
        for (int part = 0; part < 2; part++) {
            cuMemFree(x[part]);
            cuMemFree(y[part]);
            cuEventDestroy(filled[part]);
            cuEventDestroy(computed[part]);
            cuEventDestroy(emptied[part]);
        }
        cuStreamDestroy(uploads);
        cuStreamDestroy(computes);
        cuStreamDestroy(downloads);
        cuMemFreeHost(in);
        cuMemFreeHost(out);
        cuModuleUnload(module);
    }

    @Test
    void hostFunctionsFollowTheWorkBeforeThem() {
        CUmodule module = new CUmodule();
        cuModuleLoadData(module, ptx());
        CUfunction saxpy = function(module, "saxpy");
        Pointer out = pinned(N);
        CUdeviceptr x = upload(ramp(N, 1));
        CUstream stream = stream();
        float[] seen = new float[3];
        for (int i : IntStream.range(0, seen.length).toArray()) {
            cuLaunchKernel(saxpy, 4, 1, 1, 256, 1, 1, 0, stream, saxpyParameters(1, x, x, N), null);
            cuMemcpyDtoHAsync(out, x, N * Sizeof.FLOAT, stream);
            cuLaunchHostFunc(stream, data -> seen[i] = floats(out, N).get(1), null);
        }
        cuStreamSynchronize(stream);
        assertThat(seen).containsExactly(2, 4, 8);
        cuStreamDestroy(stream);
        cuMemFree(x);
        cuMemFreeHost(out);
        cuModuleUnload(module);
    }
}

package io.nudge.emulator;

import static io.nudge.emulator.Calls.ONES;
import static io.nudge.emulator.Calls.event;
import static io.nudge.emulator.Calls.fails;
import static io.nudge.emulator.Calls.reported;
import static io.nudge.emulator.Calls.stream;
import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import jcuda.driver.CUDA_KERNEL_NODE_PARAMS;
import jcuda.driver.CUDA_MEMCPY3D;
import jcuda.driver.CUDA_MEMSET_NODE_PARAMS;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUmemorytype;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import org.junit.jupiter.api.Test;

/** Graphs: built by hand, asked about, changed, launched. */
@EmulatedDevice
class GraphTest {
    @Test
    void graphsAreBuiltByHandAndChanged() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr x = cuda.floats(ONES);
            CUdeviceptr y = cuda.floats(ONES);
            CUstream s = stream(0);
            CUgraph graph = new CUgraph();
            cuGraphCreate(graph, 0);
            CUDA_KERNEL_NODE_PARAMS p = new CUDA_KERNEL_NODE_PARAMS();
            p.func = cuda.function("programs/vectors", "saxpy");
            p.gridDimX = 1;
            p.gridDimY = 1;
            p.gridDimZ = 1;
            p.blockDimX = 32;
            p.blockDimY = 1;
            p.blockDimZ = 1;
            p.kernelParams = Cuda.parameters(3f, x, y, 4);
            CUgraphNode node = new CUgraphNode();
            cuGraphAddKernelNode(node, graph, null, 0, p);
            CUgraphExec exec = new CUgraphExec();
            cuGraphInstantiate(exec, graph, 0);
            cuGraphLaunch(exec, s);
            cuCtxSynchronize();
            assertThat(cuda.floats(y, 1)).containsExactly(4);
            p.kernelParams = Cuda.parameters(10f, x, y, 4);
            cuGraphExecKernelNodeSetParams(exec, node, p);
            cuGraphLaunch(exec, s);
            cuCtxSynchronize();
            assertThat(cuda.floats(y, 1)).containsExactly(14);
            cuStreamDestroy(s);
            cuGraphExecDestroy(exec);
            cuGraphDestroy(graph);
        }
    }

    private static final CUgraphNode[] FIRST = null;

    private static CUgraph graph() {
        CUgraph graph = new CUgraph();
        cuGraphCreate(graph, 0);
        return graph;
    }

    private static CUgraphNode memset(Cuda cuda, CUgraph graph, CUgraphNode after, CUdeviceptr p, int value) {
        CUgraphNode node = new CUgraphNode();
        CUgraphNode[] before = after == null ? FIRST : new CUgraphNode[] {after};
        cuGraphAddMemsetNode(node, graph, before, after == null ? 0 : 1, words(p, value), cuda.context);
        return node;
    }

    private static CUDA_MEMSET_NODE_PARAMS words(CUdeviceptr p, int value) {
        CUDA_MEMSET_NODE_PARAMS params = new CUDA_MEMSET_NODE_PARAMS();
        params.dst = p;
        params.elementSize = 4;
        params.height = 1;
        params.width = 1;
        params.value = value;
        return params;
    }

    private static CUDA_MEMCPY3D oneWord(CUdeviceptr to, CUdeviceptr from) {
        CUDA_MEMCPY3D c = new CUDA_MEMCPY3D();
        c.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
        c.srcDevice = from;
        c.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
        c.dstDevice = to;
        c.WidthInBytes = 4;
        c.Height = 1;
        c.Depth = 1;
        return c;
    }

    private static void run(CUgraph graph) {
        CUgraphExec exec = new CUgraphExec();
        cuGraphInstantiate(exec, graph, 0);
        cuGraphLaunch(exec, CU_STREAM_LEGACY);
        cuGraphExecDestroy(exec); // the launch goes on
        cuCtxSynchronize();
    }

    @Test
    void edgesOrderNodesAndCanBeAskedFor() {
        try (Cuda cuda = new Cuda()) {
            CUgraph graph = graph();
            CUdeviceptr p = cuda.ints(0);
            CUgraphNode first = memset(cuda, graph, null, p, 1);
            CUgraphNode second = memset(cuda, graph, first, p, 2);
            CUgraphNode third = memset(cuda, graph, null, p, 3);
            cuGraphAddDependencies(graph, new CUgraphNode[] {second}, new CUgraphNode[] {third}, 1);
            fails(
                    CUresult.CUDA_ERROR_INVALID_VALUE,
                    () -> cuGraphAddDependencies(graph, new CUgraphNode[] {third}, new CUgraphNode[] {first}, 1));
            long[] count = new long[1];
            cuGraphGetEdges(graph, null, null, count);
            assertThat(count[0]).isEqualTo(2);
            cuGraphGetRootNodes(graph, null, count);
            assertThat(count[0]).isEqualTo(1);
            CUgraphNode[] found = {new CUgraphNode()};
            count[0] = 1;
            cuGraphNodeGetDependencies(third, found, count);
            assertThat(found[0]).isEqualTo(second);
            cuGraphNodeGetDependentNodes(first, found, count);
            assertThat(found[0]).isEqualTo(second);
            run(graph);
            assertThat(cuda.ints(p, 1)).containsExactly(3);
            cuGraphDestroyNode(third);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuGraphDestroyNode(third));
            run(graph);
            assertThat(cuda.ints(p, 1)).containsExactly(2);
            cuGraphDestroy(graph);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuGraphDestroy(graph));
        }
    }

    @Test
    void aCloneHasNodesOfItsOwn() {
        try (Cuda cuda = new Cuda()) {
            CUgraph graph = graph();
            CUdeviceptr p = cuda.ints(0);
            CUgraphNode node = memset(cuda, graph, null, p, 1);
            CUgraph clone = new CUgraph();
            cuGraphClone(clone, graph);
            CUgraphNode copy = new CUgraphNode();
            cuGraphNodeFindInClone(copy, node, clone);
            assertThat(copy).isNotEqualTo(node);
            cuGraphDestroy(graph);
            run(clone);
            assertThat(cuda.ints(p, 1)).containsExactly(1);
            cuGraphDestroy(clone);
        }
    }

    @Test
    void aChildGraphCanBeChangedThroughItsNode() {
        try (Cuda cuda = new Cuda()) {
            CUgraph inner = graph();
            CUdeviceptr p = cuda.ints(0);
            CUdeviceptr q = cuda.ints(0);
            memset(cuda, inner, null, p, 1);
            CUgraph outer = graph();
            CUgraphNode node = new CUgraphNode();
            cuGraphAddChildGraphNode(node, outer, FIRST, 0, inner);
            CUgraph child = new CUgraph();
            cuGraphChildGraphNodeGetGraph(node, child);
            memset(cuda, child, null, q, 2);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuGraphDestroy(child));
            run(outer);
            assertThat(cuda.ints(p, 1)).containsExactly(1);
            assertThat(cuda.ints(q, 1)).containsExactly(2);
            cuGraphDestroy(inner);
            cuGraphDestroy(outer);
        }
    }

    @Test
    void anExecutableGraphTakesAnotherChildOfTheSameForm() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr p = cuda.ints(0);
            CUgraph one = graph();
            memset(cuda, one, null, p, 1);
            CUgraph two = graph();
            memset(cuda, two, null, p, 2);
            CUgraph empty = graph();
            CUgraph outer = graph();
            CUgraphNode node = new CUgraphNode();
            cuGraphAddChildGraphNode(node, outer, FIRST, 0, one);
            CUgraphExec exec = new CUgraphExec();
            cuGraphInstantiate(exec, outer, 0);
            cuGraphExecChildGraphNodeSetParams(exec, node, two);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuGraphExecChildGraphNodeSetParams(exec, node, empty));
            cuGraphLaunch(exec, CU_STREAM_LEGACY);
            assertThat(cuda.ints(p, 1)).containsExactly(2);
            cuGraphExecDestroy(exec);
            for (CUgraph graph : new CUgraph[] {one, two, empty, outer}) {
                cuGraphDestroy(graph);
            }
        }
    }

    @Test
    void copiesAndMemsetsOfAnExecutableGraphAreChanged() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr a = cuda.ints(0);
            CUdeviceptr b = cuda.ints(0, 0);
            CUgraph graph = graph();
            CUgraphNode set = memset(cuda, graph, null, a, 1);
            CUgraphNode copy = new CUgraphNode();
            cuGraphAddMemcpyNode(copy, graph, new CUgraphNode[] {set}, 1, oneWord(b, a), cuda.context);
            CUgraphExec exec = new CUgraphExec();
            cuGraphInstantiate(exec, graph, 0);
            cuGraphExecMemsetNodeSetParams(exec, set, words(a, 7), cuda.context);
            cuGraphExecMemcpyNodeSetParams(exec, copy, oneWord(b.withByteOffset(4), a), cuda.context);
            cuGraphLaunch(exec, CU_STREAM_LEGACY);
            assertThat(cuda.ints(b, 2)).containsExactly(0, 7);
            CUDA_MEMSET_NODE_PARAMS two = words(a, 7);
            two.height = 2;
            two.pitch = 4;
            fails(
                    CUresult.CUDA_ERROR_INVALID_VALUE,
                    () -> cuGraphExecMemsetNodeSetParams(exec, set, two, cuda.context));
            cuGraphExecDestroy(exec);
            cuGraphDestroy(graph);
        }
    }

    @Test
    void parametersAreToldBack() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr a = cuda.ints(0);
            CUdeviceptr b = cuda.ints(0);
            CUgraph graph = graph();
            CUgraphNode set = memset(cuda, graph, null, a, 9);
            CUDA_MEMSET_NODE_PARAMS foundSet = new CUDA_MEMSET_NODE_PARAMS();
            cuGraphMemsetNodeGetParams(set, foundSet);
            assertThat(foundSet.value).isEqualTo(9);
            CUgraphNode copy = new CUgraphNode();
            cuGraphAddMemcpyNode(copy, graph, FIRST, 0, oneWord(b, a), cuda.context);
            CUDA_MEMCPY3D foundCopy = new CUDA_MEMCPY3D();
            cuGraphMemcpyNodeGetParams(copy, foundCopy);
            assertThat(foundCopy.WidthInBytes).isEqualTo(4);
            assertThat(foundCopy.srcMemoryType).isEqualTo(CUmemorytype.CU_MEMORYTYPE_DEVICE);
            cuGraphDestroy(graph);
        }
    }

    @Test
    void eventNodesRecordAndWait() {
        try (Cuda cuda = new Cuda()) {
            CUgraph graph = graph();
            CUevent recorded = event();
            CUevent other = event();
            CUgraphNode record = new CUgraphNode();
            CUgraphNode wait = new CUgraphNode();
            cuGraphAddEventRecordNode(record, graph, FIRST, 0, recorded);
            cuGraphAddEventWaitNode(wait, graph, new CUgraphNode[] {record}, 1, recorded);
            CUevent found = new CUevent();
            cuGraphEventRecordNodeGetEvent(record, found);
            assertThat(found).isEqualTo(recorded);
            cuGraphEventWaitNodeSetEvent(wait, other);
            cuGraphEventWaitNodeGetEvent(wait, found);
            assertThat(found).isEqualTo(other);
            CUgraphExec exec = new CUgraphExec();
            cuGraphInstantiate(exec, graph, 0);
            cuGraphExecEventRecordNodeSetEvent(exec, record, other);
            cuGraphLaunch(exec, CU_STREAM_LEGACY);
            cuEventSynchronize(other);
            float[] time = new float[1];
            cuEventElapsedTime(time, other, other);
            fails(CUresult.CUDA_ERROR_INVALID_HANDLE, () -> cuEventElapsedTime(time, recorded, other));
            cuGraphExecDestroy(exec);
            cuGraphDestroy(graph);
            cuEventDestroy(recorded);
            cuEventDestroy(other);
            assertThat(cuda.context).isNotNull();
        }
    }

    @Test
    void whatCannotBeInstantiatedSaysSo() {
        try (Cuda cuda = new Cuda()) {
            CUgraph graph = graph();
            fails(CUresult.CUDA_ERROR_NOT_SUPPORTED, () -> cuGraphInstantiate(new CUgraphExec(), graph, 4));
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuGraphInstantiate(new CUgraphExec(), graph, 64));
            cuGraphDestroy(graph);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuGraphInstantiate(new CUgraphExec(), graph, 0));
            assertThat(cuda.context).isNotNull();
        }
    }

    @Test
    void aKernelWhoseModuleIsGoneIsReported() {
        Cuda cuda = new Cuda();
        CUmodule module = new CUmodule();
        cuModuleLoadData(module, Cuda.ptx("programs/vectors"));
        CUfunction saxpy = new CUfunction();
        cuModuleGetFunction(saxpy, module, "saxpy");
        CUdeviceptr p = cuda.floats(ONES);
        CUstream s = stream(1);
        cuStreamBeginCapture(s, 0);
        Cuda.launch(saxpy, 1, 32, 0, s, 1f, p, p, 4);
        CUgraph graph = new CUgraph();
        cuStreamEndCapture(s, graph);
        cuModuleUnload(module);
        CUgraphExec exec = new CUgraphExec();
        cuGraphInstantiate(exec, graph, 0);
        cuGraphLaunch(exec, s);
        fails(CUresult.CUDA_ERROR_LAUNCH_FAILED, () -> cuStreamSynchronize(s));
        assertThat(reported()).containsExactly("unloaded-module");
        Emulator.reset();
    }
}

// Executable graphs: made of graphs, changed, launched.
#include "driver/api.h"

using namespace emu;

namespace {

std::shared_ptr<GraphExec> execOf(CUgraphExec handle) {
  auto e = state().execs.find(handle);
  checkValue(e != nullptr);
  return e;
}

// The node of an executable graph that was made from this one.
Node& counterpart(GraphExec& exec, CUgraphNode handle, int type) {
  auto n = nodeOf(handle);
  checkValue(n->work.type == type);
  for (auto& c : exec.graph->nodes)
    if (c->original == n->id) return *c;
  throw ApiError{CUDA_ERROR_INVALID_VALUE};
}

const void* ownerOf(bool isHost, uint64_t p) {
  Allocation* a = isHost ? nullptr : Memory::get().known(p);
  return a ? a->context : nullptr;
}

// What an executable graph has been made for stays: the kinds of memory and their contexts, the shape of a memset in two
// dimensions, the context of a kernel.
void checkChange(const Work& before, const Work& after) {
  if (auto* old = std::get_if<CopySpec>(&before.spec)) {
    const CopySpec& now = std::get<CopySpec>(after.spec);
    checkValue(old->sourceHost == now.sourceHost && old->targetHost == now.targetHost);
    checkValue(ownerOf(old->sourceHost, old->source) == ownerOf(now.sourceHost, now.source) && ownerOf(old->targetHost, old->target) == ownerOf(now.targetHost, now.target));
  } else if (auto* old = std::get_if<SetSpec>(&before.spec)) {
    const SetSpec& now = std::get<SetSpec>(after.spec);
    checkValue(old->height == now.height && ownerOf(false, old->target) == ownerOf(false, now.target));
    checkValue(old->height == 1 || (old->width == now.width && old->pitch == now.pitch && old->elementSize == now.elementSize));
  } else if (auto* old = std::get_if<LaunchSpec>(&before.spec)) {
    checkValue(old->function->context == std::get<LaunchSpec>(after.spec).function->context);
  }
}

void change(CUgraphExec exec, CUgraphNode node, int type, Work work) {
  Node& n = counterpart(*execOf(exec), node, type);
  checkChange(n.work, work);
  n.work = std::move(work);
}

// Two graphs of the same nodes, added in the same order, with the same edges.
bool isAlike(const Graph& a, const Graph& b) {
  if (a.nodes.size() != b.nodes.size()) return false;
  std::map<const Node*, size_t> indexA, indexB;
  for (size_t i = 0; i < a.nodes.size(); i++) indexA[a.nodes[i].get()] = i, indexB[b.nodes[i].get()] = i;
  for (size_t i = 0; i < a.nodes.size(); i++) {
    const Node &x = *a.nodes[i], &y = *b.nodes[i];
    std::set<size_t> afterX, afterY;
    for (Node* n : x.after) afterX.insert(indexA[n]);
    for (Node* n : y.after) afterY.insert(indexB[n]);
    if (x.work.type != y.work.type || x.work.spec.index() != y.work.spec.index() || afterX != afterY) return false;
    auto *childX = std::get_if<ChildSpec>(&x.work.spec), *childY = std::get_if<ChildSpec>(&y.work.spec);
    if (childX && !isAlike(*childX->graph, *childY->graph)) return false;
  }
  return true;
}

enum : unsigned long long { AutoFree = 1, Upload = 2, DeviceLaunch = 4, NodePriority = 8 };

std::shared_ptr<Event> eventOf(CUevent handle) {
  auto e = state().events.find(handle);
  checkValue(e != nullptr);
  return e;
}

}  // namespace

EMU_API cuGraphInstantiateWithFlags(CUgraphExec* exec, CUgraph graph, unsigned long long flags) {
  return call("cuGraphInstantiate", {{"exec", exec}, {"graph", graph}, {"flags", uint64_t(flags)}}, [&] {
    checkValue(exec && (flags & ~(AutoFree | DeviceLaunch | NodePriority)) == 0);
    check((flags & DeviceLaunch) == 0, CUDA_ERROR_NOT_SUPPORTED);
    auto g = graphOf(graph);
    // Memory that a graph allocates has one address, so only one executable graph can be there at a time.
    if (g->hasMemoryNodes())
      for (auto& [handle, other] : state().execs.all()) check(other->from.lock() != g, CUDA_ERROR_NOT_SUPPORTED);
    auto e = std::make_shared<GraphExec>();
    e->graph = g->clone();
    e->from = g;
    e->freesFirst = flags & AutoFree;
    *exec = e->handle = state().execs.add(e);
  });
}
EMU_API cuGraphExecDestroy(CUgraphExec exec) {
  return call("cuGraphExecDestroy", {{"exec", exec}}, [&] {
    execOf(exec);
    state().execs.remove(exec);  // a launch that has been asked for goes on
  });
}
EMU_API cuGraphLaunch(CUgraphExec exec, CUstream stream) {
  return call("cuGraphLaunch", {{"exec", exec}, {"stream", stream}}, [&] {
    auto e = execOf(exec);
    launchGraph(*e, *streamOf(stream));
  });
}
EMU_API cuGraphUpload(CUgraphExec exec, CUstream stream) {
  return call("cuGraphUpload", {{"exec", exec}, {"stream", stream}}, [&] {
    execOf(exec);
    auto s = streamOf(stream);
    forbidCapturing(*s);
  });
}
EMU_API cuGraphExecKernelNodeSetParams_v2(CUgraphExec exec, CUgraphNode node, const CUDA_KERNEL_NODE_PARAMS* p) {
  return call("cuGraphExecKernelNodeSetParams", {{"exec", exec}, {"node", node}, {"kernel", p ? p->func : nullptr}}, [&] { change(exec, node, CU_NODE_KERNEL, kernelOf(p)); });
}
EMU_API cuGraphExecMemcpyNodeSetParams(CUgraphExec exec, CUgraphNode node, const CUDA_MEMCPY3D* p, CUcontext) {
  return call("cuGraphExecMemcpyNodeSetParams", {{"exec", exec}, {"node", node}}, [&] { change(exec, node, CU_NODE_MEMCPY, memcpyOf(p)); });
}
EMU_API cuGraphExecMemsetNodeSetParams(CUgraphExec exec, CUgraphNode node, const CUDA_MEMSET_NODE_PARAMS* p, CUcontext) {
  return call("cuGraphExecMemsetNodeSetParams", {{"exec", exec}, {"node", node}}, [&] { change(exec, node, CU_NODE_MEMSET, memsetOf(p)); });
}
EMU_API cuGraphExecHostNodeSetParams(CUgraphExec exec, CUgraphNode node, const CUDA_HOST_NODE_PARAMS* p) {
  return call("cuGraphExecHostNodeSetParams", {{"exec", exec}, {"node", node}}, [&] { change(exec, node, CU_NODE_HOST, hostOf(p)); });
}
EMU_API cuGraphExecChildGraphNodeSetParams(CUgraphExec exec, CUgraphNode node, CUgraph child) {
  return call("cuGraphExecChildGraphNodeSetParams", {{"exec", exec}, {"node", node}, {"child", child}}, [&] {
    Node& n = counterpart(*execOf(exec), node, CU_NODE_GRAPH);
    auto graph = graphOf(child);
    const Graph& old = *std::get<ChildSpec>(n.work.spec).graph;
    checkValue(isAlike(old, *graph));
    for (size_t i = 0; i < old.nodes.size(); i++) checkChange(old.nodes[i]->work, graph->nodes[i]->work);
    n.work = childOf(*graph);
  });
}
EMU_API cuGraphExecEventRecordNodeSetEvent(CUgraphExec exec, CUgraphNode node, CUevent event) {
  return call("cuGraphExecEventRecordNodeSetEvent", {{"exec", exec}, {"node", node}, {"event", event}}, [&] { change(exec, node, CU_NODE_EVENT_RECORD, recordWork(eventOf(event))); });
}
EMU_API cuGraphExecEventWaitNodeSetEvent(CUgraphExec exec, CUgraphNode node, CUevent event) {
  return call("cuGraphExecEventWaitNodeSetEvent", {{"exec", exec}, {"node", node}, {"event", event}}, [&] { change(exec, node, CU_NODE_WAIT_EVENT, waitWork(eventOf(event))); });
}

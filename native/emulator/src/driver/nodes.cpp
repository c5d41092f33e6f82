// The nodes of graphs: adding them, and their parameters.
#include <algorithm>

#include "driver/api.h"

namespace emu {

Work kernelOf(const CUDA_KERNEL_NODE_PARAMS* p) {
  checkValue(p && p->func);
  unsigned grid[] = {p->gridDimX, p->gridDimY, p->gridDimZ}, block[] = {p->blockDimX, p->blockDimY, p->blockDimZ};
  return kernelWork(launchSpec(p->func, grid, block, p->sharedMemBytes, p->kernelParams, p->extra));
}
Work memsetOf(const CUDA_MEMSET_NODE_PARAMS* p) {
  checkValue(p && (p->elementSize == 1 || p->elementSize == 2 || p->elementSize == 4) && p->width && p->height);
  SetSpec spec{p->dst, p->pitch, p->width, p->height, p->value, p->elementSize};
  checkExtent(spec);
  checkValue(p->dst % p->elementSize == 0 && (p->height == 1 || p->pitch >= p->width * p->elementSize));
  return setWork(spec);
}
Work memcpyOf(const CUDA_MEMCPY3D* p) {
  checkValue(p && p->WidthInBytes && p->Height && p->Depth);
  CopySpec spec = copySpecOf(*p);
  checkValue(isFine(spec));
  return copyWork(spec);
}
Work hostOf(const CUDA_HOST_NODE_PARAMS* p) {
  checkValue(p && p->fn);
  return hostWork({p->fn, p->userData});
}
Work childOf(const Graph& graph) {
  Work w;
  w.type = CU_NODE_GRAPH;
  w.name = "graph";
  auto child = graph.clone();
  child->isInside = true;
  w.spec = ChildSpec{child};
  return w;
}

}  // namespace emu

using namespace emu;

namespace {

void addNode(CUgraphNode* result, CUgraph graph, const CUgraphNode* after, size_t n, Work work) {
  checkValue(result && (n == 0 || after));
  auto g = graphOf(graph);
  std::vector<Node*> before;
  for (size_t i = 0; i < n; i++) {
    auto a = nodeOf(after[i]);
    checkValue(a->graph == g.get() && std::find(before.begin(), before.end(), a.get()) == before.end());
    before.push_back(a.get());
  }
  g->add(std::move(work), before);
  auto& node = g->nodes.back();
  node->handle = *result = state().nodes.add(node);
}

void checkContext(CUcontext context) { checkValue(state().contexts.find(context) != nullptr); }

std::shared_ptr<Node> nodeOf(CUgraphNode handle, int type) {
  auto n = emu::nodeOf(handle);
  checkValue(n->work.type == type);
  return n;
}

// What a node does, as it was described; a library's work has no description.
template <class Spec>
Spec& specOf(CUgraphNode handle) {
  auto* spec = std::get_if<Spec>(&emu::nodeOf(handle)->work.spec);
  checkValue(spec != nullptr);
  return *spec;
}

void setCooperative(Node& node, bool isCooperative) {
  auto* spec = std::get_if<LaunchSpec>(&node.work.spec);
  checkValue(spec != nullptr);
  LaunchSpec changed = *spec;
  changed.launch.isCooperative = isCooperative;
  if (isCooperative) checkFits(changed.launch);
  node.work = kernelWork(std::move(changed));
}

std::shared_ptr<Event> eventOf(CUevent handle) {
  auto e = state().events.find(handle);
  checkValue(e != nullptr);
  return e;
}

void changeEvent(CUgraphNode handle, int type, Work work) { nodeOf(handle, type)->work = std::move(work); }

CUevent eventOf(CUgraphNode handle, int type) { return std::get<EventSpec>(nodeOf(handle, type)->work.spec).event->handle; }

}  // namespace

EMU_API cuGraphAddKernelNode_v2(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n, const CUDA_KERNEL_NODE_PARAMS* p) {
  return call("cuGraphAddKernelNode", {{"node", node}, {"graph", graph}, {"kernel", p ? p->func : nullptr}}, [&] { addNode(node, graph, after, n, kernelOf(p)); });
}
EMU_API cuGraphAddMemcpyNode(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n, const CUDA_MEMCPY3D* p, CUcontext context) {
  return call("cuGraphAddMemcpyNode", {{"node", node}, {"graph", graph}, {"context", context}}, [&] {
    checkContext(context);
    addNode(node, graph, after, n, memcpyOf(p));
  });
}
EMU_API cuGraphAddMemsetNode(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n, const CUDA_MEMSET_NODE_PARAMS* p, CUcontext context) {
  return call("cuGraphAddMemsetNode", {{"node", node}, {"graph", graph}, {"context", context}}, [&] {
    checkContext(context);
    addNode(node, graph, after, n, memsetOf(p));
  });
}
EMU_API cuGraphAddHostNode(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n, const CUDA_HOST_NODE_PARAMS* p) {
  return call("cuGraphAddHostNode", {{"node", node}, {"graph", graph}}, [&] { addNode(node, graph, after, n, hostOf(p)); });
}
EMU_API cuGraphAddEmptyNode(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n) {
  return call("cuGraphAddEmptyNode", {{"node", node}, {"graph", graph}}, [&] { addNode(node, graph, after, n, Work()); });
}
EMU_API cuGraphAddChildGraphNode(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n, CUgraph child) {
  return call("cuGraphAddChildGraphNode", {{"node", node}, {"graph", graph}, {"child", child}}, [&] {
    auto c = graphOf(child);
    check(!c->hasMemoryNodes(), CUDA_ERROR_NOT_SUPPORTED);
    addNode(node, graph, after, n, childOf(*c));
  });
}
EMU_API cuGraphAddEventRecordNode(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n, CUevent event) {
  return call("cuGraphAddEventRecordNode", {{"node", node}, {"graph", graph}, {"event", event}}, [&] { addNode(node, graph, after, n, recordWork(eventOf(event))); });
}
EMU_API cuGraphAddEventWaitNode(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n, CUevent event) {
  return call("cuGraphAddEventWaitNode", {{"node", node}, {"graph", graph}, {"event", event}}, [&] { addNode(node, graph, after, n, waitWork(eventOf(event))); });
}

EMU_API cuGraphKernelNodeSetParams_v2(CUgraphNode node, const CUDA_KERNEL_NODE_PARAMS* p) {
  return call("cuGraphKernelNodeSetParams", {{"node", node}, {"kernel", p ? p->func : nullptr}}, [&] { nodeOf(node, CU_NODE_KERNEL)->work = kernelOf(p); });
}
EMU_API cuGraphKernelNodeGetParams_v2(CUgraphNode node, CUDA_KERNEL_NODE_PARAMS* p) {
  return call("cuGraphKernelNodeGetParams", {{"node", node}}, [&] {
    checkValue(p);
    auto n = nodeOf(node, CU_NODE_KERNEL);
    LaunchSpec& spec = specOf<LaunchSpec>(node);
    Launch& l = spec.launch;
    n->parameters.clear();
    for (auto& parameter : l.program->parameters) n->parameters.push_back(l.parameters.data() + parameter.offset);
    *p = {spec.function->handle, l.grid[0], l.grid[1], l.grid[2], l.block[0], l.block[1], l.block[2], l.dynamicShared, n->parameters.data(), nullptr, nullptr, spec.function->context->handle};
  });
}
EMU_API cuGraphKernelNodeGetAttribute(CUgraphNode node, int attribute, CUlaunchAttributeValue* value) {
  return call("cuGraphKernelNodeGetAttribute", {{"node", node}, {"attribute", attribute}}, [&] {
    checkValue(value);
    auto n = nodeOf(node, CU_NODE_KERNEL);
    checkValue(attribute == CU_ATTRIBUTE_ACCESS_POLICY_WINDOW || attribute == CU_ATTRIBUTE_COOPERATIVE);
    if (attribute == CU_ATTRIBUTE_COOPERATIVE) value->cooperative = specOf<LaunchSpec>(node).launch.isCooperative;
    else value->accessPolicyWindow = n->window;
  });
}
EMU_API cuGraphKernelNodeSetAttribute(CUgraphNode node, int attribute, const CUlaunchAttributeValue* value) {
  return call("cuGraphKernelNodeSetAttribute", {{"node", node}, {"attribute", attribute}}, [&] {
    checkValue(value);
    auto n = nodeOf(node, CU_NODE_KERNEL);
    checkValue(attribute == CU_ATTRIBUTE_ACCESS_POLICY_WINDOW || attribute == CU_ATTRIBUTE_COOPERATIVE);
    if (attribute == CU_ATTRIBUTE_COOPERATIVE) setCooperative(*n, value->cooperative != 0);
    else n->window = value->accessPolicyWindow;
  });
}
EMU_API cuGraphKernelNodeCopyAttributes(CUgraphNode to, CUgraphNode from) {
  return call("cuGraphKernelNodeCopyAttributes", {{"to", to}, {"from", from}}, [&] {
    auto target = nodeOf(to, CU_NODE_KERNEL), source = nodeOf(from, CU_NODE_KERNEL);
    setCooperative(*target, specOf<LaunchSpec>(from).launch.isCooperative);
    target->window = source->window;
  });
}
EMU_API cuGraphMemcpyNodeSetParams(CUgraphNode node, const CUDA_MEMCPY3D* p) {
  return call("cuGraphMemcpyNodeSetParams", {{"node", node}}, [&] { nodeOf(node, CU_NODE_MEMCPY)->work = memcpyOf(p); });
}
EMU_API cuGraphMemcpyNodeGetParams(CUgraphNode node, CUDA_MEMCPY3D* p) {
  return call("cuGraphMemcpyNodeGetParams", {{"node", node}}, [&] {
    checkValue(p);
    const CopySpec& c = specOf<CopySpec>(node);
    *p = {};
    p->srcMemoryType = c.sourceHost ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE;
    (c.sourceHost ? reinterpret_cast<uint64_t&>(p->srcHost) : reinterpret_cast<uint64_t&>(p->srcDevice)) = c.source;
    p->srcPitch = c.sourcePitch ? c.sourcePitch : c.width;
    p->srcHeight = c.sourceSlice ? c.sourceSlice / p->srcPitch : c.height;
    p->dstMemoryType = c.targetHost ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE;
    (c.targetHost ? reinterpret_cast<uint64_t&>(p->dstHost) : reinterpret_cast<uint64_t&>(p->dstDevice)) = c.target;
    p->dstPitch = c.targetPitch ? c.targetPitch : c.width;
    p->dstHeight = c.targetSlice ? c.targetSlice / p->dstPitch : c.height;
    p->WidthInBytes = c.width, p->Height = c.height, p->Depth = c.depth;
  });
}
EMU_API cuGraphMemsetNodeSetParams(CUgraphNode node, const CUDA_MEMSET_NODE_PARAMS* p) {
  return call("cuGraphMemsetNodeSetParams", {{"node", node}}, [&] { nodeOf(node, CU_NODE_MEMSET)->work = memsetOf(p); });
}
EMU_API cuGraphMemsetNodeGetParams(CUgraphNode node, CUDA_MEMSET_NODE_PARAMS* p) {
  return call("cuGraphMemsetNodeGetParams", {{"node", node}}, [&] {
    checkValue(p);
    const SetSpec& s = specOf<SetSpec>(node);
    *p = {s.target, s.pitch, s.value, s.elementSize, s.width, s.height};
  });
}
EMU_API cuGraphHostNodeSetParams(CUgraphNode node, const CUDA_HOST_NODE_PARAMS* p) {
  return call("cuGraphHostNodeSetParams", {{"node", node}}, [&] { nodeOf(node, CU_NODE_HOST)->work = hostOf(p); });
}
EMU_API cuGraphHostNodeGetParams(CUgraphNode node, CUDA_HOST_NODE_PARAMS* p) {
  return call("cuGraphHostNodeGetParams", {{"node", node}}, [&] {
    checkValue(p);
    const HostSpec& s = specOf<HostSpec>(node);
    *p = {s.function, s.data};
  });
}
EMU_API cuGraphChildGraphNodeGetGraph(CUgraphNode node, CUgraph* graph) {
  return call("cuGraphChildGraphNodeGetGraph", {{"node", node}, {"graph", graph}}, [&] {
    checkValue(graph);
    auto& child = specOf<ChildSpec>(node).graph;
    giveHandles(child);
    *graph = child->handle;
  });
}
EMU_API cuGraphEventRecordNodeGetEvent(CUgraphNode node, CUevent* event) {
  return call("cuGraphEventRecordNodeGetEvent", {{"node", node}, {"event", event}}, [&] {
    checkValue(event);
    *event = eventOf(node, CU_NODE_EVENT_RECORD);
  });
}
EMU_API cuGraphEventRecordNodeSetEvent(CUgraphNode node, CUevent event) {
  return call("cuGraphEventRecordNodeSetEvent", {{"node", node}, {"event", event}}, [&] { changeEvent(node, CU_NODE_EVENT_RECORD, recordWork(eventOf(event))); });
}
EMU_API cuGraphEventWaitNodeGetEvent(CUgraphNode node, CUevent* event) {
  return call("cuGraphEventWaitNodeGetEvent", {{"node", node}, {"event", event}}, [&] {
    checkValue(event);
    *event = eventOf(node, CU_NODE_WAIT_EVENT);
  });
}
EMU_API cuGraphEventWaitNodeSetEvent(CUgraphNode node, CUevent event) {
  return call("cuGraphEventWaitNodeSetEvent", {{"node", node}, {"event", event}}, [&] { changeEvent(node, CU_NODE_WAIT_EVENT, waitWork(eventOf(event))); });
}

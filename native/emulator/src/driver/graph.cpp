// Graphs: built by hand or captured, instantiated, launched.
#include <algorithm>

#include "driver/api.h"

using namespace emu;

namespace emu {

Node* Graph::add(Work work, std::vector<Node*> after) {
  auto n = std::make_shared<Node>();
  n->graph = this;
  n->work = std::move(work);
  n->after = std::move(after);
  nodes.push_back(n);
  return n.get();
}

std::shared_ptr<Graph> Graph::clone() const {
  auto g = std::make_shared<Graph>();
  g->context = context;
  std::map<const Node*, Node*> of;
  for (auto& n : nodes) {
    Node* copy = g->add(n->work, {});
    copy->original = n.get();
    if (auto* child = std::get_if<ChildSpec>(&copy->work.spec)) child->graph = child->graph->clone();
    of[n.get()] = copy;
  }
  for (auto& n : nodes)
    for (Node* a : n->after) of[n.get()]->after.push_back(of[a]);
  return g;
}

bool Graph::comesBefore(const Node* first, const Node* second) const {
  std::vector<const Node*> open = {second};
  std::set<const Node*> seen;
  while (!open.empty()) {
    const Node* n = open.back();
    open.pop_back();
    if (n == first) return true;
    if (!seen.insert(n).second) continue;
    for (Node* a : n->after) open.push_back(a);
  }
  return false;
}

namespace {

// Puts the work of a graph after `start`; gives what has to be done for the graph to be done.
std::vector<OpRef> submitAll(const Graph& g, Context* context, const OpRef& start) {
  std::map<const Node*, OpRef> ops;
  std::vector<OpRef> all;
  std::vector<const Node*> open;
  for (auto& n : g.nodes) open.push_back(n.get());
  while (!open.empty()) {  // a node goes when all that it comes after has gone
    std::vector<const Node*> later;
    for (const Node* n : open) {
      std::vector<OpRef> after = {start};
      bool ready = true;
      for (Node* a : n->after) {
        auto found = ops.find(a);
        ready = ready && found != ops.end();
        if (ready) after.push_back(found->second);
      }
      if (!ready) {
        later.push_back(n);
        continue;
      }
      OpRef op;
      if (auto* child = std::get_if<ChildSpec>(&n->work.spec)) {
        OpRef begin = Scheduler::get().submit(context, after, nullptr);
        op = Scheduler::get().submit(context, submitAll(*child->graph, context, begin), nullptr);
      } else {
        op = Scheduler::get().submit(context, after, n->work.run, n->work.type == CU_NODE_HOST);
      }
      if (auto* e = std::get_if<EventSpec>(&n->work.spec); e && n->work.type == CU_NODE_EVENT_RECORD) e->event->op = op;
      ops[n] = op;
      all.push_back(op);
    }
    open = std::move(later);
  }
  if (all.empty()) all.push_back(start);
  return all;
}

}  // namespace

OpRef launchGraph(GraphExec& exec, Stream& s) {
  if (s.capture) throw ApiError{CUDA_ERROR_NOT_SUPPORTED};
  auto after = before(s);
  after.push_back(exec.last);  // it does not run beside itself
  Scheduler& scheduler = Scheduler::get();
  OpRef start = scheduler.submit(s.context, after, [] { Watch::get().count("graph-launches"); });
  exec.last = s.last = scheduler.submit(s.context, submitAll(*exec.graph, s.context, start), nullptr);
  return s.last;
}

}  // namespace emu

namespace {

std::shared_ptr<Graph> graphOf(CUgraph handle) {
  auto g = state().graphs.find(handle);
  checkValue(g != nullptr);
  return g;
}
std::shared_ptr<Node> nodeOf(CUgraphNode handle) {
  auto n = state().nodes.find(handle);
  checkValue(n != nullptr);
  return n;
}
std::shared_ptr<GraphExec> execOf(CUgraphExec handle) {
  auto e = state().execs.find(handle);
  checkValue(e != nullptr);
  return e;
}

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

Work kernelOf(const CUDA_KERNEL_NODE_PARAMS* p) {
  checkValue(p && p->func);
  unsigned grid[] = {p->gridDimX, p->gridDimY, p->gridDimZ}, block[] = {p->blockDimX, p->blockDimY, p->blockDimZ};
  return kernelWork(launchSpec(p->func, grid, block, p->sharedMemBytes, p->kernelParams, p->extra));
}
Work memsetOf(const CUDA_MEMSET_NODE_PARAMS* p) {
  checkValue(p && (p->elementSize == 1 || p->elementSize == 2 || p->elementSize == 4) && p->width && p->height);
  return setWork({p->dst, p->pitch, p->width, p->height, p->value, p->elementSize});
}
Work memcpyOf(const CUDA_MEMCPY3D* p) {
  checkValue(p);
  return copyWork(copySpecOf(*p));
}
Work hostOf(const CUDA_HOST_NODE_PARAMS* p) {
  checkValue(p && p->fn);
  return hostWork({p->fn, p->userData});
}

// The node of an executable graph that was made from this one.
Node& counterpart(GraphExec& exec, CUgraphNode handle, int type) {
  auto n = nodeOf(handle);
  checkValue(n->work.type == type);
  for (auto& c : exec.graph->nodes)
    if (c->original == n.get()) return *c;
  throw ApiError{CUDA_ERROR_INVALID_VALUE};
}

void give(const std::vector<Node*>& found, CUgraphNode* nodes, size_t* n) {
  checkValue(n);
  if (nodes) {
    for (size_t i = 0; i < *n; i++) nodes[i] = i < found.size() ? found[i]->handle : nullptr;
    *n = std::min(*n, found.size());
  } else {
    *n = found.size();
  }
}

}  // namespace

EMU_API cuGraphCreate(CUgraph* graph, unsigned flags) {
  return call("cuGraphCreate", [&] {
    checkValue(graph && flags == 0);
    auto g = std::make_shared<Graph>();
    *graph = g->handle = state().graphs.add(g);
  });
}
EMU_API cuGraphDestroy(CUgraph graph) {
  return call("cuGraphDestroy", [&] {
    auto g = graphOf(graph);
    for (auto& n : g->nodes) state().nodes.remove(n->handle);
    state().graphs.remove(graph);
  });
}
EMU_API cuGraphClone(CUgraph* clone, CUgraph graph) {
  return call("cuGraphClone", [&] {
    checkValue(clone);
    auto g = graphOf(graph)->clone();
    *clone = g->handle = state().graphs.add(g);
    for (auto& n : g->nodes) n->handle = state().nodes.add(n);
  });
}
EMU_API cuGraphNodeFindInClone(CUgraphNode* result, CUgraphNode original, CUgraph clone) {
  return call("cuGraphNodeFindInClone", [&] {
    checkValue(result);
    auto n = nodeOf(original);
    for (auto& c : graphOf(clone)->nodes)
      if (c->original == n.get()) {
        *result = c->handle;
        return;
      }
    throw ApiError{CUDA_ERROR_INVALID_VALUE};
  });
}
EMU_API cuGraphAddKernelNode_v2(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n, const CUDA_KERNEL_NODE_PARAMS* p) {
  return call("cuGraphAddKernelNode", [&] { addNode(node, graph, after, n, kernelOf(p)); });
}
EMU_API cuGraphAddMemcpyNode(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n, const CUDA_MEMCPY3D* p, CUcontext) {
  return call("cuGraphAddMemcpyNode", [&] { addNode(node, graph, after, n, memcpyOf(p)); });
}
EMU_API cuGraphAddMemsetNode(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n, const CUDA_MEMSET_NODE_PARAMS* p, CUcontext) {
  return call("cuGraphAddMemsetNode", [&] { addNode(node, graph, after, n, memsetOf(p)); });
}
EMU_API cuGraphAddHostNode(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n, const CUDA_HOST_NODE_PARAMS* p) {
  return call("cuGraphAddHostNode", [&] { addNode(node, graph, after, n, hostOf(p)); });
}
EMU_API cuGraphAddEmptyNode(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n) {
  return call("cuGraphAddEmptyNode", [&] { addNode(node, graph, after, n, Work()); });
}
EMU_API cuGraphAddChildGraphNode(CUgraphNode* node, CUgraph graph, const CUgraphNode* after, size_t n, CUgraph child) {
  return call("cuGraphAddChildGraphNode", [&] {
    Work w;
    w.type = CU_NODE_GRAPH;
    w.name = "graph";
    w.spec = ChildSpec{graphOf(child)->clone()};
    addNode(node, graph, after, n, std::move(w));
  });
}
EMU_API cuGraphAddDependencies(CUgraph graph, const CUgraphNode* from, const CUgraphNode* to, size_t n) {
  return call("cuGraphAddDependencies", [&] {
    auto g = graphOf(graph);
    for (size_t i = 0; i < n; i++) {
      auto a = nodeOf(from[i]), b = nodeOf(to[i]);
      checkValue(a->graph == g.get() && b->graph == g.get() && a != b && !g->comesBefore(b.get(), a.get()));
      checkValue(std::find(b->after.begin(), b->after.end(), a.get()) == b->after.end());
      b->after.push_back(a.get());
    }
  });
}
EMU_API cuGraphRemoveDependencies(CUgraph graph, const CUgraphNode* from, const CUgraphNode* to, size_t n) {
  return call("cuGraphRemoveDependencies", [&] {
    graphOf(graph);
    for (size_t i = 0; i < n; i++) {
      auto a = nodeOf(from[i]), b = nodeOf(to[i]);
      auto found = std::find(b->after.begin(), b->after.end(), a.get());
      checkValue(found != b->after.end());
      b->after.erase(found);
    }
  });
}
EMU_API cuGraphDestroyNode(CUgraphNode node) {
  return call("cuGraphDestroyNode", [&] {
    auto n = nodeOf(node);
    Graph& g = *n->graph;
    for (auto& other : g.nodes) other->after.erase(std::remove(other->after.begin(), other->after.end(), n.get()), other->after.end());
    g.nodes.erase(std::find(g.nodes.begin(), g.nodes.end(), n));
    state().nodes.remove(node);
  });
}
EMU_API cuGraphNodeGetType(CUgraphNode node, int* type) {
  return call("cuGraphNodeGetType", [&] {
    checkValue(type);
    *type = nodeOf(node)->work.type;
  });
}
EMU_API cuGraphGetNodes(CUgraph graph, CUgraphNode* nodes, size_t* n) {
  return call("cuGraphGetNodes", [&] {
    std::vector<Node*> all;
    for (auto& node : graphOf(graph)->nodes) all.push_back(node.get());
    give(all, nodes, n);
  });
}
EMU_API cuGraphGetRootNodes(CUgraph graph, CUgraphNode* nodes, size_t* n) {
  return call("cuGraphGetRootNodes", [&] {
    std::vector<Node*> roots;
    for (auto& node : graphOf(graph)->nodes)
      if (node->after.empty()) roots.push_back(node.get());
    give(roots, nodes, n);
  });
}
EMU_API cuGraphNodeGetDependencies(CUgraphNode node, CUgraphNode* nodes, size_t* n) {
  return call("cuGraphNodeGetDependencies", [&] { give(nodeOf(node)->after, nodes, n); });
}
EMU_API cuGraphNodeGetDependentNodes(CUgraphNode node, CUgraphNode* nodes, size_t* n) {
  return call("cuGraphNodeGetDependentNodes", [&] {
    auto of = nodeOf(node);
    std::vector<Node*> found;
    for (auto& other : of->graph->nodes)
      if (std::find(other->after.begin(), other->after.end(), of.get()) != other->after.end()) found.push_back(other.get());
    give(found, nodes, n);
  });
}
EMU_API cuGraphGetEdges(CUgraph graph, CUgraphNode* from, CUgraphNode* to, size_t* n) {
  return call("cuGraphGetEdges", [&] {
    std::vector<Node*> a, b;
    for (auto& node : graphOf(graph)->nodes)
      for (Node* x : node->after) a.push_back(x), b.push_back(node.get());
    checkValue(n && !from == !to);
    size_t room = *n;
    give(a, from, n);
    give(b, to, &room);
  });
}
EMU_API cuGraphKernelNodeSetParams_v2(CUgraphNode node, const CUDA_KERNEL_NODE_PARAMS* p) {
  return call("cuGraphKernelNodeSetParams", [&] {
    auto n = nodeOf(node);
    checkValue(n->work.type == CU_NODE_KERNEL);
    n->work = kernelOf(p);
  });
}
EMU_API cuGraphKernelNodeGetParams_v2(CUgraphNode node, CUDA_KERNEL_NODE_PARAMS* p) {
  return call("cuGraphKernelNodeGetParams", [&] {
    auto n = nodeOf(node);
    auto* spec = std::get_if<LaunchSpec>(&n->work.spec);
    checkValue(p && spec);
    const Launch& l = spec->launch;
    *p = {spec->function->handle, l.grid[0], l.grid[1], l.grid[2], l.block[0], l.block[1], l.block[2], l.dynamicShared, nullptr, nullptr, nullptr, nullptr};
  });
}
EMU_API cuGraphMemcpyNodeSetParams(CUgraphNode node, const CUDA_MEMCPY3D* p) {
  return call("cuGraphMemcpyNodeSetParams", [&] {
    auto n = nodeOf(node);
    checkValue(n->work.type == CU_NODE_MEMCPY);
    n->work = memcpyOf(p);
  });
}
EMU_API cuGraphMemsetNodeSetParams(CUgraphNode node, const CUDA_MEMSET_NODE_PARAMS* p) {
  return call("cuGraphMemsetNodeSetParams", [&] {
    auto n = nodeOf(node);
    checkValue(n->work.type == CU_NODE_MEMSET);
    n->work = memsetOf(p);
  });
}
EMU_API cuGraphMemsetNodeGetParams(CUgraphNode node, CUDA_MEMSET_NODE_PARAMS* p) {
  return call("cuGraphMemsetNodeGetParams", [&] {
    auto n = nodeOf(node);
    auto* spec = std::get_if<SetSpec>(&n->work.spec);
    checkValue(p && spec);
    *p = {spec->target, spec->pitch, spec->value, spec->elementSize, spec->width, spec->height};
  });
}
EMU_API cuGraphHostNodeSetParams(CUgraphNode node, const CUDA_HOST_NODE_PARAMS* p) {
  return call("cuGraphHostNodeSetParams", [&] {
    auto n = nodeOf(node);
    checkValue(n->work.type == CU_NODE_HOST);
    n->work = hostOf(p);
  });
}
EMU_API cuGraphInstantiateWithFlags(CUgraphExec* exec, CUgraph graph, unsigned long long flags) {
  return call("cuGraphInstantiate", [&] {
    checkValue(exec && (flags & ~15ull) == 0);
    auto g = graphOf(graph);
    auto e = std::make_shared<GraphExec>();
    e->graph = g->clone();
    *exec = e->handle = state().execs.add(e);
  });
}
EMU_API cuGraphExecDestroy(CUgraphExec exec) {
  return call("cuGraphExecDestroy", [&] {
    execOf(exec);
    state().execs.remove(exec);
  });
}
EMU_API cuGraphLaunch(CUgraphExec exec, CUstream stream) {
  return call("cuGraphLaunch", [&] {
    auto e = execOf(exec);
    launchGraph(*e, *streamOf(stream));
  });
}
EMU_API cuGraphUpload(CUgraphExec exec, CUstream stream) {
  return call("cuGraphUpload", [&] {
    execOf(exec);
    streamOf(stream);
  });
}
EMU_API cuGraphExecKernelNodeSetParams_v2(CUgraphExec exec, CUgraphNode node, const CUDA_KERNEL_NODE_PARAMS* p) {
  return call("cuGraphExecKernelNodeSetParams", [&] { counterpart(*execOf(exec), node, CU_NODE_KERNEL).work = kernelOf(p); });
}
EMU_API cuGraphExecMemcpyNodeSetParams(CUgraphExec exec, CUgraphNode node, const CUDA_MEMCPY3D* p, CUcontext) {
  return call("cuGraphExecMemcpyNodeSetParams", [&] { counterpart(*execOf(exec), node, CU_NODE_MEMCPY).work = memcpyOf(p); });
}
EMU_API cuGraphExecMemsetNodeSetParams(CUgraphExec exec, CUgraphNode node, const CUDA_MEMSET_NODE_PARAMS* p, CUcontext) {
  return call("cuGraphExecMemsetNodeSetParams", [&] { counterpart(*execOf(exec), node, CU_NODE_MEMSET).work = memsetOf(p); });
}
EMU_API cuGraphExecHostNodeSetParams(CUgraphExec exec, CUgraphNode node, const CUDA_HOST_NODE_PARAMS* p) {
  return call("cuGraphExecHostNodeSetParams", [&] { counterpart(*execOf(exec), node, CU_NODE_HOST).work = hostOf(p); });
}

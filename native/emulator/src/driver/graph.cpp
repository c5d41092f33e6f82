// Graphs: built by hand or captured, instantiated, launched.
#include <algorithm>

#include "driver/allocation.h"
#include "driver/api.h"

using namespace emu;

namespace emu {

Node* Graph::add(Work work, std::vector<Node*> after) {
  auto n = std::make_shared<Node>();
  n->graph = this;
  n->id = ++state().ids;
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
    copy->original = n->id;
    copy->window = n->window;
    if (auto* child = std::get_if<ChildSpec>(&copy->work.spec)) {
      child->graph = child->graph->clone();
      child->graph->isInside = true;
    }
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

bool Graph::hasMemoryNodes() const {
  return std::any_of(nodes.begin(), nodes.end(), [](auto& n) { return n->work.type == CU_NODE_MEM_ALLOC || n->work.type == CU_NODE_MEM_FREE; });
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
      auto* event = std::get_if<EventSpec>(&n->work.spec);
      if (n->work.type == CU_NODE_WAIT_EVENT) after.push_back(event->event->op);
      OpRef op;
      if (auto* child = std::get_if<ChildSpec>(&n->work.spec)) {
        OpRef begin = Scheduler::get().submit(context, after, nullptr);
        op = Scheduler::get().submit(context, submitAll(*child->graph, context, begin), nullptr);
      } else {
        op = Scheduler::get().submit(context, after, n->work.run, n->work.type == CU_NODE_HOST);
      }
      if (n->work.type == CU_NODE_EVENT_RECORD) noteRecord(*event, op);
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
  if (s.capture) {
    check(!exec.graph->hasMemoryNodes(), CUDA_ERROR_NOT_SUPPORTED);
    return enqueue(s, childOf(*exec.graph));
  }
  forbidCapturing(s);
  auto after = before(s);
  after.push_back(exec.last);  // it does not run beside itself
  auto stale = takeAllocations(*exec.graph, exec.freesFirst);
  Scheduler& scheduler = Scheduler::get();
  OpRef start = scheduler.submit(s.context, after, [stale] {
    Watch::get().count("graph-launches");
    for (CUdeviceptr p : stale)
      if (Allocation* a = Memory::get().known(p)) Memory::get().free(a);
  });
  exec.last = s.last = scheduler.submit(s.context, submitAll(*exec.graph, s.context, start), nullptr);
  return s.last;
}

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

void giveHandles(const std::shared_ptr<Graph>& graph) {
  if (graph->handle) return;
  graph->handle = state().graphs.add(graph);
  for (auto& n : graph->nodes) n->handle = state().nodes.add(n);
}

void removeHandles(Node& node) {
  state().nodes.remove(node.handle);
  if (auto* child = std::get_if<ChildSpec>(&node.work.spec)) removeHandles(*child->graph);
}

void removeHandles(Graph& graph) {
  for (auto& n : graph.nodes) removeHandles(*n);
  state().graphs.remove(graph.handle);
}

}  // namespace emu

namespace {

void give(const std::vector<Node*>& found, CUgraphNode* nodes, size_t* n) {
  checkValue(n);
  if (nodes) {
    // CUDA sets the rest of the array to null. JCuda gives a count that is larger than its array, so nothing is set here.
    *n = std::min(*n, found.size());
    for (size_t i = 0; i < *n; i++) nodes[i] = found[i]->handle;
  } else {
    *n = found.size();
  }
}

}  // namespace

EMU_API cuGraphCreate(CUgraph* graph, unsigned flags) {
  return call("cuGraphCreate", {{"graph", graph}, {"flags", flags}}, [&] {
    checkValue(graph && flags == 0);
    auto g = std::make_shared<Graph>();
    giveHandles(g);
    *graph = g->handle;
  });
}
EMU_API cuGraphDestroy(CUgraph graph) {
  return call("cuGraphDestroy", {{"graph", graph}}, [&] {
    auto g = graphOf(graph);
    checkValue(!g->isInside);
    removeHandles(*g);
  });
}
EMU_API cuGraphClone(CUgraph* clone, CUgraph graph) {
  return call("cuGraphClone", {{"clone", clone}, {"graph", graph}}, [&] {
    checkValue(clone);
    auto original = graphOf(graph);
    check(!original->hasMemoryNodes(), CUDA_ERROR_NOT_SUPPORTED);
    auto g = original->clone();
    giveHandles(g);
    *clone = g->handle;
  });
}
EMU_API cuGraphNodeFindInClone(CUgraphNode* result, CUgraphNode original, CUgraph clone) {
  return call("cuGraphNodeFindInClone", {{"result", result}, {"original", original}, {"clone", clone}}, [&] {
    checkValue(result);
    auto n = nodeOf(original);
    for (auto& c : graphOf(clone)->nodes)
      if (c->original == n->id) {
        *result = c->handle;
        return;
      }
    throw ApiError{CUDA_ERROR_INVALID_VALUE};
  });
}
EMU_API cuGraphAddDependencies(CUgraph graph, const CUgraphNode* from, const CUgraphNode* to, size_t n) {
  return call("cuGraphAddDependencies", {{"graph", graph}, {"from", from}, {"to", to}, {"n", n}}, [&] {
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
  return call("cuGraphRemoveDependencies", {{"graph", graph}, {"from", from}, {"to", to}, {"n", n}}, [&] {
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
  return call("cuGraphDestroyNode", {{"node", node}}, [&] {
    auto n = nodeOf(node);
    Graph& g = *n->graph;
    check(n->work.type != CU_NODE_MEM_ALLOC && n->work.type != CU_NODE_MEM_FREE, CUDA_ERROR_NOT_SUPPORTED);
    for (auto& other : g.nodes) other->after.erase(std::remove(other->after.begin(), other->after.end(), n.get()), other->after.end());
    removeHandles(*n);
    g.nodes.erase(std::find(g.nodes.begin(), g.nodes.end(), n));
  });
}
EMU_API cuGraphNodeGetType(CUgraphNode node, int* type) {
  return call("cuGraphNodeGetType", {{"node", node}, {"type", type}}, [&] {
    checkValue(type);
    *type = nodeOf(node)->work.type;
  });
}
EMU_API cuGraphGetNodes(CUgraph graph, CUgraphNode* nodes, size_t* n) {
  return call("cuGraphGetNodes", {{"graph", graph}, {"n", n}}, [&] {
    std::vector<Node*> all;
    for (auto& node : graphOf(graph)->nodes) all.push_back(node.get());
    give(all, nodes, n);
  });
}
EMU_API cuGraphGetRootNodes(CUgraph graph, CUgraphNode* nodes, size_t* n) {
  return call("cuGraphGetRootNodes", {{"graph", graph}, {"n", n}}, [&] {
    std::vector<Node*> roots;
    for (auto& node : graphOf(graph)->nodes)
      if (node->after.empty()) roots.push_back(node.get());
    give(roots, nodes, n);
  });
}
EMU_API cuGraphNodeGetDependencies(CUgraphNode node, CUgraphNode* nodes, size_t* n) {
  return call("cuGraphNodeGetDependencies", {{"node", node}, {"n", n}}, [&] { give(nodeOf(node)->after, nodes, n); });
}
EMU_API cuGraphNodeGetDependentNodes(CUgraphNode node, CUgraphNode* nodes, size_t* n) {
  return call("cuGraphNodeGetDependentNodes", {{"node", node}, {"n", n}}, [&] {
    auto of = nodeOf(node);
    std::vector<Node*> found;
    for (auto& other : of->graph->nodes)
      if (std::find(other->after.begin(), other->after.end(), of.get()) != other->after.end()) found.push_back(other.get());
    give(found, nodes, n);
  });
}
EMU_API cuGraphGetEdges(CUgraph graph, CUgraphNode* from, CUgraphNode* to, size_t* n) {
  return call("cuGraphGetEdges", {{"graph", graph}, {"n", n}}, [&] {
    std::vector<Node*> a, b;
    for (auto& node : graphOf(graph)->nodes)
      for (Node* x : node->after) a.push_back(x), b.push_back(node.get());
    checkValue(n && !from == !to);
    size_t room = *n;
    give(a, from, n);
    give(b, to, &room);
  });
}

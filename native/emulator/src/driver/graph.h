// Work as streams and graphs hold it, captures, graphs.
#pragma once
#include <variant>

#include "driver/state.h"

namespace emu {

int deviceAttribute(int attribute);
int blocksPerMultiprocessor(const Program& program, int blockSize, size_t dynamicShared);

struct LaunchSpec {
  std::shared_ptr<Function> function;
  Launch launch;
};
struct CopySpec {  // rows of bytes between host and device memory, in up to three dimensions
  bool sourceHost = false, targetHost = false;
  uint64_t source = 0, target = 0;  // addresses of the first byte
  uint64_t sourcePitch = 0, targetPitch = 0, sourceSlice = 0, targetSlice = 0;
  uint64_t width = 0, height = 1, depth = 1;
};
struct SetSpec {
  uint64_t target = 0, pitch = 0, width = 0, height = 1;  // width in elements
  unsigned value = 0, elementSize = 1;
};
struct HostSpec {
  CUhostFn function = nullptr;
  void* data = nullptr;
};
struct EventSpec {
  std::shared_ptr<Event> event;
  std::shared_ptr<double> at;  // of a record: when it ran, in milliseconds
};
struct ChildSpec {
  std::shared_ptr<Graph> graph;
};
struct MemorySpec {  // what a stream or graph allocates or frees
  CUdeviceptr base;
  std::shared_ptr<void> token;  // a graph's allocation is forgotten with the last of it
};
struct OpaqueSpec {};  // of a library: cuBLAS

// What is to be done on a stream or in a graph, and how.
struct Work {
  int type = CU_NODE_EMPTY;
  std::string name;
  std::variant<OpaqueSpec, LaunchSpec, CopySpec, SetSpec, HostSpec, EventSpec, ChildSpec, MemorySpec> spec;
  std::function<void()> run;  // may throw LaunchFault; empty: nothing is to be done
};

struct Node {
  CUgraphNode handle = nullptr;
  Graph* graph = nullptr;
  Work work;
  std::vector<Node*> after;
  uint64_t id = 0;        // given out once, as addresses are not
  uint64_t original = 0;  // of the node that this one is a clone of
  CUaccessPolicyWindow window = {};  // of a kernel: a hint
  std::vector<void*> parameters;     // of a kernel: where its values are, as cuGraphKernelNodeGetParams gives them
};

struct Graph {
  CUgraph handle = nullptr;
  Context* context = nullptr;
  bool isInside = false;  // a node's: goes with it
  std::vector<std::shared_ptr<Node>> nodes;
  bool hasMemoryNodes() const;
  Node* add(Work work, std::vector<Node*> after);
  std::shared_ptr<Graph> clone() const;
  bool comesBefore(const Node* first, const Node* second) const;
};

struct GraphExec {
  CUgraphExec handle = nullptr;
  std::shared_ptr<Graph> graph;
  std::weak_ptr<Graph> from;
  bool freesFirst = false;  // allocations of the launch before
  OpRef last;
};

struct Capture {
  std::shared_ptr<Graph> graph;
  Stream* origin = nullptr;
  int mode = CU_CAPTURE_MODE_GLOBAL;
  std::thread::id thread;
  bool invalidated = false;
  uint64_t id = 0;
  std::set<Stream*> streams;
};

LaunchSpec launchSpec(CUfunction handle, const unsigned* grid, const unsigned* block, unsigned shared, void** params, void** extra);
CopySpec copySpecOf(const CUDA_MEMCPY3D& c);
Work kernelWork(LaunchSpec spec);
void checkFits(const Launch& launch);
// Fails where it is larger than a number of bytes can be.
void checkExtent(const SetSpec& spec);
Work copyWork(CopySpec spec);
Work setWork(SetSpec spec);
Work hostWork(HostSpec spec);
Work recordWork(std::shared_ptr<Event> event);
Work waitWork(std::shared_ptr<Event> event);
void noteRecord(const EventSpec& spec, const OpRef& op);
// What is wrong with a copy is reported; false then.
bool isFine(const CopySpec& spec);

// Handles that stand for graphs and nodes; they throw where there is none.
std::shared_ptr<Graph> graphOf(CUgraph handle);
std::shared_ptr<Node> nodeOf(CUgraphNode handle);
void giveHandles(const std::shared_ptr<Graph>& graph);
void removeHandles(Graph& graph);
void removeHandles(Node& node);
// Work of nodes, from their parameters.
Work kernelOf(const CUDA_KERNEL_NODE_PARAMS* p);
Work memsetOf(const CUDA_MEMSET_NODE_PARAMS* p);
Work memcpyOf(const CUDA_MEMCPY3D* p);
Work hostOf(const CUDA_HOST_NODE_PARAMS* p);
Work childOf(const Graph& graph);

// Puts work on a stream, or into the graph that the stream is being captured to.
OpRef enqueue(Stream& stream, Work work);
OpRef launchGraph(GraphExec& exec, Stream& stream);
// Called by what no capture allows, as allocating: the captures that forbid it here are lost.
void forbidInCapture();
// Called by what waits for a stream or context: captures there are lost.
void forbidCapturing(Stream& stream);
void forbidCapturing(Context& context);
void makeInvalid(Capture& capture);
// The stream goes away: its capture is lost, and ended where it began there.
void leaveCapture(Stream& stream);
// Does a copy now, with every check.
void copyNow(const CopySpec& spec);
std::vector<OpRef> before(Stream& stream);

}  // namespace emu

// A program that does with the two libraries what Java's tests do, without a JVM, so that every sanitizer can watch: threads with
// contexts of their own, streams, events, host functions, graphs, captures, launches, cuBLAS, reports read meanwhile, resets.
// It checks results, and returns 1 where one is wrong. See the profile `sanitize` in native/pom.xml.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "abi/cuda_abi.h"
#include "control/control.h"

extern "C" {
CUresult cuInit(unsigned);
CUresult cuCtxCreate_v2(CUcontext*, unsigned, CUdevice);
CUresult cuCtxDestroy_v2(CUcontext);
CUresult cuCtxSetCurrent(CUcontext);
CUresult cuCtxSynchronize();
CUresult cuMemAlloc_v2(CUdeviceptr*, size_t);
CUresult cuMemFree_v2(CUdeviceptr);
CUresult cuMemHostAlloc(void**, size_t, unsigned);
CUresult cuMemFreeHost(void*);
CUresult cuMemcpyHtoD_v2(CUdeviceptr, const void*, size_t);
CUresult cuMemcpyDtoH_v2(void*, CUdeviceptr, size_t);
CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr, const void*, size_t, CUstream);
CUresult cuModuleLoadData(CUmodule*, const void*);
CUresult cuModuleUnload(CUmodule);
CUresult cuModuleGetFunction(CUfunction*, CUmodule, const char*);
CUresult cuLaunchKernel(CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, CUstream, void**, void**);
CUresult cuLaunchHostFunc(CUstream, CUhostFn, void*);
CUresult cuStreamCreate(CUstream*, unsigned);
CUresult cuStreamDestroy_v2(CUstream);
CUresult cuStreamSynchronize(CUstream);
CUresult cuStreamQuery(CUstream);
CUresult cuStreamWaitEvent(CUstream, CUevent, unsigned);
CUresult cuStreamBeginCapture_v2(CUstream, int);
CUresult cuStreamEndCapture(CUstream, CUgraph*);
CUresult cuEventCreate(CUevent*, unsigned);
CUresult cuEventRecord(CUevent, CUstream);
CUresult cuEventSynchronize(CUevent);
CUresult cuEventDestroy_v2(CUevent);
CUresult cuGraphInstantiateWithFlags(CUgraphExec*, CUgraph, unsigned long long);
CUresult cuGraphLaunch(CUgraphExec, CUstream);
CUresult cuGraphDestroy(CUgraph);
CUresult cuGraphExecDestroy(CUgraphExec);
using Blas = struct CublasHandle_st*;
int cublasCreate_v2(Blas*);
int cublasDestroy_v2(Blas);
int cublasSetStream_v2(Blas, CUstream);
int cublasSgemm_v2(Blas, int, int, int, int, int, const float*, const float*, int, const float*, int, const float*, float*, int);
int cublasSdot_v2(Blas, int, const float*, int, const float*, int, float*);
int cublasSaxpy_v2(Blas, int, const float*, const float*, int, float*, int);
}

namespace {

std::atomic<int> wrong{0};

#define EXPECT(condition)                                                     \
  do {                                                                        \
    if (!(condition)) {                                                       \
      std::fprintf(stderr, "line %d: %s does not hold\n", __LINE__, #condition); \
      wrong++;                                                                \
    }                                                                         \
  } while (false)
#define OK(call) EXPECT((call) == 0)

const char* doubling = R"(
.version 7.0
.target sm_70
.address_size 64
.visible .entry doubling(.param .u64 p, .param .u32 n) {
  .reg .pred %q;
  .reg .b32 %r<6>;
  .reg .f32 %f;
  .reg .b64 %a<3>;
  ld.param.u64 %a0, [p];
  ld.param.u32 %r0, [n];
  mov.u32 %r1, %ctaid.x;
  mov.u32 %r2, %ntid.x;
  mov.u32 %r3, %tid.x;
  mad.lo.s32 %r4, %r1, %r2, %r3;
  setp.ge.u32 %q, %r4, %r0;
  @%q ret;
  mul.wide.u32 %a1, %r4, 4;
  add.s64 %a2, %a0, %a1;
  ld.global.f32 %f, [%a2];
  add.f32 %f, %f, %f;
  st.global.f32 [%a2], %f;
  ret;
}
)";

// Reads of a neighbour's element, which blocks share, and one element that all write. The blocks do not end where words and segments of what
// is remembered of memory do.
const char* neighbours = R"(
.version 7.0
.target sm_70
.address_size 64
.visible .entry neighbours(.param .u64 from, .param .u64 to, .param .u32 n) {
  .reg .pred %q;
  .reg .b32 %r<6>;
  .reg .f32 %f<3>;
  .reg .b64 %a<6>;
  ld.param.u64 %a0, [from];
  ld.param.u64 %a1, [to];
  ld.param.u32 %r0, [n];
  mov.u32 %r1, %ctaid.x;
  mov.u32 %r2, %ntid.x;
  mov.u32 %r3, %tid.x;
  mad.lo.s32 %r4, %r1, %r2, %r3;
  setp.ge.u32 %q, %r4, %r0;
  @%q ret;
  mul.wide.u32 %a2, %r4, 4;
  add.s64 %a3, %a0, %a2;
  add.s64 %a4, %a1, %a2;
  ld.global.f32 %f0, [%a3];
  ld.global.f32 %f1, [%a3+4];
  add.f32 %f2, %f0, %f1;
  st.global.f32 [%a4+4], %f2;
  st.global.f32 [%a1], 0f40E00000;
  ret;
}
)";

// Every block turns its part around, in shared memory.
const char* turning = R"(
.version 7.0
.target sm_70
.address_size 64
.visible .entry turning(.param .u64 p) {
  .shared .align 4 .b8 part[384];
  .reg .b32 %r<8>;
  .reg .b64 %a<4>;
  ld.param.u64 %a0, [p];
  mov.u32 %r0, %ctaid.x;
  mov.u32 %r1, %tid.x;
  mad.lo.s32 %r2, %r0, 96, %r1;
  mul.wide.u32 %a1, %r2, 4;
  add.s64 %a2, %a0, %a1;
  ld.global.u32 %r3, [%a2];
  mov.u32 %r4, part;
  shl.b32 %r5, %r1, 2;
  add.s32 %r6, %r4, %r5;
  st.shared.u32 [%r6], %r3;
  bar.sync 0;
  sub.s32 %r7, %r4, %r5;
  ld.shared.u32 %r3, [%r7+380];
  st.global.u32 [%a2], %r3;
  ret;
}
)";

constexpr unsigned count = 1000;

void double_(CUfunction f, CUdeviceptr p, CUstream stream) {
  unsigned n = count;
  void* parameters[] = {&p, &n};
  OK(cuLaunchKernel(f, (count + 127) / 128, 1, 1, 128, 1, 1, 0, stream, parameters, nullptr));
}

float first(CUdeviceptr p) {
  float value = 0;
  OK(cuMemcpyDtoH_v2(&value, p, 4));
  return value;
}

// Two streams, an event between them, a host function at the end.
void streams(CUfunction f, CUdeviceptr p, void* pinned) {
  CUstream one, two;
  CUevent event;
  OK(cuStreamCreate(&one, 1));
  OK(cuStreamCreate(&two, 1));
  OK(cuEventCreate(&event, 0));
  OK(cuMemcpyHtoDAsync_v2(p, pinned, count * 4, one));
  double_(f, p, one);
  OK(cuEventRecord(event, one));
  OK(cuStreamWaitEvent(two, event, 0));
  double_(f, p, two);
  std::atomic<int> calls{0};
  OK(cuLaunchHostFunc(two, [](void* c) { ++*static_cast<std::atomic<int>*>(c); }, &calls));
  OK(cuEventSynchronize(event));
  cuStreamQuery(two);
  OK(cuStreamSynchronize(two));
  EXPECT(calls == 1);
  EXPECT(first(p) == 4);
  OK(cuEventDestroy_v2(event));
  OK(cuStreamDestroy_v2(one));
  OK(cuStreamDestroy_v2(two));
}

// A kernel and a function of cuBLAS captured, and the graph launched twice.
void graphs(CUfunction f, CUdeviceptr p, void* pinned, Blas blas) {
  CUstream stream;
  OK(cuStreamCreate(&stream, 1));
  OK(cublasSetStream_v2(blas, stream));
  OK(cuStreamBeginCapture_v2(stream, CU_CAPTURE_MODE_THREAD_LOCAL));
  OK(cuMemcpyHtoDAsync_v2(p, pinned, count * 4, stream));
  double_(f, p, stream);
  float one = 1;
  OK(cublasSaxpy_v2(blas, count, &one, reinterpret_cast<float*>(p), 1, reinterpret_cast<float*>(p), 1));
  CUgraph graph;
  OK(cuStreamEndCapture(stream, &graph));
  CUgraphExec exec;
  OK(cuGraphInstantiateWithFlags(&exec, graph, 0));
  OK(cuGraphLaunch(exec, stream));
  OK(cuGraphLaunch(exec, stream));
  OK(cuStreamSynchronize(stream));
  EXPECT(first(p) == 4);
  OK(cublasSetStream_v2(blas, nullptr));
  OK(cuGraphExecDestroy(exec));
  OK(cuGraphDestroy(graph));
  OK(cuStreamDestroy_v2(stream));
}

void products(CUdeviceptr p, Blas blas) {
  std::vector<float> ones(count, 1.0f);
  OK(cuMemcpyHtoD_v2(p, ones.data(), count * 4));
  CUdeviceptr c;
  OK(cuMemAlloc_v2(&c, 17 * 9 * 4));
  float one = 1, zero = 0, sum = 0;
  auto* a = reinterpret_cast<float*>(p);
  for (int form = 0; form < 4; form++) OK(cublasSgemm_v2(blas, form & 1, form >> 1, 17, 9, 23, &one, a, 23, a, 23, &zero, reinterpret_cast<float*>(c), 17));
  EXPECT(first(c) == 23);
  OK(cublasSdot_v2(blas, int(count), a, 1, a, 1, &sum));
  EXPECT(sum == float(count));
  OK(cuMemFree_v2(c));
}

// Enough blocks for several threads of the device's own.
constexpr unsigned many = 60000;

struct Neighbours {
  CUmodule module;
  CUfunction f;
  CUdeviceptr from, to;

  explicit Neighbours(unsigned room) {
    std::vector<float> values(many + 1);
    for (unsigned i = 0; i <= many; i++) values[i] = float(i);
    OK(cuModuleLoadData(&module, neighbours));
    OK(cuModuleGetFunction(&f, module, "neighbours"));
    OK(cuMemAlloc_v2(&from, (many + 1) * 4));
    OK(cuMemAlloc_v2(&to, room * 4));
    OK(cuMemcpyHtoD_v2(from, values.data(), (many + 1) * 4));
    unsigned n = many;
    void* parameters[] = {&from, &to, &n};
    OK(cuLaunchKernel(f, (many + 36) / 37, 1, 1, 37, 1, 1, 0, nullptr, parameters, nullptr));
  }
};

void manyBlocks() {
  Neighbours n(many + 1);
  std::vector<float> values(many + 1);
  OK(cuMemcpyDtoH_v2(values.data(), n.to, (many + 1) * 4));
  EXPECT(values[0] == 7);
  for (unsigned i = 0; i < many; i += 101) EXPECT(values[i + 1] == float(2 * i + 1));
  OK(cuMemFree_v2(n.from));
  OK(cuMemFree_v2(n.to));
  OK(cuModuleUnload(n.module));
}

void manyBlocksWithBarriers() {
  constexpr unsigned blocks = 700, size = 96;
  CUmodule module;
  CUfunction f;
  CUdeviceptr p;
  std::vector<unsigned> values(blocks * size);
  for (unsigned i = 0; i < blocks * size; i++) values[i] = i;
  OK(cuModuleLoadData(&module, turning));
  OK(cuModuleGetFunction(&f, module, "turning"));
  OK(cuMemAlloc_v2(&p, values.size() * 4));
  OK(cuMemcpyHtoD_v2(p, values.data(), values.size() * 4));
  void* parameters[] = {&p};
  OK(cuLaunchKernel(f, blocks, 1, 1, size, 1, 1, 0, nullptr, parameters, nullptr));
  OK(cuMemcpyDtoH_v2(values.data(), p, values.size() * 4));
  for (unsigned i = 0; i < blocks * size; i += 101) EXPECT(values[i] == i / size * size + size - 1 - i % size);
  OK(cuMemFree_v2(p));
  OK(cuModuleUnload(module));
}

// What one thread does with a context of its own.
void work(int rounds) {
  CUcontext context;
  OK(cuCtxCreate_v2(&context, 0, 0));
  CUmodule module;
  CUfunction f;
  OK(cuModuleLoadData(&module, doubling));
  OK(cuModuleGetFunction(&f, module, "doubling"));
  Blas blas;
  OK(cublasCreate_v2(&blas));
  CUdeviceptr p;
  void* pinned;
  OK(cuMemAlloc_v2(&p, count * 4));
  OK(cuMemHostAlloc(&pinned, count * 4, 0));
  for (unsigned i = 0; i < count; i++) static_cast<float*>(pinned)[i] = 1;
  for (int i = 0; i < rounds; i++) {
    streams(f, p, pinned);
    graphs(f, p, pinned, blas);
    products(p, blas);
  }
  for (int i = 0; i < 2; i++) {
    manyBlocks();
    manyBlocksWithBarriers();
  }
  OK(cublasDestroy_v2(blas));
  OK(cuMemFreeHost(pinned));
  OK(cuMemFree_v2(p));
  OK(cuModuleUnload(module));
  OK(cuCtxDestroy_v2(context));
}

// A kernel that faults: its report, the code, and the context that is lost.
void fault() {
  CUcontext context;
  OK(cuCtxCreate_v2(&context, 0, 0));
  CUmodule module;
  CUfunction f;
  OK(cuModuleLoadData(&module, doubling));
  OK(cuModuleGetFunction(&f, module, "doubling"));
  CUdeviceptr p;
  OK(cuMemAlloc_v2(&p, 16));
  double_(f, p, nullptr);
  EXPECT(cuCtxSynchronize() == CUDA_ERROR_ILLEGAL_ADDRESS);
  EXPECT(cuMemFree_v2(p) == CUDA_ERROR_ILLEGAL_ADDRESS);
  EXPECT(emu_report_count() > 0 && emu_report_text(0) != nullptr);
}

// One of many blocks faults while others are at work.
void faultAmongMany() {
  CUcontext context;
  OK(cuCtxCreate_v2(&context, 0, 0));
  size_t before = emu_report_count();
  Neighbours n(many / 2);
  EXPECT(cuCtxSynchronize() == CUDA_ERROR_ILLEGAL_ADDRESS);
  EXPECT(emu_report_count() == before + 1);
}

}  // namespace

int main(int n, char** arguments) {
  int rounds = n > 1 ? std::atoi(arguments[1]) : 20;
  for (int seed = 1; seed <= 3; seed++) {
    emu_set("seed", std::to_string(seed).c_str());
    emu_set("threads", std::to_string(seed + 1).c_str());
    OK(cuInit(0));
    std::atomic<bool> done{false};
    std::thread watcher([&] {
      while (!done) {
        for (size_t i = 0; i < emu_report_count(); i++) emu_report_text(i);
        emu_counter("launches");
        std::this_thread::yield();
      }
    });
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; i++) threads.emplace_back(work, rounds);
    for (auto& t : threads) t.join();
    done = true;
    watcher.join();
    emu_check_leaks();
    for (size_t i = 0; i < emu_report_count(); i++) std::fprintf(stderr, "%s: %s\n", emu_report_kind(i), emu_report_text(i));
    EXPECT(emu_report_count() == 0);
    fault();
    faultAmongMany();
    emu_reset();
  }
  std::printf(wrong ? "%d checks failed\n" : "all is well\n", wrong.load());
  return wrong != 0;
}

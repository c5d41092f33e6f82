// Modules from PTX, and their globals.
#include <cstring>

#include "control/settings.h"
#include "control/unsupported.h"
#include "driver/api.h"
#include "driver/jit.h"
#include "driver/link.h"

using namespace emu;

namespace {

// The newest PTX that a driver of this version takes.
int newestPtx(int driver) {
  static const std::pair<int, int> rows[] = {{13000, 90}, {12090, 88}, {12080, 87}, {12060, 85}, {12050, 85}, {12040, 84}, {12030, 83}, {12020, 82}, {12010, 81}, {12000, 80},
                                             {11080, 78}, {11070, 77}, {11060, 76}, {11050, 75}, {11040, 74}, {11030, 73}, {11020, 72}, {11010, 71}, {11000, 70}};
  for (auto& [version, ptx] : rows)
    if (driver >= version) return ptx;
  return 70;
}

void put(Module& m, const ptx::Variable& v) {
  if (v.isExtern) throw ptx::Error(v.line, "variable " + v.name + " is extern, and there is nothing to link it with");
  if (v.bytes() > settings().memory) throw ApiError{CUDA_ERROR_OUT_OF_MEMORY};
  if (v.bytes() == 0) throw ptx::Error(v.line, "variable " + v.name + " has no size");
  Allocation* a = Memory::get().allocate(m.context->device, m.context, v.bytes(), v.space == "const" ? Origin::Constant : Origin::Variable, v.name);
  check(a != nullptr, CUDA_ERROR_OUT_OF_MEMORY);
  // Without an initial value a variable is zero.
  std::memset(a->data, 0, a->size);
  if (!v.init.empty()) std::memcpy(a->data, v.init.data(), v.init.size());
  a->markWritten(0, a->size);
  if (!m.variables.emplace(v.name, a).second) throw ptx::Error(v.line, "a second variable " + v.name);
}

void unload(Module& m) {
  for (auto& [name, a] : m.variables) Memory::get().free(a);
  for (auto& [name, f] : m.functions) {
    f->isUnloaded = true;
    state().functions.remove(f->handle);
  }
}

void fill(Module& m) {
  Symbols symbols;
  for (auto& v : m.syntax.variables)
    if (v.space != "shared") put(m, v);
  for (auto& [name, a] : m.variables) symbols[name] = a->base;
  for (auto& v : m.syntax.variables)
    for (auto& address : v.addresses) {
      auto found = symbols.find(address.symbol);
      if (found == symbols.end()) throw ptx::Error(v.line, "the initial value of " + v.name + " names " + address.symbol + ", which is no variable");
      uint64_t value = found->second + uint64_t(address.displacement);
      if (v.space != "shared") std::memcpy(m.variables[v.name]->data + address.offset, &value, 8);
    }
  for (auto& [name, f] : m.syntax.functions) {
    if (!f.isEntry || !f.hasBody) continue;
    auto function = std::make_shared<emu::Function>();
    function->module = &m;
    function->context = m.context;
    function->program = decode(m.syntax, f, symbols);
    for (auto& [v, a] : m.variables)
      if (a->origin == Origin::Constant) function->program->constBytes += uint32_t(a->size);
    function->handle = state().functions.add(function);
    m.functions[name] = function;
  }
  for (auto& [index, file] : m.syntax.files) {
    if (index < 0 || index > 10000) continue;
    if (index >= int(m.files.size())) m.files.resize(index + 1);
    m.files[index] = file.substr(file.find_last_of('/') + 1);
  }
}

struct Refused {
  CUresult code;
  int line;
  std::string what;
};

int device() { return settings().major * 10 + settings().minor; }

// Refuses what the driver is too old for, and what is meant for another device.
void checkVersions(const ptx::Module& m, const JitOptions& options) {
  if (int newest = newestPtx(settings().driverVersion); m.version > newest)
    throw Refused{CUDA_ERROR_UNSUPPORTED_PTX_VERSION, 1, format("Unsupported .version %d.%d; current version is '%d.%d': the PTX is newer than the driver", m.version / 10, m.version % 10, newest / 10, newest % 10)};
  int target = options.target() ? options.target() : device();
  bool fits = m.target <= target && (!m.targetExact || m.target == target);
  bool runs = target / 10 == device() / 10 && target <= device();
  if (!fits) throw Refused{CUDA_ERROR_NO_BINARY_FOR_GPU, 1, format("the PTX is for sm_%d, the device is sm_%d", m.target, target)};
  if (!runs) throw Refused{CUDA_ERROR_NO_BINARY_FOR_GPU, 1, format("code for sm_%d was asked for, the device is sm_%d", target, device())};
}

// Fatbins and cubins begin with numbers of their own.
bool isMachineCode(const void* image) {
  uint32_t magic;
  std::memcpy(&magic, image, 4);
  return magic == 0xba55ed50 || magic == 0x466243b1 || magic == 0x464c457f;
}

void refuse(JitOptions& options, CUresult code, int line, const std::string& what) {
  options.error(line, what);
  options.finish();
  Watch::get().report("invalid-ptx", "line " + std::to_string(line) + ": " + what);
  throw ApiError{code};
}

void load(CUmodule* result, const char* image, JitOptions& options) {
  checkValue(result && image);
  Context& c = current();
  forbidInCapture();
  if (isMachineCode(image)) {
    emu_unsupported("module of machine code (only PTX runs here)", 0);
    options.fatal("machine code does not run on the emulated device, only PTX does");
    options.finish();
    throw ApiError{CUDA_ERROR_NO_BINARY_FOR_GPU};
  }
  auto m = std::make_shared<Module>();
  m->context = &c;
  try {
    m->syntax = isLinked(image) ? linked(image) : ptx::parse(image);
    checkVersions(m->syntax, options);
    fill(*m);
  } catch (const Refused& e) {
    refuse(options, e.code, e.line, e.what);
  } catch (const ptx::Error& e) {
    unload(*m);
    refuse(options, CUDA_ERROR_INVALID_PTX, e.line, e.what());
  } catch (const ApiError&) {
    unload(*m);
    throw;
  }
  for (auto& [name, f] : m->functions) options.assembled(*f->program, device());
  options.finish();
  m->handle = state().modules.add(m);
  *result = m->handle;
  Watch::get().count("modules");
}

std::shared_ptr<Module> moduleOf(CUmodule handle) {
  auto m = state().modules.find(handle);
  check(m != nullptr, CUDA_ERROR_INVALID_HANDLE);
  return m;
}

CUresult loadPlain(const char* name, CUmodule* module, const void* image) {
  return call(name, {{"module", module}, {"image", image}}, [&] {
    JitOptions options;
    load(module, static_cast<const char*>(image), options);
  });
}

}  // namespace

EMU_API cuModuleLoadData(CUmodule* module, const void* image) { return loadPlain("cuModuleLoadData", module, image); }
EMU_API cuModuleLoadFatBinary(CUmodule* module, const void* image) { return loadPlain("cuModuleLoadFatBinary", module, image); }
EMU_API cuModuleLoadDataEx(CUmodule* module, const void* image, unsigned n, int* numbers, void** values) {
  return call("cuModuleLoadDataEx", {{"module", module}, {"image", image}, {"options", n}}, [&] {
    JitOptions options(n, numbers, values);
    load(module, static_cast<const char*>(image), options);
  });
}
EMU_API cuModuleLoad(CUmodule* module, const char* name) {
  return call("cuModuleLoad", {{"module", module}, {"name", name}}, [&] {
    checkValue(name);
    std::string text = readImage(name);
    JitOptions options;
    load(module, text.c_str(), options);
  });
}
EMU_API cuModuleUnload(CUmodule module) {
  return call("cuModuleUnload", {{"module", module}}, [&] {
    auto m = moduleOf(module);
    forbidInCapture();
    Scheduler::get().waitFor(m->context);
    unload(*m);
    state().modules.remove(module);
  });
}
EMU_API cuModuleGetFunction(CUfunction* function, CUmodule module, const char* name) {
  return call("cuModuleGetFunction", {{"function", function}, {"module", module}, {"name", name}}, [&] {
    checkValue(function && name);
    current();
    auto m = moduleOf(module);
    auto found = m->functions.find(name);
    check(found != m->functions.end(), CUDA_ERROR_NOT_FOUND);
    *function = found->second->handle;
  });
}
EMU_API cuModuleGetGlobal_v2(CUdeviceptr* p, size_t* bytes, CUmodule module, const char* name) {
  return call("cuModuleGetGlobal", {{"p", p}, {"bytes", bytes}, {"module", module}, {"name", name}}, [&] {
    checkValue(name);
    current();
    auto m = moduleOf(module);
    auto found = m->variables.find(name);
    check(found != m->variables.end(), CUDA_ERROR_NOT_FOUND);
    if (p) *p = found->second->base;
    if (bytes) *bytes = found->second->size;
  });
}
EMU_API cuModuleGetLoadingMode(int* mode) {
  return call("cuModuleGetLoadingMode", {{"mode", mode}}, [&] {
    checkValue(mode);
    *mode = 1;
  });
}

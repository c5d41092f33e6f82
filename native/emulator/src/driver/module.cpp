// Modules from PTX, functions, globals.
#include <cstring>
#include <fstream>
#include <sstream>

#include "control/settings.h"
#include "control/unsupported.h"
#include "driver/api.h"

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
  for (auto& [name, f] : m.functions) state().functions.remove(f->handle);
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

struct Log {
  char* buffer = nullptr;
  size_t size = 0;
  void write(const std::string& text) const {
    if (!buffer || size == 0) return;
    size_t n = std::min(size - 1, text.size());
    std::memcpy(buffer, text.data(), n);
    buffer[n] = 0;
  }
};

void load(CUmodule* result, const std::string& text, const Log& errors) {
  checkValue(result);
  Context& c = current();
  forbidInCapture();
  auto fail = [&](CUresult code, int line, const std::string& what) {
    std::string message = "line " + std::to_string(line) + ": " + what;
    errors.write(message);
    Watch::get().report("invalid-ptx", message);
    throw ApiError{code};
  };
  auto m = std::make_shared<Module>();
  m->context = &c;
  try {
    m->syntax = ptx::parse(text);
    int version = m->syntax.version, target = m->syntax.target, device = settings().major * 10 + settings().minor;
    if (version > newestPtx(settings().driverVersion)) fail(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, 1, "PTX version " + std::to_string(version / 10) + "." + std::to_string(version % 10) + " is newer than the driver");
    if (target > device || (m->syntax.targetExact && target != device)) fail(CUDA_ERROR_NO_BINARY_FOR_GPU, 1, "the PTX is for sm_" + std::to_string(target) + ", the device is sm_" + std::to_string(device));
    fill(*m);
  } catch (const ptx::Error& e) {
    unload(*m);
    fail(CUDA_ERROR_INVALID_PTX, e.line, e.what());
  } catch (const ApiError&) {
    unload(*m);
    throw;
  }
  m->handle = state().modules.add(m);
  *result = m->handle;
  Watch::get().count("modules");
}

// Fatbins and cubins begin with numbers of their own.
void loadImage(CUmodule* result, const void* image, const Log& errors) {
  checkValue(image);
  uint32_t magic;
  std::memcpy(&magic, image, 4);
  if (magic == 0xba55ed50 || magic == 0x466243b1 || magic == 0x464c457f) {
    emu_unsupported("module of machine code (only PTX runs here)", 0);
    throw ApiError{CUDA_ERROR_NO_BINARY_FOR_GPU};
  }
  load(result, static_cast<const char*>(image), errors);
}

std::shared_ptr<Module> moduleOf(CUmodule handle) {
  auto m = state().modules.find(handle);
  check(m != nullptr, CUDA_ERROR_INVALID_HANDLE);
  return m;
}
std::shared_ptr<emu::Function> functionOf(CUfunction handle) {
  auto f = state().functions.find(handle);
  check(f != nullptr, CUDA_ERROR_INVALID_HANDLE);
  return f;
}

}  // namespace

EMU_API cuModuleLoadData(CUmodule* module, const void* image) {
  return call("cuModuleLoadData", [&] { loadImage(module, image, {}); });
}
EMU_API cuModuleLoadFatBinary(CUmodule* module, const void* image) {
  return call("cuModuleLoadFatBinary", [&] { loadImage(module, image, {}); });
}
EMU_API cuModuleLoadDataEx(CUmodule* module, const void* image, unsigned n, int* options, void** values) {
  return call("cuModuleLoadDataEx", [&] {
    checkValue(n == 0 || (options && values));
    Log info, errors;
    for (unsigned i = 0; i < n; i++) {
      switch (options[i]) {
        case 3: info.buffer = static_cast<char*>(values[i]); break;
        case 4: info.size = uint32_t(reinterpret_cast<uintptr_t>(values[i])); break;
        case 5: errors.buffer = static_cast<char*>(values[i]); break;
        case 6: errors.size = uint32_t(reinterpret_cast<uintptr_t>(values[i])); break;
        default: break;
      }
    }
    info.write("");
    errors.write("");
    loadImage(module, image, errors);
  });
}
EMU_API cuModuleLoad(CUmodule* module, const char* name) {
  return call("cuModuleLoad", [&] {
    checkValue(name);
    std::ifstream file(name, std::ios::binary);
    check(file.good(), CUDA_ERROR_FILE_NOT_FOUND);
    std::stringstream text;
    text << file.rdbuf();
    loadImage(module, (text.str() + std::string(4, '\0')).c_str(), {});
  });
}
EMU_API cuModuleUnload(CUmodule module) {
  return call("cuModuleUnload", [&] {
    auto m = moduleOf(module);
    Scheduler::get().waitFor(m->context);
    unload(*m);
    state().modules.remove(module);
  });
}
EMU_API cuModuleGetFunction(CUfunction* function, CUmodule module, const char* name) {
  return call("cuModuleGetFunction", [&] {
    checkValue(function && name);
    current();
    auto m = moduleOf(module);
    auto found = m->functions.find(name);
    check(found != m->functions.end(), CUDA_ERROR_NOT_FOUND);
    *function = found->second->handle;
  });
}
EMU_API cuModuleGetGlobal_v2(CUdeviceptr* p, size_t* bytes, CUmodule module, const char* name) {
  return call("cuModuleGetGlobal", [&] {
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
  return call("cuModuleGetLoadingMode", [&] {
    checkValue(mode);
    *mode = 1;
  });
}
EMU_API cuFuncGetModule(CUmodule* module, CUfunction function) {
  return call("cuFuncGetModule", [&] {
    checkValue(module);
    *module = functionOf(function)->module->handle;
  });
}
EMU_API cuFuncGetAttribute(int* value, int attribute, CUfunction function) {
  return call("cuFuncGetAttribute", [&] {
    checkValue(value);
    auto f = functionOf(function);
    const Program& p = *f->program;
    int target = settings().major * 10 + settings().minor;
    switch (attribute) {
      case 0: *value = p.maxThreads; break;
      case 1: *value = int(p.sharedBytes); break;
      case 2: *value = int(p.constBytes); break;
      case 3: *value = int(p.localBytes); break;
      case 4: *value = int(std::min<uint32_t>(p.registers + 8, 255)); break;
      case 5: *value = f->module->syntax.target; break;
      case 6: *value = target; break;
      case 7: *value = 0; break;
      case 8: *value = p.maxDynamicShared ? p.maxDynamicShared : int((48 << 10) - p.sharedBytes); break;
      case 9: *value = -1; break;
      default: throw ApiError{CUDA_ERROR_INVALID_VALUE};
    }
  });
}
EMU_API cuFuncSetAttribute(CUfunction function, int attribute, int value) {
  return call("cuFuncSetAttribute", [&] {
    current();
    auto f = functionOf(function);
    if (attribute == 8) {
      checkValue(value >= 0 && uint32_t(value) + f->program->sharedBytes <= uint32_t(deviceAttribute(97)));
      f->program->maxDynamicShared = value;
    } else {
      checkValue(attribute == 9 && value >= -1 && value <= 100);
    }
  });
}
EMU_API cuFuncSetCacheConfig(CUfunction function, int config) {
  return call("cuFuncSetCacheConfig", [&] {
    functionOf(function);
    checkValue(config >= 0 && config <= 3);
  });
}
EMU_API cuFuncSetSharedMemConfig(CUfunction function, int config) {
  return call("cuFuncSetSharedMemConfig", [&] {
    functionOf(function);
    checkValue(config >= 0 && config <= 2);
  });
}

#include "driver/link.h"

#include <cstring>
#include <fstream>
#include <sstream>

#include "control/settings.h"
#include "control/unsupported.h"
#include "driver/api.h"

namespace emu {
namespace {

constexpr char mark[] = "// linked by the emulated device:";  // then the size of each input, and a line's end
constexpr int ptxInput = 1;

void addFunction(ptx::Module& into, const ptx::Function& f, int firstFile) {
  auto found = into.functions.find(f.name);
  if (found != into.functions.end() && found->second.hasBody) {
    if (f.hasBody) throw ptx::Error(f.line, "Multiple definition of '" + f.name + "'");
    return;
  }
  ptx::Function& added = into.functions[f.name] = f;
  for (auto& s : added.body)
    if (s.sourceFile > 0) s.sourceFile += firstFile;
}

void addVariable(ptx::Module& into, const ptx::Variable& v) {
  for (auto& known : into.variables) {
    if (known.name != v.name) continue;
    if (!known.isExtern && !v.isExtern) throw ptx::Error(v.line, "Multiple definition of '" + v.name + "'");
    if (known.isExtern) known = v;
    return;
  }
  into.variables.push_back(v);
}

}  // namespace

ptx::Module merge(const std::vector<ptx::Module>& modules) {
  ptx::Module result;
  for (auto& m : modules) {
    int firstFile = result.files.empty() ? 0 : result.files.rbegin()->first;
    result.version = std::max(result.version, m.version);
    result.target = std::max(result.target, m.target);
    result.targetExact = result.targetExact || m.targetExact;
    for (auto& v : m.variables) addVariable(result, v);
    for (auto& [name, f] : m.functions) addFunction(result, f, firstFile);
    for (auto& [index, file] : m.files) result.files[index + firstFile] = file;
  }
  return result;
}

bool isLinked(const char* image) { return std::strncmp(image, mark, sizeof mark - 1) == 0 && std::strchr(image, '\n'); }

ptx::Module linked(const char* image) {
  const char* text = std::strchr(image, '\n');
  std::istringstream sizes(std::string(image + sizeof mark - 1, text));
  std::vector<ptx::Module> modules;
  std::string inputs = text + 1;
  size_t at = 0;
  for (size_t size; sizes >> size; at += size) modules.push_back(ptx::parse(inputs.substr(std::min(at, inputs.size()), size)));
  return merge(modules);
}

std::string readImage(const char* name) {
  std::ifstream file(name, std::ios::binary);
  check(file.good(), CUDA_ERROR_FILE_NOT_FOUND);
  std::stringstream text;
  text << file.rdbuf();
  return text.str() + std::string(4, '\0');
}

}  // namespace emu

using namespace emu;

namespace {

std::shared_ptr<Link> linkOf(CUlinkState handle) {
  auto l = state().links.find(handle);
  check(l != nullptr, CUDA_ERROR_INVALID_HANDLE);
  return l;
}

[[noreturn]] void refuse(Link& link, const std::string& name, const ptx::Error& e) {
  link.options.error(e.line, e.what());
  link.options.finish();
  Watch::get().report("invalid-ptx", name + ", line " + std::to_string(e.line) + ": " + e.what());
  throw ApiError{CUDA_ERROR_INVALID_PTX};
}

void add(Link& link, int type, const std::string& text, const std::string& name) {
  checkValue(type >= 0 && type <= 5 && link.image.empty());
  if (type != ptxInput) {
    emu_unsupported("linking of anything but PTX", 0);
    throw ApiError{CUDA_ERROR_NOT_SUPPORTED};
  }
  std::string ptx = text.c_str();  // it ends at the first zero
  try {
    ptx::parse(ptx);
  } catch (const ptx::Error& e) {
    refuse(link, name, e);
  }
  link.inputs.push_back(ptx);
}

std::string imageOf(const std::vector<std::string>& inputs) {
  std::string sizes, text;
  for (auto& input : inputs) sizes += " " + std::to_string(input.size()), text += input;
  return mark + sizes + "\n" + text;
}

void checkResolved(const ptx::Module& m) {
  for (auto& v : m.variables)
    if (v.isExtern && v.space != "shared") throw ptx::Error(v.line, "Undefined reference to '" + v.name + "'");
  for (auto& [name, f] : m.functions)
    if (!f.hasBody && name != "vprintf") throw ptx::Error(f.line, "Undefined reference to '" + name + "'");
}

}  // namespace

EMU_API cuLinkCreate_v2(unsigned n, int* options, void** values, CUlinkState* result) {
  return call("cuLinkCreate", {{"options", n}, {"state", result}}, [&] {
    checkValue(result);
    current();
    auto link = std::make_shared<Link>();
    link->options = JitOptions(n, options, values);
    *result = state().links.add(link);
  });
}
EMU_API cuLinkAddData_v2(CUlinkState handle, int type, void* data, size_t size, const char* name, unsigned, int*, void**) {
  return call("cuLinkAddData", {{"state", handle}, {"type", type}, {"bytes", size}, {"name", name}}, [&] {
    checkValue(data && size);
    add(*linkOf(handle), type, std::string(static_cast<char*>(data), size), name ? name : "<unnamed>");
  });
}
EMU_API cuLinkAddFile_v2(CUlinkState handle, int type, const char* path, unsigned, int*, void**) {
  return call("cuLinkAddFile", {{"state", handle}, {"type", type}, {"path", path}}, [&] {
    checkValue(path);
    auto link = linkOf(handle);
    add(*link, type, readImage(path), path);
  });
}
EMU_API cuLinkComplete(CUlinkState handle, void** image, size_t* size) {
  return call("cuLinkComplete", {{"state", handle}}, [&] {
    checkValue(image);
    auto link = linkOf(handle);
    checkValue(!link->inputs.empty());
    std::string made = imageOf(link->inputs);
    try {
      checkResolved(linked(made.c_str()));
    } catch (const ptx::Error& e) {
      refuse(*link, "the link", e);
    }
    link->image = made;
    link->options.finish();
    *image = link->image.data();
    if (size) *size = link->image.size() + 1;
  });
}
EMU_API cuLinkDestroy(CUlinkState handle) {
  return call("cuLinkDestroy", {{"state", handle}}, [&] {
    linkOf(handle);
    state().links.remove(handle);
  });
}

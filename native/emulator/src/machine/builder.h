// Makes a Program of a kernel: lays out cells, shared and local memory, and puts the code of called functions in place of calls.
#pragma once
#include <map>
#include <set>
#include <string>

#include "machine/decoder.h"

namespace emu {

class Builder {
 public:
  Builder(const ptx::Module& module, const Symbols& symbols) : module_(module), symbols_(symbols) {}
  std::shared_ptr<Program> build(const ptx::Function& entry);

  // For the Decoder:
  struct Place {
    Space space;
    uint64_t address;
  };
  bool place(const std::string& symbol, Place& result) const;  // where a variable lies
  ptx::Type registerType(const std::string& name) const;
  uint32_t registerCell(const std::string& name, ptx::Type type);
  bool special(const std::string& name, ptx::Type& type, uint32_t& cell);
  uint32_t constant(uint64_t bits, int bytes);
  void meetsOtherBlocks() { program_->meetsOtherBlocks = true; }
  void sharedBytewise() { program_->sharedBytewise = true; }
  uint32_t list(const std::vector<uint32_t>& cells);
  int version() const { return module_.version; }
  int target() const { return module_.target; }

 private:
  // One function being put in: the kernel itself, or a function it calls.
  struct Frame {
    const ptx::Function* function;
    std::string prefix;
    std::map<std::string, Place> places;
    std::map<std::string, uint32_t> labels;
    std::vector<std::pair<uint32_t, std::string>> branches;  // to be given their targets
    std::vector<uint32_t> returns;
  };
  void emit(Frame& frame);
  void instruction(Frame& frame, const ptx::Statement& s);
  void branch(Frame& frame, const ptx::Statement& s);
  void branchByIndex(Frame& frame, const ptx::Statement& s);
  void call(Frame& frame, const ptx::Statement& s);
  void callSystem(Frame& frame, const ptx::Statement& s, const ptx::Function& f, const std::vector<ptx::Operand>& results, const std::vector<ptx::Operand>& arguments);
  Place argument(const Frame& frame, const ptx::Statement& s, const ptx::Operand& o) const;
  uint32_t jumpAround(ptx::Statement s);
  void variable(Frame& frame, const ptx::Variable& v);
  uint32_t cell(int bytes);
  uint64_t shared(const ptx::Variable& v);
  Instr& append(const ptx::Statement& s, Instr in);

  const ptx::Module& module_;
  const Symbols& symbols_;
  std::shared_ptr<Program> program_;
  Frame* frame_ = nullptr;
  std::map<std::string, uint32_t> cells_;
  std::map<std::pair<uint64_t, int>, uint32_t> constants_;
  std::map<int, uint32_t> specials_;
  std::map<std::string, uint16_t> kinds_;
  std::map<std::string, uint64_t> shared_;
  std::set<std::string> calling_;
  std::string prefix_;
  int frames_ = 0;
};

}  // namespace emu

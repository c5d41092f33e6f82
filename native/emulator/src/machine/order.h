// Which piece of work comes before which, whatever the order in which they happen to run. Work is laid out in chains: what is in
// one chain comes one after the other, and each piece knows how far into every chain its past reaches.
#pragma once
#include <cstdint>
#include <vector>

namespace emu {

struct Place {
  uint32_t chain = 0, sequence = 0;  // sequence 0: in no chain
  std::vector<uint32_t> past;        // by chain

  bool follows(uint32_t otherChain, uint32_t otherSequence) const { return otherChain < past.size() && past[otherChain] >= otherSequence; }
};

class Order {
 public:
  static Order& get();

  // The place of work that comes after all of these, and after all that the host has waited for.
  Place after(const std::vector<const Place*>& others);
  // The host has waited for it: whatever the host does from now on comes after.
  void learn(const Place& place);
  bool isKnown(uint32_t chain, uint32_t sequence) const { return chain < host_.size() && host_[chain] >= sequence; }
  void reset();

 private:
  std::vector<uint32_t> tails_, host_;
};

}  // namespace emu

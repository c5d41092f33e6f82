#include "machine/order.h"

#include <algorithm>

namespace emu {
namespace {

void join(std::vector<uint32_t>& to, const std::vector<uint32_t>& from) {
  if (to.size() < from.size()) to.resize(from.size());
  for (size_t i = 0; i < from.size(); i++) to[i] = std::max(to[i], from[i]);
}

}  // namespace

Order& Order::get() {
  static Order& instance = *new Order;
  return instance;
}

Place Order::after(const std::vector<const Place*>& others) {
  Place p;
  p.past = host_;
  for (const Place* other : others) join(p.past, other->past);
  // It goes on with a chain whose end lies in its past; so there are never more chains than work that is open side by side.
  while (p.chain < tails_.size() && !p.follows(p.chain, tails_[p.chain])) p.chain++;
  if (p.chain == tails_.size()) tails_.push_back(0);
  p.sequence = ++tails_[p.chain];
  if (p.past.size() <= p.chain) p.past.resize(p.chain + 1);
  p.past[p.chain] = p.sequence;
  return p;
}

void Order::learn(const Place& place) { join(host_, place.past); }

void Order::reset() {
  tails_.clear();
  host_.clear();
}

}  // namespace emu

// Feeds the PTX front end with damaged modules: fuzz_ptx SECONDS SEED FILE...
// Every one of them has to be taken or refused by an error; a crash or what a sanitizer finds is a fault. Build with EMU_SANITIZE.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "machine/program.h"

using namespace emu;

namespace {

std::string damage(std::string text, std::mt19937_64& random, const std::vector<std::string>& all) {
  int changes = 1 + int(random() % 4);
  for (int i = 0; i < changes && !text.empty(); i++) {
    size_t at = random() % text.size(), length = 1 + random() % 40;
    switch (random() % 6) {
      case 0: text.erase(at, length); break;
      case 1: text[at] = char(random() % 128); break;
      case 2: text.insert(at, text.substr(random() % text.size(), length)); break;
      case 3: {
        const std::string& other = all[random() % all.size()];
        text.insert(at, other.substr(random() % other.size(), length));
        break;
      }
      case 4: {  // another number
        size_t digit = text.find_first_of("0123456789", at);
        if (digit != std::string::npos) text.replace(digit, 1, std::to_string(random() >> random() % 64));
        break;
      }
      default: text.resize(at); break;
    }
  }
  return text;
}

}  // namespace

int main(int n, char** arguments) {
  if (n < 4) return std::fprintf(stderr, "fuzz_ptx SECONDS SEED FILE...\n"), 2;
  std::vector<std::string> all;
  for (int i = 3; i < n; i++) {
    std::ifstream file(arguments[i]);
    std::stringstream text;
    text << file.rdbuf();
    all.push_back(text.str());
  }
  std::mt19937_64 random(std::strtoull(arguments[2], nullptr, 10));
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(arguments[1]));
  uint64_t taken = 0, refused = 0;
  while (std::chrono::steady_clock::now() < end) {
    std::string text = damage(all[random() % all.size()], random, all);
    try {
      ptx::Module m = ptx::parse(text);
      Symbols symbols;
      for (auto& v : m.variables) symbols[v.name] = 4096;
      for (auto& [name, f] : m.functions)
        if (f.isEntry && f.hasBody) decode(m, f, symbols);
      taken++;
    } catch (const ptx::Error&) {
      refused++;
    }
  }
  std::printf("%llu modules taken, %llu refused\n", (unsigned long long)taken, (unsigned long long)refused);
}

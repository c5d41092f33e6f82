// Feeds the PTX front end with damaged modules: fuzz_ptx SECONDS SEED FILE...
// Every one of them has to be taken or refused by an error; a crash, a module that takes ten seconds of work, or what a sanitizer finds is a
// fault, and the module that it came with is left behind in fuzz-found.ptx. With 0 seconds the files are tried as they are.
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "machine/program.h"

using namespace emu;

namespace {

std::string now;  // the module that is being tried

extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*)());

void keep() {
  if (FILE* file = std::fopen("fuzz-found.ptx", "w")) {
    std::fwrite(now.data(), 1, now.size(), file);
    std::fclose(file);
  }
}
extern "C" void keepAndEnd(int) {
  keep();
  _exit(1);
}

class Damage {
 public:
  Damage(std::mt19937_64& random, const std::vector<std::string>& corpus) : random_(random), corpus_(corpus) {
    for (auto& text : corpus)
      for (auto& line : linesOf(text)) {
        lines_.push_back(line);
        for (auto& token : tokensOf(line)) words_.push_back(token);
      }
  }

  std::string operator()() {
    std::string text = any(corpus_);
    for (uint64_t changes = 1 + random_() % 6; changes > 0 && !text.empty(); changes--) change(text);
    return text;
  }

 private:
  template <class T>
  const T& any(const std::vector<T>& all) {
    return all[random_() % all.size()];
  }

  static std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> result;
    std::stringstream in(text);
    for (std::string line; std::getline(in, line);) result.push_back(line + "\n");
    return result;
  }
  // Words, modifiers with their dot, numbers, and marks of one character.
  static std::vector<std::string> tokensOf(const std::string& line) {
    std::vector<std::string> result;
    for (size_t at = 0; at < line.size();) {
      size_t end = at + 1;
      auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$'; };
      if (word(line[at]) || line[at] == '.' || line[at] == '%')
        while (end < line.size() && word(line[end])) end++;
      if (!std::isspace(static_cast<unsigned char>(line[at]))) result.push_back(line.substr(at, end - at));
      at = end;
    }
    return result;
  }

  // Another token in place of one: other opcodes, types, modifiers, registers, numbers.
  std::string changedLine(const std::string& line) {
    auto tokens = tokensOf(line);
    if (tokens.empty()) return any(lines_);
    size_t at = random_() % tokens.size();
    switch (random_() % 5) {
      case 0: tokens[at] = any(words_); break;
      case 1: tokens.erase(tokens.begin() + at); break;
      case 2: tokens.insert(tokens.begin() + at, any(words_)); break;
      case 3: std::swap(tokens[at], tokens[random_() % tokens.size()]); break;
      default: tokens[at] = number(); break;
    }
    std::string result;
    for (size_t i = 0; i < tokens.size(); i++) result += (i && tokens[i][0] != '.' ? " " : "") + tokens[i];
    return result + "\n";
  }
  std::string number() {
    static const char* special[] = {"0", "-1", "4294967295", "4294967296", "18446744073709551615", "0x7fffffff", "0f7fc00000", "1e999", "-9223372036854775808", "0d0000000000000001"};
    return random_() % 2 ? special[random_() % std::size(special)] : std::to_string(random_() >> random_() % 64);
  }

  void change(std::string& text) {
    if (random_() % 4) {
      auto lines = linesOf(text);
      size_t at = random_() % lines.size();
      switch (random_() % 5) {
        case 0: lines.erase(lines.begin() + at); break;
        case 1: lines.insert(lines.begin() + at, any(lines_)); break;
        case 2: std::swap(lines[at], lines[random_() % lines.size()]); break;
        default: lines[at] = changedLine(lines[at]); break;
      }
      text.clear();
      for (auto& line : lines) text += line;
      return;
    }
    size_t at = random_() % text.size(), length = 1 + random_() % 40;
    switch (random_() % 4) {
      case 0: text.erase(at, length); break;
      case 1: text[at] = char(random_() % 256); break;
      case 2: text.insert(at, text.substr(random_() % text.size(), length)); break;
      default: text.resize(at); break;
    }
  }

  std::mt19937_64& random_;
  const std::vector<std::string>& corpus_;
  std::vector<std::string> lines_, words_;
};

// Whether the module is taken, every kernel decoded.
bool isTaken(const std::string& text) {
  now = text;
  itimerval limit = {{0, 0}, {10, 0}};
  setitimer(ITIMER_PROF, &limit, nullptr);
  try {
    ptx::Module m = ptx::parse(text);
    Symbols symbols;
    for (auto& v : m.variables) symbols[v.name] = 4096;
    for (auto& [name, f] : m.functions)
      if (f.isEntry && f.hasBody) decode(m, f, symbols);
    return true;
  } catch (const ptx::Error&) {
    return false;
  }
}

}  // namespace

int main(int n, char** arguments) {
  if (n < 4) return std::fprintf(stderr, "fuzz_ptx SECONDS SEED FILE...\n"), 2;
  for (int s : {SIGABRT, SIGSEGV, SIGPROF, SIGFPE, SIGILL, SIGBUS}) signal(s, keepAndEnd);
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(keep);
  std::vector<std::string> corpus;
  for (int i = 3; i < n; i++) {
    std::ifstream file(arguments[i]);
    std::stringstream text;
    text << file.rdbuf();
    if (!text.str().empty()) corpus.push_back(text.str());
  }
  int seconds = std::atoi(arguments[1]);
  std::mt19937_64 random(std::strtoull(arguments[2], nullptr, 10));
  uint64_t taken = 0, refused = 0;
  for (auto& text : corpus) (isTaken(text) ? taken : refused)++;
  Damage damage(random, corpus);
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (std::chrono::steady_clock::now() < end) (isTaken(damage()) ? taken : refused)++;
  std::printf("%llu modules taken, %llu refused\n", (unsigned long long)taken, (unsigned long long)refused);
}

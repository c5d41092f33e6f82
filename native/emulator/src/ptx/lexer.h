// Splits PTX into words.
#pragma once
#include <string>
#include <vector>

namespace emu::ptx {

struct Token {
  enum Kind { Identifier, Directive, Integer, Single, Double, String, Symbol, End } kind;
  std::string text;  // a directive's without its dot
  int64_t value;     // of a number; bits, of a float
  int line;
  bool spaceBefore;
};

std::vector<Token> tokens(const std::string& text);

}  // namespace emu::ptx

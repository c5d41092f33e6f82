#include "ptx/lexer.h"

#include <cctype>
#include <cstdlib>
#include <cstring>

#include "ptx/syntax.h"

namespace emu::ptx {
namespace {

bool starts(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '%'; }
bool continues(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$'; }

class Lexer {
 public:
  explicit Lexer(const std::string& text) : text_(text) {}

  std::vector<Token> run() {
    std::vector<Token> result;
    for (;;) {
      size_t before = at_;
      skip();
      bool space = at_ != before || result.empty();
      Token t = next();
      t.spaceBefore = space;
      result.push_back(t);
      if (t.kind == Token::End) return result;
    }
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : 0; }

  void skip() {
    while (at_ < text_.size()) {
      char c = peek();
      if (c == '\n') {
        line_++, at_++;
      } else if (std::isspace(static_cast<unsigned char>(c))) {
        at_++;
      } else if (c == '/' && peek(1) == '/') {
        while (at_ < text_.size() && peek() != '\n') at_++;
      } else if (c == '/' && peek(1) == '*') {
        size_t end = text_.find("*/", at_ + 2);
        if (end == std::string::npos) throw Error(line_, "a comment has no end");
        for (; at_ < end + 2; at_++) line_ += text_[at_] == '\n';
      } else {
        return;
      }
    }
  }

  Token next() {
    Token t{Token::End, "", 0, line_, false};
    if (at_ >= text_.size()) return t;
    char c = peek();
    if (starts(c)) {
      t.kind = Token::Identifier;
      t.text = word();
    } else if (c == '.' && (continues(peek(1)))) {
      at_++;
      t.kind = Token::Directive;
      t.text = word();
    } else if (std::isdigit(static_cast<unsigned char>(c))) {
      number(t);
    } else if (c == '"') {
      size_t end = text_.find('"', at_ + 1);
      if (end == std::string::npos) throw Error(line_, "a string has no end");
      t.kind = Token::String;
      t.text = text_.substr(at_ + 1, end - at_ - 1);
      for (; at_ <= end; at_++) line_ += text_[at_] == '\n';
    } else if (std::strchr(",;:()[]{}<>=+-*!|@&~?", c)) {
      t.kind = Token::Symbol;
      t.text = std::string(1, c);
      at_++;
    } else {
      throw Error(line_, std::string("a character that PTX does not know: ") + (std::isprint(static_cast<unsigned char>(c)) ? std::string(1, c) : "?"));
    }
    return t;
  }

  std::string word() {
    size_t start = at_++;
    while (continues(peek()) || (peek() == ':' && peek(1) == ':' && continues(peek(2)))) at_ += peek() == ':' ? 2 : 1;
    return text_.substr(start, at_ - start);
  }

  void number(Token& t) {
    char second = char(std::tolower(peek(1)));
    if (peek() == '0' && (second == 'f' || second == 'd')) {
      int digits = second == 'f' ? 8 : 16;
      std::string hex = text_.substr(std::min(at_ + 2, text_.size()), digits);
      if (int(hex.size()) != digits || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
        throw Error(line_, "a floating-point number in hexadecimal needs 8 digits after 0f, 16 after 0d");
      t.kind = second == 'f' ? Token::Single : Token::Double;
      t.value = int64_t(std::strtoull(hex.c_str(), nullptr, 16));
      at_ += 2 + digits;
      return;
    }
    size_t start = at_;
    bool hex = peek() == '0' && second == 'x', binary = peek() == '0' && second == 'b';
    if (hex || binary) at_ += 2;
    while (hex ? std::isxdigit(static_cast<unsigned char>(peek())) : std::isdigit(static_cast<unsigned char>(peek()))) at_++;
    if (!hex && !binary && (peek() == '.' || std::tolower(peek()) == 'e')) {
      const char* begin = text_.c_str() + start;
      char* end = nullptr;
      double value = std::strtod(begin, &end);
      at_ = start + (end - begin);
      t.kind = Token::Double;
      std::memcpy(&t.value, &value, 8);
      return;
    }
    std::string digits = text_.substr(start + (binary ? 2 : 0), at_ - start);
    t.kind = Token::Integer;
    t.value = int64_t(std::strtoull(digits.c_str(), nullptr, binary ? 2 : 0));
    if (peek() == 'U' || peek() == 'u') at_++;
  }

  const std::string& text_;
  size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

std::vector<Token> tokens(const std::string& text) { return Lexer(text).run(); }

}  // namespace emu::ptx

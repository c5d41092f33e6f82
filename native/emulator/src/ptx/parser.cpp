#include <cstring>

#include "ptx/lexer.h"
#include "ptx/syntax.h"

namespace emu::ptx {
namespace {

class Parser {
 public:
  explicit Parser(const std::string& text) : tokens_(tokens(text)) {}

  Module run() {
    header();
    while (peek().kind != Token::End) topLevel();
    return std::move(module_);
  }

 private:
  const Token& peek(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  Token take() {
    Token t = peek();
    if (at_ + 1 < tokens_.size()) at_++;
    return t;
  }
  [[noreturn]] void fail(const std::string& what) const { throw Error(peek().line, what); }
  std::string found() const { return peek().kind == Token::End ? "the end" : "'" + peek().text + "'"; }
  bool isSymbol(const char* s, size_t ahead = 0) const { return peek(ahead).kind == Token::Symbol && peek(ahead).text == s; }
  bool isDirective(const char* s) const { return peek().kind == Token::Directive && peek().text == s; }
  bool accept(const char* s) { return isSymbol(s) ? (take(), true) : false; }
  bool acceptDirective(const char* s) { return isDirective(s) ? (take(), true) : false; }
  void expect(const char* s) {
    if (!accept(s)) fail(std::string("expected '") + s + "', found " + found());
  }
  std::string identifier(const char* what) {
    if (peek().kind != Token::Identifier) fail(std::string("expected ") + what + ", found " + found());
    return take().text;
  }
  static int64_t negative(int64_t value) { return int64_t(-uint64_t(value)); }  // the least number is its own
  int64_t integer() {
    bool minus = accept("-");
    if (peek().kind != Token::Integer) fail("expected a whole number, found " + found());
    int64_t value = take().value;
    return minus ? negative(value) : value;
  }

  void header() {
    if (!acceptDirective("version")) fail("the module does not begin with .version");
    Token v = take();
    if (v.kind != Token::Double) fail("a version is written as 7.0");
    double value;
    std::memcpy(&value, &v.value, 8);
    module_.version = int(value * 10 + 0.5);
    if (!acceptDirective("target")) fail(".target has to follow .version");
    do {
      std::string name = identifier("a target");
      if (name.compare(0, 3, "sm_") == 0) {
        module_.target = std::atoi(name.c_str() + 3);
        module_.targetExact = std::isalpha(static_cast<unsigned char>(name.back()));
      } else if (name != "debug" && name != "texmode_independent" && name != "texmode_unified") {
        fail("a target that is not known: " + name);
      }
    } while (accept(","));
    if (module_.target == 0) fail(".target names no sm_");
  }

  void topLevel() {
    Token t = peek();
    if (t.kind != Token::Directive) fail("expected a directive, found " + found());
    if (acceptDirective("address_size")) {
      if (integer() != 64) fail("only 64-bit addresses are known");
    } else if (acceptDirective("file")) {
      int index = int(integer());
      if (peek().kind != Token::String) fail("expected a file's name");
      module_.files[index] = take().text;
      while (accept(",")) integer();
    } else if (acceptDirective("section")) {
      section();
    } else if (acceptDirective("pragma")) {
      while (!accept(";")) next("a pragma");
    } else {
      declaration();
    }
  }

  Token next(const char* inside) {
    if (peek().kind == Token::End) fail(std::string("the text ends inside ") + inside);
    return take();
  }

  void section() {
    next("a section");
    if (peek().kind != Token::Symbol) next("a section");
    expect("{");
    while (!accept("}")) next("a section");
  }

  void declaration() {
    bool isExtern = false;
    for (;;) {
      if (acceptDirective("extern")) {
        isExtern = true;
      } else if (!acceptDirective("visible") && !acceptDirective("weak") && !acceptDirective("common")) {
        break;
      }
    }
    if (isDirective("entry") || isDirective("func")) {
      function();
    } else if (isDirective("global") || isDirective("const") || isDirective("shared")) {
      variables(module_.variables, isExtern);
    } else {
      fail("a directive that is not known: ." + peek().text);
    }
  }

  void function() {
    Function f;
    f.line = peek().line;
    f.isEntry = take().text == "entry";
    if (!f.isEntry && isSymbol("(")) parameters(f.returns);
    f.name = identifier("a function's name");
    if (isSymbol("(")) parameters(f.params);
    while (peek().kind == Token::Directive) attribute(f);
    if (accept(";")) {
      module_.functions.emplace(f.name, f);
      return;
    }
    expect("{");
    f.hasBody = true;
    f_ = &f;
    scopes_.assign(1, {});
    scopeNumber_ = 0;
    body();
    f_ = nullptr;
    auto& slot = module_.functions[f.name];
    if (slot.hasBody) throw Error(f.line, "a second function of the name " + f.name);
    slot = std::move(f);
  }

  void attribute(Function& f) {
    std::string name = take().text;
    if (name == "maxntid" || name == "reqntid") {
      int* to = name == "maxntid" ? f.maxThreads : f.requiredThreads;
      for (int i = 0; i < 3; i++) to[i] = 1;
      for (int i = 0; i < 3; i++) {
        to[i] = int(integer());
        if (!accept(",")) break;
      }
    } else if (name == "minnctapersm" || name == "maxnreg" || name == "maxnctapersm") {
      integer();
    } else if (name == "pragma") {
      next("a pragma");
      expect(";");
    } else if (name != "noreturn") {
      fail("an attribute that is not known: ." + name);
    }
  }

  void parameters(std::vector<Variable>& to) {
    expect("(");
    if (accept(")")) return;
    do {
      if (!isDirective("param") && !isDirective("reg")) fail("expected .param, found " + found());
      Variable v;
      v.space = take().text;
      v.line = peek().line;
      qualifiers(v);
      v.name = identifier("a parameter's name");
      if (accept("[")) {
        v.isArray = true;
        v.count = uint64_t(integer());
        if (v.count > maxElements) fail("the array is too large");
        expect("]");
      }
      to.push_back(v);
    } while (accept(","));
    expect(")");
  }

  // The alignment and type of a variable or parameter.
  void qualifiers(Variable& v) {
    for (;;) {
      if (acceptDirective("align")) {
        v.align = int(integer());
        if (v.align <= 0 || (v.align & (v.align - 1)) || v.align > 4096) fail("an alignment is a power of two");
      } else if (acceptDirective("ptr") || acceptDirective("global") || acceptDirective("const") || acceptDirective("shared") || acceptDirective("local")) {
        continue;  // of a parameter: where it points, which says nothing about the parameter itself
      } else {
        break;
      }
    }
    if (peek().kind != Token::Directive || (v.type = typeNamed(peek().text)) == Type::None) fail("expected a type, found " + found());
    take();
    // .param .u64 .ptr .global .align 4 name: this alignment is the pointee's
    if (isDirective("ptr"))
      while (peek().kind == Token::Directive)
        if (take().text == "align") integer();
    if (v.align == 0) v.align = bytesOf(v.type);
  }

  void variables(std::vector<Variable>& to, bool isExtern) {
    Variable v;
    v.space = take().text;
    v.isExtern = isExtern;
    qualifiers(v);
    do {
      Variable each = v;
      each.line = peek().line;
      each.name = identifier("a variable's name");
      while (accept("[")) {
        uint64_t n = isSymbol("]") ? 0 : uint64_t(integer());
        if (n > maxElements) fail("the array is too large");
        each.count = each.isArray ? each.count * n : n;
        each.isArray = true;
        if (each.count > maxElements) fail("the array is too large");
        expect("]");
      }
      if (accept("=")) initial(each);
      if (f_) each.name = declare(each.name);
      to.push_back(each);
    } while (accept(","));
    expect(";");
  }

  void initial(Variable& v) {
    uint64_t count = v.count;
    std::vector<uint8_t>& out = v.init;
    initialValues(v, out);
    if (v.isArray && count == 0) v.count = count = out.size() / bytesOf(v.type);
    if (out.size() > v.bytes()) fail("more initial values than " + v.name + " has elements");
    out.resize(v.bytes());
  }

  void initialValues(Variable& v, std::vector<uint8_t>& out) {
    if (accept("{")) {
      if (accept("}")) return;
      if (++depth_ > maxDepth) fail("braces are nested too deeply");
      do initialValues(v, out);
      while (accept(","));
      depth_--;
      expect("}");
      return;
    }
    int size = bytesOf(v.type);
    size_t at = out.size();
    out.resize(at + size);
    bool minus = accept("-");
    Token t = take();
    if (t.kind == Token::Identifier) {
      Variable::Address a{at, t.text, 0, false};
      if (t.text == "generic" && accept("(")) {
        a.symbol = identifier("a variable's name");
        a.generic = true;
        expect(")");
      }
      if (accept("+")) a.displacement = integer();
      if (size != 8) fail("an address needs 64 bits");
      v.addresses.push_back(a);
      return;
    }
    uint64_t bits = uint64_t(t.value);
    if (t.kind == Token::Integer) {
      if (minus) bits = -bits;
    } else if (t.kind == Token::Double && v.type == Type::F32) {
      double d;
      std::memcpy(&d, &bits, 8);
      float f = float(minus ? -d : d);
      bits = 0;
      std::memcpy(&bits, &f, 4);
    } else if (t.kind == Token::Double || t.kind == Token::Single) {
      if (minus) bits ^= t.kind == Token::Single ? 1ull << 31 : 1ull << 63;
    } else {
      fail("expected an initial value");
    }
    std::memcpy(&out[at], &bits, size);
  }

  // Names declared in an inner pair of braces hide outer ones: they are given names of their own.
  std::string declare(const std::string& name) {
    std::string unique = scopes_.size() == 1 ? name : name + "@" + std::to_string(scopeNumber_);
    scopes_.back()[name] = unique;
    return unique;
  }
  std::string resolve(const std::string& name) const {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
      if (auto found = scope->find(name); found != scope->end()) return found->second;
    // One of a range: .reg .b32 %r<10> declares %r0 to %r9.
    size_t digits = name.find_last_not_of("0123456789") + 1;
    std::string prefix = name.substr(0, digits);
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend() && digits < name.size(); ++scope)
      if (auto found = scope->find(prefix); found != scope->end()) return found->second == prefix ? name : found->second + ":" + name.substr(digits);
    return name;
  }

  void body() {
    int depth = 1;
    while (depth > 0) {
      if (peek().kind == Token::End) fail("the text ends inside a function");
      if (accept("{")) {
        depth++;
        scopeNumber_++;
        scopes_.emplace_back();
      } else if (accept("}")) {
        depth--;
        scopes_.pop_back();
      } else if (peek().kind == Token::Directive) {
        bodyDirective();
      } else if (peek().kind == Token::Identifier && isSymbol(":", 1)) {
        Statement s;
        s.line = peek().line;
        s.label = take().text;
        take();
        f_->body.push_back(s);
      } else {
        instruction();
      }
    }
  }

  void bodyDirective() {
    if (isDirective("reg")) {
      registers();
    } else if (isDirective("local") || isDirective("shared") || isDirective("param")) {
      variables(f_->variables, false);
    } else if (acceptDirective("loc")) {
      file_ = int(integer());
      sourceLine_ = int(integer());
      integer();
      while (accept(",")) {
        std::string what = identifier("an attribute of .loc");
        if (what == "function_name") {
          identifier("a name");
          if (accept("+")) integer();
        } else if (what == "inlined_at") {
          for (int i = 0; i < 3; i++) integer();
        } else {
          fail("an attribute of .loc that is not known: " + what);
        }
      }
    } else if (acceptDirective("branchtargets")) {
      branchTargets();
    } else if (acceptDirective("pragma") || acceptDirective("callprototype")) {
      while (!accept(";")) next("a directive");
    } else {
      fail("a directive that is not known: ." + peek().text);
    }
  }

  // table: .branchtargets label, label;
  void branchTargets() {
    if (f_->body.empty() || f_->body.back().label.empty()) fail("a table of labels has no name");
    std::vector<std::string>& table = f_->branchTables[f_->body.back().label];
    do table.push_back(identifier("a label"));
    while (accept(","));
    expect(";");
  }

  void registers() {
    take();
    Type type = peek().kind == Token::Directive ? typeNamed(peek().text) : Type::None;
    if (type == Type::None) fail("expected a type, found " + found());
    take();
    do {
      std::string name = identifier("a register's name");
      if (accept("<")) {
        int64_t n = integer();
        if (n < 0 || n > 1000000) fail("too many registers");
        f_->registerRanges[declare(name)] = {type, int(n)};
        expect(">");
      } else {
        f_->registers[declare(name)] = type;
      }
    } while (accept(","));
    expect(";");
  }

  void instruction() {
    Statement s;
    s.line = peek().line;
    s.sourceFile = file_;
    s.sourceLine = sourceLine_;
    if (accept("@")) {
      s.guardNegated = accept("!");
      s.guard = resolve(identifier("a predicate"));
    }
    s.opcode = identifier("an instruction");
    while (peek().kind == Token::Directive) s.modifiers.push_back(take().text);
    if (!accept(";")) {
      do s.operands.push_back(operand());
      while (accept(","));
      expect(";");
    }
    f_->body.push_back(std::move(s));
  }

  Operand operand() {
    Operand o;
    if (accept("{")) return several(Operand::Vector, "}");
    if (accept("(")) return several(Operand::List, ")");
    if (accept("[")) {
      o.kind = Operand::Address;
      if (peek().kind == Token::Identifier) o.name = name();
      if (isSymbol("+") || isSymbol("-") || peek().kind == Token::Integer) {
        accept("+");
        o.value = integer();
      }
      expect("]");
      return o;
    }
    o.negated = accept("!");
    bool minus = accept("-");
    const Token& t = peek();
    switch (t.kind) {
      case Token::Integer:
        o.kind = Operand::Integer;
        o.value = minus ? negative(t.value) : t.value;
        take();
        return o;
      case Token::Single:
        o.kind = Operand::Single;
        o.value = minus ? t.value ^ 0x80000000 : t.value;
        take();
        return o;
      case Token::Double:
        o.kind = Operand::Double;
        o.value = minus ? int64_t(uint64_t(t.value) ^ 1ull << 63) : t.value;
        take();
        return o;
      case Token::Identifier:
        if (minus) fail("a register cannot be negated here");
        o.name = name();
        if (o.name == "_") o.kind = Operand::Sink;
        if (accept("|")) o.second = name();
        if (accept("+")) o.value = integer();
        return o;
      default:
        fail("expected an operand, found " + found());
    }
  }

  Operand several(Operand::Kind kind, const char* end) {
    Operand o;
    o.kind = kind;
    if (accept(end)) return o;
    if (++depth_ > maxDepth) fail("braces are nested too deeply");
    do o.parts.push_back(operand());
    while (accept(","));
    depth_--;
    expect(end);
    return o;
  }

  // A register or a symbol; %tid.x is one name.
  std::string name() {
    std::string result = identifier("a name");
    if (peek().kind == Token::Directive && !peek().spaceBefore) return result + "." + take().text;
    return resolve(result);
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
  Module module_;
  Function* f_ = nullptr;
  std::vector<std::map<std::string, std::string>> scopes_;
  int scopeNumber_ = 0;
  int file_ = 0, sourceLine_ = 0;
  int depth_ = 0;
  static constexpr int maxDepth = 16;
  static constexpr uint64_t maxElements = 1ull << 31;
};

}  // namespace

Module parse(const std::string& text) { return Parser(text).run(); }

}  // namespace emu::ptx

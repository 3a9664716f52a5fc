// scan_template: blocks, tokens, and what exploits of template engines are made of.
#include "scan/template.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace mpk::scan {
namespace {

// Attributes on the way from any object to the interpreter. Names like "__media__" mark images in
// honest templates, so not every one with underscores counts.
constexpr auto kDunders = std::to_array<std::string_view>({"abstractmethods",
                                                           "annotations",
                                                           "base",
                                                           "bases",
                                                           "builtins",
                                                           "call",
                                                           "class",
                                                           "closure",
                                                           "code",
                                                           "defaults",
                                                           "delattr",
                                                           "dict",
                                                           "file",
                                                           "format",
                                                           "func",
                                                           "getattr",
                                                           "getattribute",
                                                           "getitem",
                                                           "globals",
                                                           "import",
                                                           "init",
                                                           "init_subclass",
                                                           "kwdefaults",
                                                           "loader",
                                                           "module",
                                                           "mro",
                                                           "name",
                                                           "new",
                                                           "qualname",
                                                           "reduce",
                                                           "reduce_ex",
                                                           "self",
                                                           "setattr",
                                                           "setstate",
                                                           "slots",
                                                           "spec",
                                                           "subclasshook",
                                                           "subclasses",
                                                           "weakref",
                                                           "wrapped"});
constexpr auto kInternals = std::to_array<std::string_view>(
    {"ag_frame",  "cr_code",    "cr_frame",     "f_back",     "f_builtins",    "f_code",
     "f_globals", "f_locals",   "func_closure", "func_code",  "func_globals",  "gi_code",
     "gi_frame",  "im_class",   "im_func",      "im_self",    "tb_frame",      "tb_next",
     "mro",       "format_map", "popen",        "subclasses", "import_module", "getattr",
     "setattr",   "__import__", "eval",         "exec"});
constexpr auto kFramework = std::to_array<std::string_view>(
    {"request", "lipsum", "url_for", "get_flashed_messages", "current_app", "joiner"});
constexpr auto kLoading = std::to_array<std::string_view>({"include", "import", "extends", "from"});

template <std::size_t N>
bool in(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

/// A known "__name__" in it.
std::string_view dunder(std::string_view text) {
  for (auto at = text.find("__"); at != std::string_view::npos; at = text.find("__", at + 1)) {
    const auto end = text.find("__", at + 2);
    if (end == std::string_view::npos) return {};
    if (in(kDunders, text.substr(at + 2, end - at - 2))) return text.substr(at, end + 2 - at);
  }
  return {};
}

struct Token {
  enum class Kind { name, text, other } kind = Kind::other;
  std::string text;
  std::size_t at = 0;
  bool spelled = false;  // letters as escapes
};

bool is_name(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
         byte >= 0x80;
}

/// The escape at `at`, behind the backslash; returns its length.
std::size_t unescape(std::string_view text, std::size_t at, Token& token) {
  const char kind = text[at];
  std::size_t digits = 0, base = 16, from = at + 1;
  if (kind == 'x') digits = 2;
  if (kind == 'u') digits = 4;
  if (kind == 'U') digits = 8;
  if (kind >= '0' && kind <= '7') {
    digits = 3;
    base = 8;
    from = at;
  }
  unsigned code = 0;
  std::size_t used = 0;
  while (used < digits && from + used < text.size()) {
    const auto value = hex_digit(text[from + used]);
    if (!value || *value >= base) break;
    code = code * static_cast<unsigned>(base) + *value;
    ++used;
  }
  if (kind == 'N' && at + 1 < text.size() && text[at + 1] == '{') {  // \N{LOW LINE}
    token.spelled = true;
    const auto end = text.find('}', at);
    return end == std::string_view::npos ? 1 : end + 1 - at;
  }
  if (used == 0) {
    token.text += kind;
    return 1;
  }
  const bool letter = code < 0x80 && is_name(static_cast<char>(code));
  token.spelled = token.spelled || letter;
  if (code < 0x80) token.text += static_cast<char>(code);
  return from - at + used;
}

std::vector<Token> tokens(std::string_view block, std::size_t offset) {
  std::vector<Token> out;
  for (std::size_t i = 0; i < block.size();) {
    const char c = block[i];
    Token token{.at = offset + i};
    if (c == '\'' || c == '"') {
      token.kind = Token::Kind::text;
      for (++i; i < block.size() && block[i] != c;) {
        if (block[i] == '\\' && i + 1 < block.size()) {
          i += 1 + unescape(block, i + 1, token);
        } else {
          token.text += block[i++];
        }
      }
      ++i;
    } else if (is_name(c)) {
      token.kind = Token::Kind::name;
      while (i < block.size() && is_name(block[i])) token.text += block[i++];
    } else {
      ++i;
      if (static_cast<unsigned char>(c) <= ' ') continue;
      token.text = c;
    }
    out.push_back(std::move(token));
  }
  return out;
}

class Scan {
 public:
  Scan(const std::string& member, std::optional<std::uint64_t> offset, Findings& findings)
      : member_(member), offset_(offset), findings_(findings) {}

  void block(std::string_view text, std::size_t at, bool statement);

 private:
  void add(std::string_view code, std::size_t at, std::string found) {
    const auto where = offset_ ? std::optional(*offset_ + at) : std::nullopt;
    findings_.add(code, member_, where, std::move(found));
  }
  void name(const std::vector<Token>& list, std::size_t i);
  void literals(const std::vector<Token>& list);

  const std::string& member_;
  std::optional<std::uint64_t> offset_;
  Findings& findings_;
};

void Scan::name(const std::vector<Token>& list, std::size_t i) {
  const auto& token = list[i];
  const auto previous = i > 0 ? std::string_view(list[i - 1].text) : std::string_view();
  const auto next = i + 1 < list.size() ? std::string_view(list[i + 1].text) : std::string_view();
  const bool attribute = previous == "." && list[i - 1].kind == Token::Kind::other;
  if (!dunder(token.text).empty() || (attribute && token.text.starts_with("__")))
    return add("template.escape", token.at, token.text);
  if (in(kInternals, token.text) && (attribute || next == "("))
    return add("template.escape", token.at, token.text);
  // The filter gives what the sandbox refuses by its name.
  if (token.text == "attr" && (previous == "|" || next == "("))
    return add("template.escape", token.at, "attr");
  if (attribute || next == "=" || next == ":") return;
  const bool cycler = token.text == "cycler" && next == ".";
  if ((in(kFramework, token.text) || cycler) &&
      (next == "." || next == "[" || next == "|" || next == "("))
    add("template.suspicious", token.at, token.text);
}

// Names are built from parts, and backwards.
void Scan::literals(const std::vector<Token>& list) {
  std::string all, bare;
  std::size_t at = 0, parts = 0;
  bool underscores = false;
  for (const auto& token : list) {
    if (token.kind != Token::Kind::text) continue;
    if (parts++ == 0) at = token.at;
    if (token.spelled) add("template.obfuscated", token.at, token.text);
    if (const auto found = dunder(token.text); !found.empty())
      add("template.escape", token.at, std::string(found));
    underscores = underscores || (!token.text.empty() && token.text.size() <= 2 &&
                                  token.text.find_first_not_of('_') == std::string::npos);
    if (in(kDunders, token.text)) bare = token.text;
    all += token.text;
  }
  const std::string backwards(all.rbegin(), all.rend());
  for (const auto& text : {all, backwards}) {
    const auto found = dunder(text);
    const bool seen = std::ranges::any_of(list, [&](const Token& token) {
      return token.kind == Token::Kind::text && token.text.find(found) != std::string::npos;
    });
    if (!found.empty() && !seen) add("template.escape", at, std::string(found));
  }
  if (underscores && !bare.empty() && parts > 1) add("template.escape", at, "_ and " + bare);
}

void Scan::block(std::string_view text, std::size_t at, bool statement) {
  const auto list = tokens(text, at);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].kind == Token::Kind::name) name(list, i);
  }
  literals(list);
  const auto first = std::ranges::find(list, Token::Kind::name, &Token::kind);
  if (statement && first != list.end() && in(kLoading, first->text))
    add("template.include", first->at, first->text);
}

}  // namespace

void scan_template(std::string_view text, const std::string& member,
                   std::optional<std::uint64_t> offset, Findings& findings) {
  Scan scan(member, offset, findings);
  std::size_t at = 0;
  while ((at = text.find('{', at)) != std::string_view::npos) {
    const char kind = at + 1 < text.size() ? text[at + 1] : '\0';
    if (kind != '{' && kind != '%' && kind != '#') {
      ++at;
      continue;
    }
    const std::string_view closing = kind == '{' ? "}}" : kind == '%' ? "%}" : "#}";
    std::size_t end = at + 2;
    char quote = '\0';
    // A closing mark inside of a string closes nothing.
    for (; end < text.size(); ++end) {
      if (quote != '\0' && kind != '#') {
        if (text[end] == quote) quote = '\0';
        if (text[end] == '\\') ++end;
        continue;
      }
      if (text.substr(end, 2) == closing) break;
      if (kind != '#' && (text[end] == '\'' || text[end] == '"')) quote = text[end];
    }
    end = std::min(end, text.size());
    if (kind != '#') scan.block(text.substr(at + 2, end - at - 2), at + 2, kind == '%');
    at = end;
  }
  // "# statement" lines are off unless a program turns them on; transformers does not.
}

}  // namespace mpk::scan

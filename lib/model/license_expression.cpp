// Recursive descent; the depth of nesting is bounded.
#include "model/license_expression.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

namespace mpk::model {
namespace {

constexpr std::size_t kDeepest = 64;
constexpr std::size_t kLongest = 4096;

Error malformed(const std::string& message) {
  return {ErrorKind::malformed, "licence expression: " + message};
}

std::vector<std::string_view> tokens(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    const bool bracket = text[at] == '(' || text[at] == ')';
    const auto end = bracket ? at + 1 : std::min(text.find_first_of(" ()", at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

bool is_operator(std::string_view token, std::string_view upper) {
  return token == upper || token == lower_ascii(upper);
}

bool is_idstring(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '.';
  });
}

// [DocumentRef-x:]<kind>y
bool is_reference(std::string_view token, std::string_view kind) {
  constexpr std::string_view kDocument = "DocumentRef-";
  if (token.starts_with(kDocument)) {
    const auto colon = token.find(':');
    if (colon == std::string_view::npos) return false;
    if (!is_idstring(token.substr(kDocument.size(), colon - kDocument.size()))) return false;
    token.remove_prefix(colon + 1);
  }
  return token.starts_with(kind) && is_idstring(token.substr(kind.size()));
}

class Parser {
 public:
  using Worth = std::function<int(std::string_view)>;
  Parser(std::string_view text, const Worth& worth) : tokens_(tokens(text)), worth_(worth) {}

  Result<int> whole() {
    const int out = TRY(alternatives(0));
    if (at_ < tokens_.size()) return malformed("unexpected " + printable(next(), 60));
    return out;
  }
  LicenseExpression take() { return std::move(found_); }

 private:
  std::string_view next() const { return at_ < tokens_.size() ? tokens_[at_] : ""; }
  bool accept(std::string_view upper) {
    if (at_ >= tokens_.size() || !is_operator(tokens_[at_], upper)) return false;
    ++at_;
    return true;
  }

  Result<int> alternatives(std::size_t depth) {
    int out = std::numeric_limits<int>::min();
    do out = std::max(out, TRY(conjunction(depth)));
    while (accept("OR"));
    return out;
  }

  Result<int> conjunction(std::size_t depth) {
    int out = std::numeric_limits<int>::max();
    do out = std::min(out, TRY(operand(depth)));
    while (accept("AND"));
    return out;
  }

  Result<int> operand(std::size_t depth) {
    if (depth > kDeepest) return malformed("nested too deeply");
    if (accept("(")) {
      const int out = TRY(alternatives(depth + 1));
      if (!accept(")")) return malformed("a parenthesis is not closed");
      return out;
    }
    int out = TRY(license());
    if (accept("WITH")) out = std::min(out, TRY(addition()));
    return out;
  }

  Result<int> license() {
    auto token = next();
    if (token.empty()) return malformed("ends where a licence is expected");
    if (is_reference(token, "LicenseRef-")) {
      found_.references.emplace_back(token);
    } else {
      if (token.ends_with('+')) token.remove_suffix(1);
      const bool word =
          is_operator(token, "AND") || is_operator(token, "OR") || is_operator(token, "WITH");
      if (word || !is_idstring(token))
        return malformed("expected a licence, found " + printable(next(), 60));
      found_.licenses.emplace_back(token);
    }
    return worth_(tokens_[at_++]);
  }

  Result<int> addition() {
    const auto token = next();
    if (is_reference(token, "AdditionRef-")) {
      found_.references.emplace_back(token);
    } else if (is_idstring(token)) {
      found_.additions.emplace_back(token);
    } else {
      return malformed("expected an exception after WITH, found " + printable(token, 60));
    }
    return worth_(tokens_[at_++]);
  }

  std::vector<std::string_view> tokens_;
  const Worth& worth_;
  std::size_t at_ = 0;
  LicenseExpression found_;
};

}  // namespace

Result<LicenseExpression> parse_license_expression(std::string_view text) {
  if (text.size() > kLongest) return malformed("too long");
  const Parser::Worth none = [](std::string_view) { return 0; };
  Parser parser(text, none);
  TRY(parser.whole());
  return parser.take();
}

Result<int> worth_of_license_expression(std::string_view text,
                                        const std::function<int(std::string_view)>& worth) {
  if (text.size() > kLongest) return malformed("too long");
  return Parser(text, worth).whole();
}

}  // namespace mpk::model

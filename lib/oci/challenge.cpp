// WWW-Authenticate (RFC 7235 §4.1): challenges with their parameters.
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "oci/remote_auth.hpp"

namespace mpk::oci {
namespace {

bool is_token_char(char c) {
  return is_letter_or_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool done() const { return at_ >= text_.size(); }
  void skip(std::string_view characters) {
    while (!done() && characters.find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool take(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string token() {
    auto start = at_;
    while (!done() && is_token_char(text_[at_])) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }
  std::string value() {
    if (!take('"')) return token();
    std::string out;
    while (!done() && text_[at_] != '"') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_++];
    }
    take('"');
    return out;
  }
  std::size_t position() const { return at_; }
  void back_to(std::size_t position) { at_ = position; }
  void drop() { ++at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

void parse_into(std::string_view header, std::vector<Challenge>& out) {
  Scanner scan(header);
  for (scan.skip(" \t,"); !scan.done(); scan.skip(" \t,")) {
    auto word = scan.token();
    if (word.empty()) {
      scan.drop();  // whatever it is, it is no challenge of ours
      continue;
    }
    auto after = scan.position();
    scan.skip(" \t");
    // "name=" continues the challenge before it; a bare word starts a new one.
    if (!out.empty() && scan.take('=')) {
      scan.skip(" \t");
      out.back().parameters.emplace_back(lower_ascii(word), scan.value());
      continue;
    }
    scan.back_to(after);
    out.push_back({lower_ascii(word), {}});
  }
}

}  // namespace

std::string Challenge::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

std::vector<Challenge> parse_challenges(const std::vector<std::string>& headers) {
  std::vector<Challenge> out;
  for (const auto& header : headers) parse_into(header, out);
  return out;
}

}  // namespace mpk::oci

// Regex: the only place that includes RE2.
#include "base/regex.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

#include <fmt/core.h>
#include <re2/re2.h>

namespace mpk {

struct Regex::Impl {
  Impl(std::string_view pattern, const RE2::Options& options)
      : program(re2::StringPiece(pattern.data(), pattern.size()), options) {}
  RE2 program;
};

Result<Regex> Regex::compile(std::string_view pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(limits::kRegexMemory));
  auto impl = std::make_shared<const Impl>(pattern, options);
  if (!impl->program.ok()) {
    return Error{ErrorKind::usage,
                 fmt::format("regular expression \"{}\": {}", printable(pattern, 100),
                             printable(impl->program.error(), 100)),
                 "the syntax is RE2's: no look-ahead, no back-references"};
  }
  return Regex(std::string(pattern), std::move(impl));
}

bool Regex::full_match(std::string_view text) const {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), impl_->program);
}

bool Regex::partial_match(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), impl_->program);
}

std::string Regex::replace_all(std::string_view text, std::string_view rewrite) const {
  std::string out(text);
  RE2::GlobalReplace(&out, impl_->program, re2::StringPiece(rewrite.data(), rewrite.size()));
  return out;
}

}  // namespace mpk

// Log: every line passes the redaction before it reaches the sink.
#include "base/log.hpp"

#include "base/ascii.hpp"
#include "base/regex.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace mpk {
namespace {

struct Rule {
  const char* pattern;
  const char* rewrite;
  const char* words;  // no match without one of these, in lower case: most texts compile nothing
};

// In this order: the wider ones first, so that a narrower one can't leave the rest of a value.
constexpr Rule kRules[] = {
    {R"((?s)(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----).*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$))",
     R"(\1***\2)", "key-----"},
    // Header fields: the whole value, whatever its scheme.
    {R"((?i)\b((?:proxy-)?authorization|(?:set-)?cookie|private-token)"
     R"(|x-[a-z-]*(?:token|api-key))(\s*:[ \t]*)[^\r\n]+)",
     R"(\1\2***)", "authorization cookie token api-key"},
    // JSON members.
    {R"re((?i)("(?:[a-z0-9_.-]*(?:token|secret|password|passphrase|api[_-]?key|private[_-]?key))re"
     R"re(|authorization|auth|assertion|code_verifier)"\s*:\s*")(?:[^"\\]|\\.)*)re",
     R"(\1***)", "token secret passw passphrase key\" auth assertion code_verifier"},
    // Query, form and command-line fields; pin-value is RFC 7512's.
    {R"re((?i)\b([a-z0-9_.-]*(?:token|secret|password|passwd|passphrase|api[_-]?key)re"
     R"re(|private[_-]?key|assertion|signature|credential))re"
     R"re(|auth|authorization|code_verifier|sig|pin-value)(=|%3D)(?:"[^"]*"|[^&\s"',;]+))re",
     R"(\1\2***)", "= %3d"},
    {R"((?i)([?&]code=)[^&\s"']+)", R"(\1***)", "code="},
    {R"((?i)\b(password|passwd|passphrase|secret)(:\s*)[^\s"',;]+)", R"(\1\2***)",
     "passw passphrase secret"},
    // token68 (RFC 9110 §11.2), but no auth-param: Bearer realm="…" is a challenge.
    {R"(\b(Bearer|BEARER|Basic|BASIC)( +)[A-Za-z0-9._~+/-]+=*($|[^"=A-Za-z0-9._~+/-]))",
     R"(\1\2***\3)", "bearer basic"},
    // In lower case the next word may be prose: "basic authentication".
    {R"(\b(bearer|basic)( +)(?:[A-Za-z0-9._~+/-]*[A-Z0-9_~+/][A-Za-z0-9._~+/-]*|[a-z]{24,})=*)"
     R"(($|[^"=A-Za-z0-9._~+/-]))",
     R"(\1\2***\3)", "bearer basic"},
    // A JWT, also a cut one: eyJ is {" in base64url.
    {R"(\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_.-]*)", "***", "eyj"},
    // Tokens whose issuers marked them so that they can be found.
    {R"(\b(gh[oprsu]_|github_pat_|glpat-|hf_)[A-Za-z0-9_-]{16,})", R"(\1***)",
     "gho_ ghp_ ghr_ ghs_ ghu_ github_pat_ glpat- hf_"},
    // To the last '@' before the path: a password may hold one.
    {R"(://[^/?#\s"]*@)", "://***@", "://"},
};

const Regex& compiled(std::size_t rule) {
  static std::array<std::once_flag, std::size(kRules)> once;
  static std::array<std::optional<Regex>, std::size(kRules)> rules;
  std::call_once(once.at(rule),
                 [&] { rules.at(rule) = Regex::compile(kRules[rule].pattern).take(); });
  return *rules.at(rule);
}

bool may_match(const Rule& rule, std::string_view text) {
  return std::ranges::any_of(split(rule.words, ' '), [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

}  // namespace

std::string redact(std::string_view text) {
  // RE2 reads UTF-8: at an invalid byte a match would end and the rest of the secret stay.
  std::string out = is_valid_utf8(text) ? std::string(text) : printable(text);
  const auto lower = lower_ascii(out);
  // RE2 finds a letter in other letters too: k in the sign of kelvin.
  const bool any = !std::ranges::all_of(lower, is_ascii);
  for (std::size_t i = 0; i < std::size(kRules); ++i) {
    if (any || may_match(kRules[i], lower)) out = compiled(i).replace_all(out, kRules[i].rewrite);
  }
  return out;
}

void Logger::write(LogLevel level, std::string_view text) const {
  if (!enabled(level)) return;
  const auto line = redact(text);
  const std::lock_guard lock(*mutex_);
  sink_(level, line);
}

}  // namespace mpk

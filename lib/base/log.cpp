// Log: every line passes the redaction before it reaches the sink.
#include "base/log.hpp"

#include "base/regex.hpp"
#include "base/text.hpp"

#include <utility>
#include <vector>

namespace mpk {
namespace {

struct Rule {
  const char* pattern;
  const char* rewrite;
};

// In this order: the wider ones first, so that a narrower one can't leave the rest of a value.
constexpr Rule kRules[] = {
    {R"((?s)(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----).*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$))",
     R"(\1***\2)"},
    // Header fields: the whole value, whatever its scheme.
    {R"((?i)\b((?:proxy-)?authorization|(?:set-)?cookie|private-token)"
     R"(|x-[a-z-]*(?:token|api-key))(\s*:[ \t]*)[^\r\n]+)",
     R"(\1\2***)"},
    // JSON members.
    {R"re((?i)("(?:[a-z0-9_.-]*(?:token|secret|password|passphrase|api[_-]?key|private[_-]?key))re"
     R"re(|authorization|auth|assertion|code_verifier)"\s*:\s*")(?:[^"\\]|\\.)*)re",
     R"(\1***)"},
    // Query, form and command-line fields; pin-value is RFC 7512's.
    {R"re((?i)\b([a-z0-9_.-]*(?:token|secret|password|passwd|passphrase|api[_-]?key)re"
     R"re(|private[_-]?key|assertion|signature|credential))re"
     R"re(|auth|authorization|code_verifier|sig|pin-value)(=|%3D)(?:"[^"]*"|[^&\s"',;]+))re",
     R"(\1\2***)"},
    {R"((?i)([?&]code=)[^&\s"']+)", R"(\1***)"},
    {R"((?i)\b(password|passwd|passphrase|secret)(:\s*)[^\s"',;]+)", R"(\1\2***)"},
    // token68 (RFC 9110 §11.2), but no auth-param: Bearer realm="…" is a challenge.
    {R"(\b(Bearer|BEARER|Basic|BASIC)( +)[A-Za-z0-9._~+/-]+=*($|[^"=A-Za-z0-9._~+/-]))",
     R"(\1\2***\3)"},
    // In lower case the next word may be prose: "basic authentication".
    {R"(\b(bearer|basic)( +)(?:[A-Za-z0-9._~+/-]*[A-Z0-9_~+/][A-Za-z0-9._~+/-]*|[a-z]{24,})=*)"
     R"(($|[^"=A-Za-z0-9._~+/-]))",
     R"(\1\2***\3)"},
    // A JWT, also a cut one: eyJ is {" in base64url.
    {R"(\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_.-]*)", "***"},
    // Tokens whose issuers marked them so that they can be found.
    {R"(\b(gh[oprsu]_|github_pat_|glpat-|hf_)[A-Za-z0-9_-]{16,})", R"(\1***)"},
    // To the last '@' before the path: a password may hold one.
    {R"(://[^/?#\s"]*@)", "://***@"},
};

std::vector<std::pair<Regex, std::string>> compile_rules() {
  std::vector<std::pair<Regex, std::string>> rules;
  for (const auto& rule : kRules)
    rules.emplace_back(Regex::compile(rule.pattern).take(), rule.rewrite);
  return rules;
}

}  // namespace

std::string redact(std::string_view text) {
  static const auto rules = compile_rules();
  // RE2 reads UTF-8: at an invalid byte a match would end and the rest of the secret stay.
  std::string out = is_valid_utf8(text) ? std::string(text) : printable(text);
  for (const auto& [pattern, rewrite] : rules) out = pattern.replace_all(out, rewrite);
  return out;
}

void Logger::write(LogLevel level, std::string_view text) const {
  if (!enabled(level)) return;
  const auto line = redact(text);
  const std::lock_guard lock(*mutex_);
  sink_(level, line);
}

}  // namespace mpk

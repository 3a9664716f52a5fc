// Identities: what a Fulcio certificate proves, and who is expected.
#include "sigstore/identity.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace mpk::sigstore {
namespace {

struct Claim {
  std::string_view oid;
  std::string_view name;
};

// fulcio docs/oid-info.md: .1 to .6 are raw bytes, .8 and above DER UTF8Strings.
constexpr std::string_view kIssuerRaw = "1.3.6.1.4.1.57264.1.1";
constexpr std::string_view kIssuer = "1.3.6.1.4.1.57264.1.8";
constexpr std::array<Claim, 5> kRawClaims = {{
    {"1.3.6.1.4.1.57264.1.2", "githubWorkflowTrigger"},
    {"1.3.6.1.4.1.57264.1.3", "githubWorkflowSHA"},
    {"1.3.6.1.4.1.57264.1.4", "githubWorkflowName"},
    {"1.3.6.1.4.1.57264.1.5", "githubWorkflowRepository"},
    {"1.3.6.1.4.1.57264.1.6", "githubWorkflowRef"},
}};
constexpr std::array<Claim, 16> kClaims = {{
    {"1.3.6.1.4.1.57264.1.9", "buildSignerURI"},
    {"1.3.6.1.4.1.57264.1.10", "buildSignerDigest"},
    {"1.3.6.1.4.1.57264.1.11", "runnerEnvironment"},
    {"1.3.6.1.4.1.57264.1.12", "sourceRepositoryURI"},
    {"1.3.6.1.4.1.57264.1.13", "sourceRepositoryDigest"},
    {"1.3.6.1.4.1.57264.1.14", "sourceRepositoryRef"},
    {"1.3.6.1.4.1.57264.1.15", "sourceRepositoryIdentifier"},
    {"1.3.6.1.4.1.57264.1.16", "sourceRepositoryOwnerURI"},
    {"1.3.6.1.4.1.57264.1.17", "sourceRepositoryOwnerIdentifier"},
    {"1.3.6.1.4.1.57264.1.18", "buildConfigURI"},
    {"1.3.6.1.4.1.57264.1.19", "buildConfigDigest"},
    {"1.3.6.1.4.1.57264.1.20", "buildTrigger"},
    {"1.3.6.1.4.1.57264.1.21", "runInvocationURI"},
    {"1.3.6.1.4.1.57264.1.22", "sourceRepositoryVisibilityAtSigning"},
    {"1.3.6.1.4.1.57264.1.23", "deploymentEnvironment"},
    {"1.3.6.1.4.1.57264.1.24", "tokenSubject"},
}};

Result<std::optional<std::string>> raw_text(const crypto::Certificate& leaf, std::string_view oid) {
  const auto value = leaf.extension(oid);
  if (!value) return std::optional<std::string>();
  std::string text(as_text(*value));
  if (!is_valid_utf8(text)) {
    return Error(ErrorKind::malformed, "extension " + std::string(oid) + " is not UTF-8");
  }
  return std::optional<std::string>(std::move(text));
}

Result<std::string> read_subject(const crypto::Certificate& leaf) {
  const auto names = TRY(leaf.subject_alt_names());
  if (names.size() != 1) {
    return Error(ErrorKind::malformed, "certificate has " + std::to_string(names.size()) +
                                           " subject alternative names, expected one");
  }
  using Type = crypto::SubjectAltName::Type;
  const auto& name = names.front();
  if (name.type != Type::email && name.type != Type::uri && name.type != Type::other_name) {
    return Error(ErrorKind::malformed,
                 "certificate's name is neither an e-mail address, a URI nor a user name");
  }
  if (name.value.empty()) return Error(ErrorKind::malformed, "certificate's name is empty");
  return name.value;
}

// Not every instance writes who vouched: GitHub's release certificates are of its own attester.
// Then the authority itself is the issuer, by its name, which no address can be taken for.
Result<std::string> read_issuer(const crypto::Certificate& leaf) {
  if (!leaf.extension(kIssuer) && !leaf.extension(kIssuerRaw)) return leaf.issuer();
  auto issuer = TRY(leaf.extension_utf8(kIssuer));
  if (!issuer) issuer = TRY(raw_text(leaf, kIssuerRaw));
  if (!issuer || issuer->empty()) {
    return Error(ErrorKind::malformed, "certificate does not name the identity's issuer");
  }
  return *std::move(issuer);
}

std::string describe(const Identity& identity) {
  return identity.subject + " (issuer " + identity.issuer + ")";
}

bool would_match_unanchored(const Matcher& matcher, std::string_view value) {
  return matcher.pattern && !matcher.matches(value) && matcher.pattern->partial_match(value);
}

std::string describe(const IdentityMatcher& one) {
  std::string out = one.subject.describe() + " (issuer " + one.issuer.describe() + ")";
  for (const auto& [name, value] : one.claims) out += ", " + name + " " + value.describe();
  return out;
}

// The first claim that is wanted and differs.
const std::string* differing_claim(const Identity& identity, const IdentityMatcher& allowed) {
  for (const auto& [name, wanted] : allowed.claims) {
    const auto found = identity.claims.find(name);
    if (found == identity.claims.end() || !wanted.matches(found->second)) return &name;
  }
  return nullptr;
}

bool names_match(const Identity& identity, const IdentityMatcher& allowed) {
  return allowed.subject.matches(identity.subject) && allowed.issuer.matches(identity.issuer);
}

std::string describe_found(const Identity& identity, const std::vector<IdentityMatcher>& allowed) {
  auto out = describe(identity);
  std::set<std::string> shown;
  for (const auto& one : allowed) {
    for (const auto& [name, wanted] : one.claims) {
      if (!shown.insert(name).second) continue;
      const auto found = identity.claims.find(name);
      out += found == identity.claims.end() ? ", no " + name : ", " + name + " " + found->second;
    }
  }
  return out;
}

std::string hint_for(const Identity& identity, const std::vector<IdentityMatcher>& allowed) {
  for (const auto& one : allowed) {
    if (!names_match(identity, one)) continue;
    if (const auto* name = differing_claim(identity, one); name != nullptr)
      return "identity and issuer match, the claim " + *name + " does not";
  }
  for (const auto& one : allowed) {
    const bool subject = one.subject.matches(identity.subject);
    const bool issuer = one.issuer.matches(identity.issuer);
    const bool loose_subject = would_match_unanchored(one.subject, identity.subject);
    const bool loose_issuer = would_match_unanchored(one.issuer, identity.issuer);
    if ((subject || loose_subject) && (issuer || loose_issuer)) {
      return "a pattern must match the whole text, and " +
             (loose_subject ? one.subject : one.issuer).text +
             " matches a part of it; add .* where more may stand";
    }
  }
  for (const auto& one : allowed) {
    if (one.subject.matches(identity.subject)) return "the identity matches, the issuer does not";
    if (one.issuer.matches(identity.issuer)) return "the issuer matches, the identity does not";
  }
  return {};
}

}  // namespace

namespace {

Result<void> read_claims(const crypto::Certificate& leaf, Identity& out) {
  for (const auto& [oid, name] : kRawClaims) {
    if (auto value = TRY(raw_text(leaf, oid))) out.claims.emplace(name, *std::move(value));
  }
  for (const auto& [oid, name] : kClaims) {
    if (auto value = TRY(leaf.extension_utf8(oid))) out.claims.emplace(name, *std::move(value));
  }
  return {};
}

}  // namespace

Result<Identity> read_identity(const crypto::Certificate& leaf) {
  Identity out;
  out.subject = TRY(read_subject(leaf));
  out.issuer = TRY(read_issuer(leaf));
  TRY(read_claims(leaf, out));
  return out;
}

Result<Identity> read_own_identity(const crypto::Certificate& leaf) {
  Identity out;
  const auto names = TRY(leaf.subject_alt_names());
  if (names.empty()) {
    out.subject = leaf.common_name();
    if (out.subject.empty()) {
      return Error(ErrorKind::malformed,
                   "certificate has neither an alternative nor a common name");
    }
  } else {
    out.subject = TRY(read_subject(leaf));
  }
  out.issuer = TRY(read_issuer(leaf));
  TRY(read_claims(leaf, out));
  return out;
}

const std::vector<std::string>& claim_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const auto& claim : kClaims) out.emplace_back(claim.name);
    for (const auto& claim : kRawClaims) out.emplace_back(claim.name);
    return out;
  }();
  return names;
}

Result<std::string> parse_claim_name(std::string_view word) {
  const auto is_it = [&](const Claim& claim) {
    return claim.oid == word || iequals_ascii(claim.name, word);
  };
  if (const auto* claim = std::ranges::find_if(kClaims, is_it); claim != kClaims.end())
    return std::string(claim->name);
  if (const auto* claim = std::ranges::find_if(kRawClaims, is_it); claim != kRawClaims.end())
    return std::string(claim->name);
  const auto near = nearest(word, claim_names());
  return Error(ErrorKind::usage, "no claim is called \"" + printable(word, 60) + "\"",
               near.empty() ? "claims are " + join(claim_names(), ", ")
                            : "did you mean " + std::string(near) + "?");
}

bool Matcher::matches(std::string_view value) const {
  return pattern ? pattern->full_match(value) : value == text;
}

std::string Matcher::describe() const {
  if (!pattern) return text;
  return "pattern " + std::string(text.starts_with('^') ? "" : "^") + text +
         (text.ends_with('$') ? "" : "$");
}

bool matches(const Identity& identity, const IdentityMatcher& allowed) {
  return names_match(identity, allowed) && differing_claim(identity, allowed) == nullptr;
}

std::optional<IdentityMismatch> match_identity(const Identity& identity,
                                               const std::vector<IdentityMatcher>& allowed) {
  IdentityMismatch out;
  for (const auto& one : allowed) {
    if (matches(identity, one)) return std::nullopt;
    out.expected.push_back(describe(one));
  }
  out.found = describe_found(identity, allowed);
  out.hint = hint_for(identity, allowed);
  return out;
}

}  // namespace mpk::sigstore

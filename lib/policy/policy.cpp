// Policy: the YAML file and its rules, strictly.
#include "policy/policy.hpp"

#include "attest/predicate_type.hpp"
#include "base/identifiers.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "policy/reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace mpk::policy {
namespace {

// What a rule may say in place of the file.
constexpr std::array<std::string_view, 11> kRuleKeys = {
    "signers", "threshold", "evidence", "signature", "attestations", "provenance",
    "aibom",   "content",   "lineage",  "vsa",       "waivers"};

/// One rule: its own keys, and for those that it has not the file's.
class RuleReader {
 public:
  RuleReader(const Reader& in, const json::Field& own, const json::Field& root)
      : in_(in), own_(own), root_(root) {}

  Result<void> read(Policy& out) const {
    out.signers = TRY(read_signers(in_, from("signers")));
    if (out.signers.empty()) return in_.at(own_, "no signers: a policy must say who may sign");
    out.threshold = TRY(read_threshold(in_, from("threshold"), out.signers.size(), 1));
    const OwnSigners own{.size = out.signers.size(), .threshold = out.threshold};
    TRY(signature(out));
    TRY(read_evidence(in_, from("evidence"), out));
    TRY(attestations(own, out));
    out.provenance = TRY(read_provenance(in_, from("provenance"), own));
    out.aibom = TRY(read_aibom(in_, from("aibom"), own));
    out.content = TRY(read_content(in_, from("content"), own));
    out.lineage = TRY(read_lineage(in_, from("lineage")));
    out.vsa = TRY(read_vsa(in_, from("vsa"), own));
    out.waivers = TRY(read_waivers(in_, from("waivers")));
    return sense(out);
  }

 private:
  const json::Field& from(const char* key) const {
    return own_.value().contains(key) ? own_ : root_;
  }

  Result<void> signature(Policy& out) const {
    const auto field = TRY(in_.section(from("signature"), "signature", {"required", "maxAge"}));
    if (!field) return {};
    out.signature_required = TRY(in_.boolean(*field, "required", true));
    out.signature_max_age = TRY(in_.duration(*field, "maxAge"));
    return {};
  }

  Result<void> attestations(const OwnSigners& own, Policy& out) const {
    const auto entries =
        TRY(in_.list(from("attestations"), "attestations", Reader::Empty::allowed));
    for (const auto& entry : entries) {
      TRY(in_.known(entry, {"type", "signers", "threshold", "maxAge"}));
      const auto word = TRY(in_.located(entry.at("type")));
      auto type = attest::predicate_type_uri(TRY(in_.located(word.string())));
      if (!type) return in_.at(word, type.error());
      auto signed_by = TRY(read_signed_by(in_, entry, own));
      const auto max_age = TRY(in_.duration(entry, "maxAge"));
      out.attestations.push_back({.predicate_type = type.take(),
                                  .signers = std::move(signed_by.signers),
                                  .threshold = signed_by.threshold,
                                  .line = in_.line(entry),
                                  .max_age = max_age});
    }
    return {};
  }

  // What is well formed and yet asks for nothing.
  Result<void> sense(const Policy& policy) const {
    if (policy.lineage && !policy.aibom) {
      return in_.at(TRY(in_.located(from("lineage").at("lineage"))),
                    "lineage without aibom: base models are those that the aiBOM names");
    }
    const bool requires_something = policy.signature_required || !policy.attestations.empty() ||
                                    policy.vsa ||
                                    (policy.provenance && policy.provenance->required) ||
                                    (policy.aibom && policy.aibom->required) ||
                                    (policy.content && policy.content->scan_required);
    if (requires_something) return {};
    const std::string what = &own_ == &root_ ? "policy" : "rule";
    return in_.at(own_, "this " + what + " requires nothing, so everything would pass");
  }

  const Reader& in_;
  const json::Field& own_;
  const json::Field& root_;
};

class FileReader {
 public:
  FileReader(const Reader& in, const json::Field& root) : in_(in), root_(root) {}

  Result<PolicyFile> read(std::string_view text) const {
    if (!root_.is_object())
      return in_.at(root_, "expected a policy, a mapping that starts with apiVersion");
    TRY(in_.known(root_, {"apiVersion", "name", "match", "signature", "signers", "threshold",
                          "evidence", "attestations", "provenance", "aibom", "content", "lineage",
                          "vsa", "waivers", "deny", "rules"}));
    TRY(version());
    PolicyFile out{.name = std::string(in_.file()),
                   .digest = crypto::sha256(text),
                   .file = std::string(in_.file())};
    if (const auto name = TRY(in_.located(root_.find("name")))) out.name = TRY(in_.text(*name));
    // Taken before the whole is made, which g++ 12 would leak.
    auto denied = TRY(read_denied(in_, root_));
    const Policy start{
        .name = out.name, .digest = out.digest, .file = out.file, .denied = std::move(denied)};
    if (const auto rules = TRY(in_.located(root_.find("rules")))) {
      TRY(read_rules(*rules, start, out.rules));
    } else {
      out.rules.push_back(start);
      out.rules.back().match = TRY(read_match(in_, root_, {}));
      TRY(RuleReader(in_, root_, root_).read(out.rules.back()));
    }
    cover_named_files(text, out);
    return out;
  }

 private:
  // Who may replace a key decides who signs, so that it is another policy then.
  void cover_named_files(std::string_view text, PolicyFile& out) const {
    crypto::Hasher hasher;
    hasher.update(as_bytes(text));
    for (const auto& file : in_.named_files()) {
      hasher.update(as_bytes(file.text));
      out.named_files.push_back(file.path);
    }
    out.digest = hasher.finish();
    for (auto& rule : out.rules) rule.digest = out.digest;
  }

  Result<void> version() const {
    const auto version = TRY(in_.located(root_.string("apiVersion")));
    if (version == identifiers::kPolicyApiVersion) return {};
    return in_.at(TRY(in_.located(root_.at("apiVersion"))),
                  "apiVersion is \"" + printable(version, 40) + "\", this release reads " +
                      std::string(identifiers::kPolicyApiVersion));
  }

  Result<void> read_rules(const json::Field& field, const Policy& start,
                          std::vector<Policy>& out) const {
    if (const auto match = TRY(in_.located(root_.find("match"))))
      return in_.at(*match, "match beside rules: each rule has its own");
    const auto rules = TRY(in_.list(root_, "rules"));
    if (rules.size() > limits::kPolicyRules) {
      return in_.at(field, std::to_string(rules.size()) + " rules, at most " +
                               std::to_string(limits::kPolicyRules) + " are read");
    }
    for (const auto& rule : rules) {
      TRY(in_.known(rule, {"match", "signature", "signers", "threshold", "evidence", "attestations",
                           "provenance", "aibom", "content", "lineage", "vsa", "waivers"}));
    }
    TRY(all_used(rules));
    for (const auto& rule : rules) {
      TRY(in_.located(rule.at("match")));
      auto policy = start;
      policy.match = TRY(read_match(in_, rule, out));
      TRY(RuleReader(in_, rule, root_).read(policy));
      out.push_back(std::move(policy));
    }
    return {};
  }

  // What nobody takes is not read, and was not meant so.
  Result<void> all_used(const std::vector<json::Field>& rules) const {
    for (const auto key : kRuleKeys) {
      const auto field = TRY(in_.located(root_.find(key)));
      const bool used = std::ranges::any_of(
          rules, [&](const json::Field& rule) { return !rule.value().contains(key); });
      if (field && !used)
        return in_.at(*field, std::string(key) + " is never used: every rule has its own");
    }
    return {};
  }

  const Reader& in_;
  const json::Field& root_;
};

}  // namespace

std::vector<std::string> texts(const std::vector<NamePattern>& patterns) {
  std::vector<std::string> out;
  for (const auto& each : patterns) out.push_back(each.text);
  return out;
}

bool any_matches(const std::vector<NamePattern>& patterns, std::string_view name) {
  return std::ranges::any_of(patterns,
                             [&](const NamePattern& pattern) { return pattern.matches(name); });
}

const Policy* PolicyFile::rule_for(std::string_view repository) const {
  for (const auto& rule : rules) {
    if (rule.match.empty() || any_matches(rule.match, repository)) return &rule;
  }
  return nullptr;
}

Result<PolicyFile> parse_policy(std::string_view text, std::string_view file) {
  const auto document = json::parse_yaml(text, file);
  if (!document) return Error(document.error()).with_kind(ErrorKind::usage);
  const Reader in(*document, file);
  const json::Field root(*document->value);
  return FileReader(in, root).read(text);
}

}  // namespace mpk::policy

// Export: what of each rule can be carried over, and the document around it.
#include "policy/export.hpp"

#include "attest/predicate_form.hpp"
#include "attest/predicate_type.hpp"
#include "attest/vsa.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "json/yaml.hpp"
#include "json/yaml_write.hpp"
#include "policy/export_plan.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace mpk::policy {
namespace {

constexpr std::size_t kName = 40;  // controllers append to names

using sigstore::Matcher;

Matcher exactly(std::string text) { return {.text = std::move(text), .pattern = {}}; }

std::string signer_text(const ExportSigner& signer) {
  if (signer.key) return signer.key->pem();
  return whole(signer.identity->subject) + '\n' + whole(signer.identity->issuer);
}

class Planner {
 public:
  explicit Planner(ExportPlan& out) : out_(out) {}

  ExportRule rule(const Policy& policy) {
    ExportRule rule;
    for (const auto& pattern : policy.match) rule.globs.push_back(pattern.text);
    if (policy.vsa && policy.vsa->required) {
      vsa(policy, *policy.vsa, rule);
    } else {
      if (policy.signature_required) {
        const SignedBy own{.signers = policy.signers, .threshold = policy.threshold};
        demand(policy, own, "signature", std::string(attest::kCosignSign), {}, rule);
      }
      for (const auto& each : policy.attestations) {
        const SignedBy by{.signers = each.signers, .threshold = each.threshold};
        demand(policy, by, "attestation", each.predicate_type, {}, rule);
      }
      if (policy.provenance) provenance(policy, *policy.provenance, rule);
      if (policy.aibom) aibom(policy, *policy.aibom, rule);
      if (policy.content) scan(policy, *policy.content, rule);
    }
    if (rule.demands.empty() && rule.refusal.empty())
      rule.refusal = "nothing that this rule asks for can be asked for here";
    return rule;
  }

 private:
  // Claims of certificates are looked at by nobody else: who is known by them alone signs nothing.
  std::vector<std::size_t> signers(const SignerList& list) {
    std::vector<std::size_t> found;
    const auto add = [&](ExportSigner signer) {
      const auto text = signer_text(signer);
      const auto same = std::ranges::find(out_.signers, text, signer_text);
      const auto index = static_cast<std::size_t>(same - out_.signers.begin());
      if (same == out_.signers.end()) {
        signer.name = "signer" + std::to_string(index + 1);
        out_.signers.push_back(std::move(signer));
      }
      if (std::ranges::find(found, index) == found.end()) found.push_back(index);
    };
    for (const auto& identity : list.identities) {
      if (identity.claims.empty()) add({.name = {}, .identity = identity, .key = {}});
    }
    for (const auto& key : list.keys) add({.name = {}, .identity = {}, .key = key});
    return found;
  }

  void demand(const Policy& policy, const SignedBy& by, std::string what, std::string type,
              std::vector<ExportField> fields, ExportRule& rule) {
    const bool own = by.signers.empty();
    ExportDemand out{.what = std::move(what),
                     .predicate_type = std::move(type),
                     .signers = signers(own ? policy.signers : by.signers),
                     .threshold = by.threshold,
                     .fields = std::move(fields)};
    if (out.signers.size() < out.threshold && rule.refusal.empty()) {
      rule.refusal =
          "too few of the signers for " + out.what + " can be told by name and issuer alone";
    }
    rule.demands.push_back(std::move(out));
  }

  void provenance(const Policy& policy, const ProvenanceRule& wanted, ExportRule& rule) {
    if (!wanted.required) return;
    ExportField builder{.path = {"runDetails", "builder", "id"}, .allowed = {}};
    for (const auto& each : wanted.builders) {
      if (each.level >= wanted.level) builder.allowed.push_back(each.id);
    }
    std::vector<ExportField> fields = {std::move(builder)};
    if (!wanted.build_types.empty()) {
      ExportField types{.path = {"buildDefinition", "buildType"}, .allowed = {}};
      for (const auto& each : wanted.build_types) types.allowed.push_back(exactly(each));
      fields.push_back(std::move(types));
    }
    demand(policy, wanted.signed_by, "provenance", std::string(attest::kSlsaProvenance),
           std::move(fields), rule);
  }

  void aibom(const Policy& policy, const AibomRule& wanted, ExportRule& rule) {
    if (!wanted.required) return;
    ExportField versions{.path = {"specVersion"}, .allowed = {exactly("1.6"), exactly("1.7")}};
    if (!wanted.spec_versions.empty()) {
      versions.allowed.clear();
      for (const auto& each : wanted.spec_versions) versions.allowed.push_back(exactly(each));
    }
    demand(policy, wanted.signed_by.value_or(SignedBy{}), "aibom", std::string(attest::kCycloneDx),
           {std::move(versions)}, rule);
  }

  void scan(const Policy& policy, const ContentRule& wanted, ExportRule& rule) {
    if (!wanted.scan_required) return;
    ExportField result{.path = {"result"}, .allowed = {exactly("PASSED")}};
    if (wanted.scan_warnings) result.allowed.push_back(exactly("WARNED"));
    demand(policy, wanted.scan_signed_by.value_or(SignedBy{}), "scan",
           std::string(attest::kTestResult), {std::move(result)}, rule);
  }

  void vsa(const Policy& policy, const VsaRule& wanted, ExportRule& rule) {
    if (wanted.verifiers.size() > 1) {
      rule.refusal =
          "summaries of several verifiers: which one has signed can't be told from which";
      return;
    }
    const auto& verifier = wanted.verifiers.front();
    ExportField digests{.path = {"policy", "digest", "sha256"}, .allowed = {}};
    for (const auto& digest : wanted.policies) {
      if (digest.algorithm() == DigestAlgorithm::sha256)
        digests.allowed.push_back(exactly(digest.hex()));
    }
    digests.allowed.push_back(exactly(policy.digest.hex()));
    demand(policy, verifier.signed_by, "vsa", std::string(attest::kVsa),
           {{.path = {"verifier", "id"}, .allowed = {exactly(verifier.id)}},
            {.path = {"verificationResult"}, .allowed = {exactly("PASSED")}},
            std::move(digests)},
           rule);
  }

  ExportPlan& out_;
};

Result<std::string> object_name(const std::string& policy, const std::string& file) {
  // A policy without a name has its file's.
  const auto text = policy == file ? std::filesystem::path(file).stem().string() : policy;
  std::string out;
  for (const char c : lower_ascii(text)) {
    const bool fits = is_lower(c) || is_digit(c);
    if (fits) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  out.resize(std::min(out.size(), kName));
  while (!out.empty() && out.back() == '-') out.pop_back();
  if (!out.empty()) return "mpk-" + out;
  return Error(
      ErrorKind::unsupported,
      "no object of Kubernetes can be named after the policy \"" + printable(text, 100) + "\"",
      "give it a name of letters and digits");
}

void comment(std::string& out, const std::string& text) {
  out += "# " + printable(text, 400) + "\n";
}

const char* word(ExportNote::Effect effect) {
  return effect == ExportNote::Effect::weaker ? "weaker" : "stricter";
}

void head(std::string& out, const ExportPlan& plan, const std::vector<std::string>& remarks,
          const std::vector<ExportNote>& notes) {
  comment(out, "Made by mpk policy export of the policy " + plan.policy + ", " + plan.digest + ".");
  for (const auto& remark : remarks) comment(out, remark);
  for (const auto& note : notes)
    comment(out, std::string(word(note.effect)) + ": " + note.key + ": " + note.text);
}

}  // namespace

Result<ExportPlan> plan_export(const PolicyFile& file) {
  ExportPlan out;
  out.policy = file.name;
  out.digest = file.digest.text();
  out.name = TRY(object_name(file.name, file.file));
  out.denied = file.rules.front().denied;
  Planner planner(out);
  for (const auto& policy : file.rules) {
    for (const auto& pattern : policy.match) {
      if (pattern.text.find_first_of("[\\") == std::string::npos) continue;
      return Error(ErrorKind::unsupported,
                   "the glob " + printable(pattern.text, 100) + " has a class or an escape",
                   "write it with * and ? for an export");
    }
    out.rules.push_back(planner.rule(policy));
  }
  return out;
}

std::string whole(const Matcher& matcher) {
  if (matcher.pattern) return "^(?:" + matcher.text + ")$";
  std::string out = "^";
  for (const char c : matcher.text) {
    if (std::string_view(R"(\.+*?()|[]{}^$)").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out + "$";
}

Json identity_of(const sigstore::IdentityMatcher& identity) {
  Json out;
  const auto say = [&](const char* key, const char* pattern, const Matcher& matcher) {
    out[matcher.pattern ? pattern : key] = matcher.pattern ? whole(matcher) : matcher.text;
  };
  say("subject", "subjectRegExp", identity.subject);
  say("issuer", "issuerRegExp", identity.issuer);
  return out;
}

std::string glob_regex(std::string_view glob) {
  std::string out = "^";
  constexpr std::string_view kHub = "docker.io/";
  if (glob.starts_with(kHub)) {
    out += R"((?:index\.)?docker\.io/)";
    glob.remove_prefix(kHub.size());
  }
  for (std::size_t at = 0; at < glob.size(); ++at) {
    const char c = glob[at];
    if (c == '*') {
      const bool part = at == 0 || glob[at - 1] == '/';
      const auto end = std::min(glob.find_first_not_of('*', at), glob.size());
      const bool doubled = part && end - at >= 2;
      if (doubled && end == glob.size()) {
        out += ".*";
        break;
      }
      if (doubled && glob[end] == '/') {
        out += "(?:.*/)?";
        at = end;
        continue;
      }
      out += "[^/]*";
      at = end - 1;
    } else if (c == '?') {
      out += "[^/]";
    } else {
      if (std::string_view(".+()|{}^$").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out + "$";
}

Result<Exported> export_policy(std::string_view text, std::string_view file,
                               const ExportOptions& options) {
  const auto policies = TRY(parse_policy(text, file));
  const auto document = TRY(json::parse_yaml(text, file));
  const auto plan = TRY(plan_export(policies).with(std::string(file)));
  Exported out{.yaml = {}, .notes = export_notes(*document.value, options.target)};
  std::vector<Json> objects;
  std::vector<std::string> remarks;
  switch (options.target) {
    case ExportTarget::kyverno:
      objects = kyverno_objects(plan);
      remarks = kyverno_remarks();
      break;
    case ExportTarget::policy_controller:
      objects = TRY(policy_controller_objects(plan).with(std::string(file)));
      remarks = policy_controller_remarks();
      break;
    case ExportTarget::gatekeeper:
      objects = gatekeeper_objects(plan, options);
      remarks = gatekeeper_remarks(options);
      break;
  }
  const bool judged_elsewhere = options.target != ExportTarget::gatekeeper;
  for (std::size_t i = 0; judged_elsewhere && i < plan.rules.size(); ++i) {
    if (plan.rules[i].refusal.empty()) continue;
    out.notes.push_back({.key = "rules[" + std::to_string(i) + "]",
                         .effect = ExportNote::Effect::stricter,
                         .text = "all that it is about is refused: " + plan.rules[i].refusal});
  }
  head(out.yaml, plan, remarks, out.notes);
  for (const auto& object : objects) out.yaml += "---\n" + json::to_yaml(object);
  return out;
}

}  // namespace mpk::policy

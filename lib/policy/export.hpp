// Export: a policy as objects for other gates, and what is lost on the way.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::policy {

enum class ExportTarget {
  kyverno,            // ImageValidatingPolicy, policies.kyverno.io/v1
  policy_controller,  // ClusterImagePolicy, policy.sigstore.dev/v1beta1
  gatekeeper,         // Provider, ConstraintTemplate and constraint: mpk itself judges
};

struct ExportOptions {
  ExportTarget target = ExportTarget::kyverno;
  std::string provider_url;  // Gatekeeper's: where mpk answers
  std::string provider_ca;   // PEM; empty: left for the reader to fill in
};

/// A key of the policy that the other gate cannot have as it is.
struct ExportNote {
  enum class Effect {
    weaker,    // it lets pass what mpk refuses
    stricter,  // it refuses what mpk lets pass
  };
  std::string key;  // "provenance.sources", as docs/policy.md writes it, without "rules"
  Effect effect = Effect::weaker;
  std::string text;
};

struct Exported {
  std::string yaml;  // starts with the notes as comments
  std::vector<ExportNote> notes;
};

/// `text` is a policy file (parse_policy's errors). A rule of which nothing can be carried over
/// that decides who has signed what becomes a refusal of all that it is about, and a note says so.
/// unsupported: a glob with a class or an escape; a name of the policy that Kubernetes has no name
/// for.
Result<Exported> export_policy(std::string_view text, std::string_view file,
                               const ExportOptions& options);

/// Whether somebody has decided what becomes of a key of the policy file: "aibom.licenses.allow".
bool export_knows(std::string_view key);

}  // namespace mpk::policy

// Plan: what of a policy other gates can be asked for. Internal to policy/.
#pragma once

#include "json/value.hpp"
#include "policy/export.hpp"
#include "policy/policy.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::policy {

struct ExportSigner {
  std::string name;  // "signer1"
  std::optional<sigstore::IdentityMatcher> identity;
  std::optional<crypto::PublicKey> key;  // the one or the other
};

/// A member of a predicate, and what it may be.
struct ExportField {
  std::vector<std::string> path;  // below "predicate"
  std::vector<sigstore::Matcher> allowed;
};

/// A statement of this type that so many of the signers have signed.
struct ExportDemand {
  std::string what;  // "signature", "provenance": names are made of it
  std::string predicate_type;
  std::vector<std::size_t> signers;  // of the plan's
  std::size_t threshold = 1;
  std::vector<ExportField> fields;
};

struct ExportRule {
  std::vector<std::string> globs;  // of HOST/REPO; empty: every reference
  std::vector<ExportDemand> demands;
  std::string refusal;  // not empty: why nothing that it is about may pass
};

struct ExportPlan {
  std::string name;  // of Kubernetes objects
  std::string policy, digest;
  std::vector<ExportSigner> signers;
  std::vector<ExportRule> rules;
  std::vector<Denied> denied;
};

Result<ExportPlan> plan_export(const PolicyFile& file);
/// By the keys that the document has; sorted as the document, each once.
std::vector<ExportNote> export_notes(const Json& document, ExportTarget target);

/// RE2 for the whole text, as other gates look for a match anywhere.
std::string whole(const sigstore::Matcher& matcher);
/// As Kyverno's and policy-controller's `identities` have one: subject(RegExp), issuer(RegExp).
Json identity_of(const sigstore::IdentityMatcher& identity);
/// RE2 for HOST/REPO as the glob means it; Docker Hub under both of its names.
std::string glob_regex(std::string_view glob);

/// Objects, in the order in which they are to be applied.
std::vector<Json> kyverno_objects(const ExportPlan& plan);
Result<std::vector<Json>> policy_controller_objects(const ExportPlan& plan);
std::vector<Json> gatekeeper_objects(const ExportPlan& plan, const ExportOptions& options);

/// What holds whatever the policy says; a comment each.
std::vector<std::string> kyverno_remarks();
std::vector<std::string> policy_controller_remarks();
std::vector<std::string> gatekeeper_remarks(const ExportOptions& options);

}  // namespace mpk::policy

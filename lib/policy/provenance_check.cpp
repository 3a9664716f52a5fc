// SLSA's "check expectations" (slsa.dev/spec/v1.2/verifying-artifacts) over a proven predicate.
#include "policy/provenance_check.hpp"

#include "attest/slsa_provenance.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "json/lookup.hpp"
#include "policy/judgement.hpp"
#include "policy/parameter_check.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace mpk::policy {
namespace {

using json::items;
using json::member;
using json::text;

constexpr Fault kMalformed{"provenance-malformed", "no SLSA provenance v1",
                           "make it anew with mpk ship or mpk provenance create"};
constexpr Fault kBuilderNotAllowed{"builder-not-allowed",
                                   "built by a builder that the policy does not name",
                                   "add it to provenance.builders if it is trusted"};
constexpr Fault kBuilderNotSigner{
    "builder-not-signer", "the builder is not who signed",
    "isSigner wants a certificate whose buildSignerURI is the builder's id"};
constexpr Fault kLevelTooLow{"level-too-low", "the builder is not trusted for the level",
                             "build on a builder that the policy gives this level"};
constexpr Fault kBuildType{"build-type-not-allowed", "built in a way that the policy does not name",
                           "add it to provenance.buildTypes if it is trusted"};
constexpr Fault kSource{"source-not-allowed", "built from a source that the policy does not name",
                        "add it to provenance.sources if it is trusted"};
constexpr Fault kDenied{"dependency-denied", "a dependency is denied",
                        "build without it, or correct provenance.dependencies"};
constexpr Fault kNotAllowed{"dependency-not-allowed", "a dependency that the policy does not name",
                            "add it to provenance.dependencies.allow if it is trusted"};
constexpr Fault kNoDigest{"dependency-without-digest", "a dependency has no digest",
                          "the builder must record what it took by digest"};

std::vector<std::string> described(const std::vector<sigstore::Matcher>& matchers) {
  std::vector<std::string> out;
  for (const auto& each : matchers) out.push_back(each.describe());
  return out;
}

Judgement judgement(const std::string& what) { return {"provenance." + what, "provenance", 1}; }

// The level is the rule's word, never the predicate's; a builder that is not allowed has none.
std::optional<unsigned> check_builder(const ProvenanceRule& rule, const std::string& id,
                                      const sigstore::Identity& signer, std::vector<Check>& out) {
  const auto claim = signer.claims.find("buildSignerURI");
  const bool signed_by_builder = claim != signer.claims.end() && claim->second == id;
  bool named = false;
  std::optional<unsigned> allowed;
  std::vector<std::string> expected;
  for (const auto& builder : rule.builders) {
    expected.push_back(builder.id.describe());
    if (!builder.id.matches(id)) continue;
    named = true;
    if (builder.is_signer && !signed_by_builder) continue;
    allowed = std::max(allowed.value_or(0), builder.level);
  }
  const auto level = allowed.value_or(0);
  auto judged = judgement("builder");
  if (!named) {
    judged.refuse(kBuilderNotAllowed, id, expected);
  } else if (!allowed) {
    judged.refuse(
        kBuilderNotSigner,
        claim == signer.claims.end() ? "no certificate that names a builder" : claim->second, {id});
  }
  judged.add_to(out, "builder " + printable(id, 200) + " · level " + std::to_string(level));
  if (rule.level == 0) return allowed;
  auto reached = judgement("level");
  if (level < rule.level) {
    reached.refuse(kLevelTooLow, "SLSA build level " + std::to_string(level),
                   {"SLSA build level " + std::to_string(rule.level)});
  }
  reached.add_to(out,
                 "SLSA build level " + std::to_string(level) + " of " + std::to_string(rule.level));
  return allowed;
}

void check_build_type(const ProvenanceRule& rule, const std::string& type,
                      std::vector<Check>& out) {
  if (rule.build_types.empty()) return;
  auto judged = judgement("buildType");
  if (std::ranges::find(rule.build_types, type) == rule.build_types.end())
    judged.refuse(kBuildType, type, rule.build_types);
  judged.add_to(out, "build type " + printable(type, 200));
}

void check_source(const ProvenanceRule& rule, const std::string& uri, std::vector<Check>& out) {
  if (rule.sources.empty()) return;
  auto judged = judgement("source");
  const bool matches = std::ranges::any_of(
      rule.sources, [&](const sigstore::Matcher& each) { return each.matches(uri); });
  // A pattern may match the empty text; no source is none of those that are allowed.
  if (uri.empty() || !matches)
    judged.refuse(kSource, uri.empty() ? "no source" : uri, described(rule.sources));
  judged.add_to(out, "source " + printable(uri, 200));
}

bool has_digest(const Json& dependency) {
  const auto& digests = member(dependency, "digest");
  return digests.is_object() && !digests.empty() &&
         std::ranges::all_of(digests, [](const Json& value) { return !text(value).empty(); });
}

// in-toto's ResourceDescriptor: any of these may name it. What is denied is denied under each.
void check_dependency(const ProvenanceRule& rule, const Json& dependency, Judgement& judged) {
  const auto& uri = text(dependency, "uri");
  std::string shown = "one without uri";
  bool denied = false;
  for (const auto* key : {"name", "downloadLocation", "uri"}) {
    const auto& name = text(dependency, key);
    if (name.empty()) continue;
    shown = name;
    denied = denied || any_matches(rule.dependencies_denied, name);
  }
  if (denied) {
    judged.refuse(kDenied, shown, {"none of " + join(texts(rule.dependencies_denied), ", ")});
  } else if (!rule.dependencies_allowed.empty() &&
             (uri.empty() || !any_matches(rule.dependencies_allowed, uri))) {
    judged.refuse(kNotAllowed, shown, texts(rule.dependencies_allowed));
  }
  if (rule.dependencies_need_digests && !has_digest(dependency)) judged.refuse(kNoDigest, shown);
}

void check_dependencies(const ProvenanceRule& rule, const Json& definition,
                        std::vector<Check>& out) {
  if (rule.dependencies_allowed.empty() && rule.dependencies_denied.empty() &&
      !rule.dependencies_need_digests)
    return;
  auto judged = judgement("dependencies");
  const auto& dependencies = items(member(definition, "resolvedDependencies"));
  for (const auto& each : dependencies) check_dependency(rule, each, judged);
  judged.add_to(out, dependencies.size() == 1
                         ? "1 dependency"
                         : std::to_string(dependencies.size()) + " dependencies");
}

}  // namespace

ProvenanceChecks check_provenance(const ProvenanceRule& rule, const Json& predicate,
                                  const sigstore::Identity& signer) {
  ProvenanceChecks all;
  auto& out = all.checks;
  auto form = judgement("form");
  const auto facts = attest::read_provenance(predicate);
  if (!facts) form.refuse(kMalformed, facts.error().text());
  form.add_to(out, "SLSA provenance v1");
  if (!facts) return all;
  const auto& definition = member(predicate, "buildDefinition");
  all.level = check_builder(rule, facts->builder_id, signer, out);
  check_build_type(rule, facts->build_type, out);
  check_source(rule, facts->source_uri, out);
  if (rule.external_parameters) {
    auto judged = judgement("parameters");
    check_parameters(*rule.external_parameters, member(definition, "externalParameters"), judged);
    judged.add_to(out, counted(rule.external_parameters->size(), "external parameter") +
                           " as expected, no other");
  }
  check_dependencies(rule, definition, out);
  return all;
}

}  // namespace mpk::policy

// judge_build: each proven provenance against what is expected; one is enough.
#include "flow/judge_build.hpp"

#include "attest/ci_claims.hpp"
#include "attest/predicate_type.hpp"
#include "flow/rules.hpp"
#include "json/parse.hpp"
#include "policy/ci_provenance.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace mpk::flow {
namespace {

struct Judged {
  const CheckedBundle* bundle;
  policy::CiChecks found;
  std::ptrdiff_t failures;
};

// Who signed is a question of build.issuer and build.signer; a key has no claims.
Signers anybody_with_certificate() {
  const sigstore::Matcher any{".*", Regex::compile("(?s).*").take()};
  return {.allowed = {{.subject = any, .issuer = any}}};
}

Rule rule_for(const std::string& type, policy::Verdict::Scope scope) {
  const bool file = scope == policy::Verdict::Scope::bundle;
  return {.id = file ? "bundle" : "provenance",
          .label = "provenance",
          .predicate_type = type,
          .signers = anybody_with_certificate(),
          .missing_exit_code = file ? 12 : 10,
          .missing_code = file ? "predicate-type-mismatch" : "no-provenance",
          .missing_message =
              file ? "the bundle is of another predicate type" : "no provenance is attached",
          .missing_hint =
              "a provenance of the build is expected: actions/attest-build-provenance "
              "or mpk ship in the workflow writes one"};
}

Judged judge_one(const policy::CiExpectation& expected, const CheckedBundle& bundle) {
  const auto* statement = proven_statement(bundle);
  auto predicate = json::parse(statement->predicate, {.max_depth = 128});
  Judged out{.bundle = &bundle, .found = {}, .failures = 0};
  out.found = policy::check_ci_provenance(expected, statement->predicate_type,
                                          predicate ? predicate.take() : Json(),
                                          bundle.report.verified->identity);
  for (auto& check : out.found.checks) check.evidence = bundle.digest;
  out.failures =
      std::ranges::count(out.found.checks, policy::CheckResult::fail, &policy::Check::result);
  return out;
}

// Accepted of all types, and the check that says so; or the most telling failure.
policy::Check find_provenance(const std::vector<std::string>& types,
                              const std::vector<CheckedBundle>& bundles,
                              policy::Verdict::Scope scope,
                              std::vector<const CheckedBundle*>& accepted) {
  std::optional<policy::Check> failure, missing;
  for (const auto& type : types) {
    const auto rule = rule_for(type, scope);
    auto outcome = apply_rule(rule, bundles);
    accepted.insert(accepted.end(), outcome.accepted.begin(), outcome.accepted.end());
    if (outcome.check.result == policy::CheckResult::pass) continue;
    auto& kept = outcome.check.code == rule.missing_code ? missing : failure;
    if (!kept) kept = std::move(outcome.check);
  }
  if (failure) return *std::move(failure);
  if (!accepted.empty()) return {};
  auto out = *std::move(missing);
  out.expected = types;
  if (scope == policy::Verdict::Scope::bundle && !bundles.empty())
    out.found = bundles.front().predicate_type;
  return out;
}

}  // namespace

void judge_build(const policy::CiExpectation& expected, const std::optional<std::string>& type,
                 const std::vector<CheckedBundle>& bundles, policy::Verdict& verdict) {
  std::vector<std::string> types = {std::string(attest::kSlsaProvenance),
                                    std::string(attest::kSlsaProvenance02)};
  if (type) types = {*type};
  std::vector<const CheckedBundle*> accepted;
  auto check = find_provenance(types, bundles, verdict.scope, accepted);
  if (accepted.empty()) {
    verdict.checks.push_back(std::move(check));
    return;
  }
  std::vector<Judged> judged;
  for (const auto* bundle : accepted) judged.push_back(judge_one(expected, *bundle));
  const auto decided = std::ranges::min_element(judged, {}, &Judged::failures);
  const auto& name = decided->bundle->predicate_type;
  verdict.checks.push_back({.id = rule_for(name, verdict.scope).id,
                            .label = "provenance",
                            .result = policy::CheckResult::pass,
                            .message = proven_by(*decided->bundle),
                            .evidence = decided->bundle->digest});
  verdict.scope_type = name;
  verdict.provenance_facts = decided->found.facts;
  if (decided->failures == 0) verdict.provenance = proven_statement(*decided->bundle)->predicate;
  std::ranges::move(decided->found.checks, std::back_inserter(verdict.checks));
  for (auto& other : judged) {
    if (&other == &*decided) continue;
    for (auto& each : other.found.checks) {
      if (each.result != policy::CheckResult::fail) continue;
      leave_out(each);
      verdict.checks.push_back(std::move(each));
    }
  }
}

}  // namespace mpk::flow

// Verdict: outcome, exit code, and the document.
#include "policy/verdict.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace mpk::policy {
namespace {

const char* word(CheckResult result) {
  switch (result) {
    case CheckResult::pass:
      return "pass";
    case CheckResult::fail:
      return "fail";
    case CheckResult::skip:
      return "skip";
  }
  return "fail";
}

const char* word(sigstore::Step::Result result) {
  switch (result) {
    case sigstore::Step::Result::pass:
      return "pass";
    case sigstore::Step::Result::fail:
      return "fail";
    case sigstore::Step::Result::skip:
      return "skip";
  }
  return "fail";
}

Json check_json(const Check& check) {
  return {{"id", check.id},
          {"result", word(check.result)},
          {"code", check.code},
          {"message", check.message},
          {"expected", check.expected},
          {"found", check.found},
          {"evidence", check.evidence},
          {"hint", check.hint},
          {"exitCode", check.exit_code}};
}

const char* word(Verdict::Scope scope) {
  switch (scope) {
    case Verdict::Scope::artifact:
      return "artifact";
    case Verdict::Scope::attestation:
      return "attestation";
    case Verdict::Scope::bundle:
      return "bundle";
  }
  return "artifact";
}

Json evidence_json(const EvidenceItem& item) {
  Json times = Json::array(), logs = Json::array(), steps = Json::array();
  for (const auto& time : item.times) {
    times.push_back(
        {{"source", time.source}, {"authority", time.authority}, {"time", time.time.text()}});
  }
  for (const auto& log : item.logs)
    logs.push_back({{"log", log.log}, {"index", std::to_string(log.index)}});
  for (const auto& step : item.steps) {
    steps.push_back({{"id", step.id},
                     {"result", word(step.result)},
                     {"code", step.code},
                     {"message", step.message}});
  }
  return {{"type", item.type},
          {"predicateType", item.predicate_type},
          {"bundle", item.bundle},
          {"referrer", item.referrer},
          {"verified", item.verified},
          {"problem", item.problem},
          {"identity",
           {{"subject", item.identity.subject},
            {"issuer", item.identity.issuer},
            {"claims", item.identity.claims}}},
          {"key", item.key},
          {"times", times},
          {"logs", logs},
          {"witnesses", item.witnesses},
          {"steps", steps}};
}

Json scores_json(const Verdict& verdict) {
  Json out = Json::object();
  for (const auto& [profile, score] : verdict.aibom_scores)
    out[profile] = {{"total", score.first}, {"verified", score.second}};
  return out;
}

Json lineage_json(const Verdict& verdict) {
  Json out = Json::array();
  for (const auto& each : verdict.lineage) {
    out.push_back({{"reference", each.reference}, {"depth", each.depth}, {"result", each.result}});
  }
  return out;
}

}  // namespace

std::string_view to_string(Verdict::Outcome outcome) {
  switch (outcome) {
    case Verdict::Outcome::passed:
      return "passed";
    case Verdict::Outcome::refused:
      return "refused";
    case Verdict::Outcome::undecided:
      return "undecided";
  }
  return "undecided";
}

int winning_exit_code(const std::vector<int>& codes) {
  // DESIGN: a definite refusal beats "could not decide"; among refusals this order.
  constexpr std::array<int, 9> kOrder = {11, 10, 13, 12, 23, 20, 21, 22, 1};
  for (int code : kOrder) {
    if (std::find(codes.begin(), codes.end(), code) != codes.end()) return code;
  }
  return codes.empty() ? 0 : kUndecided;
}

Verdict::Outcome Verdict::outcome() const {
  int code = exit_code();
  if (code == 0) return Outcome::passed;
  return code == kUndecided ? Outcome::undecided : Outcome::refused;
}

int Verdict::exit_code() const {
  std::vector<int> codes;
  bool decided = false;
  for (const auto& check : checks) {
    decided = decided || check.result == CheckResult::pass;
    if (check.result == CheckResult::fail) codes.push_back(check.exit_code);
  }
  // Nothing that passed is no pass: an empty list of checks must never open a gate.
  if (codes.empty() && !decided) return kUndecided;
  return winning_exit_code(codes);
}

const Check* Verdict::decisive() const {
  const auto code = exit_code();
  const auto found = std::ranges::find_if(checks, [&](const Check& check) {
    return check.result == CheckResult::fail && check.exit_code == code;
  });
  return found == checks.end() ? nullptr : &*found;
}

Json to_json(const Verdict& verdict) {
  Json list = Json::array(), evidence = Json::array();
  for (const auto& check : verdict.checks) list.push_back(check_json(check));
  for (const auto& item : verdict.evidence) evidence.push_back(evidence_json(item));
  Json model = Json(verdict.model_facts);
  model["license"] = verdict.licenses;
  Json subject = {{"reference", verdict.reference},
                  {"digest", verdict.digest ? Json(verdict.digest->text()) : Json(nullptr)},
                  {"mediaType", verdict.media_type},
                  {"artifactType", verdict.artifact_type}};
  Json policy = {
      {"name", verdict.policy_name},
      {"digest", verdict.policy_digest ? Json(verdict.policy_digest->text()) : Json(nullptr)}};
  Json trust = {
      {"rootDigest", verdict.trusted_root ? Json(verdict.trusted_root->text()) : Json(nullptr)},
      {"insecure", verdict.insecure}};
  return {{"kind", "Verdict"},
          {"version", 1},
          {"result", to_string(verdict.outcome())},
          {"exitCode", verdict.exit_code()},
          {"subject", subject},
          {"scope", {{"kind", word(verdict.scope)}, {"predicateType", verdict.scope_type}}},
          {"trust", trust},
          {"policy", policy},
          {"checks", list},
          {"evidence", evidence},
          {"facts",
           {{"model", model},
            {"aibom",
             {{"files", verdict.aibom_files},
              {"matching", verdict.aibom_matching},
              {"scores", scores_json(verdict)}}},
            {"provenance", verdict.provenance_facts},
            {"lineage", lineage_json(verdict)}}},
          {"stats",
           {{"requests", verdict.requests},
            {"bytesRead", verdict.bytes_read},
            {"durationMs", verdict.duration_ms}}}};
}

}  // namespace mpk::policy

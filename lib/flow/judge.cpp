// judge: rule by rule, from gathered evidence to checks.
#include "flow/judge.hpp"

#include "attest/predicate_form.hpp"
#include "attest/predicate_type.hpp"
#include "base/text.hpp"
#include "flow/judge_build.hpp"
#include "flow/rules.hpp"
#include "flow/signers.hpp"
#include "json/parse.hpp"
#include "model/head.hpp"
#include "policy/content_check.hpp"
#include "policy/provenance_check.hpp"
#include "policy/waiver.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace mpk::flow {
namespace {

Rule signature_rule(const Signers& signers) {
  return {.id = "signature",
          .label = "signature",
          .predicate_type = std::string(attest::kCosignSign),
          .signers = signers,
          .missing_exit_code = 10,
          .missing_code = "no-signature",
          .missing_message = "no signature is attached",
          .missing_hint =
              "an attestation is no signature; sign with mpk sign REF, or ship with mpk ship"};
}

Rule attestation_rule(const std::string& type, const Signers& signers, const std::string& where) {
  return {.id = "attestation:" + type,
          .label = attest::predicate_type_label(type),
          .predicate_type = type,
          .signers = signers,
          .missing_exit_code = 1,
          .missing_code = "attestation-missing",
          .missing_message = "a required attestation is not attached",
          .missing_hint = where};
}

Rule aibom_rule(const Signers& signers) {
  return {.id = "aibom",
          .label = "aibom",
          .predicate_type = std::string(attest::kCycloneDx),
          .signers = signers,
          .missing_exit_code = 20,
          .missing_code = "no-aibom",
          .missing_message = "no aibom is attached",
          .missing_hint = "mpk ship writes and signs one; mpk attest --type cyclonedx adds one"};
}

Rule provenance_rule(const Signers& signers) {
  return {
      .id = "provenance",
      .label = "provenance",
      .predicate_type = std::string(attest::kSlsaProvenance),
      .signers = signers,
      .missing_exit_code = 1,
      .missing_code = "no-provenance",
      .missing_message = "no provenance is attached",
      .missing_hint = "mpk ship writes and signs one; mpk attest --type slsaprovenance1 adds one"};
}

Rule scan_rule(const Signers& signers) {
  return {.id = "content.scan",
          .label = "content",
          .predicate_type = std::string(attest::kTestResult),
          .signers = signers,
          .missing_exit_code = 23,
          .missing_code = "no-scan",
          .missing_message = "no result of a scan is attached",
          .missing_hint =
              "mpk scan REF --predicate FILE, then mpk attest REF --type test-result --predicate "
              "FILE"};
}

Json predicate_of(const CheckedBundle& bundle) {
  const auto* statement = proven_statement(bundle);
  auto read = statement == nullptr ? Result<Json>(Json())
                                   : json::parse(statement->predicate, {.max_depth = 128});
  return read ? read.take() : Json();
}

// Of files in archives, too.
std::vector<policy::LayerFormat> formats_of(const Gathered& gathered) {
  std::vector<policy::LayerFormat> out;
  const auto add = [&](const modelpack::LayerFile& file) {
    const auto format = model::detect_format({.path = file.path, .size = file.descriptor.size});
    const bool weights = file.kind == model::Kind::weight;
    out.push_back({.path = file.path,
                   .format = weights ? std::string(model::to_string(format)) : std::string()});
  };
  std::ranges::for_each(gathered.layers, add);
  for (const auto& [index, files] : gathered.archives) std::ranges::for_each(files, add);
  return out;
}

bool any_failed(const std::vector<policy::Check>& checks) {
  return std::ranges::any_of(
      checks, [](const auto& check) { return check.result == policy::CheckResult::fail; });
}

// Nobody asked for it: nothing of it was expected, and it does not count.
void not_required(policy::Check& check) {
  leave_out(check);
  check.message.replace(0, std::string_view("does not count").size(), "not required");
}

class Judge {
 public:
  Judge(const VerifyRequest& request, const Gathered& gathered, Timestamp now,
        policy::Verdict& verdict)
      : request_(request), gathered_(gathered), now_(now), verdict_(verdict) {}

  std::vector<const CheckedBundle*> all() {
    if (request_.build) {
      judge_build(*request_.build, request_.predicate_type, gathered_.bundles, verdict_);
      return {};
    }
    if (request_.predicate_type) {
      // Narrowed to one type: the policy's signers for it, and the command line's, must both hold.
      for (const auto& signers : signer_sets(request_, *request_.predicate_type))
        attestation(attestation_rule(*request_.predicate_type, signers, {}));
      return {};
    }
    const auto own = own_signers(request_);
    if (!request_.policy) {
      signature(*own, {});
      aibom(*own, {.required = false, .agrees_with_layers = true});
      return std::move(aiboms_);
    }
    const auto& policy = *request_.policy;
    denied(policy);
    if (policy.signature_required)
      signature(any_of(policy.signers, policy.threshold), policy.signature_max_age);
    if (own) signature(*own, {});
    for (const auto& wanted : policy.attestations) {
      auto rule =
          attestation_rule(wanted.predicate_type, signers_of(policy, wanted),
                           "required by " + policy.file + ":" + std::to_string(wanted.line));
      rule.oldest = oldest(wanted.max_age, now_);
      attestation(rule);
    }
    if (policy.provenance) provenance(policy, *policy.provenance);
    if (policy.aibom) aibom(aibom_signers(policy), *policy.aibom);
    if (policy.content) content(policy, *policy.content);
    return std::move(aiboms_);
  }

 private:
  void denied(const policy::Policy& policy) {
    std::vector<Digest> digests = {gathered_.manifest};
    for (const auto& layer : gathered_.layers) digests.push_back(layer.descriptor.digest);
    check_denied(policy, digests, verdict_);
  }

  void signature(const Signers& signers, const std::optional<std::uint64_t>& max_age) {
    auto rule = signature_rule(signers);
    rule.oldest = oldest(max_age, now_);
    verdict_.checks.push_back(apply_rule(rule, gathered_.bundles).check);
  }

  void attestation(const Rule& rule) {
    auto outcome = apply_rule(rule, gathered_.bundles);
    const bool is_provenance = rule.predicate_type == attest::kSlsaProvenance;
    if (is_provenance && !outcome.accepted.empty() && verdict_.provenance_facts.empty())
      verdict_.provenance_facts = provenance_facts(predicate_of(*outcome.accepted.front()));
    verdict_.checks.push_back(std::move(outcome.check));
  }

  // Of several one that passes is enough: a build and a training may each have left one. Its facts
  // are those of the verdict, whatever else was accepted, with the level that the policy gives its
  // builder, never the document.
  void provenance(const policy::Policy& policy, const policy::ProvenanceRule& wanted) {
    auto rule = provenance_rule(signed_by(policy, wanted.signed_by));
    rule.oldest = oldest(wanted.max_age, now_);
    auto outcome = apply_rule(rule, gathered_.bundles);
    if (outcome.accepted.empty() && !wanted.required) not_required(outcome.check);
    verdict_.checks.push_back(std::move(outcome.check));
    std::vector<policy::Check> shown;
    const CheckedBundle* decided = nullptr;
    for (const auto* bundle : outcome.accepted) {
      const auto predicate = predicate_of(*bundle);
      auto judged = policy::check_provenance(wanted, predicate, bundle->report.verified->identity);
      const bool good = !any_failed(judged.checks);
      if (decided == nullptr || good) {
        auto& facts = verdict_.provenance_facts = provenance_facts(predicate);
        if (judged.level) facts["level"] = "SLSA_BUILD_LEVEL_" + std::to_string(*judged.level);
        shown = std::move(judged.checks);
        decided = bundle;
      }
      if (good) break;
    }
    if (decided != nullptr) add(std::move(shown), *decided);
  }

  void add(std::vector<policy::Check> checks, const CheckedBundle& bundle) {
    for (auto& check : checks) {
      check.evidence = bundle.digest;
      verdict_.checks.push_back(std::move(check));
    }
  }

  // Without a policy an aiBOM need not be there; one that the signer vouches for must be true.
  void aibom(const Signers& signers, const policy::AibomRule& wanted) {
    auto rule = aibom_rule(signers);
    rule.oldest = oldest(wanted.max_age, now_);
    auto outcome = apply_rule(rule, gathered_.bundles);
    if (outcome.accepted.empty() && !wanted.required) not_required(outcome.check);
    verdict_.checks.push_back(std::move(outcome.check));
    if (outcome.accepted.empty()) return;
    check_one(*outcome.accepted.front(), wanted, verdict_);
    aiboms_.push_back(outcome.accepted.front());
    // Each signer's newest must hold: where two contradict each other, one does not. Of several of
    // one second none is the newest, and all must.
    std::map<std::string, Timestamp> newest;
    for (const auto* bundle : outcome.accepted) {
      const auto time = newest_time(*bundle);
      const auto signer = newest.try_emplace(signer_of(*bundle), time).first;
      if (bundle == outcome.accepted.front() || signer->second != time) continue;
      aiboms_.push_back(bundle);
      policy::Verdict other;
      check_one(*bundle, wanted, other);
      for (auto& check : other.checks) {
        if (check.result == policy::CheckResult::fail) verdict_.checks.push_back(std::move(check));
      }
    }
  }

  void check_one(const CheckedBundle& bundle, const policy::AibomRule& rule,
                 policy::Verdict& into) const {
    check_aibom(bundle,
                {.layers = gathered_.layers,
                 .archives = gathered_.archives,
                 .manifest = gathered_.manifest,
                 .manifest_bytes = gathered_.manifest_bytes},
                rule, into);
  }

  void content(const policy::Policy& policy, const policy::ContentRule& wanted) {
    if (!wanted.formats_allowed.empty() || !wanted.formats_denied.empty())
      verdict_.checks.push_back(policy::check_formats(wanted, formats_of(gathered_)));
    if (!wanted.scan_required) return;
    auto rule = scan_rule(signed_by(policy, wanted.scan_signed_by.value_or(policy::SignedBy{})));
    rule.oldest = oldest(wanted.scan_max_age, now_);
    auto outcome = apply_rule(rule, gathered_.bundles);
    if (outcome.accepted.empty()) {
      verdict_.checks.push_back(std::move(outcome.check));
      return;
    }
    // Other programs' test results have the same type: the newest of mpk's own scan counts, and of
    // several of one second the worse.
    std::optional<policy::Check> foreign, newest;
    Timestamp time;
    for (const auto* bundle : outcome.accepted) {
      if (newest && newest_time(*bundle) != time) break;
      auto check = policy::check_scan(wanted, predicate_of(*bundle));
      check.evidence = bundle->digest;
      if (check.code == "scan-foreign") {
        if (!foreign) foreign = std::move(check);
      } else if (!newest || check.result == policy::CheckResult::fail) {
        newest = std::move(check);
        time = newest_time(*bundle);
      }
    }
    verdict_.checks.push_back(newest ? *std::move(newest) : *std::move(foreign));
  }

  const VerifyRequest& request_;
  const Gathered& gathered_;
  Timestamp now_;
  policy::Verdict& verdict_;
  std::vector<const CheckedBundle*> aiboms_;
};

}  // namespace

std::vector<const CheckedBundle*> judge(const VerifyRequest& request, const Gathered& gathered,
                                        Timestamp now, policy::Verdict& verdict) {
  return Judge(request, gathered, now, verdict).all();
}

void check_denied(const policy::Policy& policy, const std::vector<Digest>& digests,
                  policy::Verdict& verdict) {
  if (policy.denied.empty()) return;
  policy::Check check{.id = "denied",
                      .label = "denied",
                      .result = policy::CheckResult::pass,
                      .message = "on none of " + std::to_string(policy.denied.size()) +
                                 " entries of the deny list"};
  for (const auto& entry : policy.denied) {
    if (std::ranges::find(digests, entry.digest) == digests.end()) continue;
    check.result = policy::CheckResult::fail;
    check.code = "digest-denied";
    check.message = "on the deny list: " + printable(entry.reason, 200);
    check.found = entry.digest.text();
    check.hint = "the policy's list deny names this digest; use another version of the model";
    check.exit_code = 1;
    break;
  }
  verdict.checks.push_back(std::move(check));
}

void waive(const VerifyRequest& request, const std::vector<CheckedBundle>& bundles, Timestamp now,
           policy::Verdict& verdict) {
  if (!request.policy || !request.policy->waivers || request.predicate_type) return;
  const auto& wanted = *request.policy->waivers;
  const Rule rule{.id = "waiver",
                  .label = "waiver",
                  .predicate_type = std::string(policy::kWaiverType),
                  .signers = signed_by(*request.policy, wanted.signed_by)};
  // Several must have signed one waiver, not one each.
  std::map<std::string, std::vector<CheckedBundle>> by_text;
  for (const auto& bundle : bundles) {
    const auto* statement = proven_statement(bundle);
    if (statement != nullptr && statement->predicate_type == policy::kWaiverType)
      by_text[statement->predicate].push_back(bundle);
  }
  std::vector<policy::SignedWaiver> waivers;
  for (const auto& [text, same] : by_text) {
    const auto outcome = apply_rule(rule, same);
    auto read = policy::read_waiver(predicate_of(same.front()));
    if (outcome.accepted.empty() || !read) {
      policy::Check check = outcome.check;
      if (!outcome.accepted.empty()) {
        check.code = "waiver-malformed";
        check.message = read.error().text();
      }
      leave_out(check);
      verdict.checks.push_back(std::move(check));
      continue;
    }
    const auto& newest = *outcome.accepted.front();
    waivers.push_back({.waiver = read.take(),
                       .signed_at = newest_time(newest),
                       .bundle = newest.digest,
                       .by = proven_by(newest)});
  }
  policy::apply_waivers(wanted, request.policy->name, waivers, now, verdict.checks);
}

}  // namespace mpk::flow

// Rules: from evidence to checks.
#include "flow/rules.hpp"

#include "aibom/agree.hpp"
#include "aibom/validate.hpp"
#include "attest/predicate_type.hpp"
#include "attest/slsa_provenance.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "policy/aibom_check.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace mpk::flow {
namespace {

bool of_type(const CheckedBundle& bundle, const std::string& predicate_type) {
  const bool states_nothing =
      bundle.report.verified && !bundle.simple_signing && proven_statement(bundle) == nullptr;
  if (states_nothing) return predicate_type.empty();
  return same_type(bundle.predicate_type, predicate_type);
}

policy::Check failure_of(const Rule& rule, const CheckedBundle& bundle) {
  const auto* step = bundle.report.first_failure();
  policy::Check check{.id = rule.id, .label = rule.label, .result = policy::CheckResult::fail};
  check.evidence = bundle.digest;
  check.exit_code = bundle.malformed ? 13 : 12;
  if (step == nullptr) return check;
  check.code = step->code;
  check.message = step->message;
  check.expected = step->expected;
  check.found = step->found;
  check.hint = step->hint;
  return check;
}

policy::Check foreign_signer(const Rule& rule, const CheckedBundle& bundle) {
  const auto& verified = *bundle.report.verified;
  auto mismatch = sigstore::match_identity(verified.identity, rule.signers.allowed)
                      .value_or(sigstore::IdentityMismatch{});
  for (const auto& key : rule.signers.keys) mismatch.expected.push_back("key " + key.text());
  if (verified.key) {
    mismatch.found = "key " + verified.key->text();
    mismatch.hint.clear();
  }
  return {.id = rule.id,
          .label = rule.label,
          .result = policy::CheckResult::fail,
          .code = "identity-not-allowed",
          .message = "signed by somebody else than allowed",
          .expected = std::move(mismatch.expected),
          .found = std::move(mismatch.found),
          .evidence = bundle.digest,
          .hint = std::move(mismatch.hint),
          .exit_code = 12};
}

// The entries that name who signed: identities first, then keys. A key has no identity and an
// identity no key, so that neither can pass for the other.
std::vector<std::size_t> entries_naming(const Signers& signers, const CheckedBundle& bundle) {
  std::vector<std::size_t> out;
  const auto& verified = *bundle.report.verified;
  const auto identities = signers.allowed.size();
  for (std::size_t i = 0; i < identities; ++i) {
    if (!verified.key && sigstore::matches(verified.identity, signers.allowed[i])) out.push_back(i);
  }
  for (std::size_t i = 0; i < signers.keys.size(); ++i) {
    if (verified.key && *verified.key == signers.keys[i]) out.push_back(identities + i);
  }
  return out;
}

bool try_assign(const std::vector<std::vector<std::size_t>>& entries_of, std::size_t who,
                std::vector<bool>& tried, std::vector<std::optional<std::size_t>>& taken_by) {
  for (const auto entry : entries_of[who]) {
    if (tried[entry]) continue;
    tried[entry] = true;
    if (taken_by[entry] && !try_assign(entries_of, *taken_by[entry], tried, taken_by)) continue;
    taken_by[entry] = who;
    return true;
  }
  return false;
}

// The most pairs of an identity and an entry that names it, none of either twice (augmenting
// paths): one person who fits two entries is one signer.
std::size_t count_signers(const Signers& signers,
                          const std::vector<const CheckedBundle*>& accepted) {
  // Claims may differ from bundle to bundle of one identity.
  std::map<std::string, std::set<std::size_t>> entries_by_signer;
  for (const auto* bundle : accepted) {
    for (const auto entry : entries_naming(signers, *bundle))
      entries_by_signer[signer_of(*bundle)].insert(entry);
  }
  std::vector<std::vector<std::size_t>> entries_of;
  for (const auto& [who, entries] : entries_by_signer)
    entries_of.emplace_back(entries.begin(), entries.end());
  const auto most = signers.allowed.size() + signers.keys.size();
  std::vector<std::optional<std::size_t>> taken_by(most);
  std::size_t count = 0;
  for (std::size_t who = 0; who < entries_of.size(); ++who) {
    std::vector<bool> tried(most, false);
    count += try_assign(entries_of, who, tried, taken_by) ? 1U : 0U;
  }
  return count;
}

policy::Check too_few_signers(const Rule& rule, std::size_t found,
                              const std::vector<const CheckedBundle*>& accepted) {
  policy::Check check{.id = rule.id, .label = rule.label, .result = policy::CheckResult::fail};
  check.code = "too-few-signers";
  check.message = "signed by fewer than asked for";
  std::set<std::string> who;
  for (const auto* bundle : accepted) {
    const auto& verified = *bundle->report.verified;
    who.insert(verified.key ? "key " + verified.key->brief() : verified.identity.subject);
  }
  check.expected = {std::to_string(rule.signers.threshold) + " of " +
                    std::to_string(rule.signers.allowed.size() + rule.signers.keys.size()) +
                    " signers"};
  check.found = std::to_string(found) + " (" +
                join(std::vector<std::string>(who.begin(), who.end()), ", ") + ")";
  check.hint = "each of the signers signs for itself, with mpk sign; or lower the threshold";
  check.exit_code = 12;
  return check;
}

policy::Check too_old(const Rule& rule, const CheckedBundle& bundle) {
  const bool timed = !bundle.report.verified->times.empty();
  return {.id = rule.id,
          .label = rule.label,
          .result = policy::CheckResult::fail,
          .code = timed ? "evidence-too-old" : "time-unproven",
          .message = timed ? "signed longer ago than allowed" : "nothing proves when it was signed",
          .expected = {"signed after " + rule.oldest->brief()},
          .found = timed ? "signed " + newest_time(bundle).brief() : "no timestamp, no log entry",
          .evidence = bundle.digest,
          .hint = timed
                      ? "check the artifact again and sign anew; maxAge in the policy is the limit"
                      : "sign with a timestamp authority or a log; maxAge asks for a proven time",
          .exit_code = 12};
}

bool is_too_old(const Rule& rule, const CheckedBundle& bundle) {
  return rule.oldest &&
         (bundle.report.verified->times.empty() || newest_time(bundle) < *rule.oldest);
}

policy::Check missing(const Rule& rule) {
  return {.id = rule.id,
          .label = rule.label,
          .result = policy::CheckResult::fail,
          .code = rule.missing_code,
          .message = rule.missing_message,
          .expected = {rule.predicate_type},
          .found = "nothing of this type",
          .hint = rule.missing_hint,
          .exit_code = rule.missing_exit_code};
}

policy::Check aibom_check(const char* id, const CheckedBundle& bundle) {
  return {
      .id = id, .label = "aibom", .result = policy::CheckResult::pass, .evidence = bundle.digest};
}

void fail(policy::Check& check, int exit_code, std::string code, std::string message) {
  check.result = policy::CheckResult::fail;
  check.exit_code = exit_code;
  check.code = std::move(code);
  check.message = std::move(message);
}

void compare_layers(const Json& bom, const CheckedBundle& bundle, const Described& described,
                    policy::Verdict& verdict) {
  if (described.layers.empty()) {
    auto check = aibom_check("aibom.layers", bundle);
    fail(check, 22, "aibom-disagrees",
         "the artifact has no layers of a model that the aibom could agree with");
    verdict.checks.push_back(std::move(check));
    return;
  }
  auto agreement = aibom::compare_with_layers(bom, described.layers, described.manifest,
                                              described.archives, described.manifest_bytes);
  verdict.aibom_files = agreement.files;
  verdict.aibom_matching = agreement.matching;
  auto check = aibom_check("aibom.layers", bundle);
  check.message = std::to_string(agreement.matching) + " of " + std::to_string(agreement.files) +
                  " files match the layers";
  if (agreement.unread > 0) {
    check.message += " · not looked into: " + counted(agreement.unread, "tar layer");
  }
  // What nobody looked at must not count as proven.
  std::vector<std::string> uncompared;
  for (const auto& [algorithm, count] : agreement.uncompared)
    uncompared.push_back(printable(algorithm, 20) + " of " + std::to_string(count));
  if (!uncompared.empty()) check.message += " · not compared: " + join(uncompared, ", ");
  if (!agreement.disagreements.empty()) {
    const auto& first = agreement.disagreements.front();
    fail(check, 22, "aibom-disagrees",
         "aibom and layers disagree: " + first.path + ": " + first.message);
    if (!first.expected.empty()) check.expected = {first.expected};
    check.found = first.found;
    check.hint = "the aibom describes other bytes than these; make it anew with mpk ship";
  }
  verdict.checks.push_back(std::move(check));
}

}  // namespace

std::optional<Timestamp> oldest(const std::optional<std::uint64_t>& max_age, Timestamp now) {
  if (!max_age) return std::nullopt;
  return now.plus_seconds(-static_cast<std::int64_t>(*max_age));
}

bool same_type(std::string_view found, std::string_view wanted) {
  return wanted == attest::kCycloneDx ? attest::is_cyclonedx(found) : found == wanted;
}

std::string signer_of(const CheckedBundle& bundle) {
  const auto& verified = *bundle.report.verified;
  return verified.key ? "key " + verified.key->text()
                      : "identity " + verified.identity.subject + "\n" + verified.identity.issuer;
}

std::string proven_by(const CheckedBundle& bundle) {
  const auto& verified = *bundle.report.verified;
  std::string out = verified.key
                        ? "key " + verified.key->brief()
                        : verified.identity.subject + " · issuer " + verified.identity.issuer;
  if (!verified.times.empty()) out += " · signed " + newest_time(bundle).brief();
  return out;
}

std::map<std::string, std::string> provenance_facts(const Json& predicate) {
  std::map<std::string, std::string> out;
  auto facts = attest::read_provenance(predicate);
  if (!facts) return out;
  for (const auto& [name, value] : {std::pair{"builder", facts->builder_id},
                                    {"buildType", facts->build_type},
                                    {"source", facts->source_uri},
                                    {"commit", facts->source_commit},
                                    {"invocation", facts->invocation_id}}) {
    if (!value.empty()) out[name] = value;
  }
  return out;
}

RuleOutcome apply_rule(const Rule& rule, const std::vector<CheckedBundle>& bundles) {
  RuleOutcome out;
  std::optional<policy::Check> old, broken, foreign, unreadable;
  for (const auto& bundle : bundles) {
    // What can't be read may be what is looked for: it is never "nothing there".
    bool typeless = bundle.malformed && bundle.predicate_type.empty();
    if (!typeless && !of_type(bundle, rule.predicate_type)) continue;
    if (bundle.report.verified) {
      const bool allowed = !entries_naming(rule.signers, bundle).empty();
      if (allowed && is_too_old(rule, bundle)) {
        if (!old) old = too_old(rule, bundle);
      } else if (allowed) {
        out.accepted.push_back(&bundle);
      } else if (!foreign) {
        foreign = foreign_signer(rule, bundle);
      }
    } else if (bundle.malformed) {
      if (!unreadable) unreadable = failure_of(rule, bundle);
    } else if (!broken) {
      broken = failure_of(rule, bundle);
    }
  }
  const auto signers = count_signers(rule.signers, out.accepted);
  if (!out.accepted.empty() && signers < rule.signers.threshold) {
    out.check = too_few_signers(rule, signers, out.accepted);
    out.accepted.clear();
  } else if (!out.accepted.empty()) {
    std::stable_sort(out.accepted.begin(), out.accepted.end(), [](const auto* a, const auto* b) {
      return newest_time(*a) > newest_time(*b);
    });
    out.check = {.id = rule.id,
                 .label = rule.label,
                 .result = policy::CheckResult::pass,
                 .message = (signers > 1 && rule.signers.threshold > 1
                                 ? std::to_string(signers) + " signers · "
                                 : std::string()) +
                            proven_by(*out.accepted.front()),
                 .evidence = out.accepted.front()->digest};
  } else if (old) {
    out.check = *old;
  } else if (broken) {
    out.check = *broken;
  } else if (foreign) {
    out.check = *foreign;
  } else if (unreadable) {
    out.check = *unreadable;
  } else {
    out.check = missing(rule);
  }
  return out;
}

void leave_out(policy::Check& check) {
  check.result = policy::CheckResult::skip;
  check.message = "does not count: " + check.message;
  check.exit_code = 0;
  check.expected.clear();
  check.found.clear();
  check.hint.clear();
}

bool needs_sha512(const std::vector<CheckedBundle>& bundles) {
  return std::ranges::any_of(bundles, [](const CheckedBundle& bundle) {
    const auto* statement = proven_statement(bundle);
    if (statement == nullptr || !attest::is_cyclonedx(bundle.predicate_type)) return false;
    const auto bom = json::parse(statement->predicate, {.max_depth = 128});
    return bom && aibom::names_sha512(*bom);
  });
}

void check_aibom(const CheckedBundle& bundle, const Described& described,
                 const policy::AibomRule& rule, policy::Verdict& verdict) {
  auto valid = aibom_check("aibom.valid", bundle);
  auto bom = json::parse(proven_statement(bundle)->predicate, {.max_depth = 128});
  if (!bom) {
    fail(valid, 21, "aibom-unreadable", "aibom is not JSON: " + bom.error().message());
    verdict.checks.push_back(std::move(valid));
    return;
  }
  auto problems = aibom::validate_aibom(*bom);
  if (!problems) {
    fail(valid, 21, "aibom-unsupported", problems.error().text());
  } else if (aibom::has_errors(*problems)) {
    auto first = std::find_if(problems->begin(), problems->end(), [](const aibom::Problem& p) {
      return p.level == aibom::Problem::Level::error;
    });
    fail(valid, 21, "aibom-invalid",
         "aibom is invalid at " + first->pointer + ": " + first->message);
    valid.hint = "mpk aibom validate FILE lists every problem";
  } else {
    verdict.servers = policy::pinned_servers(*bom);
    auto summary = aibom::summarize(*bom);
    valid.message = "CycloneDX " + summary.spec_version + ", valid";
    auto& facts = verdict.model_facts;
    for (const auto& [name, value] : {std::pair{"architecture", summary.architecture},
                                      {"family", summary.family},
                                      {"parameters", summary.parameters},
                                      {"quantization", summary.quantization}}) {
      if (!value.empty()) facts[name] = value;
    }
    verdict.licenses = summary.licenses;
  }
  bool usable = valid.result == policy::CheckResult::pass;
  verdict.checks.push_back(std::move(valid));
  if (!usable) return;
  if (rule.agrees_with_layers) compare_layers(*bom, bundle, described, verdict);
  auto said = policy::check_aibom_content(rule, *bom);
  for (auto& check : said.checks) {
    check.evidence = bundle.digest;
    verdict.checks.push_back(std::move(check));
  }
  verdict.aibom_scores.merge(said.scores);
}

}  // namespace mpk::flow

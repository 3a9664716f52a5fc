// Waivers: read strictly, applied to the failures that they name.
#include "policy/waiver.hpp"

#include "base/text.hpp"
#include "json/read.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <set>
#include <utility>

namespace mpk::policy {
namespace {

constexpr std::size_t kItems = 100;
constexpr std::size_t kReason = 2000;
constexpr std::size_t kShown = 200;

// What nobody may waive: what is no question of policy, and a failure in whose place nothing else
// was judged (a document that could not be read, a summary that stands for all).
bool is_final(const Check& check) {
  constexpr std::array<std::string_view, 7> kFinal{
      "reference", "manifest", "evidence", "denied", "provenance.form", "aibom.valid", "vsa"};
  return check.exit_code == kUndecided || std::ranges::find(kFinal, check.id) != kFinal.end();
}

Check useless(const SignedWaiver& waiver, std::string code, const std::string& why) {
  return {.id = "waiver",
          .label = "waiver",
          .result = CheckResult::skip,
          .code = std::move(code),
          .message = "waiver by " + printable(waiver.by, kShown) + " does not count: " + why,
          .expected = {},
          .found = {},
          .evidence = waiver.bundle};
}

bool lives_too_long(const WaiverRule& rule, const SignedWaiver& waiver) {
  const auto life = waiver.waiver.expires.seconds() - waiver.signed_at.seconds();
  return rule.max_age > 0 && life > 0 && static_cast<std::uint64_t>(life) > rule.max_age;
}

bool waive(const SignedWaiver& waiver, const Waiver::Item& item, std::vector<Check>& checks) {
  bool used = false;
  for (auto& check : checks) {
    if (check.result != CheckResult::fail || check.id != item.check || check.code != item.code ||
        is_final(check))
      continue;
    used = true;
    check.result = CheckResult::skip;
    check.message = "waived until " + waiver.waiver.expires.brief() + " by " +
                    printable(waiver.by, kShown) + ": " + printable(waiver.waiver.reason, kShown) +
                    " (" + check.message + ")";
    check.evidence = waiver.bundle;
  }
  return used;
}

void apply(const WaiverRule& rule, const SignedWaiver& waiver, std::vector<Check>& checks,
           std::vector<Check>& notes) {
  std::set<std::string> not_allowed;
  bool used = false;
  for (const auto& item : waiver.waiver.items) {
    if (std::ranges::find(rule.codes, item.code) == rule.codes.end()) {
      not_allowed.insert(printable(item.code, kShown));
    } else {
      used = waive(waiver, item, checks) || used;
    }
  }
  if (!not_allowed.empty()) {
    notes.push_back(
        useless(waiver, "waiver-code-not-allowed",
                "the policy does not let it waive " +
                    join(std::vector<std::string>(not_allowed.begin(), not_allowed.end()), ", ")));
  } else if (!used) {
    notes.push_back(useless(waiver, "waiver-unused", "nothing that it names has failed"));
  }
}

Result<std::vector<Waiver::Item>> read_items(const json::Field& root) {
  const auto list = TRY(root.items("waives"));
  if (list.empty()) return root.error("waives nothing");
  if (list.size() > kItems)
    return root.error("waives more than " + std::to_string(kItems) + " failures");
  std::vector<Waiver::Item> out;
  for (const auto& each : list) {
    TRY(each.only({"check", "code"}));
    auto& item = out.emplace_back();
    item.check = TRY(each.string("check"));
    item.code = TRY(each.string("code"));
    if (out.back().check.empty() || out.back().code.empty())
      return each.error("expected a check and a code");
  }
  return out;
}

}  // namespace

Result<Waiver> read_waiver(const Json& predicate) {
  const json::Field root(predicate);
  TRY(root.only({"policy", "waives", "reason", "expires"}));
  const auto policy = TRY(root.at("policy"));
  TRY(policy.only({"name"}));
  Waiver out;
  out.policy_name = TRY(policy.string("name"));
  out.items = TRY(read_items(root));
  out.reason = TRY(root.string("reason"));
  if (trim(out.reason).empty()) return root.error("reason is empty");
  if (out.reason.size() > kReason)
    return root.error("reason is longer than " + std::to_string(kReason) + " bytes");
  out.expires = TRY(TRY(root.at("expires")).timestamp());
  return out;
}

void apply_waivers(const WaiverRule& rule, std::string_view policy_name,
                   const std::vector<SignedWaiver>& waivers, Timestamp now,
                   std::vector<Check>& checks) {
  std::vector<Check> notes;
  for (const auto& waiver : waivers) {
    const auto& said = waiver.waiver;
    if (said.policy_name != policy_name) {
      notes.push_back(useless(waiver, "waiver-other-policy",
                              "it is for the policy " + printable(said.policy_name, kShown)));
    } else if (said.expires <= now) {
      notes.push_back(
          useless(waiver, "waiver-expired", "it has expired on " + said.expires.brief()));
    } else if (lives_too_long(rule, waiver)) {
      notes.push_back(useless(waiver, "waiver-too-long",
                              "from its signature to its end is longer than the policy's maxAge"));
    } else {
      apply(rule, waiver, checks, notes);
    }
  }
  std::ranges::move(notes, std::back_inserter(checks));
}

}  // namespace mpk::policy

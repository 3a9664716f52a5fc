// Waivers: signed statements that one failure of one artifact is accepted until a day.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "json/value.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpk::policy {

inline constexpr std::string_view kWaiverType = "urn:mpk:predicate:waiver:v1";

/// The predicate, of type kWaiverType:
/// {"policy": {"name": "prod"}, "waives": [{"check": "aibom.licenses", "code": "license-denied"}],
///  "reason": "…", "expires": "2026-12-31T00:00:00Z"}. All members are required, unknown ones are
/// refused: what a waiver says must be understood whole.
struct Waiver {
  struct Item {
    std::string check, code;
  };
  std::string policy_name;
  std::vector<Item> items;
  std::string reason;
  Timestamp expires;
};

/// malformed: as above; no items, an empty reason.
Result<Waiver> read_waiver(const Json& predicate);

/// One that was proven to be about this artifact, by a signer of the rule.
struct SignedWaiver {
  Waiver waiver;
  Timestamp signed_at;
  std::string bundle;  // digest, for the verdict
  std::string by;      // for people
};

/// Failed checks that a waiver names by id and code become `skip` ("waived until … by …: reason"),
/// if the rule lists the code, the waiver is for this policy, has not expired at `now` and lives no
/// longer than the rule lets it. They keep their code. What can never be waived: reference,
/// manifest, evidence, denied, what could not be decided (exit code 3), and what stands in the
/// place of all that was not judged: provenance.form, aibom.valid, vsa. Each waiver that does not
/// count adds a skipped check "waiver" with the code that says why: waiver-expired,
/// waiver-other-policy, waiver-too-long, waiver-code-not-allowed, waiver-unused.
void apply_waivers(const WaiverRule& rule, std::string_view policy_name,
                   const std::vector<SignedWaiver>& waivers, Timestamp now,
                   std::vector<Check>& checks);

}  // namespace mpk::policy

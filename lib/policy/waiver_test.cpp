// Waivers: read strictly; what they reach, and what nobody can waive.
#include "policy/waiver.hpp"

#include "policy/test_documents.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::policy;

namespace {

Timestamp at(const char* text) { return Timestamp::parse(text).take(); }
const Timestamp kNow = at("2026-11-20T12:00:00Z");

Json predicate() {
  return json::parse(R"({"policy": {"name": "prod"},
    "waives": [{"check": "aibom.licenses", "code": "license-denied"}],
    "reason": "agreed with legal, ticket 7", "expires": "2026-12-31T00:00:00Z"})")
      .take();
}

WaiverRule rule() {
  WaiverRule out;
  out.codes = {"license-denied", "level-too-low"};
  return out;
}

Check failed(const std::string& id, const std::string& code, int exit_code = 1) {
  return {.id = id,
          .label = "x",
          .result = CheckResult::fail,
          .code = code,
          .message = "m",
          .expected = {},
          .found = "f",
          .evidence = {},
          .hint = {},
          .exit_code = exit_code};
}

std::vector<Check> apply(const Json& waiver, std::vector<Check> checks,
                         const WaiverRule& by = rule()) {
  const auto read = read_waiver(waiver);
  REQUIRE_MESSAGE(read, read.error().text());
  apply_waivers(by, "prod",
                {{.waiver = *read,
                  .signed_at = at("2026-11-01T00:00:00Z"),
                  .bundle = "sha256:00",
                  .by = "boss@acme.example"}},
                kNow, checks);
  return checks;
}

std::string note(const std::vector<Check>& checks) {
  const auto& last = checks.back();
  return last.id == "waiver" && last.result == CheckResult::skip ? last.code : std::string();
}

}  // namespace

TEST_CASE("a waiver is read whole or not at all") {
  const auto read = read_waiver(predicate());
  REQUIRE(read);
  CHECK(read->policy_name == "prod");
  REQUIRE(read->items.size() == 1);
  CHECK(read->items[0].check == "aibom.licenses");
  CHECK(read->items[0].code == "license-denied");
  CHECK(read->reason == "agreed with legal, ticket 7");
  CHECK(read->expires == at("2026-12-31T00:00:00Z"));
  for (const auto* patch :
       {R"({"policy": null})", R"({"policy": {"name": null}})", R"({"policy": {"digest": "x"}})",
        R"({"waives": null})", R"({"waives": []})", R"({"waives": [{"check": "x"}]})",
        R"({"waives": [{"check": "x", "code": ""}]})",
        R"({"waives": [{"check": "x", "code": "y", "path": "z"}]})", R"({"reason": null})",
        R"({"reason": " "})", R"({"expires": null})", R"({"expires": "2026-12-31"})",
        R"({"onlyIf": "approved"})"}) {
    CAPTURE(patch);
    auto changed = predicate();
    changed.merge_patch(json::parse(patch).take());
    const auto refused = read_waiver(changed);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::malformed);
  }
  for (const auto& [count, reads] : {std::pair{100, true}, {101, false}}) {
    auto many = predicate();
    many["waives"] = Json::array();
    for (int i = 0; i < count; ++i) many["waives"].push_back({{"check", "x"}, {"code", "y"}});
    CHECK(read_waiver(many).has_value() == reads);
  }
  for (const auto& [length, reads] : {std::pair{2000, true}, {2001, false}}) {
    auto longer = predicate();
    longer["reason"] = std::string(static_cast<std::size_t>(length), 'x');
    CHECK(read_waiver(longer).has_value() == reads);
  }
}

TEST_CASE("a waiver with any value in any place is read or refused") {
  const auto count = test::each_damaged(predicate(), [](const Json& damaged) {
    if (const auto read = read_waiver(damaged)) CHECK_FALSE(read->items.empty());
  });
  CHECK(count > 50);
}

TEST_CASE("the failure that a waiver names becomes a skip that says who, until when and why") {
  const auto checks = apply(predicate(), {failed("aibom.licenses", "license-denied")});
  REQUIRE(checks.size() == 1);
  CHECK(checks[0].result == CheckResult::skip);
  CHECK(checks[0].code == "license-denied");
  CHECK(checks[0].evidence == "sha256:00");
  CHECK(checks[0].message ==
        "waived until 2026-12-31 00:00 UTC by boss@acme.example: agreed with legal, ticket 7 (m)");
}

TEST_CASE("another check, another code and a check that passes are not reached") {
  for (const auto& check :
       {failed("aibom.licenses", "license-unknown"), failed("aibom.datasets", "license-denied")}) {
    const auto checks = apply(predicate(), {check});
    CHECK(checks[0].result == CheckResult::fail);
    CHECK(note(checks) == "waiver-unused");
  }
  auto passes = failed("aibom.licenses", "license-denied");
  passes.result = CheckResult::pass;
  const auto checks = apply(predicate(), {passes});
  CHECK(checks[0].result == CheckResult::pass);
  CHECK(note(checks) == "waiver-unused");
}

TEST_CASE("of two failures of one check only the one with the code is waived") {
  const auto checks = apply(predicate(), {failed("aibom.licenses", "license-denied"),
                                          failed("aibom.licenses", "license-unknown")});
  REQUIRE(checks.size() == 2);
  CHECK(checks[0].result == CheckResult::skip);
  CHECK(checks[1].result == CheckResult::fail);
}

TEST_CASE("what is no question of policy, and what hides everything else, can't be waived") {
  auto wide = rule();
  wide.codes = {"x"};
  for (const auto* id :
       {"reference", "manifest", "evidence", "denied", "provenance.form", "aibom.valid", "vsa"}) {
    CAPTURE(id);
    auto waiver = predicate();
    waiver["waives"][0] = {{"check", id}, {"code", "x"}};
    CHECK(apply(waiver, {failed(id, "x")}, wide)[0].result == CheckResult::fail);
  }
  auto waiver = predicate();
  waiver["waives"][0] = {{"check", "content"}, {"code", "x"}};
  CHECK(apply(waiver, {failed("content", "x", 3)}, wide)[0].result == CheckResult::fail);
  CHECK(apply(waiver, {failed("content", "x", 1)}, wide)[0].result == CheckResult::skip);
}

TEST_CASE("a waiver that does not count says why and reaches nothing") {
  struct Row {
    const char* patch;
    std::uint64_t max_age;
    const char* code;
  };
  constexpr std::uint64_t kDay = 86'400;
  for (const auto& row : std::vector<Row>{
           {R"({"expires": "2026-11-20T12:00:00Z"})", 0, "waiver-expired"},
           {R"({"policy": {"name": "dev"}})", 0, "waiver-other-policy"},
           {R"({})", 60 * kDay - 1, "waiver-too-long"},
           {R"({"waives": [{"check": "aibom.licenses", "code": "license-unknown"}]})", 0,
            "waiver-code-not-allowed"},
       }) {
    CAPTURE(row.code);
    auto changed = predicate();
    changed.merge_patch(json::parse(row.patch).take());
    auto limited = rule();
    limited.max_age = row.max_age;
    const auto checks = apply(
        changed,
        {failed("aibom.licenses", "license-denied"), failed("aibom.licenses", "license-unknown")},
        limited);
    REQUIRE(checks.size() == 3);
    CHECK(checks[0].result == CheckResult::fail);
    CHECK(checks[1].result == CheckResult::fail);
    CHECK(note(checks) == row.code);
  }
  // 60 days from its signature to its end: just as long as it may, and a second before its end.
  auto limited = rule();
  limited.max_age = 60 * kDay;
  CHECK(apply(predicate(), {failed("aibom.licenses", "license-denied")}, limited)[0].result ==
        CheckResult::skip);
  auto late = predicate();
  late["expires"] = "2026-11-20T12:00:01Z";
  CHECK(apply(late, {failed("aibom.licenses", "license-denied")})[0].result == CheckResult::skip);
}

TEST_CASE("a waiver of two codes counts for the one that the policy lets it waive") {
  auto both = predicate();
  both["waives"].push_back({{"check", "aibom.licenses"}, {"code", "license-unknown"}});
  const auto checks = apply(both, {failed("aibom.licenses", "license-denied"),
                                   failed("aibom.licenses", "license-unknown")});
  REQUIRE(checks.size() == 3);
  CHECK(checks[0].result == CheckResult::skip);
  CHECK(checks[1].result == CheckResult::fail);
  CHECK(note(checks) == "waiver-code-not-allowed");
}

// Verdicts: which exit code wins, and that nothing is never a pass.
#include "policy/verdict.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::policy;

namespace {
Check check(CheckResult result, int code) {
  return {.id = "x", .label = "x", .result = result, .message = "m", .exit_code = code};
}
}  // namespace

TEST_CASE("a definite refusal beats 'could not decide', and refusals have an order") {
  struct Case {
    std::vector<int> codes;
    int wins;
  };
  for (const auto& c :
       {Case{{3, 12}, 12}, Case{{12, 13}, 13}, Case{{13, 10}, 10}, Case{{10, 11}, 11},
        Case{{1, 22}, 22}, Case{{22, 21}, 21}, Case{{21, 20}, 20}, Case{{20, 23}, 23},
        Case{{23, 12}, 12}, Case{{3}, 3}, Case{{3, 1}, 1}, Case{{}, 0}})
    CHECK(winning_exit_code(c.codes) == c.wins);
}

TEST_CASE("a verdict without a single passed check is undecided, never passed") {
  Verdict verdict;
  CHECK(verdict.outcome() == Verdict::Outcome::undecided);
  verdict.checks.push_back(check(CheckResult::skip, 0));
  CHECK(verdict.outcome() == Verdict::Outcome::undecided);
  CHECK(verdict.exit_code() == 3);
  verdict.checks.push_back(check(CheckResult::pass, 0));
  CHECK(verdict.outcome() == Verdict::Outcome::passed);
  verdict.checks.push_back(check(CheckResult::fail, 3));
  CHECK(verdict.outcome() == Verdict::Outcome::undecided);
  verdict.checks.push_back(check(CheckResult::fail, 10));
  CHECK(verdict.outcome() == Verdict::Outcome::refused);
  CHECK(verdict.exit_code() == 10);
}

TEST_CASE("the first failure with the verdict's exit code decides it") {
  Verdict verdict;
  CHECK(verdict.decisive() == nullptr);
  verdict.checks = {check(CheckResult::pass, 0), check(CheckResult::fail, 3),
                    check(CheckResult::skip, 12), check(CheckResult::fail, 12),
                    check(CheckResult::fail, 12)};
  CHECK(verdict.decisive() == &verdict.checks[3]);
  verdict.checks.resize(2);
  CHECK(verdict.decisive() == &verdict.checks[1]);
  verdict.checks.resize(1);
  CHECK(verdict.decisive() == nullptr);
}

TEST_CASE("the document has all its members even when there is nothing to say") {
  auto document = to_json(Verdict{});
  for (const char* name : {"kind", "version", "result", "exitCode", "subject", "policy", "checks",
                           "evidence", "facts", "stats"})
    CHECK_MESSAGE(document.contains(name), name);
  CHECK(document["kind"] == "Verdict");
  CHECK(document["checks"].is_array());
  CHECK(document["subject"]["digest"].is_null());
}

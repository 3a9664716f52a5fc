// Tests of the pickle walker: where it ends, what it counts, its limits.
#include "scan/pickle.hpp"

#include "scan/allowlist.hpp"
#include "scan/test_pickles.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::scan;
using namespace mpk::scan::test;

namespace {

PickleWalk walk(const std::string& bytes, const PickleLimits& limits = {}) {
  const auto content = memory_content(bytes);
  auto out = walk_pickle(*content, 0, {.member = {}, .limits = limits});
  REQUIRE(out.has_value());
  return out.take();
}

}  // namespace

TEST_CASE("a walk ends behind STOP and knows a number that was there") {
  const auto one = walk(proto(2) + int1(7) + kStop + "more");
  CHECK(one.complete);
  CHECK(one.end == 5);
  CHECK(one.integer == 7);
  CHECK_FALSE(one.acted);
}

TEST_CASE("an import has the offset of its opcode, and what is notorious is critical") {
  const auto bad = walk(exploit());
  REQUIRE(bad.findings.list().size() == 2);
  CHECK(bad.findings.list()[0].offset == 2);
  CHECK(bad.findings.list()[0].found == "posix.system");
  CHECK(bad.findings.list()[0].severity == Severity::critical);
  CHECK(bad.acted);
  const auto unknown = walk(exploit("my.code", "run"));
  CHECK(unknown.findings.list()[0].severity == Severity::high);
}

TEST_CASE("what is over a limit is not judged, and says so; at the limit it is") {
  const std::string three = proto(2) + kNone + kNone + kTuple2 + kStop;
  CHECK(walk(three, {.opcodes = 5}).complete);
  CHECK(walk(three, {.opcodes = 2}).too_large);
  CHECK(walk(three, {.stack = 2}).complete);
  CHECK(walk(three, {.stack = 1}).too_large);
  const std::string memo = proto(2) + kNone + "q" + le(0, 1) + "q" + le(1, 1) + kStop;
  CHECK(walk(memo, {.memo = 2}).complete);
  CHECK(walk(memo, {.memo = 1}).too_large);
  const auto content = memory_content(benign() + benign());
  Findings findings;
  REQUIRE(scan_pickles(*content, 0, true, {.member = {}, .limits = {.pickles = 1}}, findings));
  REQUIRE(findings.list().size() == 1);
  CHECK(findings.list()[0].rule->code == "pickle.limit");
}

TEST_CASE("what is found again is counted") {
  std::string many = proto(2) + kMark;
  for (int i = 0; i < 5; ++i) many += global("os", "system");
  const auto found = walk(many + kTuple + kStop);
  REQUIRE(found.findings.list().size() == 1);
  CHECK(found.findings.list()[0].count == 5);
}

TEST_CASE("more findings than are listed become one") {
  std::string many = proto(2) + kMark;
  for (std::size_t i = 0; i < Findings::kMost + 10; ++i)
    many += global("m", "n" + std::to_string(i));
  const auto found = walk(many + kTuple + kStop);
  CHECK(found.findings.list().size() == Findings::kMost + 1);
  CHECK(found.findings.list().back().rule->code == "scan.many");
  CHECK(found.findings.list().back().count == 10);
}

TEST_CASE("the allowlist is exact: no dotted name, no name of Python's own, nothing notorious") {
  for (const auto& entry : allowlist()) {
    CAPTURE(std::string(entry.module) + "." + std::string(entry.name));
    CHECK(entry.name.find('.') == std::string_view::npos);
    CHECK_FALSE(entry.name.starts_with("__"));
    CHECK_FALSE(is_notorious(entry.module, entry.name));
    CHECK_FALSE(entry.why.empty());
    CHECK(find_allowed(entry.module, entry.name) == &entry);
  }
  CHECK(find_allowed("collections", "OrderedDict.x") == nullptr);
  CHECK(find_allowed("collections", "") == nullptr);
}

TEST_CASE("each rule has a code of its own and says why") {
  for (const auto& one : rules()) {
    CHECK(std::ranges::count(rules(), one.code, &Rule::code) == 1);
    CHECK_FALSE(one.why.empty());
    CHECK(one.why.back() != '.');
  }
}

// Tests of the limits of a scan: at the limit it is judged, over it it is unsafe.
#include "archive/test_archives.hpp"
#include "scan/scan.hpp"
#include "scan/test_pickles.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>

using namespace mpk;
using namespace mpk::scan;
using namespace mpk::scan::test;

namespace {

bool too_large(const std::string& bytes, const ScanLimits& limits) {
  const auto file = scan_file(memory_content(bytes), "a.bin", {.limits = limits, .cancel = {}});
  REQUIRE(file.has_value());
  return std::ranges::any_of(file->findings, [](const Finding& finding) {
    return finding.rule->code == "archive.too-large";
  });
}

}  // namespace

TEST_CASE("members, depth and bytes that come out of a file have limits") {
  const auto two = zip({{"a", "1"}, {"b", "2"}});
  CHECK_FALSE(too_large(two, {.members = 2}));
  CHECK(too_large(two, {.members = 1}));
  const auto nested = zip({{"a.zip", two}});
  CHECK_FALSE(too_large(nested, {.depth = 2}));
  CHECK(too_large(nested, {.depth = 1}));
  const auto packed =
      mpk::archive::test::compressed(std::string(1000, 'x'), mpk::archive::Compression::gzip);
  CHECK_FALSE(too_large(packed, {.slack = 1000, .ratio = 0}));
  CHECK(too_large(packed, {.slack = 999, .ratio = 0}));
  CHECK(too_large(packed, {.unpacked_pieces = 999}));
}

TEST_CASE("many names for the same bytes are no way to make a scan long") {
  const auto one = zip({{"a", std::string(1000, 'x')}});
  auto many = one.substr(0, one.find("PK\x01\x02"));
  const auto entry = one.substr(one.find("PK\x01\x02"), 46 + 1);
  for (int i = 0; i < 50; ++i) many += entry.substr(0, 46) + static_cast<char>('0' + i);
  many += "PK\x05\x06" + le(0, 4) + le(50, 2) + le(50, 2) + le(2350, 4) + le(1031, 4) + le(0, 2);
  CHECK(too_large(many, {.slack = 2000, .ratio = 1}));
}

TEST_CASE("only so many directories are followed") {
  std::string bytes = zip({{"a", "x"}});
  for (int i = 0; i < 20; ++i) bytes += bytes.substr(0, zip({{"a", "x"}}).size());
  CHECK(too_large(bytes, {}));
}

TEST_CASE("a scan that is cancelled says so instead of judging") {
  ScanOptions options;
  options.cancel.cancel();
  const auto file = scan_file(memory_content(exploit()), "a.pkl", options);
  REQUIRE_FALSE(file.has_value());
  CHECK(file.error().kind() == ErrorKind::cancelled);
}

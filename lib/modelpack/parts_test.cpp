// Tests of parts: shares, the plan's digest, tags.
#include "modelpack/parts.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <ostream>
#include <set>

using namespace mpk;
using namespace mpk::modelpack;

namespace {

PartsPlan plan_of(std::vector<std::uint64_t> sizes, std::size_t parts) {
  PartsPlan plan{.parts = parts};
  for (std::size_t i = 0; i < sizes.size(); ++i)
    plan.files.push_back({.path = "file-" + std::to_string(i), .size = sizes[i], .modified = 7});
  return plan;
}

using Shares = std::vector<std::vector<std::size_t>>;

Shares shares(const PartsPlan& plan) {
  Shares out;
  for (std::size_t part = 1; part <= plan.parts; ++part) out.push_back(files_of_part(plan, part));
  return out;
}

Result<PartsPlan> reread(const Json& json) { return read_parts_plan(json::Field(json)); }

}  // namespace

TEST_CASE("the largest file goes first, each to the part with the least") {
  CHECK(shares(plan_of({10, 40, 20, 30}, 2)) == Shares{{0, 1}, {2, 3}});
  CHECK(shares(plan_of({5, 5, 5, 5}, 2)) == Shares{{0, 2}, {1, 3}});
  CHECK(shares(plan_of({100, 1, 1, 1}, 2)) == Shares{{0}, {1, 2, 3}});
  CHECK(shares(plan_of({1, 2}, 1)) == Shares{{0, 1}});
  CHECK(shares(plan_of({0, 0, 0}, 3)) == Shares{{0}, {1}, {2}});
  CHECK(shares(plan_of({9}, 3)) == Shares{{0}, {}, {}});
}

TEST_CASE("every file belongs to one part, and no part has much more than its share") {
  std::vector<std::uint64_t> sizes;
  std::uint64_t total = 0, value = 1;
  for (int i = 0; i < 500; ++i) {
    value = value * 6364136223846793005U + 1442695040888963407U;
    sizes.push_back((value >> 33U) % 1'000'000);
    total += sizes.back();
  }
  for (const std::size_t parts : {1U, 2U, 7U, 64U}) {
    const auto plan = plan_of(sizes, parts);
    std::vector<std::size_t> all;
    for (const auto& share : shares(plan)) {
      std::uint64_t bytes = 0;
      for (const auto file : share) bytes += sizes[file];
      CHECK(bytes <= total / parts + 1'000'000);
      all.insert(all.end(), share.begin(), share.end());
    }
    std::ranges::sort(all);
    CHECK(all.size() == sizes.size());
    CHECK(std::set(all.begin(), all.end()).size() == sizes.size());
  }
}

TEST_CASE("whatever the machines must see alike changes the plan's digest") {
  const auto plan = plan_of({10, 20}, 2);
  const auto digest = digest_of(plan).take();
  CHECK(digest == digest_of(plan_of({10, 20}, 2)).take());
  const std::vector<std::function<void(PartsPlan&)>> changes = {
      [](auto& p) { p.parts = 3; },
      [](auto& p) { p.files[0].path = "other"; },
      [](auto& p) { p.files[0].size = 11; },
      [](auto& p) { p.files[0].executable = true; },
      [](auto& p) { p.files[0].modified = 8; },
      [](auto& p) { p.files.pop_back(); },
      [](auto& p) { p.modelfile = "NAME x\n"; },
      [](auto& p) { p.created = Timestamp::from_seconds(0); },
  };
  std::set<Digest> seen{digest};
  for (const auto& change : changes) {
    auto other = plan;
    change(other);
    CHECK(seen.insert(digest_of(other).take()).second);
  }
}

TEST_CASE("a plan reads back as it was written, and nothing else is a plan") {
  auto plan = plan_of({10, 20}, 2);
  plan.modelfile = std::string("NAME \xff\n", 7);
  plan.created = Timestamp::from_seconds(1'700'000'000);
  const Json good = to_json(plan);
  const auto back = reread(good);
  REQUIRE(back);
  CHECK(back->parts == 2);
  CHECK(back->files == plan.files);
  CHECK(back->modelfile == plan.modelfile);
  CHECK(back->created == plan.created);

  const std::vector<std::function<void(Json&)>> changes = {
      [](Json& j) { j["parts"] = 0; },
      [](Json& j) { j["parts"] = kMaxParts + 1; },
      [](Json& j) { j.erase("files"); },
      [](Json& j) { j["files"][1]["path"] = "file-0"; },
      [](Json& j) { j["files"][1].erase("modified"); },
      [](Json& j) { j["files"][1]["size"] = -1; },
      [](Json& j) { j["more"] = 1; },
      [](Json& j) { j["modelfile"] = "not base64"; },
      [](Json& j) { j["created"] = "yesterday"; },
  };
  for (const auto& change : changes) {
    Json bad = good;
    change(bad);
    INFO(bad.dump());
    const auto refused = reread(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("the tag of a part says which one it is") {
  CHECK(part_tag("1.0", {.index = 2, .count = 4}) == "1.0.part-2-of-4");
  struct Row {
    const char* candidate;
    std::optional<PartNumber> expected;
  };
  const PartNumber planted{.index = 0, .count = 0};
  for (const auto& [candidate, expected] : std::vector<Row>{
           {"1.0.part-2-of-4", PartNumber{.index = 2, .count = 4}},
           {"1.0.part-4-of-4", PartNumber{.index = 4, .count = 4}},
           {"1.0.part-5-of-4", planted},
           {"1.0.part-0-of-4", planted},
           {"1.0.part-02-of-4", planted},
           {"1.0.part-1-of-9000", planted},
           {"1.0", std::nullopt},
           {"1.0.part-2", std::nullopt},
           {"1.0.part-x-of-4", std::nullopt},
           {"1.0.part-2-of-", std::nullopt},
           {"2.0.part-2-of-4", std::nullopt},
           {"1.0.1.part-2-of-4", std::nullopt},
       }) {
    CAPTURE(candidate);
    CHECK(parse_part_tag("1.0", candidate) == expected);
  }
}

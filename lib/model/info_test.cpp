// ModelInfo: names, sums, and counts that do not fit.
#include "model/info.hpp"

#include "model/tensor.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <ostream>

namespace mpk::model {

TEST_CASE("tiers and severities have the names that documents print") {
  CHECK(to_string(Tier::verified) == "verified");
  CHECK(to_string(Tier::declared) == "declared");
  CHECK(to_string(Tier::inferred) == "inferred");
  CHECK(to_string(Severity::info) == "info");
  CHECK(to_string(Severity::low) == "low");
  CHECK(to_string(Severity::medium) == "medium");
  CHECK(to_string(Severity::high) == "high");
}

TEST_CASE("facts of two files are summed by type") {
  TensorFacts first, second;
  REQUIRE(count_tensor(first, "BF16", 10));
  REQUIRE(count_tensor(first, "F32", 2));
  REQUIRE(count_tensor(second, "BF16", 5));
  first.add(second);
  CHECK(first.tensors == 3);
  CHECK(first.parameters == 17);
  CHECK(first.dtypes.at("BF16").tensors == 2);
  CHECK(first.dtypes.at("BF16").parameters == 15);
  CHECK(first.dtypes.at("F32").parameters == 2);
}

TEST_CASE("a sum over 64 bits stays at the largest number") {
  TensorFacts first, second;
  REQUIRE(count_tensor(first, "U8", std::numeric_limits<std::uint64_t>::max()));
  REQUIRE(count_tensor(second, "U8", 7));
  first.add(second);
  CHECK(first.parameters == std::numeric_limits<std::uint64_t>::max());
  CHECK(first.dtypes.at("U8").parameters == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("a shape that overflows is refused, one that just fits is counted") {
  const std::uint64_t half = std::uint64_t{1} << 32;
  CHECK(element_count(std::vector<std::uint64_t>{half, half - 1}) == half * (half - 1));
  CHECK(element_count(std::vector<std::uint64_t>{half, half}).error().kind() ==
        ErrorKind::malformed);
  CHECK(element_count(std::vector<std::uint64_t>{half, half, 0}) == 0U);
  CHECK(element_count(std::vector<std::uint64_t>{}) == 1U);
}

TEST_CASE("tensors whose counts overflow together are refused") {
  TensorFacts facts;
  REQUIRE(count_tensor(facts, "U8", std::numeric_limits<std::uint64_t>::max()));
  CHECK(count_tensor(facts, "U8", 1).error().kind() == ErrorKind::malformed);
}

}  // namespace mpk::model

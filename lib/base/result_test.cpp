// Result and TRY: unwrapping, early return, move-only values and void.
#include "base/result.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <ostream>

using namespace mpk;

namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error(ErrorKind::usage, "odd");
  return number / 2;
}

Result<int> quarter(int number) { return half(TRY(half(number))); }

Result<void> must_be_even(int number) {
  TRY(half(number));
  return {};
}

Result<std::unique_ptr<int>> boxed(int number) {
  TRY(must_be_even(number));
  return std::make_unique<int>(TRY(half(number)));
}

}  // namespace

TEST_CASE("TRY yields the value, or returns the error of the first failed step") {
  CHECK(quarter(8).value() == 2);
  const auto second_step = quarter(6);
  REQUIRE_FALSE(second_step);
  CHECK(second_step.error().message() == "odd");
  CHECK_FALSE(quarter(3));
}

TEST_CASE("TRY works for void and for values that can only be moved") {
  CHECK(must_be_even(2));
  CHECK(must_be_even(1).error().kind() == ErrorKind::usage);
  CHECK(*boxed(10).take() == 5);
  CHECK_FALSE(boxed(11));
}

TEST_CASE("with adds context to an error and keeps a value as it is") {
  CHECK(half(3).with("halving").error().text() == "halving: odd");
  CHECK(half(4).with("halving").value() == 2);
  CHECK(*boxed(4).with("boxing").take() == 2);
  CHECK(must_be_even(3).with("checking").error().text() == "checking: odd");
  CHECK(must_be_even(4).with("checking"));
}

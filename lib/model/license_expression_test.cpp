// Licence expressions: what the annex allows, and its refused neighbours.
#include "model/license_expression.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace mpk;

TEST_CASE("an expression is taken apart into licences, additions and references") {
  const auto found = model::parse_license_expression(
      "(MIT OR GPL-2.0+ WITH Classpath-exception-2.0) AND (LicenseRef-a.b or "
      "DocumentRef-x:LicenseRef-y) and EPL-2.0 WITH AdditionRef-z");
  REQUIRE(found);
  CHECK(found->licenses == std::vector<std::string>{"MIT", "GPL-2.0", "EPL-2.0"});
  CHECK(found->additions == std::vector<std::string>{"Classpath-exception-2.0"});
  CHECK(found->references ==
        std::vector<std::string>{"LicenseRef-a.b", "DocumentRef-x:LicenseRef-y", "AdditionRef-z"});
}

TEST_CASE("of alternatives the best part counts, of what holds together the worst") {
  struct Row {
    const char* text;
    int worth;
  };
  const auto length = [](std::string_view part) { return static_cast<int>(part.size()); };
  for (const auto& row : std::vector<Row>{
           {"MIT", 3},
           {"MIT OR 0BSD", 4},
           {"MIT AND 0BSD", 3},
           {"GPL-2.0+ WITH A", 1},
           {"MIT OR 0BSD AND ISC", 3},  // AND binds more tightly
           {"(MIT OR 0BSD) AND LicenseRef-x", 4},
       }) {
    CAPTURE(row.text);
    const auto worth = model::worth_of_license_expression(row.text, length);
    REQUIRE(worth);
    CHECK(*worth == row.worth);
  }
  CHECK_FALSE(model::worth_of_license_expression("MIT OR", length));
  CHECK_FALSE(model::worth_of_license_expression("MIT" + std::string(5000, ' '), length));
}

TEST_CASE("what is no expression is refused with a reason") {
  struct Row {
    const char* text;
    const char* reason;
  };
  for (const auto& row : std::vector<Row>{
           {"", "ends where a licence is expected"},
           {"MIT OR", "ends where a licence is expected"},
           {"OR MIT", "expected a licence, found OR"},
           {"MIT Apache-2.0", "unexpected Apache-2.0"},
           {"MIT Or Apache-2.0", "unexpected Or"},
           {"(MIT", "a parenthesis is not closed"},
           {"MIT)", "unexpected )"},
           {"MIT WITH", "expected an exception after WITH"},
           {"(MIT OR ISC) WITH Classpath-exception-2.0", "unexpected WITH"},
           {"llama 3, see LICENSE", "unexpected 3,"},
           {"MIT/Apache", "expected a licence, found MIT/Apache"},
           {"openrail++", "expected a licence, found openrail++"},
       }) {
    CAPTURE(row.text);
    const auto found = model::parse_license_expression(row.text);
    REQUIRE_FALSE(found);
    CHECK(found.error().message().find(row.reason) != std::string::npos);
  }
  CHECK_FALSE(
      model::parse_license_expression(std::string(100, '(') + "MIT" + std::string(100, ')')));
  CHECK_FALSE(model::parse_license_expression("MIT" + std::string(5000, ' ')));
}

// One line of the audit log: what any JSON parser reads.
#include "admit/audit_line.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace mpk::admit {

TEST_CASE("a line is one JSON object, whatever the texts are") {
  AuditLine line;
  line.text("a", "p\"q\\r\ns\x01 ü");
  line.texts("none", {});
  line.texts("two", {"x", "\"y\""});
  line.number("n", -7);
  line.flag("yes", true);
  line.flag("no", false);
  const auto text = std::move(line).take();
  CHECK(text.ends_with("}\n"));
  CHECK(text.find('\n') == text.size() - 1);
  CHECK(nlohmann::json::parse(text) == nlohmann::json{{"a", "p\"q\\r\ns\x01 ü"},
                                                      {"none", nlohmann::json::array()},
                                                      {"two", {"x", "\"y\""}},
                                                      {"n", -7},
                                                      {"yes", true},
                                                      {"no", false}});
}

TEST_CASE("without members it is an empty object") { CHECK(AuditLine().take() == "{}\n"); }

}  // namespace mpk::admit

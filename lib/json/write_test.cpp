// Writer: what any JSON parser reads.
#include "json/write.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace mpk::json {

TEST_CASE("members, items and what stands in them are separated and escaped") {
  Writer out;
  out.open_object();
  out.text("a", "p\"q\\r\ns\x01 \x1f\x7f ü");
  out.texts("none", {});
  out.texts("two", {"x", "\"y\""});
  out.number("n", -7);
  out.flag("yes", true);
  out.flag("no", false);
  out.key("list");
  out.open_array();
  out.open_object();
  out.close_object();
  out.open_array();
  out.number(1);
  out.flag(true);
  out.text("");
  out.close_array();
  out.close_array();
  out.text("\"last\"", "\\");
  out.close_object();
  const auto text = std::move(out).take();
  CHECK(text.find('\n') == text.npos);
  CHECK(json::parse(text).value() ==
        nlohmann::json{{"a", "p\"q\\r\ns\x01 \x1f\x7f ü"},
                       {"none", nlohmann::json::array()},
                       {"two", {"x", "\"y\""}},
                       {"n", -7},
                       {"yes", true},
                       {"no", false},
                       {"list", {nlohmann::json::object(), {1, true, ""}}},
                       {"\"last\"", "\\"}});
}

TEST_CASE("every byte of ASCII comes back as it was") {
  std::string all;
  for (char c = 0; c >= 0 && c < 127; ++c) all += c;
  Writer out;
  out.text(all);
  CHECK(json::parse(std::move(out).take()).value() == all);
}

TEST_CASE("an object without members") {
  Writer out;
  out.open_object();
  out.close_object();
  CHECK(std::move(out).take() == "{}");
}

}  // namespace mpk::json

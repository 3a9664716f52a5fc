// Field: each typed read beside what it refuses, with the path in the message.
#include "json/read.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace mpk::json {
namespace {

template <class T>
std::string message(const Result<T>& result) {
  return result ? "(no error)" : result.error().text();
}

Json document(std::string_view text) {
  auto value = parse(text);
  REQUIRE(value);
  return *value;
}

}  // namespace

TEST_CASE("an error names the path to the value") {
  const Json value = document(R"({"layers":[{"digest":"a"},{"digest":7}],"a b":{"c.d":[1]}})");
  const Field root(value);
  const auto layers = root.items("layers");
  REQUIRE(layers);
  CHECK((*layers)[0].string("digest").value() == "a");
  CHECK(message((*layers)[1].string("digest")) ==
        "$.layers[1].digest: expected a string, found number");
  CHECK(message(root.at("a b")->at("c.d")->items()->at(0).string()) ==
        "$[\"a b\"][\"c.d\"][0]: expected a string, found number");
  CHECK((*layers)[1].string("digest").error().kind() == ErrorKind::malformed);
}

TEST_CASE("a hostile key can neither fill the path nor reach a terminal") {
  const Json value = {{std::string(5000, 'k'), {{"\x1b[2J\"", 1}}}};
  const Field inner = Field(value).members()->at(0).second.members()->at(0).second;
  CHECK(inner.path().size() < 200);
  CHECK(inner.path().find('\x1b') == std::string::npos);
  CHECK(inner.path().ends_with(R"(["\\x1b[2J\""])"));
}

TEST_CASE("a required member that is missing or null is refused") {
  const Json value = document(R"({"a":{"n":null}})");
  const Field root(value);
  CHECK(message(root.at("b")) == "$: missing \"b\"");
  CHECK(message(root.at("a")->string("n")) == "$.a: missing \"n\"");
  CHECK(message(root.at("a")->base64("x")) == "$.a: missing \"x\"");
  CHECK(message(root.items("x")) == "$: missing \"x\"");
  CHECK(root.at("a"));
}

TEST_CASE("a member of something that is no object is refused") {
  const Json value = document(R"({"list":[1],"text":"x"})");
  const Field root(value);
  CHECK(message(root.at("list")->at("a")) == "$.list: expected an object, found array");
  CHECK(message(root.at("text")->find("a")) == "$.text: expected an object, found string");
  CHECK(message(root.at("text")->members()) == "$.text: expected an object, found string");
  CHECK(message(root.items("text")) == "$.text: expected an array, found string");
}

TEST_CASE("optional members are empty when absent or null and refused with another type") {
  const Json value =
      document(R"({"n":null,"bad":[7],"s":"x","t":true,"u":"12","l":["a","b"],"b":"AQI=",
                                  "d":"2026-11-20T14:03:00Z"})");
  const Field root(value);
  for (const char* key : {"absent", "n"}) {
    CAPTURE(key);
    CHECK_FALSE(root.optional_string(key).value());
    CHECK_FALSE(root.optional_boolean(key).value());
    CHECK_FALSE(root.optional_unsigned(key).value());
    CHECK_FALSE(root.optional_base64(key).value());
    CHECK_FALSE(root.optional_timestamp(key).value());
    CHECK(root.optional_items(key)->empty());
    CHECK(root.optional_strings(key)->empty());
  }
  CHECK(root.optional_string("s").value() == "x");
  CHECK(root.optional_boolean("t").value() == true);
  CHECK(root.optional_unsigned("u").value() == 12U);
  CHECK(root.optional_base64("b").value() == Bytes{1, 2});
  CHECK(root.optional_timestamp("d").value()->text() == "2026-11-20T14:03:00Z");
  CHECK(root.optional_strings("l").value() == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(root.optional_string("bad"));
  CHECK_FALSE(root.optional_boolean("s"));
  CHECK_FALSE(root.optional_unsigned("s"));
  CHECK_FALSE(root.optional_base64("s"));
  CHECK_FALSE(root.optional_timestamp("s"));
  CHECK_FALSE(root.optional_items("s"));
  CHECK(message(root.optional_strings("bad")) == "$.bad[0]: expected a string, found number");
}

TEST_CASE("integers are read whole") {
  const struct {
    const char* text;
    bool is_integer, is_unsigned;
  } table[] = {
      {"0", true, true},
      {"-1", true, false},
      {"9223372036854775807", true, true},
      {"9223372036854775808", false, true},
      {"18446744073709551615", false, true},
      {"18446744073709551616", false, false},
      {"1.0", false, false},
      {"1e3", false, false},
      {"\"5\"", false, true},
      {"\"-5\"", false, false},
      {"\"5 \"", false, false},
      {"\"\"", false, false},
      {"\"18446744073709551616\"", false, false},
      {"true", false, false},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const Json value = document(row.text);
    CHECK(Field(value).integer().has_value() == row.is_integer);
    CHECK(Field(value).unsigned_integer().has_value() == row.is_unsigned);
  }
  CHECK(Field(document("\"18446744073709551615\"")).unsigned_integer().value() == UINT64_MAX);
  const Json built = 5;  // signed, as code writes it
  CHECK(Field(built).unsigned_integer().value() == 5);
}

TEST_CASE("a number is read from integers and fractions, not from strings") {
  CHECK(Field(document("2")).number().value() == 2.0);
  CHECK(Field(document("2.5")).number().value() == 2.5);
  CHECK(message(Field(document("\"2\"")).number()) == "$: expected a number, found string");
}

TEST_CASE("base64 and time errors carry the path") {
  const Json value = document(R"({"sig":"AQI","at":"2026-13-01T00:00:00Z","ok":"AQI="})");
  const Field root(value);
  CHECK(message(root.base64("sig")).starts_with("$.sig: "));
  CHECK(message(root.optional_timestamp("at")).starts_with("$.at: "));
  CHECK(root.base64("ok").value() == Bytes{1, 2});
}

TEST_CASE("an unlisted member is refused and the nearest name is suggested") {
  const Json value = document(R"({"issuer":"a","subjct":"b"})");
  const auto refused = Field(value, "$.signers[0]").only({"issuer", "subject"});
  CHECK(message(refused) == "$.signers[0]: unknown member \"subjct\"");
  CHECK(refused.error().hint() == "did you mean \"subject\"?");
  CHECK(Field(value).only({"issuer", "subjct", "more"}));
  CHECK(Field(value).only({"issuer", "elsewhere"}).error().hint().empty());
  CHECK_FALSE(Field(Json(1)).only({"a"}));
}

TEST_CASE("members come sorted with their fields") {
  const Json value = document(R"({"b":1,"a":null})");
  const auto members = Field(value).members();
  REQUIRE(members);
  REQUIRE(members->size() == 2);
  CHECK((*members)[0].first == "a");
  CHECK((*members)[0].second.value().is_null());
  CHECK((*members)[1].second.path() == "$.b");
}

}  // namespace mpk::json

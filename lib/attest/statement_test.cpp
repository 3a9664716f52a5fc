// Statements: what is written, what is read, what is refused.
#include "attest/statement.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::attest;

namespace {
const std::string kHex(64, 'a');
std::string with_subject(const std::string& subject) {
  return R"({"_type":"https://in-toto.io/Statement/v1","subject":)" + subject +
         R"(,"predicateType":"https://example.com/p","predicate":{"b":2,"a":1}})";
}
}  // namespace

TEST_CASE("a statement has four members and no more") {
  auto text = make_statement({{.name = "reg/repo", .digest = {{"sha256", kHex}}}}, "https://x/y",
                             Json::object());
  auto document = json::parse(text);
  REQUIRE(document);
  CHECK(document->size() == 4);
  CHECK((*document)["_type"] == "https://in-toto.io/Statement/v1");
  CHECK((*document)["subject"][0]["name"] == "reg/repo");
  CHECK(text.find(' ') == std::string::npos);
}

TEST_CASE("a written statement reads back") {
  auto text =
      make_statement({{.name = "", .digest = {{"sha256", kHex}}}}, "https://x/y", Json{{"k", "v"}});
  auto statement = parse_statement(text);
  REQUIRE(statement);
  CHECK(statement->predicate_type == "https://x/y");
  CHECK(statement->predicate == R"({"k":"v"})");
  CHECK(statement->has_subject(*Digest::parse("sha256:" + kHex)));
  CHECK_FALSE(statement->has_subject(*Digest::parse("sha256:" + std::string(64, 'b'))));
}

TEST_CASE("any one of several subjects counts, and only by its own algorithm") {
  auto statement = parse_statement(
      with_subject(R"([{"digest":{"gitCommit":"X Y"}},{"name":"n","digest":{"sha512":")" + kHex +
                   R"(","sha256":")" + std::string(64, 'c') + R"("}}])"));
  REQUIRE(statement);
  CHECK(statement->has_subject(*Digest::parse("sha256:" + std::string(64, 'c'))));
  CHECK_FALSE(statement->has_subject(*Digest::parse("sha256:" + kHex)));
}

TEST_CASE("unknown members are ignored, v0.1 is read, another type is not") {
  auto extra =
      with_subject(R"([{"digest":{"sha256":")" + kHex + R"("},"uri":"x","annotations":{}}])");
  extra.insert(1, R"("vendor":1,)");
  CHECK(parse_statement(extra));
  auto old = extra;
  old.replace(old.find("Statement/v1"), 12, "Statement/v0.1");
  CHECK(parse_statement(old));
  auto odd = extra;
  odd.replace(odd.find("Statement/v1"), 12, "Statement/v9");
  auto refused = parse_statement(odd);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::unsupported);
}

TEST_CASE("malformed subjects are refused") {
  for (const auto& subject :
       {std::string("[]"), std::string(R"([{"name":"n"}])"), std::string(R"([{"digest":{}}])"),
        R"([{"digest":{"sha256":")" + std::string(64, 'A') + R"("}}])",
        std::string(R"([{"digest":{"sha256":"sha256:aa"}}])"), std::string("{}")}) {
    auto statement = parse_statement(with_subject(subject));
    CHECK_MESSAGE(!statement, subject);
  }
}

TEST_CASE("one subject over the limit is too large") {
  std::string list = "[";
  for (int i = 0; i < 1024; ++i)
    list += (i > 0 ? "," : "") + (R"({"digest":{"sha256":")" + kHex + R"("}})");
  CHECK(parse_statement(with_subject(list + "]")));
  list += R"(,{"digest":{"sha256":")" + kHex + R"("}}])";
  auto refused = parse_statement(with_subject(list));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::too_large);
}

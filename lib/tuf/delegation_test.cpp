// Delegations: patterns, hash prefixes, and forms that are refused.
#include "tuf/delegation.hpp"

#include "crypto/hash.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace mpk;

TEST_CASE("patterns match within a path component, and case counts") {
  struct Case {
    const char* pattern;
    const char* path;
    bool matches;
  };
  for (const auto& [pattern, path, matches] : {
           Case{"*", "a", true},
           Case{"*", "a/b", false},
           Case{"*.md", "README.md", true},
           Case{"*.md", "README.MD", false},
           Case{"*.md", "docs/README.md", false},
           Case{"foo-?.tgz", "foo-1.tgz", true},
           Case{"foo-?.tgz", "foo-alpha.tgz", false},
           Case{"foo?bar", "foo/bar", false},
           Case{"releases/*/*", "releases/x/x_v1", true},
           Case{"releases/*/*", "releases/x", false},
           Case{"releases/*/*", "releases/x/y/z", false},
           Case{"a*b*c", "aXbYbZc", true},
           Case{"a*b*c", "aXbYbZ", false},
           Case{"*/x", "a/x", true},
           Case{"*/x", "a/b/x", false},
           Case{"[a-c]1", "b1", true},
           Case{"[a-c]1", "d1", false},
           Case{"[!a-c]1", "d1", true},
           Case{"[!a-c]1", "b1", false},
           Case{"[]]", "]", true},
           Case{"[a", "[a", true},
           Case{"[a", "a", false},
           Case{"", "", true},
           Case{"", "a", false},
           Case{"a/", "a/", true},
       }) {
    CAPTURE(pattern);
    CAPTURE(path);
    CHECK(tuf::matches_path(pattern, path) == matches);
  }
}

TEST_CASE("a pattern of many stars is matched in time that does not explode") {
  const std::string pattern = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b";
  CHECK_FALSE(tuf::matches_path(pattern, std::string(2000, 'a')));
  CHECK(tuf::matches_path(pattern, std::string(2000, 'a') + "b"));
}

namespace {

Json role(const std::string& name) {
  return {{"name", name},
          {"keyids", {"k"}},
          {"threshold", 1},
          {"terminating", false},
          {"paths", {"*"}}};
}

Json delegations(const std::vector<Json>& roles) {
  return {{"keys", Json::object()}, {"roles", roles}};
}

Result<tuf::Delegations> read(const Json& value) {
  return tuf::read_delegations(json::Field(value));
}

}  // namespace

TEST_CASE("hash prefixes choose by the SHA-256 of the path") {
  const std::string hex = crypto::sha256(std::string_view("a/b")).hex();
  Json value = role("bin");
  value.erase("paths");
  value["path_hash_prefixes"] = {hex.substr(0, 2)};
  const auto read_back = read(delegations({value})).take();
  CHECK(read_back.roles[0].covers("a/b"));
  std::string other = "x";
  while (crypto::sha256(std::string_view(other)).hex().starts_with(hex.substr(0, 2))) other += "x";
  CHECK_FALSE(read_back.roles[0].covers(other));
}

TEST_CASE("delegations are read as they are meant or not at all") {
  CHECK(read(delegations({role("a"), role("b")})));
  CHECK(read(delegations({role("../odd?#")})));
  struct Case {
    const char* name;
    Json value;
  };
  auto both = role("a");
  both["path_hash_prefixes"] = {"00"};
  auto none = role("a");
  none.erase("paths");
  auto twice = role("a");
  twice["keyids"] = {"k", "k"};
  auto zero = role("a");
  zero["threshold"] = 0;
  auto succinct = delegations({});
  succinct["succinct_roles"] = {{"bit_length", 8}};
  for (const auto& [name, value] : {
           Case{"a name twice", delegations({role("a"), role("a")})},
           Case{"a top-level name", delegations({role("root")})},
           Case{"the delegator's own kind", delegations({role("targets")})},
           Case{"no name", delegations({role("")})},
           Case{"a name that is no file name", delegations({role(std::string(90, '/'))})},
           Case{"paths and prefixes", delegations({both})},
           Case{"neither", delegations({none})},
           Case{"a keyid twice", delegations({twice})},
           Case{"a threshold of 0", delegations({zero})},
           Case{"hash bins", succinct},
           Case{"no keys", Json{{"roles", Json::array()}}},
       }) {
    CAPTURE(name);
    CHECK_FALSE(read(value));
  }
}

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

Json bins(const Json& bits) {
  Json out = {{"keys", Json::object()}};
  out["succinct_roles"] = {
      {"keyids", {"k"}}, {"threshold", 1}, {"bit_length", bits}, {"name_prefix", "bin"}};
  return out;
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

TEST_CASE("hash bins are numbered by the first bits of the path's SHA-256 (TAP 15)") {
  // SHA-256 of "a/b" starts with c14cddc0 (sha256sum).
  REQUIRE(crypto::sha256(std::string_view("a/b")).hex().starts_with("c14cddc0"));
  struct Case {
    int bits;
    const char* name;
  };
  for (const auto& [bits, name] :
       {Case{1, "bin-1"}, Case{4, "bin-c"}, Case{5, "bin-18"}, Case{8, "bin-c1"},
        Case{10, "bin-305"}, Case{16, "bin-c14c"}, Case{32, "bin-c14cddc0"}}) {
    CAPTURE(bits);
    const auto roles = read(bins(bits)).take().roles_for("a/b");
    REQUIRE(roles.size() == 1);
    CHECK(roles[0].name == name);
    CHECK(roles[0].terminating);
    CHECK(roles[0].keys.threshold == 1);
  }
  // Zeros in front stay: SHA-256 of "x6" starts with 0.
  REQUIRE(crypto::sha256(std::string_view("x6")).hex().starts_with("0"));
  CHECK(read(bins(8))->roles_for("x6")[0].name.starts_with("bin-0"));
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
  auto prefix_less = bins(8);
  prefix_less["succinct_roles"].erase("name_prefix");
  auto long_name = bins(8);
  long_name["succinct_roles"]["name_prefix"] = std::string(90, '/');
  auto keyless = bins(8);
  keyless["succinct_roles"].erase("keyids");
  auto both_kinds = bins(8);
  both_kinds["roles"] = Json::array();
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
           Case{"no bits for bins", bins(0)},
           Case{"too many bits", bins(33)},
           Case{"bits in words", bins("eight")},
           Case{"bins without a name", prefix_less},
           Case{"bins whose names are no file names", long_name},
           Case{"bins without keys", keyless},
           Case{"bins and roles", both_kinds},
           Case{"neither", Json{{"keys", Json::object()}}},
           Case{"no keys", Json{{"roles", Json::array()}}},
       }) {
    CAPTURE(std::string(name));
    CHECK_FALSE(read(value));
  }
}

// Statements of signed models: what is written, what is read, and each refused neighbour.
#include "oms/statement.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <ostream>

using namespace mpk;
using namespace mpk::oms;

namespace {

std::vector<Resource> two_files() {
  return {{"b/c.bin", crypto::sha256("c").bytes()}, {"a.bin", crypto::sha256("a").bytes()}};
}

Json statement(const Serialization& serialization = {}) {
  auto resources = two_files();
  if (serialization.method == Method::shards) {
    resources = {{"a:b.bin:0:8", crypto::sha256("1").bytes()},
                 {"a:b.bin:8:9", crypto::sha256("2").bytes()}};
  }
  return json::parse(make_statement("tiny", serialization, resources).take()).take();
}

void fix_root(Json& document) {
  std::string all;
  for (const auto& resource : document["predicate"]["resources"]) {
    const auto raw = hex_decode(resource["digest"].get<std::string>()).take();
    all += as_text(raw);
  }
  document["subject"][0]["digest"]["sha256"] = crypto::sha256(all).hex();
}

}  // namespace

TEST_CASE("a statement lists the files by name and has their root digest") {
  const auto document = statement();
  CHECK(document["_type"] == "https://in-toto.io/Statement/v1");
  CHECK(document["predicateType"] == kPredicateType);
  CHECK(document["subject"].size() == 1);
  CHECK(document["subject"][0]["name"] == "tiny");
  const auto& resources = document["predicate"]["resources"];
  REQUIRE(resources.size() == 2);
  CHECK(resources[0]["name"] == "a.bin");
  CHECK(resources[1]["name"] == "b/c.bin");
  const auto a = crypto::sha256("a").bytes();
  const auto c = crypto::sha256("c").bytes();
  CHECK(document["subject"][0]["digest"]["sha256"] ==
        crypto::sha256(std::string(as_text(a)) + std::string(as_text(c))).hex());
  const auto& how = document["predicate"]["serialization"];
  CHECK(how["method"] == "files");
  CHECK(how["allow_symlinks"] == false);
  CHECK_FALSE(how.contains("shard_size"));
  CHECK_FALSE(how.contains("ignore_paths"));
}

TEST_CASE("nothing to sign, and a name that is there twice, make no statement") {
  CHECK(make_statement("m", {}, {}).error().kind() == ErrorKind::usage);
  auto twice = two_files();
  twice.push_back(twice.front());
  CHECK(make_statement("m", {}, twice).error().message() == "b/c.bin: there twice");
}

TEST_CASE("a statement survives being written and read") {
  const Serialization how{.method = Method::shards,
                          .hash = HashType::sha256,
                          .shard_size = 8,
                          .allow_symlinks = true,
                          .ignore_paths = {".git", "x"}};
  const auto back = parse_statement(json::compact(statement(how)));
  REQUIRE(back);
  CHECK(back->model == "tiny");
  CHECK(back->serialization.shard_size == 8);
  CHECK(back->serialization.allow_symlinks);
  CHECK(back->serialization.ignore_paths == how.ignore_paths);
  REQUIRE(back->resources.size() == 2);
  CHECK(back->resources[1].name == "a:b.bin:8:9");
  CHECK(back->root == root_digest(back->resources));
  CHECK_FALSE(back->historical);
}

TEST_CASE("resources in another order are read, their root digest is over that order") {
  auto document = statement();
  auto& resources = document["predicate"]["resources"];
  std::swap(resources[0], resources[1]);
  CHECK_FALSE(parse_statement(json::compact(document)));
  fix_root(document);
  CHECK(parse_statement(json::compact(document)));
}

TEST_CASE("what the reference implementation writes of shards is read") {
  auto document = statement({.method = Method::shards, .shard_size = 8});
  document["predicate"]["serialization"]["shard_size"] = 8.0;
  for (auto& resource : document["predicate"]["resources"]) {
    resource["algorithm"] = "sha256-sharded-8";
  }
  CHECK(parse_statement(json::compact(document)));
  document["predicate"]["serialization"]["shard_size"] = 8.5;
  CHECK_FALSE(parse_statement(json::compact(document)));
  document["predicate"]["serialization"]["shard_size"] = 9.0;
  CHECK_FALSE(parse_statement(json::compact(document)));
}

TEST_CASE("a statement that is not one of a model is refused, and says where") {
  struct Case {
    const char* name;
    std::function<void(Json&)> change;
    const char* says;
  };
  const std::vector<Case> cases = {
      {"another statement type", [](Json& d) { d["_type"] = "https://in-toto.io/Statement/v0.1"; },
       "_type is"},
      {"another predicate", [](Json& d) { d["predicateType"] = "https://example.com/v1"; },
       "not that of a model signature"},
      {"two subjects", [](Json& d) { d["subject"].push_back(Json(d["subject"][0])); },
       "expected one subject, found 2"},
      {"no subject", [](Json& d) { d["subject"] = Json::array(); }, "subject is empty"},
      {"another root digest",
       [](Json& d) { d["subject"][0]["digest"]["sha256"] = std::string(64, '0'); },
       "but the resources make"},
      {"no predicate", [](Json& d) { d.erase("predicate"); }, "predicate"},
      {"no resource", [](Json& d) { d["predicate"]["resources"] = Json::array(); },
       "resources is empty"},
      {"no serialization", [](Json& d) { d["predicate"].erase("serialization"); }, "serialization"},
      {"another method", [](Json& d) { d["predicate"]["serialization"]["method"] = "tree"; },
       "serialization by \"tree\""},
      {"a shard size for files", [](Json& d) { d["predicate"]["serialization"]["shard_size"] = 8; },
       "not a member"},
      {"shards without a size",
       [](Json& d) { d["predicate"]["serialization"]["method"] = "shards"; }, "shard_size"},
      {"symlinks in words",
       [](Json& d) { d["predicate"]["serialization"]["allow_symlinks"] = "no"; }, "allow_symlinks"},
      {"blake3 over resources of sha256",
       [](Json& d) { d["predicate"]["serialization"]["hash_type"] = "blake3"; }, "hash_type"},
      {"an unknown hash", [](Json& d) { d["predicate"]["serialization"]["hash_type"] = "md5"; },
       "no hash type"},
      {"another algorithm",
       [](Json& d) { d["predicate"]["resources"][0]["algorithm"] = "blake2b"; }, "hash_type"},
      {"a name that leads out", [](Json& d) { d["predicate"]["resources"][0]["name"] = "../a"; },
       "not a path in a model"},
      {"an absolute name", [](Json& d) { d["predicate"]["resources"][0]["name"] = "/a"; },
       "not a path in a model"},
      {"a dot among several", [](Json& d) { d["predicate"]["resources"][0]["name"] = "."; },
       "not a path in a model"},
      {"a name twice",
       [](Json& d) {
         d["predicate"]["resources"][1] = d["predicate"]["resources"][0];
         fix_root(d);
       },
       "there twice"},
      {"upper-case hex",
       [](Json& d) { d["predicate"]["resources"][0]["digest"] = std::string(64, 'A'); },
       "lower-case hex"},
      {"a short digest", [](Json& d) { d["predicate"]["resources"][0]["digest"] = "ab"; },
       "expected a sha256 digest"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.name);
    auto document = statement();
    REQUIRE(parse_statement(json::compact(document)));
    each.change(document);
    const auto read = parse_statement(json::compact(document));
    REQUIRE_FALSE(read);
    CHECK(read.error().text().find(each.says) != std::string::npos);
  }
}

TEST_CASE("a resource's further members are ignored (§5.2.1)") {
  auto document = statement();
  document["predicate"]["resources"][0]["annotations"] = {{"a", "b"}};
  CHECK(parse_statement(json::compact(document)));
}

TEST_CASE("the name of a shard is taken apart at its last two colons") {
  const auto shard = parse_shard("a:1:2/b:10:20");
  REQUIRE(shard);
  CHECK(shard->path == "a:1:2/b");
  CHECK(shard->begin == 10);
  CHECK(shard->end == 20);
  for (const auto* name : {"", ":", "::", "a", "a:1", ":1:2", "a:2:2", "a:3:2", "a:-1:2", "a:01:2",
                           "a:1:2x", "a:1:99999999999999999999"}) {
    CAPTURE(name);
    CHECK_FALSE(parse_shard(name));
  }
}

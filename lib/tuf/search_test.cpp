// Search and download: who is asked in which order, and by whose keys.
#include "tuf/limits.hpp"
#include "tuf/test_repository.hpp"
#include "tuf/updater.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace mpk;
using tuf::test::kNow;
using tuf::test::TestFetcher;
using tuf::test::TestRepository;
using tuf::test::version_in;

namespace {

struct Edge {
  const char* delegator;
  const char* role;
  std::vector<std::string> paths = {"*"};
  bool terminating = false;
};

void build(TestRepository& repository, const std::vector<Edge>& edges) {
  std::vector<std::string> roles;
  for (const auto& edge : edges) {
    repository.delegate(edge.delegator, edge.role, edge.paths, edge.terminating);
    if (std::find(roles.begin(), roles.end(), edge.role) == roles.end())
      roles.emplace_back(edge.role);
  }
  roles.insert(roles.end(), {"targets", "snapshot", "timestamp"});
  repository.publish(roles);
}

// The roles asked for a path, by the first letter of their names.
std::string asked(TestRepository& repository, const std::string& path) {
  tuf::MemoryStore store;
  TestFetcher fetcher(repository.metadata);
  tuf::Updater updater(store, fetcher, kNow);
  REQUIRE(updater.refresh(repository.root(1)));
  const auto before = fetcher.requests.size();
  const auto found = updater.find_target(path);
  std::string out;
  for (auto i = before; i < fetcher.requests.size(); ++i)
    out += fetcher.requests[i].substr(2, 1);  // "1.A.json"
  return out + (found ? "+" : "");
}

}  // namespace

TEST_CASE("delegations are searched depth first, in their order, each role once") {
  struct Case {
    const char* name;
    std::vector<Edge> edges;
    const char* order;
  };
  for (const auto& [name, edges, order] : {
           Case{"one", {{"targets", "A"}}, "A"},
           Case{"two", {{"targets", "A"}, {"targets", "B"}}, "AB"},
           Case{
               "depth first", {{"targets", "A"}, {"targets", "B"}, {"A", "C"}, {"A", "D"}}, "ACDB"},
           Case{"a terminating role ends the search behind its descendants",
                {{"targets", "A"},
                 {"targets", "B"},
                 {"A", "C", {"*"}, true},
                 {"A", "D"},
                 {"C", "E"}},
                "ACE"},
           Case{"a terminating role that is not trusted with the path ends nothing",
                {{"targets", "A", {"*.py"}, true}, {"targets", "B"}},
                "B"},
           Case{"paths that do not match",
                {{"targets", "A"}, {"targets", "B"}, {"A", "C", {"*.py"}}, {"C", "D"}},
                "AB"},
           Case{"a circle", {{"targets", "A"}, {"A", "B"}, {"B", "C"}, {"C", "A"}}, "ABC"},
       }) {
    CAPTURE(name);
    TestRepository repository;
    build(repository, edges);
    CHECK(asked(repository, "nowhere") == order);
  }
}

TEST_CASE("a target counts only where every delegation on the way is trusted with its path") {
  TestRepository repository;
  build(repository, {{"targets", "A", {"*.md", "foo-?.tgz"}},
                     {"targets", "B", {"releases/*/*"}},
                     {"B", "C", {"releases/x/*"}}});
  for (const char* path : {"a.md", "releases/a.md", "foo-1.tgz", "foo-12.tgz"})
    repository.add_target("A", path, path);
  for (const char* path : {"releases/x/1", "releases/z/1"}) repository.add_target("C", path, path);
  repository.add_target("targets", "top", "top");
  repository.publish({"A", "C", "targets", "snapshot", "timestamp"});
  CHECK(asked(repository, "top") == "+");
  CHECK(asked(repository, "a.md") == "A+");
  CHECK(asked(repository, "a.MD").empty());
  CHECK(asked(repository, "releases/a.md").empty());
  CHECK(asked(repository, "foo-1.tgz") == "A+");
  CHECK(asked(repository, "foo-12.tgz").empty());
  CHECK(asked(repository, "releases/x/1") == "BC+");
  CHECK(asked(repository, "releases/z/1") == "B");
}

TEST_CASE("a cached role is proven again by the keys of whoever delegates to it now") {
  TestRepository repository;
  build(repository, {{"targets", "pa", {"team-a/*"}},
                     {"targets", "pb", {"team-b/*"}},
                     {"pa", "release", {"team-a/*"}},
                     {"pb", "release", {"team-b/*"}}});
  REQUIRE(repository.signers["release"].size() == 2);  // one key of each delegator
  const auto both = repository.signers["release"];
  repository.add_target("release", "team-a/root", "good");
  repository.add_target("release", "team-b/root", "evil");
  repository.signers["release"] = {both[0]};
  repository.publish({"release", "snapshot", "timestamp"});

  tuf::MemoryStore store;
  TestFetcher fetcher(repository.metadata);
  tuf::Updater updater(store, fetcher, kNow);
  REQUIRE(updater.refresh(repository.root(1)));
  CHECK(updater.find_target("team-a/root"));
  const auto other = updater.find_target("team-b/root");
  REQUIRE_FALSE(other);
  CHECK(other.error().kind() == ErrorKind::untrusted);
  CHECK(updater.find_target("team-a/root"));  // and is still good for the first

  // Signed for both of them, both may use it, and it is fetched once.
  repository.signers["release"] = both;
  repository.publish({"release", "snapshot", "timestamp"});
  TestFetcher again(repository.metadata);
  tuf::Updater next(store, again, kNow);
  REQUIRE(next.refresh(repository.root(1)));
  CHECK(next.find_target("team-a/root"));
  CHECK(next.find_target("team-b/root"));
  CHECK(std::count(again.requests.begin(), again.requests.end(), "3.release.json") == 1);
}

TEST_CASE("a delegated role that the snapshot does not list is not even asked for") {
  TestRepository repository;
  build(repository, {{"targets", "A"}});
  repository.part("snapshot")["meta"].erase("A.json");
  repository.part("snapshot")["version"] = 1;
  repository.part("timestamp")["version"] = 1;
  repository.publish({"snapshot", "timestamp"});
  CHECK(asked(repository, "x").empty());
}

TEST_CASE("odd names of roles are quoted where they are asked for and where they are kept") {
  for (const std::string role : {"?", "#", "/role", "../role"}) {
    CAPTURE(role);
    TestRepository repository;
    repository.delegate("targets", role, {"*"});
    repository.publish({role, "targets", "snapshot", "timestamp"});
    tuf::MemoryStore store;
    TestFetcher fetcher(repository.metadata);
    tuf::Updater updater(store, fetcher, kNow);
    REQUIRE(updater.refresh(repository.root(1)));
    CHECK(updater.find_target("x").error().kind() == ErrorKind::not_found);
    CHECK(fetcher.requests.back() == "1." + tuf::role_file_name(role));
    CHECK(version_in(store, role) == 1);
  }
}

TEST_CASE("a search visits so many roles and no more") {
  for (const std::size_t count : {tuf::limits::kDelegations, tuf::limits::kDelegations + 1}) {
    TestRepository repository;
    std::vector<std::string> roles;
    for (std::size_t i = 0; i < count; ++i) {
      roles.push_back("r" + std::to_string(i));
      repository.delegate("targets", roles.back(), {"*"});
    }
    roles.insert(roles.end(), {"targets", "snapshot", "timestamp"});
    repository.publish(roles);
    tuf::MemoryStore store;
    TestFetcher fetcher(repository.metadata);
    tuf::Updater updater(store, fetcher, kNow);
    REQUIRE(updater.refresh(repository.root(1)));
    CHECK(updater.find_target("x").error().kind() ==
          (count == tuf::limits::kDelegations ? ErrorKind::not_found : ErrorKind::too_large));
  }
}

TEST_CASE("a target is fetched by its hash and is what was listed, or it is refused") {
  TestRepository repository;
  repository.add_target("targets", "dir a/file", "contents");
  repository.publish({"targets", "snapshot", "timestamp"});
  tuf::MemoryStore store;
  TestFetcher metadata(repository.metadata);
  tuf::Updater updater(store, metadata, kNow);
  REQUIRE(updater.refresh(repository.root(1)));
  const auto target = updater.find_target("dir a/file").take();
  const auto hex = target.hashes.front().hex();
  std::map<std::string, std::string> files = {{"dir%20a/" + hex + ".file", "contents"}};
  TestFetcher fetcher(files);
  CHECK(updater.fetch_target(fetcher, target).take() == "contents");
  CHECK(fetcher.requests == std::vector<std::string>{"dir%20a/" + hex + ".file"});
  for (const std::string wrong : {"Contents", "content", "contents and more"}) {
    CAPTURE(wrong);
    files.begin()->second = wrong;
    CHECK_FALSE(updater.fetch_target(fetcher, target));
  }
  files.clear();
  CHECK(updater.fetch_target(fetcher, target).error().kind() == ErrorKind::not_found);
}

TEST_CASE("a target with hashes of unknown kinds only is not fetched") {
  TestRepository repository;
  repository.add_target("targets", "file", "contents");
  auto& hashes = repository.part("targets")["targets"]["file"]["hashes"];
  hashes = {{"blake9", "00"}};
  repository.publish({"targets", "snapshot", "timestamp"});
  tuf::MemoryStore store;
  TestFetcher metadata(repository.metadata);
  tuf::Updater updater(store, metadata, kNow);
  REQUIRE(updater.refresh(repository.root(1)));
  const auto target = updater.find_target("file").take();
  TestFetcher fetcher(repository.targets);
  CHECK(updater.fetch_target(fetcher, target).error().kind() == ErrorKind::unsupported);
  CHECK(fetcher.requests.empty());
}

TEST_CASE("a target is found in its hash bin, and in no other") {
  TestRepository repository;
  repository.divide("targets", 8, "bin-c1");  // where "a/b" is
  repository.add_target("bin-c1", "a/b", "the bytes");
  repository.add_target("bin-c1", "a/c", "in a bin that it does not belong to");
  repository.publish({"bin-c1", "targets", "snapshot", "timestamp"});
  CHECK(asked(repository, "a/b") == "b+");
  CHECK(asked(repository, "a/c").find('+') == std::string::npos);

  // Its delegator trusts another key from now on.
  const auto key = repository.new_key();
  auto& delegations = repository.part("targets")["delegations"];
  delegations["keys"] = {{key.id, key.json()}};
  delegations["succinct_roles"]["keyids"] = {key.id};
  repository.publish({"targets", "snapshot", "timestamp"});
  CHECK(asked(repository, "a/b") == "b");
}

TEST_CASE("roles with hash prefixes are asked for the paths that have them") {
  TestRepository repository;
  repository.delegate("targets", "A", {"*"});
  repository.delegate("targets", "B", {"*"});
  auto& roles = repository.part("targets")["delegations"]["roles"];
  for (auto& role : roles) role.erase("paths");
  roles[0]["path_hash_prefixes"] = {"0", "1", "c0"};
  roles[1]["path_hash_prefixes"] = {"c14c"};
  repository.add_target("A", "a/b", "wrong");
  repository.add_target("B", "a/b", "right");
  repository.publish({"A", "B", "targets", "snapshot", "timestamp"});
  CHECK(asked(repository, "a/b") == "B+");
}

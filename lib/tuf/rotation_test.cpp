// Keys that change: roots one after the other, thresholds, and recovery from a fast forward.
#include "tuf/kept.hpp"
#include "tuf/limits.hpp"
#include "tuf/test_repository.hpp"
#include "tuf/updater.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace mpk;
using tuf::test::kNow;
using tuf::test::kPast;
using tuf::test::TestFetcher;
using tuf::test::TestKey;
using tuf::test::TestRepository;
using tuf::test::version_in;

namespace {

Result<void> refresh(TestRepository& repository, tuf::Store& store, const std::string& root) {
  TestFetcher fetcher(repository.metadata);
  return tuf::Updater(store, fetcher, kNow).refresh(root);
}

// One version of a role: its keys by index, its threshold, who signs.
struct Version {
  std::vector<std::size_t> keys;
  unsigned threshold;
  std::vector<std::size_t> signers;
};

void set_keys(TestRepository& repository, const std::vector<TestKey>& pool, const char* role,
              const Version& version) {
  Json& entry = repository.part("root")["roles"][role];
  entry = {{"keyids", Json::array()}, {"threshold", version.threshold}};
  for (const auto i : version.keys) {
    entry["keyids"].push_back(pool[i].id);
    repository.part("root")["keys"][pool[i].id] = pool[i].json();
  }
  repository.signers[role].clear();
  for (const auto i : version.signers) repository.signers[role].push_back(pool[i]);
}

}  // namespace

TEST_CASE("a root is taken when enough keys of the last one and of itself signed it") {
  struct Case {
    const char* name;
    Version before, after;
    bool accepted;
  };
  for (const auto& [name, before, after, accepted] : {
           Case{"the same key", {{1}, 1, {1}}, {{1}, 1, {1}}, true},
           Case{"a new key, both sign", {{1}, 1, {1}}, {{2}, 1, {2, 1}}, true},
           Case{"a new key, only the old one signs", {{1}, 1, {1}}, {{2}, 1, {1}}, false},
           Case{"a new key, only the new one signs", {{1}, 1, {1}}, {{2}, 1, {2}}, false},
           Case{"3 of 5 change one",
                {{1, 2, 3, 4, 5}, 3, {1, 2, 3}},
                {{1, 2, 3, 4, 6}, 3, {1, 2, 6, 3}},
                true},
           Case{"3 of 5, too few of the old",
                {{1, 2, 3, 4, 5}, 3, {1, 2, 3}},
                {{1, 2, 6, 7, 8}, 3, {1, 2, 6}},
                false},
           Case{"a higher threshold, met", {{1, 2}, 1, {1}}, {{1, 2}, 2, {1, 2}}, true},
           Case{"a higher threshold, not met", {{1, 2}, 1, {1}}, {{1, 2}, 2, {1}}, false},
           Case{"signatures of strangers", {{1}, 1, {1}}, {{1}, 1, {7, 8}}, false},
       }) {
    CAPTURE(name);
    TestRepository repository;
    std::vector<TestKey> pool;
    for (int i = 0; i < 9; ++i) pool.push_back(repository.new_key());
    repository.part("root")["version"] = 0;
    set_keys(repository, pool, "root", before);
    repository.publish({"root"});
    const auto first = repository.root(1);
    set_keys(repository, pool, "root", after);
    repository.publish({"root"});
    tuf::MemoryStore store;
    CHECK(refresh(repository, store, first).has_value() == accepted);
    CHECK(version_in(store, "root") == (accepted ? 2 : 0));
  }
}

TEST_CASE("an old root leads over all that follow to today's, though it has expired") {
  TestRepository repository;
  repository.part("root")["version"] = 0;
  repository.part("root")["expires"] = kPast;
  repository.publish({"root"});
  const auto first = repository.root(1);
  for (int i = 0; i < 4; ++i) {
    const auto last = repository.signers["root"];
    repository.rotate("root");
    repository.signers["root"].insert(repository.signers["root"].end(), last.begin(), last.end());
    if (i == 3) repository.part("root")["expires"] = tuf::test::kLater;
    repository.publish({"root"});
    auto& signers = repository.signers["root"];
    signers.erase(signers.begin() + 1, signers.end());
  }
  tuf::MemoryStore store;
  REQUIRE(refresh(repository, store, first));
  CHECK(version_in(store, "root") == 5);
  // The next update begins with the same root and needs none of them again.
  TestFetcher fetcher(repository.metadata);
  REQUIRE(tuf::Updater(store, fetcher, kNow).refresh(first));
  CHECK(fetcher.requests.front() == "6.root.json");
  // A kept root that does not follow is fetched again.
  REQUIRE(store.write(tuf::kept_root_name(3), "{}"));
  TestFetcher again(repository.metadata);
  REQUIRE(tuf::Updater(store, again, kNow).refresh(first));
  CHECK(again.requests.front() == "3.root.json");
}

TEST_CASE("one update takes no more new roots than the limit, and the next goes on") {
  TestRepository repository;
  const auto first = repository.root(1);
  for (std::size_t i = 0; i <= tuf::limits::kRootRotations; ++i) repository.publish({"root"});
  tuf::MemoryStore store;
  CHECK(refresh(repository, store, first).error().kind() == ErrorKind::too_large);
  CHECK(version_in(store, "root") == static_cast<int>(tuf::limits::kRootRotations) + 1);
  CHECK(refresh(repository, store, *store.read("root.json", tuf::limits::kRoot)));
}

TEST_CASE("a threshold counts keyids, each once") {
  TestRepository repository;
  std::vector<TestKey> pool;
  for (int i = 0; i < 4; ++i) pool.push_back(repository.new_key());
  struct Case {
    Version version;
    bool accepted;
  };
  for (const auto& [version, accepted] : {
           Case{{{0, 1, 2}, 2, {0, 1}}, true},
           Case{{{0, 1, 2}, 2, {0}}, false},
           Case{{{0, 1, 2}, 2, {0, 3}}, false},
           Case{{{0, 1}, 3, {0, 1}}, false},  // more than there are keys
       }) {
    for (const char* role : {"timestamp", "snapshot", "targets"}) {
      CAPTURE(role);
      TestRepository fresh;
      set_keys(fresh, pool, role, version);
      fresh.publish({"root", "targets", "snapshot", "timestamp"});
      tuf::MemoryStore store;
      CHECK(refresh(fresh, store, fresh.root(1)).has_value() == accepted);
      CHECK(version_in(store, "root") == 2);
    }
  }
}

TEST_CASE("new keys let versions begin again, and nothing else does") {
  TestRepository repository;
  const auto first = repository.root(1);
  for (int i = 0; i < 20; ++i) repository.publish({"targets", "snapshot", "timestamp"});
  tuf::MemoryStore store;
  REQUIRE(refresh(repository, store, first));
  const auto restart = [&](const std::string& role) { repository.part(role)["version"] = 0; };
  SUBCASE("of the timestamp") {
    repository.rotate("timestamp");
    restart("timestamp");
    repository.publish({"root", "timestamp"});
    CHECK(refresh(repository, store, first));
    CHECK(version_in(store, "timestamp") == 1);
  }
  SUBCASE("of the snapshot") {
    repository.rotate("snapshot");
    repository.rotate("timestamp");
    restart("snapshot");
    repository.publish({"root", "snapshot", "timestamp"});
    CHECK(refresh(repository, store, first));
    CHECK(version_in(store, "snapshot") == 1);
  }
  SUBCASE("of the targets, by new keys of the snapshot") {
    repository.rotate("snapshot");
    restart("targets");
    repository.publish({"root", "targets", "snapshot", "timestamp"});
    CHECK(refresh(repository, store, first));
    CHECK(version_in(store, "targets") == 1);
  }
  SUBCASE("not by new keys of the targets role") {
    repository.rotate("targets");
    restart("targets");
    repository.publish({"root", "targets", "snapshot", "timestamp"});
    CHECK(refresh(repository, store, first).error().kind() == ErrorKind::untrusted);
    CHECK(version_in(store, "targets") == 21);
  }
  SUBCASE("not by a key more") {
    repository.add_key("timestamp");
    restart("timestamp");
    repository.publish({"root", "timestamp"});
    CHECK(refresh(repository, store, first).error().kind() == ErrorKind::untrusted);
    CHECK(version_in(store, "timestamp") == 21);
  }
}

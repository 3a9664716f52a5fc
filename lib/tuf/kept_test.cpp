// What is kept is proven again from the chosen root; what was planted is not.
#include "tuf/kept.hpp"

#include "tuf/embedded.hpp"
#include "tuf/test_repository.hpp"
#include "tuf/updater.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace mpk;
using tuf::test::kNow;
using tuf::test::TestFetcher;
using tuf::test::TestRepository;

namespace {

void update(TestRepository& repository, tuf::Store& store, const std::string& root) {
  TestFetcher metadata(repository.metadata);
  tuf::Updater updater(store, metadata, kNow);
  REQUIRE(updater.refresh(root));
  TestFetcher fetcher(repository.targets);
  auto file = updater.find_target("file").take();
  auto bytes = updater.fetch_target(fetcher, file).take();
  REQUIRE(tuf::keep_targets(store, {{std::move(file), std::move(bytes)}}));
}

std::string kept_file(const tuf::Store& store, const std::string& root) {
  const auto kept = tuf::read_kept(store, root).take();
  REQUIRE(kept);
  return tuf::read_kept_target(store, *kept, "file").take().value_or("none");
}

}  // namespace

TEST_CASE("a kept target is proven from the first root over the ones that followed") {
  TestRepository repository;
  const auto first = repository.root(1);
  tuf::MemoryStore store;
  CHECK_FALSE(tuf::read_kept(store, first).take());
  repository.add_target("targets", "file", "one");
  repository.publish({"targets", "snapshot", "timestamp"});
  update(repository, store, first);
  CHECK(kept_file(store, first) == "one");
  repository.rotate("targets");
  repository.add_target("targets", "file", "two");
  repository.publish({"root", "targets", "snapshot", "timestamp"});
  update(repository, store, first);
  CHECK(kept_file(store, first) == "two");
  // The one before is gone.
  CHECK(std::count_if(store.files().begin(), store.files().end(),
                      [](const auto& file) { return file.first.starts_with("targets/"); }) == 1);
  const auto kept = tuf::read_kept(store, first).take();
  REQUIRE(kept->roles.size() == 4);
  CHECK(kept->roles[0].name == "root");
  CHECK(kept->roles[0].version == 2);
  CHECK(kept->roles[3].version == 3);
}

TEST_CASE("an update that ends half way leaves the targets of the last one in use") {
  TestRepository repository;
  const auto first = repository.root(1);
  tuf::MemoryStore store;
  repository.add_target("targets", "file", "one");
  repository.publish({"targets", "snapshot", "timestamp"});
  update(repository, store, first);
  repository.add_target("targets", "file", "two");
  repository.publish({"targets", "snapshot", "timestamp"});
  TestFetcher metadata(repository.metadata);
  REQUIRE(tuf::Updater(store, metadata, kNow).refresh(first));  // and then the power fails
  CHECK(kept_file(store, first) == "one");
}

TEST_CASE("what somebody else put there is refused") {
  TestRepository repository;
  repository.add_target("targets", "file", "good");
  repository.publish({"targets", "snapshot", "timestamp"});
  TestRepository other;
  other.add_target("targets", "file", "evil");
  other.publish({"root", "targets", "snapshot", "timestamp"});
  const auto first = repository.root(1);
  SUBCASE("a whole repository of their own") {
    tuf::MemoryStore store;
    update(other, store, other.root(1));
    CHECK(tuf::read_kept(store, first).error().kind() == ErrorKind::untrusted);
    CHECK(kept_file(store, other.root(1)) == "evil");
  }
  SUBCASE("other bytes for a target") {
    tuf::MemoryStore store;
    update(repository, store, first);
    for (const auto& [name, bytes] : store.files()) {
      if (!name.starts_with("targets/")) continue;
      REQUIRE(store.write(name, "evil"));
      break;
    }
    const auto kept = tuf::read_kept(store, first).take();
    REQUIRE(kept);
    CHECK(tuf::read_kept_target(store, *kept, "file").error().kind() == ErrorKind::mismatch);
  }
  SUBCASE("another role") {
    tuf::MemoryStore store;
    update(repository, store, first);
    REQUIRE(store.write("in_use/targets.json", other.metadata["2.targets.json"]));
    CHECK_FALSE(tuf::read_kept(store, first));
  }
  SUBCASE("targets whose key was withdrawn") {
    tuf::MemoryStore store;
    update(repository, store, first);
    repository.rotate("targets");
    repository.publish({"root"});
    REQUIRE(store.write(tuf::kept_root_name(2), repository.root(2)));
    CHECK(tuf::read_kept(store, first).error().kind() == ErrorKind::untrusted);
  }
}

TEST_CASE("the embedded roots are signed by their own keys") {
  for (const auto& repository : tuf::embedded_repositories()) {
    CAPTURE(repository.name);
    const auto set = tuf::TrustedSet::begin(repository.root, kNow);
    REQUIRE(set);
    CHECK(set->root().consistent_snapshot);
    CHECK(set->root().root.threshold >= 2);
    CHECK_FALSE(tuf::TrustedSet::begin(repository.root.substr(1), kNow));
  }
}

// Refresh: what is asked for, what is kept, and what is refused at each step.
#include "json/parse.hpp"
#include "tuf/limits.hpp"
#include "tuf/test_repository.hpp"
#include "tuf/updater.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <functional>

using namespace mpk;
using tuf::test::kLater;
using tuf::test::kNow;
using tuf::test::kPast;
using tuf::test::TestFetcher;
using tuf::test::TestRepository;
using tuf::test::version_in;

namespace {

Result<void> refresh(TestRepository& repository, tuf::Store& store, Timestamp now = kNow) {
  TestFetcher fetcher(repository.metadata);
  const auto kept = store.read("root.json", tuf::limits::kRoot);
  return tuf::Updater(store, fetcher, now).refresh(kept ? *kept : repository.root(1));
}

std::string versions(const tuf::Store& store) {
  std::string out;
  for (const char* role : {"root", "timestamp", "snapshot", "targets"})
    out += std::to_string(version_in(store, role));
  return out;
}

}  // namespace

TEST_CASE("a refresh asks for each file once, in order, and keeps the bytes as they were served") {
  TestRepository repository;
  repository.metadata["timestamp.json"] += " ";
  tuf::MemoryStore store;
  TestFetcher fetcher(repository.metadata);
  REQUIRE(tuf::Updater(store, fetcher, kNow).refresh(repository.root(1)));
  CHECK(fetcher.requests == std::vector<std::string>{"2.root.json", "timestamp.json",
                                                     "1.snapshot.json", "1.targets.json"});
  CHECK(store.files().at("timestamp.json") == repository.metadata["timestamp.json"]);
  CHECK(store.files().at("root.json") == repository.root(1));
  CHECK(store.files().at("targets.json") == repository.metadata["1.targets.json"]);

  TestFetcher again(repository.metadata);
  REQUIRE(tuf::Updater(store, again, kNow).refresh(repository.root(1)));
  CHECK(again.requests == std::vector<std::string>{"2.root.json", "timestamp.json"});
}

TEST_CASE("without consistent snapshots the names have no versions") {
  TestRepository repository;
  repository.part("root")["consistent_snapshot"] = false;
  repository.publish({"root"});
  for (const char* role : {"snapshot", "targets"}) {
    repository.metadata[std::string(role) + ".json"] =
        repository.metadata["1." + std::string(role) + ".json"];
    repository.metadata.erase("1." + std::string(role) + ".json");
  }
  tuf::MemoryStore store;
  CHECK(refresh(repository, store));
}

TEST_CASE(
    "a trusted root that is not signed by itself, or no root, is refused before any request") {
  TestRepository repository;
  auto unsigned_root = json::parse(repository.root(1)).take();
  unsigned_root["signatures"][0]["sig"] = std::string(128, '0');
  for (const auto& text :
       {unsigned_root.dump(), std::string("{}"), repository.metadata["timestamp.json"]}) {
    tuf::MemoryStore store;
    TestFetcher fetcher(repository.metadata);
    CHECK_FALSE(tuf::Updater(store, fetcher, kNow).refresh(text));
    CHECK(fetcher.requests.empty());
    CHECK(store.files().empty());
  }
}

TEST_CASE("each role that is not what it must be ends the refresh, and those before it are kept") {
  struct Case {
    const char* name;
    const char* role;
    std::function<void(TestRepository&)> change;
    const char* kept;  // versions of root, timestamp, snapshot, targets
    ErrorKind kind;
  };
  const std::vector<std::string> all = {"root", "targets", "snapshot", "timestamp"};
  const auto drop_signer = [](const char* role) {
    return [role](TestRepository& r) { r.signers[role].clear(); };
  };
  const auto expire = [](const char* role) {
    return [role](TestRepository& r) { r.part(role)["expires"] = kPast; };
  };
  for (const auto& [name, role, change, kept, kind] : {
           Case{"unsigned root", "root", drop_signer("root"), "1111", ErrorKind::untrusted},
           Case{"unsigned timestamp", "timestamp", drop_signer("timestamp"), "2111",
                ErrorKind::untrusted},
           Case{"unsigned snapshot", "snapshot", drop_signer("snapshot"), "2211",
                ErrorKind::untrusted},
           Case{"unsigned targets", "targets", drop_signer("targets"), "2221",
                ErrorKind::untrusted},
           // TUF 1.0 §5.3.10: kept, and then found to have expired.
           Case{"expired root", "root", expire("root"), "2111", ErrorKind::expired},
           Case{"expired timestamp", "timestamp", expire("timestamp"), "2111", ErrorKind::expired},
           Case{"expired snapshot", "snapshot", expire("snapshot"), "2211", ErrorKind::expired},
           Case{"expired targets", "targets", expire("targets"), "2221", ErrorKind::expired},
       }) {
    CAPTURE(name);
    TestRepository repository;
    tuf::MemoryStore store;
    REQUIRE(refresh(repository, store));
    change(repository);
    repository.publish(all);
    const auto done = refresh(repository, store);
    REQUIRE_FALSE(done);
    CHECK(done.error().kind() == kind);
    CHECK(done.error().text().find(role) != std::string::npos);
    CHECK(versions(store) == kept);
  }
}

TEST_CASE("a role expires at its very moment and not a second before") {
  TestRepository repository;
  tuf::MemoryStore store;
  const auto end = Timestamp::parse(kLater).take();
  CHECK(refresh(repository, store, end.plus_seconds(-1)));
  const auto late = refresh(repository, store, end);
  REQUIRE_FALSE(late);
  CHECK(late.error().kind() == ErrorKind::expired);
}

TEST_CASE("what expired in the cache is no obstacle for what is current") {
  TestRepository repository;
  repository.part("root")["expires"] = "2026-11-22T00:00:00Z";
  repository.part("timestamp")["expires"] = "2026-11-22T00:00:00Z";
  repository.publish({"root", "timestamp"});
  tuf::MemoryStore store;
  REQUIRE(refresh(repository, store));
  repository.part("root")["expires"] = kLater;
  repository.part("timestamp")["expires"] = kLater;
  repository.publish({"root", "targets", "snapshot", "timestamp"});
  REQUIRE(refresh(repository, store, Timestamp::parse("2026-12-01T00:00:00Z").take()));
  CHECK(versions(store) == "3322");
}

TEST_CASE("a version that is not the one announced or asked for is refused") {
  TestRepository repository;
  tuf::MemoryStore store;
  SUBCASE("of the root") {
    repository.part("root")["version"] = 2;
    repository.publish({"root"});
    repository.metadata["2.root.json"] = repository.metadata["3.root.json"];
    CHECK(refresh(repository, store).error().kind() == ErrorKind::mismatch);
    CHECK(versions(store) == "0000");
  }
  SUBCASE("of the snapshot") {
    repository.publish({"snapshot"});
    repository.part("timestamp")["meta"]["snapshot.json"]["version"] = 3;
    repository.publish({"timestamp"});
    repository.metadata["3.snapshot.json"] = repository.metadata["2.snapshot.json"];
    CHECK(refresh(repository, store).error().kind() == ErrorKind::mismatch);
    CHECK(versions(store) == "1200");
  }
  SUBCASE("of the targets") {
    repository.publish({"targets"});
    repository.part("snapshot")["meta"]["targets.json"]["version"] = 3;
    repository.publish({"snapshot", "timestamp"});
    repository.metadata["3.targets.json"] = repository.metadata["2.targets.json"];
    CHECK(refresh(repository, store).error().kind() == ErrorKind::mismatch);
    CHECK(versions(store) == "1220");
  }
}

TEST_CASE("nothing goes back to an older version, with hashes in the metadata and without") {
  for (const bool with_hashes : {false, true}) {
    CAPTURE(with_hashes);
    for (const std::string role : {"timestamp", "snapshot", "targets"}) {
      CAPTURE(role);
      TestRepository repository;
      repository.with_hashes = with_hashes;
      tuf::MemoryStore store;
      repository.publish({"targets", "snapshot", "timestamp"});
      REQUIRE(refresh(repository, store));
      repository.part(role)["version"] = 0;
      repository.publish({role});
      if (role == "targets") repository.publish({"snapshot"});
      if (role != "timestamp") repository.publish({"timestamp"});
      const auto done = refresh(repository, store);
      REQUIRE_FALSE(done);
      CHECK(done.error().kind() == ErrorKind::untrusted);
      CHECK(done.error().text().find("back") != std::string::npos);
      CHECK(version_in(store, role) == 2);
    }
  }
}

TEST_CASE("a role that the snapshot listed can't be taken off the list") {
  TestRepository repository;
  repository.delegate("targets", "extra", {"*"});
  repository.publish({"extra", "targets", "snapshot", "timestamp"});
  tuf::MemoryStore store;
  REQUIRE(refresh(repository, store));
  repository.part("snapshot")["meta"].erase("extra.json");
  repository.publish({"snapshot", "timestamp"});
  CHECK(refresh(repository, store).error().kind() == ErrorKind::untrusted);
  CHECK(version_in(store, "snapshot") == 2);
}

TEST_CASE("another timestamp of the same version changes nothing") {
  TestRepository repository;
  tuf::MemoryStore store;
  REQUIRE(refresh(repository, store));
  repository.part("timestamp")["meta"]["snapshot.json"]["version"] = 100;
  repository.publish_again("timestamp");
  CHECK(refresh(repository, store));
  CHECK(store.files().at("timestamp.json") != repository.metadata["timestamp.json"]);
}

TEST_CASE("hashes and lengths that are listed must be those of the files") {
  for (const std::string lister : {"timestamp", "snapshot"}) {
    for (const bool length : {false, true}) {
      CAPTURE(lister);
      CAPTURE(length);
      TestRepository repository;
      repository.with_hashes = true;
      repository.publish({"targets", "snapshot", "timestamp"});
      tuf::MemoryStore store;
      REQUIRE(refresh(repository, store));
      const std::string listed = lister == "timestamp" ? "snapshot" : "targets";
      repository.publish({"targets", "snapshot"});
      Json& meta = repository.part(lister)["meta"][listed + ".json"];
      if (length) {
        meta["length"] = 1;
      } else {
        meta["hashes"]["sha256"] = std::string(64, '0');
      }
      // The snapshot of the second round is the one with the wrong line about targets.
      if (lister == "snapshot") repository.publish({"snapshot"});
      repository.publish({"timestamp"});
      CHECK(refresh(repository, store).error().kind() == ErrorKind::mismatch);
      CHECK(version_in(store, listed) == 2);
    }
  }
}

TEST_CASE("a file that is missing, or a line that breaks, ends the refresh") {
  for (const std::string name : {"timestamp.json", "2.snapshot.json", "2.targets.json"}) {
    CAPTURE(name);
    TestRepository repository;
    tuf::MemoryStore store;
    REQUIRE(refresh(repository, store));
    repository.publish({"targets", "snapshot", "timestamp"});
    TestFetcher broken(repository.metadata);
    broken.fails = name;
    CHECK(tuf::Updater(store, broken, kNow).refresh(repository.root(1)).error().kind() ==
          ErrorKind::network);
    const auto good = repository.metadata[name];
    repository.metadata.erase(name);
    CHECK(refresh(repository, store).error().kind() == ErrorKind::network);
    CHECK(version_in(store, "targets") == 1);
    repository.metadata[name] = good;
    CHECK(refresh(repository, store));
    CHECK(versions(store) == "1222");
  }
}

TEST_CASE("a file over its cap is not taken") {
  TestRepository repository;
  repository.metadata["timestamp.json"].resize(tuf::limits::kTimestamp + 1, ' ');
  tuf::MemoryStore store;
  CHECK(refresh(repository, store).error().kind() == ErrorKind::too_large);
}

TEST_CASE("metadata of one role is none of another, though its keys would do") {
  TestRepository repository;
  const auto& key = repository.signers["timestamp"][0];
  repository.part("root")["roles"]["snapshot"]["keyids"].push_back(key.id);
  repository.signers["snapshot"].push_back(key);
  repository.part("snapshot")["meta"] = {{"snapshot.json", {{"version", 1}}}};
  repository.publish({"root", "snapshot"});
  repository.metadata["timestamp.json"] = repository.metadata["2.snapshot.json"];
  tuf::MemoryStore store;
  CHECK(refresh(repository, store).error().kind() == ErrorKind::malformed);
  CHECK(versions(store) == "2000");
}

TEST_CASE("what damaged the cache is fetched again") {
  TestRepository repository;
  tuf::MemoryStore store;
  REQUIRE(refresh(repository, store));
  for (const char* name : {"timestamp.json", "snapshot.json", "targets.json"})
    REQUIRE(store.write(name, "{}"));
  CHECK(refresh(repository, store));
  CHECK(versions(store) == "1111");
}

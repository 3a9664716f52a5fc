// Metadata: forms that are read, each with neighbours that are refused.
#include "tuf/metadata.hpp"

#include "json/parse.hpp"
#include "tuf/limits.hpp"
#include "tuf/test_repository.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace mpk;
using tuf::test::TestRepository;

namespace {

Result<tuf::Root> read_root(const Json& signed_part) {
  const Json document = {{"signed", signed_part}, {"signatures", Json::array()}};
  auto envelope = TRY(tuf::parse_envelope(document.dump(), tuf::limits::kRoot));
  return tuf::parse_root(envelope);
}

Json changed(Json value, const std::string& pointer, const Json& member) {
  value[Json::json_pointer(pointer)] = member;
  return value;
}

Json without(Json value, const std::string& pointer, const std::string& member) {
  value[Json::json_pointer(pointer)].erase(member);
  return value;
}

}  // namespace

TEST_CASE("a root is read whole or refused") {
  TestRepository repository;
  const Json good = repository.part("root");
  REQUIRE(read_root(good));
  CHECK(read_root(good)->consistent_snapshot);
  CHECK(read_root(changed(good, "/custom", Json{{"a", 1}})));
  CHECK(read_root(changed(good, "/roles/snapshot/threshold", 6)));  // can't be met, may be said
  struct Case {
    const char* name;
    Json value;
  };
  for (const auto& [name, value] : {
           Case{"no version", without(good, "", "version")},
           Case{"version 0", changed(good, "/version", 0)},
           Case{"a version as text", changed(good, "/version", "1")},
           Case{"another type", changed(good, "/_type", "targets")},
           Case{"version 2 of the specification", changed(good, "/spec_version", "2.0.0")},
           Case{"version 10 of the specification", changed(good, "/spec_version", "10.0")},
           Case{"a date without a time", changed(good, "/expires", "2026-12-21")},
           Case{"no expiry", without(good, "", "expires")},
           Case{"no snapshot role", without(good, "/roles", "snapshot")},
           Case{"a threshold of 0", changed(good, "/roles/root/threshold", 0)},
           Case{"a keyid twice",
                changed(good, "/roles/root/keyids", Json::array({"key1", "key1"}))},
           Case{"keys as a list", changed(good, "/keys", Json::array())},
           Case{"a fraction", changed(good, "/custom", 1.5)},
       }) {
    CAPTURE(name);
    CHECK_FALSE(read_root(value));
  }
}

TEST_CASE("an envelope with two signatures by one keyid is refused") {
  TestRepository repository;
  auto document = json::parse(repository.sign("timestamp")).take();
  CHECK(tuf::parse_envelope(document.dump(), tuf::limits::kTimestamp));
  document["signatures"].push_back(document["signatures"][0]);
  CHECK_FALSE(tuf::parse_envelope(document.dump(), tuf::limits::kTimestamp));
}

TEST_CASE("an envelope one byte over its cap is refused") {
  TestRepository repository;
  std::string text = repository.sign("timestamp");
  text.resize(tuf::limits::kTimestamp, ' ');
  CHECK(tuf::parse_envelope(text, tuf::limits::kTimestamp));
  text += ' ';
  CHECK(tuf::parse_envelope(text, tuf::limits::kTimestamp).error().kind() == ErrorKind::too_large);
}

TEST_CASE("a signature that is no hex is no signature, and the others count") {
  TestRepository repository;
  repository.add_key("timestamp");
  const auto root = read_root(repository.part("root")).take();
  auto document = json::parse(repository.sign("timestamp")).take();
  const auto holds = [&](const tuf::RoleKeys& role) {
    const auto envelope = tuf::parse_envelope(document.dump(), tuf::limits::kTimestamp).take();
    return tuf::check_signatures(envelope, root.keys, role).has_value();
  };
  auto role = root.timestamp;
  role.threshold = 2;
  CHECK(holds(role));
  for (const char* value : {"", "no hex", "00ff"}) {
    CAPTURE(value);
    document["signatures"][0]["sig"] = value;
    CHECK(holds(root.timestamp));
    CHECK_FALSE(holds(role));
  }
  // A key that is not the role's counts for nothing.
  auto foreign = root.timestamp;
  foreign.keyids = root.root.keyids;
  CHECK_FALSE(holds(foreign));
}

TEST_CASE("bytes must have the length and every hash that is listed") {
  const std::string bytes = "abc";
  const auto hash = crypto::sha256(std::string_view(bytes));
  const auto other = crypto::sha256(std::string_view("abd"));
  CHECK(tuf::check_bytes(bytes, 3, {hash}));
  CHECK(tuf::check_bytes(bytes, std::nullopt, {}));
  CHECK(tuf::check_bytes(bytes, 4, {hash}).error().kind() == ErrorKind::mismatch);
  CHECK(tuf::check_bytes(bytes, 3, {hash, other}).error().kind() == ErrorKind::mismatch);
}

TEST_CASE("names of roles are names of files, and no two share one") {
  CHECK(tuf::role_file_name("targets") == "targets.json");
  CHECK(tuf::role_file_name("../a") == "..%2Fa.json");
  CHECK(tuf::role_file_name("?") == "%3F.json");
  CHECK(tuf::role_file_name("%3F") == "%253F.json");
}

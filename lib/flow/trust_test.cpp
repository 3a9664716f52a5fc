// Instances: embedded, updated and imported; what counts when, and what is refused.
#include "flow/test_context.hpp"
#include "flow/trust_import.hpp"
#include "flow/trust_update.hpp"
#include "json/parse.hpp"
#include "sigstore/trusted_root.hpp"
#include "testing/fake_transport.hpp"
#include "tuf/test_repository.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <memory>

using namespace mpk;
using namespace mpk::flow;
using tuf::test::kNow;
using tuf::test::TestRepository;

namespace {

const std::string kRootText(sigstore::embedded_trusted_root().text);
const std::string kConfigText(sigstore::embedded_signing_config().text);

// A user, a repository at https://tuf.example, and the network between them.
struct Bench : test::TestContext {
  Bench()
      : TestContext(std::make_unique<testing::FakeTransport>(
                        [this](const http::Request& request, const std::string&) {
                          return answer(request);
                        }),
                    kNow) {
    repository.add_target("targets", "trusted_root.json", kRootText);
    repository.add_target("targets", "signing_config_rekor_v2.v0.2.json", kConfigText);
    repository.publish({"targets", "snapshot", "timestamp"});
    env.set("XDG_DATA_HOME", home.path() / "data");
  }
  Result<http::Response> answer(const http::Request& request) {
    ++requests;
    const std::string path = request.url.path.substr(1);
    const bool target = path.starts_with("targets/");
    const auto& files = target ? repository.targets : repository.metadata;
    const auto found = files.find(target ? path.substr(8) : path);
    http::Response response;
    response.status = found == files.end() || path == missing ? 404 : 200;
    if (response.status == 200) response.body = found->second;
    return response;
  }
  TrustUpdateRequest corp() const {
    return {
        .name = "corp", .url = "https://tuf.example", .targets_url = std::nullopt, .root = first};
  }
  std::filesystem::path directory(const std::string& name) const {
    return home.path() / "data/mpk/trust" / name;
  }
  TempDir home = TempDir::create("trust").take();
  TestRepository repository;
  std::string first = repository.root(1);
  std::string missing;
  int requests = 0;
};

}  // namespace

TEST_CASE("without an update the public instance is the embedded one, with its root's expiry") {
  Bench bench;
  for (const bool with_home : {true, false}) {
    const auto trust = load_instance(with_home ? bench.env : MapEnv(), "public").take();
    CHECK(trust.source == TrustSource::embedded);
    CHECK(trust.trusted_root == kRootText);
    REQUIRE(trust.roles().size() == 1);
    CHECK(trust.roles()[0].name == "root");
    CHECK(trust.roles()[0].version == 15);
    CHECK(trust.roles()[0].expires.text() == "2026-11-20T13:58:18Z");
    CHECK(trust.warnings.empty());
  }
}

TEST_CASE("an instance of one's own is updated from its root, and then known by its name") {
  Bench bench;
  CHECK(load_instance(bench.env, "corp").error().kind() == ErrorKind::usage);
  const auto updated = update_trust(bench.context, bench.corp()).take();
  CHECK(updated.changed);
  CHECK_FALSE(updated.not_kept);
  CHECK(updated.instance.roles().size() == 4);
  const auto trust = load_instance(bench.env, "corp").take();
  CHECK(trust.source == TrustSource::updated);
  CHECK(trust.since == kNow.text());
  CHECK(trust.origin == "https://tuf.example/");
  CHECK(trust.trusted_root == kRootText);
  CHECK(trust.signing_config == kConfigText);
  // Again, by its name alone; and nothing is fetched twice.
  const int before = bench.requests;
  const auto again = update_trust(bench.context, {.name = "corp"}).take();
  CHECK_FALSE(again.changed);
  CHECK(bench.requests - before == 4);  // next root, timestamp, two targets
  // Reading it asks nobody.
  CHECK(load_instance(bench.env, "corp"));
  CHECK(bench.requests - before == 4);
}

TEST_CASE("requests for an instance that contradict what is known are usage errors") {
  Bench bench;
  CHECK(update_trust(bench.context, {.name = "corp"}).error().kind() == ErrorKind::usage);
  CHECK(
      update_trust(bench.context, {.name = "corp", .url = "https://tuf.example"}).error().kind() ==
      ErrorKind::usage);
  auto no_url = bench.corp();
  no_url.url.reset();
  CHECK(update_trust(bench.context, no_url).error().kind() == ErrorKind::usage);
  for (const char* name : {"", "../up", "Corp", ".corp", "a/b"}) {
    CAPTURE(name);
    auto request = bench.corp();
    request.name = name;
    CHECK(update_trust(bench.context, request).error().kind() == ErrorKind::usage);
  }
  for (const char* url :
       {"https://tuf.example/?a=b", "https://me:pw@tuf.example/", "tuf.example"}) {
    CAPTURE(url);
    auto request = bench.corp();
    request.url = url;
    CHECK(update_trust(bench.context, request).error().kind() == ErrorKind::usage);
  }
  CHECK(bench.requests == 0);
  REQUIRE(update_trust(bench.context, bench.corp()));
  auto other = bench.corp();
  other.root = TestRepository().root(1);
  CHECK(update_trust(bench.context, other).error().kind() == ErrorKind::usage);
}

TEST_CASE("an update that fails leaves the last one in use") {
  Bench bench;
  REQUIRE(update_trust(bench.context, bench.corp()));
  SUBCASE("a target is missing") {
    bench.repository.add_target("targets", "trusted_root.json", kRootText + "\n");
    bench.repository.publish({"targets", "snapshot", "timestamp"});
    bench.repository.targets.clear();
    CHECK_FALSE(update_trust(bench.context, {.name = "corp"}));
  }
  SUBCASE("what is signed is no trusted root") {
    bench.repository.add_target("targets", "trusted_root.json", "{}");
    bench.repository.publish({"targets", "snapshot", "timestamp"});
    CHECK(update_trust(bench.context, {.name = "corp"}).error().kind() == ErrorKind::malformed);
  }
  SUBCASE("nobody signed") {
    bench.repository.signers["timestamp"].clear();
    bench.repository.publish({"timestamp"});
    CHECK(update_trust(bench.context, {.name = "corp"}).error().kind() == ErrorKind::untrusted);
  }
  CHECK(load_instance(bench.env, "corp").take().trusted_root == kRootText);
}

TEST_CASE("what is planted for the public instance is not used, whoever signed it") {
  Bench bench;
  REQUIRE(update_trust(bench.context, bench.corp()));
  std::filesystem::rename(bench.directory("corp"), bench.directory("public"));
  const auto trust = load_instance(bench.env, "public").take();
  CHECK(trust.source == TrustSource::embedded);
  REQUIRE(trust.warnings.size() == 1);
  CHECK(trust.warnings[0].find("does not hold") != std::string::npos);
  // Nor can an import take its place.
  REQUIRE(write_file_atomic(bench.directory("public") / kImportedFile,
                            write_imported({"2026-11-21", "x", "{}", std::nullopt})));
  CHECK(load_instance(bench.env, "public").take().source == TrustSource::embedded);
  // The same under a name of its own is what its owner said it was, until it is changed.
  std::filesystem::remove(bench.directory("public") / kImportedFile);
  std::filesystem::rename(bench.directory("public"), bench.directory("corp"));
  CHECK(load_instance(bench.env, "corp"));
  REQUIRE(write_file_atomic(bench.directory("corp") / kChosenRootFile, TestRepository().root(1)));
  CHECK(load_instance(bench.env, "corp").error().kind() == ErrorKind::untrusted);
}

TEST_CASE("what an update kept and is lost is an error, and never older trust in its place") {
  Bench bench;
  REQUIRE(update_trust(bench.context, bench.corp()));
  const auto directory = bench.directory("corp");
  std::filesystem::path target;
  for (const auto& entry : std::filesystem::directory_iterator(directory / "targets")) {
    if (entry.path().native().ends_with(".trusted_root.json")) target = entry.path();
  }
  REQUIRE(std::filesystem::is_regular_file(target));
  const auto record = directory / kUpdateFile;
  const auto in_use = directory / tuf::kTargetsInUse;
  struct Row {
    std::filesystem::path file;
    const char* named;
  };
  for (const auto& [file, named] :
       {Row{target, "trusted_root.json is missing"}, Row{record, "update.json is missing"},
        Row{in_use, "in_use/targets.json is missing"}}) {
    const auto text = read_file(file, 1U << 20).take();
    const auto refused = [&] {
      const auto trust = load_instance(bench.env, "corp");
      REQUIRE_FALSE(trust);
      CHECK(trust.error().kind() == ErrorKind::usage);
      CHECK(trust.error().text().find(named) != std::string::npos);
      CHECK(trust.error().hint() == "run mpk trust update --instance corp");
    };
    CAPTURE(named);
    std::filesystem::remove(file);
    refused();
    // What others may write is not read.
    REQUIRE(write_file_atomic(file, text));
    std::filesystem::permissions(file, std::filesystem::perms::others_write,
                                 std::filesystem::perm_options::add);
    refused();
    std::filesystem::remove(file);
    REQUIRE(write_file_atomic(file, text));
    CHECK(load_instance(bench.env, "corp"));
  }
  // Changed bytes are as good as none: the signed targets role says that there was a trusted root.
  REQUIRE(write_file_atomic(target, "{}"));
  CHECK(load_instance(bench.env, "corp").error().kind() == ErrorKind::usage);
  REQUIRE(update_trust(bench.context, {.name = "corp"}));
  CHECK(load_instance(bench.env, "corp"));
}

TEST_CASE("of the public instance, too, unless the embedded trusted root is newer anyway") {
  Bench bench;
  const auto record = [&](const char* updated) {
    REQUIRE(make_directories(bench.directory("public")));
    REQUIRE(write_file_atomic(bench.directory("public") / kUpdateFile,
                              write_update_record({updated, "https://a.example/", "x"})));
  };
  record("2999-01-01T00:00:00Z");
  const auto lost = load_instance(bench.env, "public");
  REQUIRE_FALSE(lost);
  CHECK(lost.error().kind() == ErrorKind::usage);
  CHECK(lost.error().text().find("in_use/targets.json is missing") != std::string::npos);
  CHECK(lost.error().hint() == "run mpk trust update, or remove " +
                                   bench.directory("public").native() +
                                   " to go back to the embedded trusted root");
  record("2020-01-01T00:00:00Z");
  CHECK(load_instance(bench.env, "public").take().source == TrustSource::embedded);
}

TEST_CASE("where nothing can be written the update runs and says that nothing is kept") {
  Bench bench;
  REQUIRE(write_file_atomic(bench.home.path() / "file", "x"));
  bench.env.set("XDG_DATA_HOME", bench.home.path() / "file");
  const auto updated = update_trust(bench.context, bench.corp()).take();
  CHECK(updated.not_kept);
  CHECK(updated.instance.trusted_root == kRootText);
  CHECK_FALSE(load_instance(bench.env, "corp"));
}

TEST_CASE("a trusted root, a trust config or a directory of them is imported under a name") {
  Bench bench;
  const auto path = bench.home.path();
  const Json config = {{"mediaType", "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"},
                       {"trustedRoot", json::parse(kRootText).value()},
                       {"signingConfig", json::parse(kConfigText).value()}};
  REQUIRE(write_file_atomic(path / "root.json", kRootText));
  REQUIRE(write_file_atomic(path / "config.json", config.dump()));
  std::filesystem::create_directory(path / "both");
  REQUIRE(write_file_atomic(path / "both/trusted-root.json", kRootText));
  REQUIRE(write_file_atomic(path / "both/signing-config.json", kConfigText));
  std::filesystem::create_directory(path / "empty");
  struct Case {
    const char* name;
    bool signs;
  };
  for (const auto& [name, signs] :
       {Case{"root.json", false}, Case{"config.json", true}, Case{"both", true}}) {
    CAPTURE(name);
    const auto trust = import_trust(bench.context, "corp", path / name).take();
    CHECK(trust.source == TrustSource::imported);
    CHECK(trust.signing_config.has_value() == signs);
    CHECK(sigstore::parse_trusted_root(trust.trusted_root));
  }
  // The file's own bytes, so that its digest in reports is the file's.
  CHECK(load_instance(bench.env, "corp").take().trusted_root == kRootText);
  const auto imported = bench.directory("corp") / kImportedFile;
  std::filesystem::permissions(imported, std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  CHECK(load_instance(bench.env, "corp").error().text().find("can't be read") != std::string::npos);
  std::filesystem::permissions(imported, std::filesystem::perms::others_write,
                               std::filesystem::perm_options::remove);
  REQUIRE(write_file_atomic(path / "bad.json", R"({"tlogs": 1})"));
  CHECK(import_trust(bench.context, "corp", path / "bad.json").error().kind() ==
        ErrorKind::malformed);
  for (const char* name : {"missing.json", "empty"}) {
    CAPTURE(name);
    CHECK(import_trust(bench.context, "corp", path / name).error().kind() == ErrorKind::usage);
  }
  for (const char* name : {"public", "staging", "../x"}) {
    CAPTURE(name);
    CHECK(import_trust(bench.context, name, path / "root.json").error().kind() == ErrorKind::usage);
  }
  CHECK(update_trust(bench.context, bench.corp()).error().kind() == ErrorKind::usage);
  CHECK(load_instance(bench.env, "corp"));
}

TEST_CASE("the list of instances begins with the public one and names what can't be used") {
  Bench bench;
  REQUIRE(update_trust(bench.context, bench.corp()));
  std::filesystem::create_directory(bench.directory("broken"));
  const auto listed = list_instances(bench.env);
  REQUIRE(listed.size() == 3);
  CHECK(listed[0].name == "public");
  CHECK(listed[1].name == "broken");
  CHECK_FALSE(listed[1].trust);
  CHECK(listed[2].name == "corp");
  CHECK(listed[2].trust);
}

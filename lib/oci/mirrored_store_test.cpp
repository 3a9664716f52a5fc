// Tests of mirrors: who is asked for what, and what happens when a mirror fails or lies.
#include "oci/mirrored_store.hpp"

#include "base/file.hpp"
#include "oci/copy.hpp"
#include "oci/memory_store.hpp"
#include "oci/once_more.hpp"
#include "oci/remote_store.hpp"
#include "oci/test_artifacts.hpp"
#include "oci/test_registry_answers.hpp"
#include "oci/test_stores.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

using namespace mpk;
using namespace mpk::oci;
using mpk::testing::FakeTransport;
using test::answer;

namespace {

const test::Artifact& model() {
  static const auto made = test::serialized({.artifact_type = "application/vnd.example",
                                             .config = Descriptor::of(kEmptyType, kEmptyBlob)});
  return made;
}

/// reg.example with the mirrors one.example (not for tags) and two.example (for tags, too).
struct Mirrored {
  explicit Mirrored(FakeTransport::Answer function) : transport(std::move(function)) {
    const auto reference = Reference::parse("reg.example/acme/llm").take();
    RemoteOptions options;
    options.sleep = [](unsigned) {};
    auto upstream = make_remote_store(reference, transport, env, {}, options).take();
    std::vector<MirrorStore> mirrors;
    for (const std::string host : {"one.example", "two.example"}) {
      auto there = reference;
      there.registry = host;
      options.base = test::url("https://" + host);
      options.mirrored = "reg.example";
      mirrors.push_back({.store = make_remote_store(there, transport, env, {}, options).take(),
                         .resolves = host == "two.example"});
    }
    const Logger logger(LogLevel::warning,
                        [this](LogLevel, std::string_view text) { warnings.emplace_back(text); });
    store = with_mirrors(std::move(upstream), std::move(mirrors), logger);
  }
  ~Mirrored() = default;
  Mirrored(const Mirrored&) = delete;
  Mirrored& operator=(const Mirrored&) = delete;

  /// The hosts of the requests since the last call, "one two reg".
  std::string asked() {
    std::string out;
    const auto seen = transport.seen();
    for (; counted < seen.size(); ++counted) {
      const auto host = test::url(seen[counted].url).host;
      out += (out.empty() ? "" : " ") + host.substr(0, host.find('.'));
    }
    return out;
  }

  FakeTransport transport;
  MapEnv env;
  std::vector<std::string> warnings;
  std::unique_ptr<Store> store;
  std::size_t counted = 0;
};

std::string host_of(const http::Request& request) { return request.url.host; }

/// Answers like a registry that has the model; `at` decides what a host answers instead.
FakeTransport::Answer registry(
    std::function<std::optional<http::Response>(const http::Request&)> at) {
  return [at = std::move(at)](const http::Request& request,
                              const std::string&) -> Result<http::Response> {
    if (auto other = at(request)) return *other;
    if (request.url.path.find("/blobs/") != std::string::npos) return answer(200, {}, "{}");
    if (request.method != "GET") return answer(201);
    return answer(200, {{"Content-Type", std::string(kManifestType)}}, model().bytes);
  };
}

FakeTransport::Answer all() {
  return registry([](const http::Request&) { return std::optional<http::Response>(); });
}

Result<void> ignore(BytesView) { return {}; }

/// A mirror in memory that breaks off, or lies, in ranges.
struct Fragile final : test::WatchedStore {
  using WatchedStore::WatchedStore;
  std::uint64_t gives = 0;  // bytes of each range before it breaks
  bool lies = false;
  bool surplus = false;     // one byte more than was asked for
  bool ends_early = false;  // success after `gives` bytes
  bool spoils = false;      // what it gives before it breaks is wrong
  bool polls = false;       // asks the sink before it gives anything
  int ranges = 0;

  Result<void> fetch_blob(const Descriptor& blob, const Sink& sink) override {
    if (polls) TRY(sink({}));
    return test::WatchedStore::fetch_blob(blob, sink);
  }

  Result<void> fetch_range(const Descriptor& blob, std::uint64_t offset, std::uint64_t length,
                           const Sink& sink) override {
    ++ranges;
    if (polls) TRY(sink({}));
    std::string content;
    TRY(test::WatchedStore::fetch_range(blob, offset, length, [&](BytesView bytes) {
      content += as_text(bytes);
      return Result<void>();
    }));
    if (lies) {
      for (auto& c : content) c = '?';
      return sink(as_bytes(content));
    }
    if (surplus) return sink(as_bytes(content + "!"));
    if (ends_early) return sink(as_bytes(content.substr(0, gives)));
    auto given = content.substr(0, gives);
    if (spoils) given.assign(given.size(), '?');
    TRY(sink(as_bytes(given)));
    return Error(ErrorKind::network, "broken off");
  }
};

struct InMemory {
  explicit InMemory(std::string text = "0123456789") : content(std::move(text)) {
    blob = push_text(*upstream, "a/b", content).take();
    REQUIRE(push_text(copies, "a/b", content).has_value());
    auto fragile = std::make_unique<Fragile>(copies);
    mirror = fragile.get();
    std::vector<MirrorStore> mirrors;
    mirrors.push_back({.store = std::move(fragile), .resolves = false});
    store =
        with_mirrors(std::move(owned), std::move(mirrors),
                     Logger(LogLevel::warning, [this](LogLevel, std::string_view) { ++warnings; }));
  }
  Result<std::string> range(std::uint64_t offset, std::uint64_t length) {
    std::string out;
    TRY(store->fetch_range(*blob, offset, length, [&](BytesView bytes) {
      out += as_text(bytes);
      return Result<void>();
    }));
    return out;
  }

  const std::string content;
  std::unique_ptr<MemoryStore> owned = std::make_unique<MemoryStore>();
  MemoryStore* upstream = owned.get();
  MemoryStore copies;
  std::optional<Descriptor> blob;
  Fragile* mirror = nullptr;
  int warnings = 0;
  std::unique_ptr<Store> store;
};

}  // namespace

TEST_CASE("item 29: mirrors are asked in their order, upstream alone for what has no digest") {
  Mirrored remote(all());
  CHECK(remote.store->name() == "reg.example/acme/llm");
  CHECK(remote.store->fetch_manifest(model().descriptor).take() == model().bytes);
  CHECK(remote.asked() == "one");
  CHECK(remote.store->fetch_blob(Descriptor::of(kEmptyType, kEmptyBlob), ignore).has_value());
  CHECK(remote.asked() == "one");
  // A tag: by the mirror that may, whose bytes then cost no request.
  CHECK(remote.store->resolve("1.0").has_value());
  CHECK(remote.store->fetch_manifest(model().descriptor).has_value());
  CHECK(remote.asked() == "two");
  CHECK(remote.store->resolve(model().descriptor.digest.text()).has_value());
  CHECK(remote.asked() == "one");
  for (const auto& seen : remote.transport.seen())
    CHECK(seen.url.find("?ns=reg.example") != std::string::npos);

  const auto before = remote.transport.seen().size();
  CHECK(remote.store->push_manifest(model().descriptor, model().bytes, "1.0").has_value());
  static_cast<void>(remote.store->has_blob(model().descriptor));
  static_cast<void>(remote.store->tags());
  static_cast<void>(remote.store->referrers(model().descriptor.digest));
  static_cast<void>(remote.store->remove_tag("1.0"));
  const auto seen = remote.transport.seen();
  REQUIRE(seen.size() >= before + 5);
  for (auto i = before; i < seen.size(); ++i) {
    CHECK(seen[i].url.starts_with("https://reg.example/v2/acme/llm/"));
    CHECK(seen[i].url.find("ns=") == std::string::npos);
  }
}

TEST_CASE("item 29: what a mirror lacks the next one is asked for, and it is asked again") {
  Mirrored remote(registry([](const http::Request& request) -> std::optional<http::Response> {
    if (host_of(request) == "reg.example") return std::nullopt;
    return answer(404);
  }));
  for (int i = 0; i < 2; ++i) {
    CHECK(remote.store->resolve(model().descriptor.digest.text()).has_value());
    CHECK(remote.asked() == "one two reg");
  }
  CHECK(remote.warnings.empty());
}

TEST_CASE("item 29: a mirror that fails or serves other bytes is left alone, with one warning") {
  const std::pair<const char*, http::Response> rows[] = {
      {"trouble", answer(400)},
      {"no login", answer(403)},
      {"other bytes", answer(200, {{"Content-Type", std::string(kManifestType)}}, "{}")}};
  for (const auto& [name, bad] : rows) {
    CAPTURE(name);
    Mirrored remote(registry([&, bad = bad](const http::Request& request) {
      return host_of(request) == "one.example" ? std::optional(bad) : std::nullopt;
    }));
    CHECK(remote.store->fetch_manifest(model().descriptor).take() == model().bytes);
    CHECK(remote.asked() == "one two");
    REQUIRE(remote.warnings.size() == 1);
    CHECK(remote.warnings.front().find("mirror one.example/acme/llm is not asked again: ") == 0);
    CHECK(remote.store->resolve(model().descriptor.digest.text()).has_value());
    CHECK(remote.asked() == "two");
    CHECK(remote.warnings.size() == 1);
  }
  // Small blobs are proven before a byte of them is handed on.
  Mirrored remote(registry([](const http::Request& request) -> std::optional<http::Response> {
    if (host_of(request) == "reg.example") return std::nullopt;
    return answer(200, {}, "[]");
  }));
  std::string content;
  CHECK(remote.store
            ->fetch_blob(Descriptor::of(kEmptyType, kEmptyBlob),
                         [&](BytesView bytes) {
                           content += as_text(bytes);
                           return Result<void>();
                         })
            .has_value());
  CHECK(content == "{}");
  CHECK(remote.asked() == "one two reg");
}

TEST_CASE("item 29: when upstream fails, too, its error counts") {
  Mirrored remote([](const http::Request&, const std::string&) -> Result<http::Response> {
    return answer(404);
  });
  const auto found = remote.store->fetch_manifest(model().descriptor);
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().kind() == ErrorKind::not_found);
  CHECK(found.error().text().find("reg.example/acme/llm") != std::string::npos);
}

TEST_CASE("item 29: each host sees its own login, and no other") {
  const auto home = TempDir::create("mpk-test").take();
  // one:mirror and reg:upstream
  REQUIRE(write_file_atomic(home.path() / "config.json",
                            R"({"auths":{"one.example":{"auth":"b25lOm1pcnJvcg=="},)"
                            R"("reg.example":{"auth":"cmVnOnVwc3RyZWFt"}}})")
              .has_value());
  Mirrored remote([](const http::Request& request, const std::string&) -> Result<http::Response> {
    if (!request.headers.get("Authorization"))
      return answer(401, {{"WWW-Authenticate", "Basic realm=\"x\""}});
    return answer(404);
  });
  remote.env.set("DOCKER_CONFIG", home.path().native());
  CHECK_FALSE(remote.store->fetch_manifest(model().descriptor).has_value());
  int with_login = 0;
  for (const auto& seen : remote.transport.seen()) {
    const auto login = test::authorization(seen);
    if (login.empty()) continue;
    ++with_login;
    const auto host = test::url(seen.url).host;
    CHECK(login == (host == "one.example" ? "Basic b25lOm1pcnJvcg==" : "Basic cmVnOnVwc3RyZWFt"));
    CHECK(host != "two.example");
  }
  CHECK(with_login == 2);
}

TEST_CASE("item 29: a transfer that a mirror broke off goes on at the next") {
  InMemory scene;
  scene.mirror->gives = 4;
  CHECK(scene.range(1, 8).take() == "12345678");
  CHECK(scene.mirror->ranges == 1);
  CHECK(scene.range(0, 3).take() == "012");
  CHECK(scene.mirror->ranges == 1);  // it is down
}

TEST_CASE("item 29: a range that is asked for again comes from elsewhere") {
  InMemory scene;
  scene.mirror->lies = true;
  CHECK(scene.range(0, 10).take() == "??????????");
  CHECK(scene.range(0, 10).take() == scene.content);
  CHECK(scene.mirror->ranges == 1);
}

TEST_CASE("item 29: a sink that has enough ends it all") {
  InMemory scene;
  scene.mirror->lies = true;
  int calls = 0;
  const auto ended = scene.store->fetch_range(*scene.blob, 0, 10, [&](BytesView) -> Result<void> {
    ++calls;
    return Error(ErrorKind::io, "disk full");
  });
  REQUIRE_FALSE(ended.has_value());
  CHECK(ended.error().kind() == ErrorKind::io);
  CHECK(calls == 1);
}

TEST_CASE("item 29: more or fewer bytes than were asked for never come through") {
  InMemory surplus;
  surplus.mirror->surplus = true;
  CHECK(surplus.range(2, 5).take() == "23456");
  CHECK(surplus.warnings == 1);
  InMemory early;
  early.mirror->ends_early = true;
  early.mirror->gives = 3;
  CHECK(early.range(2, 5).take() == "23456");
  CHECK(early.warnings == 1);
}

TEST_CASE("item 29: a large blob that a mirror spoilt is refused once, then comes from elsewhere") {
  InMemory scene(std::string((4U << 20) + 1, 'x'));
  const auto fetch = [&](std::string& out) {
    out.clear();
    return scene.store->fetch_blob(*scene.blob, [&](BytesView bytes) {
      out += as_text(bytes);
      return Result<void>();
    });
  };
  std::string out;
  SUBCASE("by wrong bytes") { scene.mirror->lies = true; }
  SUBCASE("by wrong bytes before it broke off") {
    scene.mirror->spoils = true;
    scene.mirror->gives = 4;
  }
  const auto refused = fetch(out);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind() == ErrorKind::mismatch);
  CHECK(refused.error().hint().find("the mirror watched ") == 0);
  CHECK(scene.warnings == 1);
  REQUIRE(fetch(out).has_value());
  CHECK(out == scene.content);
  // Of another blob it is not asked, either.
  CHECK(scene.mirror->ranges == 1);
  const auto other = push_text(*scene.upstream, "a/b", std::string((4U << 20) + 2, 'y')).take();
  CHECK(scene.store->fetch_blob(other, ignore).has_value());
  CHECK(scene.mirror->ranges == 1);
}

TEST_CASE("item 29: what a mirror spoilt is fetched once more where that can be done") {
  InMemory scene(std::string((4U << 20) + 1, 'x'));
  scene.mirror->lies = true;
  int calls = 0;
  CHECK(once_more(*scene.store, [&] {
          ++calls;
          return scene.store->fetch_blob(*scene.blob, ignore);
        }).has_value());
  CHECK(calls == 2);
  // Once, and for wrong bytes alone.
  for (const auto kind : {ErrorKind::mismatch, ErrorKind::network}) {
    calls = 0;
    const auto failed = once_more(*scene.store, [&]() -> Result<void> {
      ++calls;
      return Error(kind, "as ever");
    });
    CHECK_FALSE(failed.has_value());
    CHECK(calls == (kind == ErrorKind::mismatch ? 2 : 1));
  }
}

TEST_CASE("item 29: a copy gets over a mirror with wrong bytes") {
  InMemory scene(std::string((4U << 20) + 1, 'x'));
  const auto config = push_text(*scene.upstream, std::string(kEmptyType), "{}").take();
  const auto artifact = test::serialized(
      {.artifact_type = "application/vnd.example", .config = config, .layers = {*scene.blob}});
  REQUIRE(scene.upstream->push_manifest(artifact.descriptor, artifact.bytes, "1").has_value());
  scene.mirror->lies = true;
  MemoryStore target;
  const auto copied = copy_artifact(*scene.store, artifact.descriptor, target, {.tag = "1"});
  REQUIRE(copied.has_value());
  CHECK(copied->bytes == scene.content.size() + 2);
  CHECK(fetch_text(target, *scene.blob, scene.content.size()).take() == scene.content);
  CHECK(scene.warnings == 1);
}

TEST_CASE("item 29: a sink that fails is no fault of the mirror") {
  // Held in memory, where only the poll can fail, and streamed.
  for (const std::size_t size : {std::size_t{10}, std::size_t{(4U << 20) + 1}}) {
    CAPTURE(size);
    InMemory scene(std::string(size, 'x'));
    scene.mirror->gives = size;
    scene.mirror->polls = true;
    const auto ended = scene.store->fetch_blob(
        *scene.blob, [](BytesView) -> Result<void> { return Error(ErrorKind::io, "disk full"); });
    REQUIRE_FALSE(ended.has_value());
    CHECK(ended.error().kind() == ErrorKind::io);
    CHECK(scene.warnings == 0);
    CHECK(scene.mirror->ranges <= 1);
  }
}

TEST_CASE("without mirrors the store is the registry's own") {
  auto owned = std::make_unique<MemoryStore>();
  const auto* before = owned.get();
  CHECK(with_mirrors(std::move(owned), {}, {}).get() == before);
}

// Tests of remote_store against a whole registry over real HTTP.
#include "base/file.hpp"
#include "base/parallel.hpp"
#include "crypto/hash.hpp"
#include "oci/copy.hpp"
#include "oci/memory_store.hpp"
#include "oci/referrers_tag.hpp"
#include "oci/remote_store.hpp"
#include "oci/test_artifacts.hpp"
#include "sandbox/registry.hpp"
#include "testing/http_bodies.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <ranges>

using namespace mpk;
using namespace mpk::oci;
using mpk::testing::PatternSource;

namespace {

// A registry, a client with a home of its own, and stores for its repositories.
struct Bench {
  explicit Bench(unsigned attempts = 3)
      : transport(http::make_curl_transport({.stats = &stats, .attempts = attempts})) {}
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  // First of all, so that the server does not have to wait for it.
  ~Bench() { transport.reset(); }

  sandbox::RegistrySwitches& switches() { return registry.switches(); }
  std::string host() const { return "127.0.0.1:" + std::to_string(server->port()); }
  std::unique_ptr<Store> store(const std::string& repository = "acme/llm") const {
    return make_remote_store(Reference::parse(host() + "/" + repository).take(), *transport, env,
                             logger)
        .take();
  }
  void log_in() {
    env.set("DOCKER_CONFIG", directory.path().native());
    REQUIRE(save_credential(host(), {"mpk", "sandbox", ""}, env).has_value());
  }

  TempDir directory = TempDir::create("mpk-test").take();
  sandbox::Registry registry{directory.path() / "registry"};
  std::unique_ptr<http::Server> server =
      http::Server::start(
          0, [this](const http::ServerRequest& request) { return registry.handle(request); }, 16)
          .take();
  Stats stats;
  MapEnv env;
  Logger logger;
  std::unique_ptr<http::Transport> transport;
};

constexpr std::uint64_t kLarge = 20U << 20;

Digest pattern_digest(std::uint64_t size) {
  PatternSource source(size);
  crypto::Hasher hasher;
  Bytes buffer(1U << 16);
  while (const auto count = source.read(buffer).take()) hasher.update({buffer.data(), count});
  return hasher.finish();
}

// Its bytes, compared on the way.
Result<std::uint64_t> fetch_pattern(Store& store, const Descriptor& blob) {
  std::uint64_t offset = 0;
  TRY(store.fetch_blob(blob, [&](BytesView piece) -> Result<void> {
    for (const auto byte : piece) {
      if (byte != mpk::testing::pattern_byte(offset++))
        return Error(ErrorKind::internal, "wrong byte at " + std::to_string(offset - 1));
    }
    return {};
  }));
  return offset;
}

}  // namespace

TEST_CASE("a large stream goes to a registry once, and comes back proven") {
  Bench bench;
  const auto store = bench.store();
  const Descriptor blob{.media_type = "a/b", .digest = pattern_digest(kLarge), .size = kLarge};
  PatternSource source(kLarge);
  const auto pushed =
      store->push_stream(source, kLarge, [&]() -> Result<Digest> { return blob.digest; });
  REQUIRE_MESSAGE(pushed.has_value(), pushed.error().text());
  CHECK(*pushed == Pushed::uploaded);
  CHECK(source.rewinds == 0);
  CHECK(bench.stats.bytes_sent < kLarge + 65536);
  CHECK(store->has_blob(blob).take());
  CHECK(fetch_pattern(*store, blob).take() == kLarge);
  PatternSource again(kLarge);
  CHECK(store->push_blob(blob, again).take() == Pushed::already_there);
  CHECK(bench.stats.bytes_sent < kLarge + 65536);
}

TEST_CASE("a blob whose digest is another is refused by the registry") {
  Bench bench;
  const auto store = bench.store();
  const Descriptor wrong = Descriptor::of("a/b", "other");
  http::TextSource source("hello");
  CHECK(store->push_blob(wrong, source).error().kind() == ErrorKind::mismatch);
  REQUIRE(source.rewind().has_value());
  const auto streamed =
      store->push_stream(source, 5, [&]() -> Result<Digest> { return wrong.digest; });
  CHECK(streamed.error().kind() == ErrorKind::mismatch);
  CHECK_FALSE(store->has_blob(wrong).take());
}

TEST_CASE("a registry without streams refuses one, and takes the blob whole") {
  Bench bench;
  bench.switches().streamed_uploads = false;
  const auto store = bench.store();
  const Descriptor blob{.media_type = "a/b", .digest = pattern_digest(kLarge), .size = kLarge};
  PatternSource source(kLarge);
  const auto streamed =
      store->push_stream(source, kLarge, [&]() -> Result<Digest> { return blob.digest; });
  CHECK(streamed.error().kind() == ErrorKind::unsupported);
  REQUIRE(source.rewind().has_value());
  CHECK(store->push_blob(blob, source).take() == Pushed::uploaded);
  CHECK(fetch_pattern(*store, blob).take() == kLarge);
}

TEST_CASE("item 33: an empty blob, sha512 and a mount from another repository") {
  Bench bench;
  const auto store = bench.store();
  const Descriptor empty = Descriptor::of("a/b", "");
  http::TextSource nothing("");
  CHECK(store->push_stream(nothing, 0, [&]() -> Result<Digest> { return empty.digest; }).take() ==
        Pushed::uploaded);
  CHECK(fetch_text(*store, empty, 10).take().empty());

  Descriptor long_digest = Descriptor::of("a/b", "hello");
  long_digest.digest = crypto::hash(DigestAlgorithm::sha512, as_bytes("hello"));
  http::TextSource hello("hello");
  CHECK(store->push_blob(long_digest, hello).take() == Pushed::uploaded);
  CHECK(fetch_text(*store, long_digest, 10).take() == "hello");

  http::TextSource unread("");
  CHECK(bench.store("acme/copy")
            ->push_blob(long_digest, unread, {"acme/none", "acme/llm"})
            .error()
            .kind() == ErrorKind::mismatch);
  CHECK(bench.store("acme/copy")->push_blob(long_digest, unread, {"acme/llm"}).take() ==
        Pushed::mounted);
}

TEST_CASE("tags, resolution and deletion") {
  Bench bench;
  const auto store = bench.store();
  CHECK(store->tags().error().kind() == ErrorKind::not_found);
  CHECK(store->resolve("1.0").error().kind() == ErrorKind::not_found);
  const auto model = test::make_model(*store, {"weights"});
  test::push(*store, model, "1.0");
  CHECK(store->tag(model.descriptor, "stable").has_value());
  CHECK(store->tags().take() == std::vector<std::string>{"1.0", "stable"});
  const auto other = bench.store();
  for (const auto& target : {std::string("stable"), model.descriptor.digest.text()}) {
    const auto found = other->resolve(target).take();
    CHECK(found.digest == model.descriptor.digest);
    CHECK(found.media_type == kManifestType);
    CHECK(other->fetch_manifest(found).take() == model.bytes);
  }
  CHECK(store->remove_tag("stable").has_value());
  CHECK(store->tags().take() == std::vector<std::string>{"1.0"});
  CHECK(store->remove_manifest(model.descriptor).has_value());
  CHECK(other->resolve("1.0").error().kind() == ErrorKind::not_found);
  CHECK(store->fetch_manifest(model.descriptor).error().kind() == ErrorKind::not_found);
}

TEST_CASE("referrers are found with and without the API, and gone after deletion") {
  for (const bool api : {true, false}) {
    CAPTURE(api);
    Bench bench;
    bench.switches().referrers_api = api;
    const auto store = bench.store();
    const auto model = test::make_model(*store, {"weights"});
    test::push(*store, model, "1.0");
    const auto subject = model.descriptor.digest;
    CHECK(store->referrers(subject).take().empty());
    const auto signature = test::make_referrer(*store, model.descriptor, "signature");
    const auto bom =
        test::make_referrer(*store, model.descriptor, "bom", "application/vnd.cyclonedx+json");
    test::push(*store, signature);
    test::push(*store, bom);
    const auto listed = store->referrers(subject).take();
    REQUIRE(listed.size() == 2);
    CHECK(listed[0].digest < listed[1].digest);
    const auto boms = store->referrers(subject, "application/vnd.cyclonedx+json").take();
    REQUIRE(boms.size() == 1);
    CHECK(boms[0].digest == bom.descriptor.digest);
    CHECK(boms[0].annotations.contains("dev.sigstore.bundle.content"));
    // A fallback tag is no tag of the user's.
    CHECK(store->tags().take() == std::vector<std::string>{"1.0"});
    CHECK(store->resolve(referrers_tag(subject)).has_value() == !api);
    CHECK(store->remove_manifest(signature.descriptor).has_value());
    CHECK(test::digests(bench.store()->referrers(subject).take()) ==
          std::vector{bom.descriptor.digest});
  }
}

TEST_CASE("eight writers of referrers at once lose none, with and without the API") {
  for (const bool api : {true, false}) {
    CAPTURE(api);
    Bench bench;
    bench.switches().referrers_api = api;
    const auto store = bench.store();
    const auto model = test::make_model(*store, {"weights"});
    test::push(*store, model, "1.0");
    std::vector<test::Artifact> signatures;
    for (int i = 0; i < 8; ++i) {
      signatures.push_back(
          test::make_referrer(*store, model.descriptor, "signature " + std::to_string(i)));
    }
    const auto done = parallel_for(8, 8, CancelToken(), [&](std::size_t i) -> Result<void> {
      // A client of its own, as another machine would be.
      return bench.store()->push_manifest(signatures[i].descriptor, signatures[i].bytes, {});
    });
    REQUIRE_MESSAGE(done.has_value(), done.error().text());
    auto expected =
        signatures | std::views::transform([](const auto& each) { return each.descriptor.digest; });
    std::vector<Digest> sorted(expected.begin(), expected.end());
    std::ranges::sort(sorted);
    CHECK(test::digests(store->referrers(model.descriptor.digest).take()) == sorted);
  }
}

TEST_CASE("a registry with a login is used with one, and refused without") {
  for (const bool bearer : {false, true}) {
    CAPTURE(bearer);
    Bench bench;
    (bearer ? bench.switches().bearer_auth : bench.switches().basic_auth) = true;
    const auto push = [&]() -> Result<Descriptor> {
      return push_text(*bench.store(), "a/b", "hello");
    };
    CHECK(push().error().kind() == ErrorKind::unauthorized);
    CHECK(check_login(bench.host(), {"mpk", "wrong", ""}, *bench.transport).error().kind() ==
          ErrorKind::unauthorized);
    CHECK(check_login(bench.host(), {"mpk", "sandbox", ""}, *bench.transport).has_value());

    bench.log_in();
    const auto blob = push();
    REQUIRE_MESSAGE(blob.has_value(), blob.error().text());
    const auto store = bench.store();
    PatternSource source(kLarge);
    const auto digest = pattern_digest(kLarge);
    CHECK(store->push_stream(source, kLarge, [&]() -> Result<Digest> { return digest; }).take() ==
          Pushed::uploaded);
    // The session was opened with the credential: the large body is sent once.
    CHECK(source.rewinds == 0);
    const auto copy = bench.store("acme/copy");
    http::TextSource hello("hello");
    CHECK(copy->push_blob(*blob, hello, {"acme/llm"}).take() == Pushed::mounted);
    const auto model = test::make_model(*store, {"weights"});
    test::push(*store, model, "1.0");
    test::push(*store, test::make_referrer(*store, model.descriptor, "signature"));
    CHECK(store->referrers(model.descriptor.digest).take().size() == 1);
    CHECK(store->remove_tag("1.0").has_value());

    bench.env = MapEnv();
    const auto anonymous = fetch_text(*bench.store(), *blob, 10);
    CHECK(anonymous.has_value() == bearer);  // this token service lets everybody pull
  }
}

TEST_CASE("a registry that is busy is asked again") {
  Bench bench;
  const auto store = bench.store();
  bench.switches().fail_next = 1;
  const auto blob = push_text(*store, "a/b", "hello");
  REQUIRE_MESSAGE(blob.has_value(), blob.error().text());
  for (const std::string content : {"streamed", "streamed too"}) {
    http::TextSource source(content);
    const auto pushed = store->push_stream(source, content.size(), [&]() -> Result<Digest> {
      bench.switches().fail_next = 1;  // the closing PUT meets it
      return crypto::sha256(content);
    });
    REQUIRE_MESSAGE(pushed.has_value(), pushed.error().text());
    bench.switches().fail_next = 1;
    CHECK(fetch_text(*store, Descriptor::of("a/b", content), 20).take() == content);
    bench.switches().fail_next = 2;  // the POST of the next round
  }
}

TEST_CASE("a registry that stays down is an error of the network") {
  Bench bench(1);
  bench.switches().fail_next = 1000;
  CHECK(bench.store()->resolve("1.0").error().kind() == ErrorKind::network);
  CHECK(push_text(*bench.store(), "a/b", "hello").error().kind() == ErrorKind::network);
}

TEST_CASE("blobs that arrive short or changed are refused") {
  Bench bench(1);
  const auto store = bench.store();
  const std::string content(100'000, 'w');
  const auto blob = push_text(*store, "a/b", content).take();
  bench.switches().flip_blobs = true;
  CHECK(fetch_text(*store, blob, content.size()).error().kind() == ErrorKind::mismatch);
  bench.switches().flip_blobs = false;
  bench.switches().truncate_blobs = true;
  const auto truncated = fetch_text(*store, blob, content.size());
  REQUIRE_FALSE(truncated.has_value());
  CHECK((truncated.error().kind() == ErrorKind::network ||
         truncated.error().kind() == ErrorKind::mismatch));
  bench.switches().truncate_blobs = false;
  CHECK(fetch_text(*store, blob, content.size()).take() == content);
}

TEST_CASE("a manifest that was tampered with is refused by tag and by digest") {
  Bench bench;
  const auto store = bench.store();
  const auto model = test::make_model(*store, {"weights"});
  test::push(*store, model, "1.0");
  REQUIRE(bench.registry.tamper(model.descriptor.digest,
                                [](std::string& bytes) { bytes.back() = ' '; }));
  const auto fresh = bench.store();
  CHECK(fresh->resolve("1.0").error().kind() == ErrorKind::mismatch);
  CHECK(fresh->resolve(model.descriptor.digest.text()).error().kind() == ErrorKind::mismatch);
  CHECK(fresh->fetch_manifest(model.descriptor).error().kind() == ErrorKind::mismatch);
}

TEST_CASE("an artifact and its referrers are copied between registries") {
  MemoryStore memory;
  const auto model = test::make_model(memory, {"weights", "", "more weights"});
  test::push(memory, model, "1.0");
  const auto signature = test::make_referrer(memory, model.descriptor, "signature");
  test::push(memory, signature);
  Bench one, other;
  other.switches().referrers_api = false;
  const auto from = one.store(), to = other.store("copy/llm");
  REQUIRE(copy_artifact(memory, model.descriptor, *from, {.tag = "1.0"}).has_value());
  const auto copied = copy_artifact(*from, model.descriptor, *to, {.tag = "2.0"});
  REQUIRE_MESSAGE(copied.has_value(), copied.error().text());
  CHECK(copied->referrers == 1);
  CHECK(to->resolve("2.0").take().digest == model.descriptor.digest);
  CHECK(test::digests(to->referrers(model.descriptor.digest).take()) ==
        std::vector{signature.descriptor.digest});
  for (const auto& layer : parse_manifest(model.bytes).take().layers)
    CHECK(fetch_text(*to, layer, 100).has_value());
}

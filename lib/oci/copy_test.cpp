// Tests of copy: every byte, the order in which things appear, and what is left after a failure.
#include "oci/copy.hpp"

#include "base/file.hpp"
#include "oci/layout_store.hpp"
#include "oci/media_type.hpp"
#include "oci/memory_store.hpp"
#include "oci/test_artifacts.hpp"
#include "oci/test_stores.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <ostream>

using namespace mpk;
using namespace mpk::oci;

namespace {

// A model with a signature, an aiBOM, and a signature of the aiBOM.
struct Shipped {
  test::Artifact model, signature, bom, nested;
  explicit Shipped(Store& store, const std::vector<std::string>& layers = {"weights", "config"})
      : model(test::make_model(store, layers)),
        signature(test::make_referrer(store, model.descriptor, "sig")),
        bom(test::make_referrer(store, model.descriptor, "bom", "application/x-bom")),
        nested(test::make_referrer(store, bom.descriptor, "sig of bom")) {
    test::push(store, model, "1.0");
    for (const auto* referrer : {&signature, &bom, &nested}) test::push(store, *referrer);
  }
};

std::size_t place(const std::vector<std::string>& log, const std::string& line) {
  const auto found = std::ranges::find(log, line);
  if (found == log.end()) FAIL("not in the log: " << line);
  return static_cast<std::size_t>(found - log.begin());
}

std::string line_of(const test::Artifact& artifact) {
  return "manifest " + artifact.descriptor.digest.text();
}

}  // namespace

TEST_CASE("memory to layout to memory keeps every byte of the artifact and its referrers") {
  const TempDir dir = TempDir::create("mpk-test").take();
  MemoryStore first;
  MemoryStore last;
  const std::string large(3'000'001, 'w');
  const Shipped shipped(first, {large, "", "config"});
  const auto layout = open_layout(dir.path(), {.create = true}).take();
  REQUIRE(copy_artifact(first, shipped.model.descriptor, *layout, {.tag = "1.0"}));
  const auto result = copy_artifact(*layout, layout->resolve("1.0").take(), last, {.tag = "2.0"});
  REQUIRE(result);
  CHECK(result->root.digest == shipped.model.descriptor.digest);
  CHECK(result->manifests == 4);
  CHECK(result->referrers == 3);

  CHECK(last.resolve("2.0").take().digest == shipped.model.descriptor.digest);
  CHECK(last.tags().take() == std::vector<std::string>{"2.0"});
  for (const auto* artifact : {&shipped.model, &shipped.signature, &shipped.bom, &shipped.nested}) {
    CHECK(last.fetch_manifest(artifact->descriptor).take() == artifact->bytes);
    const Manifest manifest = parse_manifest(artifact->bytes).take();
    for (const auto& blob : manifest.layers) {
      CHECK(fetch_text(last, blob, large.size()).take() ==
            fetch_text(first, blob, large.size()).take());
    }
    CHECK(test::digests(last.referrers(artifact->descriptor.digest, {}).take()) ==
          test::digests(first.referrers(artifact->descriptor.digest, {}).take()));
  }
}

TEST_CASE("blobs come before their manifest, a subject before its referrers, the tag last") {
  MemoryStore from;
  MemoryStore memory;
  const Shipped shipped(from);
  test::WatchedStore to(memory);
  REQUIRE(copy_artifact(from, shipped.model.descriptor, to, {.tag = "1.0"}));
  const auto log = to.log();
  CHECK(log.back() == "tag 1.0");
  CHECK(place(log, line_of(shipped.model)) < place(log, line_of(shipped.signature)));
  CHECK(place(log, line_of(shipped.bom)) < place(log, line_of(shipped.nested)));
  const auto first_manifest =
      std::ranges::find_if(log, [](const auto& line) { return line.starts_with("manifest"); });
  CHECK(std::none_of(first_manifest, log.end(),
                     [](const auto& line) { return line.starts_with("blob"); }));
}

TEST_CASE("each blob travels once, and not at all when it is there") {
  MemoryStore memory;
  MemoryStore to;
  // The config of the referrers, "{}", is that of the model too.
  const Shipped shipped(memory, {"same", "same", "other"});
  test::WatchedStore from(memory);
  const auto first = copy_artifact(from, shipped.model.descriptor, to).take();
  CHECK(from.fetched == 6);
  CHECK(first.blobs == 6);
  CHECK(first.blobs_already_there == 0);
  CHECK(first.bytes == std::string("{}sameothersigbomsig of bom").size());

  const auto second = copy_artifact(from, shipped.model.descriptor, to, {.tag = "x"}).take();
  CHECK(from.fetched == 6);
  CHECK(second.blobs == 0);
  CHECK(second.blobs_already_there == 6);
  CHECK(second.bytes == 0);
}

TEST_CASE("without referrers only the artifact is copied") {
  MemoryStore from;
  MemoryStore memory;
  const Shipped shipped(from);
  test::WatchedStore to(memory);
  const auto result =
      copy_artifact(from, shipped.model.descriptor, to, {.tag = "1", .referrers = false}).take();
  CHECK(result.manifests == 1);
  CHECK(result.referrers == 0);
  CHECK(memory.referrers(shipped.model.descriptor.digest, {}).take().empty());
  // And its manifest is sent once.
  CHECK(std::ranges::count(to.log(), line_of(shipped.model)) == 1);
}

TEST_CASE("an index is copied with its children and the referrers of both") {
  MemoryStore from;
  MemoryStore to;
  const Shipped shipped(from);
  Index index;
  index.manifests = {shipped.model.descriptor};
  const std::string bytes = serialize(index);
  const Descriptor root = Descriptor::of(kIndexType, bytes);
  REQUIRE(from.push_manifest(root, bytes, "multi"));
  const auto of_index = test::make_referrer(from, root, "sig of index");
  test::push(from, of_index);

  const auto result = copy_artifact(from, root, to, {.tag = "multi"}).take();
  CHECK(result.manifests == 6);
  CHECK(result.referrers == 4);
  CHECK(to.resolve("multi").take().digest == root.digest);
  CHECK(to.fetch_manifest(shipped.model.descriptor));
  CHECK(to.fetch_manifest(of_index.descriptor));
  CHECK(to.fetch_manifest(shipped.nested.descriptor));
}

TEST_CASE("inline content is copied although the source does not hold it") {
  MemoryStore from;
  MemoryStore to;
  Manifest manifest = parse_manifest(test::make_model(from, {"weights"}).bytes).take();
  Descriptor inlined = Descriptor::of("a/b", "inline");
  inlined.data = to_bytes("inline");
  manifest.layers.push_back(inlined);
  const auto artifact = test::serialized(manifest);
  test::push(from, artifact);
  REQUIRE(copy_artifact(from, artifact.descriptor, to));
  inlined.data.reset();
  CHECK(fetch_text(to, inlined, 100).take() == "inline");
}

TEST_CASE("a failure anywhere leaves no tag") {
  for (int failing = 0; failing < 10; ++failing) {
    CAPTURE(failing);
    MemoryStore from;
    MemoryStore memory;
    const Shipped shipped(from);
    test::WatchedStore to(memory);
    std::atomic<int> pushes{0};
    to.on_push = [&](const Descriptor&) -> Result<void> {
      if (pushes++ == failing) return Error(ErrorKind::network, "connection lost");
      return {};
    };
    const auto result = copy_artifact(from, shipped.model.descriptor, to, {.tag = "1.0"});
    REQUIRE_FALSE(result);
    CHECK(result.error().kind() == ErrorKind::network);
    CHECK(memory.tags().take().empty());
  }
}

TEST_CASE("a blob that is tampered with at its source ends the copy with the cause") {
  MemoryStore from;
  MemoryStore memory;
  const Shipped shipped(from);
  const Descriptor layer = Descriptor::of("a/b", "weights");
  from.corrupt(layer.digest, "weightz");
  const auto result = copy_artifact(from, shipped.model.descriptor, memory, {.tag = "1.0"});
  REQUIRE_FALSE(result);
  CHECK(result.error().kind() == ErrorKind::mismatch);
  CHECK(result.error().text().find(layer.digest.text()) != std::string::npos);
  CHECK(memory.tags().take().empty());
  CHECK_FALSE(memory.has_blob(layer).take());
}

TEST_CASE("a circle of referrers and a foreign referrer are left out with a warning") {
  MemoryStore memory;
  const Shipped shipped(memory);
  const auto other = test::make_model(memory, {"other"});
  test::push(memory, other);
  const auto foreign = test::make_referrer(memory, other.descriptor, "sig of other");
  test::push(memory, foreign);
  for (const auto& [subject, listed] :
       {std::pair(shipped.nested.descriptor.digest, shipped.model.descriptor),
        std::pair(shipped.bom.descriptor.digest, shipped.model.descriptor),
        std::pair(shipped.bom.descriptor.digest, other.descriptor),
        std::pair(shipped.bom.descriptor.digest, foreign.descriptor)}) {
    test::WatchedStore from(memory);
    MemoryStore to;
    from.planted[subject] = {listed};
    const auto result = copy_artifact(from, shipped.model.descriptor, to, {.tag = "1"});
    REQUIRE(result);
    REQUIRE(result->warnings.size() == 1);
    CHECK(result->warnings[0].find(listed.digest.text()) != std::string::npos);
    CHECK(to.resolve("1").take().digest == shipped.model.descriptor.digest);
    CHECK(result->referrers == (subject == shipped.nested.descriptor.digest ? 3 : 2));
    CHECK_FALSE(to.fetch_manifest(other.descriptor));
    CHECK_FALSE(to.fetch_manifest(foreign.descriptor));
    CHECK_FALSE(to.has_blob(Descriptor::of("a/b", "sig of other")).take());
  }
}

TEST_CASE("referrers of referrers are followed to a depth that nobody needs, and no further") {
  MemoryStore from;
  const auto model = test::make_model(from, {"weights"});
  test::push(from, model);
  Descriptor last = model.descriptor;
  for (int depth = 1; depth <= 17; ++depth) {
    const auto next = test::make_referrer(from, last, fmt::format("sig {}", depth));
    test::push(from, next);
    last = next.descriptor;
    MemoryStore to;
    const auto result = copy_artifact(from, model.descriptor, to);
    CHECK(result.has_value() == (depth <= 16));
    if (!result) CHECK(result.error().kind() == ErrorKind::too_large);
  }
}

TEST_CASE("a referrer that names nothing is left out, and the others are copied") {
  MemoryStore memory;
  const Shipped shipped(memory);
  test::WatchedStore from(memory);
  // Not a manifest; and an index of which a child is missing, after one that is there.
  const std::string text = "no manifest";
  const Descriptor garbage = Descriptor::of(kManifestType, text);
  const auto child = test::make_model(memory, {"child"});
  test::push(memory, child);
  Index half;
  half.subject = shipped.model.descriptor;
  half.manifests = {child.descriptor, Descriptor::of(kManifestType, "gone child")};
  const std::string bytes = serialize(half);
  const Descriptor index = Descriptor::of(kIndexType, bytes);
  REQUIRE(memory.push_manifest(index, bytes, std::nullopt));
  from.planted[shipped.model.descriptor.digest] = {Descriptor::of(kManifestType, "gone"), garbage,
                                                   index, shipped.signature.descriptor};
  MemoryStore to;
  const auto result = copy_artifact(from, shipped.model.descriptor, to, {.tag = "1"});
  REQUIRE(result);
  CHECK(result->warnings.size() == 3);
  CHECK(result->referrers == 1);
  CHECK(result->manifests == 2);
  CHECK(to.fetch_manifest(shipped.signature.descriptor));
  CHECK_FALSE(to.fetch_manifest(child.descriptor));
  CHECK_FALSE(to.has_blob(Descriptor::of("a/b", "child")).take());
}

TEST_CASE(
    "a referrer that cannot be read now is an error, and so is a missing part of the artifact") {
  MemoryStore memory;
  const Shipped shipped(memory);
  class Unreachable final : public test::WatchedStore {
   public:
    Unreachable(Store& inner, Digest digest) : WatchedStore(inner), digest_(std::move(digest)) {}
    Result<std::string> fetch_manifest(const Descriptor& descriptor) override {
      if (descriptor.digest == digest_) return Error(ErrorKind::network, "reset");
      return WatchedStore::fetch_manifest(descriptor);
    }

   private:
    Digest digest_;
  } from(memory, shipped.signature.descriptor.digest);
  MemoryStore to;
  CHECK(copy_artifact(from, shipped.model.descriptor, to, {.tag = "1"}).error().kind() ==
        ErrorKind::network);
  CHECK(to.tags().take().empty());

  Index index;
  index.manifests = {Descriptor::of(kManifestType, "gone")};
  const std::string bytes = serialize(index);
  const Descriptor root = Descriptor::of(kIndexType, bytes);
  REQUIRE(memory.push_manifest(root, bytes, std::nullopt));
  CHECK(copy_artifact(memory, root, to, {.tag = "1"}).error().kind() == ErrorKind::not_found);
  CHECK(to.tags().take().empty());
}

TEST_CASE("a cancelled copy stops and leaves no tag") {
  MemoryStore from;
  MemoryStore memory;
  const Shipped shipped(from);
  CancelToken cancel;
  test::WatchedStore to(memory);
  to.on_push = [&](const Descriptor&) -> Result<void> {
    cancel.cancel();
    return {};
  };
  const auto result =
      copy_artifact(from, shipped.model.descriptor, to, {.tag = "1", .cancel = cancel});
  REQUIRE_FALSE(result);
  CHECK(result.error().kind() == ErrorKind::cancelled);
  CHECK(memory.tags().take().empty());
}

TEST_CASE("a copy within one store moves nothing and sets the tag") {
  MemoryStore store;
  const Shipped shipped(store);
  const auto result = copy_artifact(store, shipped.model.descriptor, store, {.tag = "new"}).take();
  CHECK(result.blobs == 0);
  CHECK(store.tags().take() == std::vector<std::string>{"1.0", "new"});
}

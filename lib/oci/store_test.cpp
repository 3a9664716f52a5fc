// What every Store promises, asked of the memory store and of an image layout.
#include "oci/store.hpp"

#include "base/file.hpp"
#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "oci/layout_store.hpp"
#include "oci/media_type.hpp"
#include "oci/memory_store.hpp"
#include "oci/test_artifacts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

using namespace mpk;
using namespace mpk::oci;

namespace {

// The same cases run on each kind.
class Subject {
 public:
  explicit Subject(bool layout) {
    if (layout) {
      store_ = open_layout(dir_.path() / "store", {.create = true}).take();
    } else {
      store_ = std::make_unique<MemoryStore>();
    }
  }
  Store& operator*() { return *store_; }

 private:
  TempDir dir_ = TempDir::create("mpk-test").take();
  std::unique_ptr<Store> store_;
};

template <class Case>
void on_each(const Case& test_case) {
  for (const bool layout : {false, true}) {
    CAPTURE(layout);
    Subject subject(layout);
    test_case(*subject);
  }
}

// Reads past `size` or ends before it, as a file that changes under the reader.
class LyingSource final : public Source {
 public:
  LyingSource(std::uint64_t size, std::string text) : size_(size), inner_(std::move(text)) {}
  std::optional<std::uint64_t> size() const override { return size_; }
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override { return inner_.read(buffer); }
  Result<void> seek(std::uint64_t offset) override { return inner_.seek(offset); }

 private:
  std::uint64_t size_;
  http::TextSource inner_;
};

}  // namespace

TEST_CASE("a blob that is pushed comes out as it went in, and is sent once") {
  on_each([](Store& store) {
    for (const std::string& content :
         {std::string(), std::string("x"), std::string(1'000'000, 'y')}) {
      const Descriptor blob = Descriptor::of("a/b", content);
      CHECK_FALSE(store.has_blob(blob).take());
      http::TextSource first(content);
      CHECK(store.push_blob(blob, first).take() == Pushed::uploaded);
      CHECK(store.has_blob(blob).take());
      LyingSource never_read(blob.size, "other");
      CHECK(store.push_blob(blob, never_read).take() == Pushed::already_there);
      CHECK(fetch_text(store, blob, limits::kManifest).take() == content);
    }
  });
}

TEST_CASE("a blob that is not what its descriptor says does not get in") {
  on_each([](Store& store) {
    const Descriptor blob = Descriptor::of("a/b", "hello");
    for (const char* content : {"hellp", "hello!", "hell", ""}) {
      CAPTURE(content);
      LyingSource source(5, content);
      CHECK(store.push_blob(blob, source).error().kind() == ErrorKind::mismatch);
    }
    for (const char* content : {"hello!", "hell", ""}) {
      CAPTURE(content);
      LyingSource stream(5, content);
      const auto pushed =
          store.push_stream(stream, 5, [&]() -> Result<Digest> { return blob.digest; });
      CHECK(pushed.error().kind() == ErrorKind::mismatch);
    }
    CHECK_FALSE(store.has_blob(blob).take());
    CHECK(fetch_text(store, blob, 5).error().kind() == ErrorKind::not_found);
  });
}

TEST_CASE("a stream gets its digest at the end") {
  on_each([](Store& store) {
    const Descriptor blob = Descriptor::of("a/b", "hello");
    const auto answer = [&]() -> Result<Digest> { return blob.digest; };
    http::TextSource first("hello");
    CHECK(store.push_stream(first, 5, answer).take() == Pushed::uploaded);
    http::TextSource second("hello");
    CHECK(store.push_stream(second, 5, answer).take() == Pushed::already_there);
    CHECK(fetch_text(store, blob, 5).take() == "hello");
  });
}

TEST_CASE("a stream may have a sha512 digest") {
  on_each([](Store& store) {
    Descriptor blob = Descriptor::of("a/b", "hello");
    blob.digest = crypto::hash(DigestAlgorithm::sha512, as_bytes("hello"));
    http::TextSource source("hello");
    CHECK(store.push_stream(source, 5, [&]() -> Result<Digest> { return blob.digest; }).take() ==
          Pushed::uploaded);
    CHECK(fetch_text(store, blob, 5).take() == "hello");
  });
}

TEST_CASE("an error of the source or of the digest is returned, and nothing is kept") {
  on_each([](Store& store) {
    const Descriptor blob = Descriptor::of("a/b", "hello");
    http::TextSource source("hello");
    const auto pushed = store.push_stream(
        source, 5, []() -> Result<Digest> { return Error(ErrorKind::io, "read error"); });
    REQUIRE_FALSE(pushed);
    CHECK(pushed.error().message() == "read error");
    CHECK_FALSE(store.has_blob(blob).take());
  });
}

TEST_CASE("a manifest is found by digest and by each of its tags") {
  on_each([](Store& store) {
    const auto model = test::make_model(store, {"weights"});
    CHECK(store.resolve("1.0").error().kind() == ErrorKind::not_found);
    CHECK(store.resolve(model.descriptor.digest.text()).error().kind() == ErrorKind::not_found);

    test::push(store, model, "1.0");
    REQUIRE(store.tag(model.descriptor, "stable"));
    CHECK(store.tags().take() == std::vector<std::string>{"1.0", "stable"});
    for (const std::string& name :
         {std::string("1.0"), std::string("stable"), model.descriptor.digest.text()}) {
      const Descriptor found = store.resolve(name).take();
      CHECK(found.digest == model.descriptor.digest);
      CHECK(found.size == model.bytes.size());
      CHECK(found.media_type == kManifestType);
      CHECK(found.annotations.empty());
    }
    CHECK(store.fetch_manifest(model.descriptor).take() == model.bytes);
    CHECK(store.resolve("").error().kind() == ErrorKind::not_found);
    CHECK(store.resolve("2.0").error().kind() == ErrorKind::not_found);
  });
}

TEST_CASE("a tag moves, and the manifest that had it stays reachable by digest") {
  on_each([](Store& store) {
    const auto old_model = test::make_model(store, {"old"});
    const auto new_model = test::make_model(store, {"new"});
    test::push(store, old_model, "latest");
    test::push(store, new_model, "latest");
    CHECK(store.resolve("latest").take().digest == new_model.descriptor.digest);
    CHECK(store.resolve(old_model.descriptor.digest.text()));
    REQUIRE(store.tag(old_model.descriptor, "latest"));
    CHECK(store.resolve("latest").take().digest == old_model.descriptor.digest);
    CHECK(store.tags().take() == std::vector<std::string>{"latest"});
  });
}

TEST_CASE("a tag is removed and the manifest stays, a manifest is removed with its tags") {
  on_each([](Store& store) {
    const auto model = test::make_model(store, {"weights"});
    test::push(store, model, "a");
    REQUIRE(store.tag(model.descriptor, "b"));
    REQUIRE(store.remove_tag("a"));
    CHECK(store.remove_tag("a").error().kind() == ErrorKind::not_found);
    CHECK(store.resolve("b"));
    REQUIRE(store.remove_tag("b"));
    CHECK(store.tags().take().empty());
    CHECK(store.resolve(model.descriptor.digest.text()));

    REQUIRE(store.tag(model.descriptor, "c"));
    REQUIRE(store.remove_manifest(model.descriptor));
    CHECK(store.tags().take().empty());
    CHECK(store.resolve(model.descriptor.digest.text()).error().kind() == ErrorKind::not_found);
    CHECK(store.remove_manifest(model.descriptor).error().kind() == ErrorKind::not_found);
    CHECK(store.tag(model.descriptor, "d").error().kind() == ErrorKind::not_found);
  });
}

TEST_CASE("a manifest that is none, or is not what its descriptor says, does not get in") {
  on_each([](Store& store) {
    const auto model = test::make_model(store, {"weights"});
    CHECK(store.push_manifest(model.descriptor, model.bytes + " ", "x").error().kind() ==
          ErrorKind::mismatch);
    const std::string text = "[]";
    CHECK(store.push_manifest(Descriptor::of(kManifestType, text), text, "x").error().kind() ==
          ErrorKind::malformed);
    Descriptor other_type = model.descriptor;
    other_type.media_type = kDockerManifestType;
    CHECK(store.push_manifest(other_type, model.bytes, "x").error().kind() == ErrorKind::malformed);
    CHECK(store.tags().take().empty());
  });
}

TEST_CASE("a manifest over the limit is not fetched") {
  on_each([](Store& store) {
    Descriptor huge = Descriptor::of(kManifestType, "x");
    huge.size = limits::kManifest + 1;
    CHECK(store.fetch_manifest(huge).error().kind() == ErrorKind::too_large);
  });
}

TEST_CASE("referrers are listed once each, sorted, by type, with what their manifests say") {
  on_each([](Store& store) {
    const auto model = test::make_model(store, {"weights"});
    // A subject need not exist yet (distribution-spec 1.1).
    const auto signature = test::make_referrer(store, model.descriptor, "sig");
    test::push(store, signature);
    test::push(store, signature);
    test::push(store, model, "1");
    const auto bom = test::make_referrer(store, model.descriptor, "bom", "application/x-bom");
    test::push(store, bom);
    const auto nested = test::make_referrer(store, bom.descriptor, "sig of bom");
    test::push(store, nested);

    const auto all = store.referrers(model.descriptor.digest).take();
    REQUIRE(all.size() == 2);
    CHECK(std::ranges::is_sorted(test::digests(all)));
    const auto signatures = store.referrers(model.descriptor.digest, test::kSignatureType).take();
    REQUIRE(signatures.size() == 1);
    CHECK(signatures[0].digest == signature.descriptor.digest);
    CHECK(signatures[0].size == signature.bytes.size());
    CHECK(signatures[0].media_type == kManifestType);
    CHECK(signatures[0].artifact_type == test::kSignatureType);
    CHECK(signatures[0].annotations ==
          Annotations{{"dev.sigstore.bundle.content", "dsse-envelope"}});
    CHECK(store.referrers(model.descriptor.digest, "a/b").take().empty());
    CHECK(test::digests(store.referrers(bom.descriptor.digest).take()) ==
          std::vector{nested.descriptor.digest});
    CHECK(store.referrers(nested.descriptor.digest).take().empty());
    CHECK(store.tags().take() == std::vector<std::string>{"1"});
  });
}

TEST_CASE("a removed referrer is listed no more, the others are") {
  on_each([](Store& store) {
    const auto model = test::make_model(store, {"weights"});
    test::push(store, model, "1");
    const auto first = test::make_referrer(store, model.descriptor, "1");
    const auto second = test::make_referrer(store, model.descriptor, "2");
    test::push(store, first);
    test::push(store, second);
    REQUIRE(store.remove_manifest(first.descriptor));
    CHECK(test::digests(store.referrers(model.descriptor.digest).take()) ==
          std::vector{second.descriptor.digest});
    REQUIRE(store.remove_manifest(second.descriptor));
    CHECK(store.referrers(model.descriptor.digest).take().empty());
    CHECK(store.resolve("1"));
  });
}

TEST_CASE("an index keeps its type, and its children are found by digest") {
  on_each([](Store& store) {
    const auto child = test::make_model(store, {"weights"});
    test::push(store, child);
    Index index;
    index.manifests = {child.descriptor};
    const std::string bytes = serialize(index);
    const Descriptor descriptor = Descriptor::of(kIndexType, bytes);
    REQUIRE(store.push_manifest(descriptor, bytes, "multi"));
    CHECK(store.resolve("multi").take().media_type == kIndexType);
    CHECK(store.resolve(child.descriptor.digest.text()).take().media_type == kManifestType);
  });
}

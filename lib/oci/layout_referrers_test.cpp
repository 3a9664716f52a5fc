// Tests of layout_referrers: the three forms are written, and each alone is read.
#include "base/file.hpp"
#include "base/identifiers.hpp"
#include "oci/layout_files.hpp"
#include "oci/layout_index.hpp"
#include "oci/layout_store.hpp"
#include "oci/media_type.hpp"
#include "oci/referrers_tag.hpp"
#include "oci/test_artifacts.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>

using namespace mpk;
using namespace mpk::oci;

namespace {

struct Signed {
  TempDir dir = TempDir::create("mpk-test").take();
  std::unique_ptr<Store> store = open_layout(dir.path(), {.create = true}).take();
  test::Artifact model = test::make_model(*store, {"weights"});
  test::Artifact signature = test::make_referrer(*store, model.descriptor, "sig");
  std::string tag = referrers_tag(model.descriptor.digest);

  Signed() {
    test::push(*store, model, "1.0");
    test::push(*store, signature);
  }
  Json index() const { return layout::Files(dir.path()).read_index().take(); }
  void replace(const Json& index) {
    REQUIRE(write_file_atomic(dir.path() / "index.json", json::compact(index)));
  }
  std::vector<Digest> listed() const {
    auto found = store->referrers(model.descriptor.digest);
    if (!found) FAIL(found.error().text());
    return test::digests(*found);
  }
  std::vector<layout::Entry> entries_of(const Digest& digest) const {
    auto all = layout::entries(index()).take();
    std::erase_if(all, [&](const auto& entry) { return entry.descriptor.digest != digest; });
    return all;
  }
};

}  // namespace

TEST_CASE("a referrer is written for oras, for regctl and for cosign") {
  Signed layout;
  // oras: untagged, with type and annotations.
  const auto entries = layout.entries_of(layout.signature.descriptor.digest);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].tag.empty());
  CHECK(entries[0].descriptor.artifact_type == test::kSignatureType);
  CHECK(entries[0].descriptor.annotations ==
        Annotations{{"dev.sigstore.bundle.content", "dsse-envelope"}});
  // regctl: an index tagged sha256-<hex>.
  const auto tagged = layout::find_tag(layout.index(), layout.tag).take();
  REQUIRE(tagged);
  CHECK(tagged->media_type == kIndexType);
  const Index index = parse_index(layout.store->fetch_manifest(*tagged).take()).take();
  REQUIRE(index.manifests.size() == 1);
  CHECK(index.manifests[0].digest == layout.signature.descriptor.digest);
  CHECK(index.manifests[0].artifact_type == test::kSignatureType);
  // cosign: the model's entry is marked.
  const auto model = layout.entries_of(layout.model.descriptor.digest);
  REQUIRE(model.size() == 1);
  CHECK(model[0].tag == "1.0");
  CHECK(model[0].descriptor.annotations.at("kind") == "dev.cosignproject.cosign/image");
}

TEST_CASE("a model that comes after its signature is marked too, another is not") {
  const TempDir dir = TempDir::create("mpk-test").take();
  const auto store = open_layout(dir.path(), {.create = true}).take();
  const auto model = test::make_model(*store, {"weights"});
  const auto other = test::make_model(*store, {"other weights"});
  test::push(*store, test::make_referrer(*store, model.descriptor, "sig"));
  test::push(*store, model, "1");
  test::push(*store, other, "2");
  for (const auto& entry : layout::entries(layout::Files(dir.path()).read_index().take()).take()) {
    CHECK(entry.descriptor.annotations.contains("kind") ==
          (entry.descriptor.digest == model.descriptor.digest));
  }
}

TEST_CASE("a layout with only untagged entries, as oras writes it, is read") {
  Signed layout;
  Json index = layout.index();
  layout::erase_tag(index, layout.tag);
  for (Json& entry : index["manifests"]) {
    entry.erase("artifactType");
    entry.erase("annotations");
  }
  layout.replace(index);
  const auto found = layout.store->referrers(layout.model.descriptor.digest).take();
  REQUIRE(found.size() == 1);
  CHECK(found[0].digest == layout.signature.descriptor.digest);
  CHECK(found[0].artifact_type == test::kSignatureType);
  CHECK(found[0].annotations.size() == 1);
}

TEST_CASE("a layout with only the tagged index, as regctl writes it, is read") {
  Signed layout;
  Json index = layout.index();
  REQUIRE(layout::erase(index, layout.signature.descriptor.digest));
  layout.replace(index);
  CHECK(layout.listed() == std::vector{layout.signature.descriptor.digest});
}

TEST_CASE("a layout with only cosign's mark, as cosign save writes it, is read and made whole") {
  Signed layout;
  Json index = layout.index();
  layout::erase_tag(index, layout.tag);
  REQUIRE(layout::erase(index, layout.signature.descriptor.digest));
  REQUIRE(index["manifests"].size() == 1);
  layout.replace(index);
  CHECK(layout.listed() == std::vector{layout.signature.descriptor.digest});

  const auto second = test::make_referrer(*layout.store, layout.model.descriptor, "2");
  test::push(*layout.store, second);
  CHECK(layout.listed().size() == 2);
  CHECK(layout.entries_of(layout.signature.descriptor.digest).size() == 1);

  // Without the mark nobody said that there is more than what is listed.
  layout::erase(index, layout.model.descriptor.digest);
  layout.replace(index);
  CHECK(layout.listed().empty());
}

TEST_CASE("a damaged signature in a layout of cosign is an error, another damaged blob is none") {
  Signed layout;
  Json index = layout.index();
  layout::erase_tag(index, layout.tag);
  REQUIRE(layout::erase(index, layout.signature.descriptor.digest));
  layout.replace(index);
  const auto folder = layout.dir.path() / "blobs" / "sha256";
  REQUIRE(write_file_atomic(folder / Descriptor::of("a/b", "weights").digest.hex(), "weightz"));
  CHECK(layout.listed().size() == 1);
  REQUIRE(write_file_atomic(folder / layout.signature.descriptor.digest.hex(),
                            layout.signature.bytes + " "));
  CHECK(layout.store->referrers(layout.model.descriptor.digest).error().kind() ==
        ErrorKind::mismatch);
}

TEST_CASE("a signature in one form and one in the other are both listed, and both are made whole") {
  Signed layout;
  Json index = layout.index();
  layout::erase_tag(index, layout.tag);  // the first: only as oras writes it
  layout.replace(index);
  const auto second = test::make_referrer(*layout.store, layout.model.descriptor, "2");
  test::push(*layout.store, second);
  index = layout.index();
  REQUIRE(layout::erase(index, second.descriptor.digest));  // the second: only as regctl does
  layout.replace(index);
  CHECK(layout.listed().size() == 2);

  const auto third = test::make_referrer(*layout.store, layout.model.descriptor, "3");
  test::push(*layout.store, third);
  CHECK(layout.listed().size() == 3);
  for (const Digest& digest :
       {layout.signature.descriptor.digest, second.descriptor.digest, third.descriptor.digest}) {
    CHECK(layout.entries_of(digest).size() == 1);
  }
  const auto tagged = layout::find_tag(layout.index(), layout.tag).take();
  CHECK(parse_index(layout.store->fetch_manifest(*tagged).take()).take().manifests.size() == 3);
}

TEST_CASE("what a tagged index lists is proven by its own subject") {
  Signed layout;
  const auto other = test::make_model(*layout.store, {"other"});
  test::push(*layout.store, other, "other");
  const auto foreign = test::make_referrer(*layout.store, other.descriptor, "sig of other");
  test::push(*layout.store, foreign);
  // Someone plants it among the referrers of the model.
  Index planted;
  planted.manifests = {layout.signature.descriptor, foreign.descriptor, other.descriptor};
  const std::string bytes = serialize(planted);
  const Descriptor descriptor = push_text(*layout.store, kIndexType, bytes).take();
  Json index = layout.index();
  layout::erase_tag(index, layout.tag);
  layout::set_tag(index, descriptor, layout.tag);
  layout.replace(index);
  CHECK(layout.listed() == std::vector{layout.signature.descriptor.digest});
}

TEST_CASE("a referrers tag that is no index is an error and is not overwritten") {
  Signed layout;
  Json index = layout.index();
  layout::erase_tag(index, layout.tag);
  layout::set_tag(index, layout.model.descriptor, layout.tag);
  layout.replace(index);
  CHECK(layout.store->referrers(layout.model.descriptor.digest).error().kind() ==
        ErrorKind::malformed);
  const auto second = test::make_referrer(*layout.store, layout.model.descriptor, "2");
  CHECK_FALSE(layout.store->push_manifest(second.descriptor, second.bytes, std::nullopt));
  CHECK(layout.index() == index);
}

TEST_CASE("the bundle annotation stays in the manifest and comes back from there") {
  Signed layout;
  Manifest manifest = parse_manifest(layout.signature.bytes).take();
  manifest.annotations[std::string(identifiers::kAnnotationBundle)] = std::string(8000, 'x');
  const auto with_bundle = test::serialized(manifest);
  test::push(*layout.store, with_bundle);
  CHECK(json::compact(layout.index()).size() < 4000);
  const auto found = layout.store->referrers(layout.model.descriptor.digest).take();
  const auto entry = std::ranges::find(found, with_bundle.descriptor.digest, &Descriptor::digest);
  REQUIRE(entry != found.end());
  CHECK(entry->annotations.at(std::string(identifiers::kAnnotationBundle)).size() == 8000);
}

TEST_CASE("with the last referrer its tagged index goes") {
  Signed layout;
  REQUIRE(layout.store->remove_manifest(layout.signature.descriptor));
  CHECK_FALSE(layout::find_tag(layout.index(), layout.tag).take());
  CHECK(layout.listed().empty());
  CHECK(layout.store->tags().take() == std::vector<std::string>{"1.0"});
}

TEST_CASE("a manifest of something else that is none refuses no list, one that names us does") {
  Signed layout;
  for (const bool ours : {false, true}) {
    CAPTURE(ours);
    const auto bytes = R"({"schemaVersion":2,"subject":{"digest":")" +
                       (ours ? layout.model : layout.signature).descriptor.digest.text() + "\"}}";
    REQUIRE(push_text(*layout.store, kManifestType, bytes).has_value());
    Json index = layout.index();
    layout::add(index, Descriptor::of(kManifestType, bytes));
    layout.replace(index);
    const auto found = layout.store->referrers(layout.model.descriptor.digest);
    CHECK(found.has_value() == !ours);
    if (!found) CHECK(found.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("a layout is asked for one type of referrer") {
  Signed layout;
  const auto bom = test::make_referrer(*layout.store, layout.model.descriptor, "bom", "a/bom");
  test::push(*layout.store, bom);
  CHECK(test::digests(layout.store->referrers(layout.model.descriptor.digest, "a/bom").take()) ==
        std::vector{bom.descriptor.digest});
  const auto is_bom = [](const Descriptor& each) { return each.artifact_type == "a/bom"; };
  CHECK(
      test::digests(layout.store->referrers_where(layout.model.descriptor.digest, is_bom).take()) ==
      std::vector{bom.descriptor.digest});
  CHECK(layout.store->referrers(layout.model.descriptor.digest, "a/none").take().empty());
}

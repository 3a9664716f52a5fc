// Tests of the care of layouts: what is needed stays, what is not goes, damage is found.
#include "oci/layout_care.hpp"

#include "base/file.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "oci/layout_store.hpp"
#include "oci/test_artifacts.hpp"
#include "oci/test_file_source.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::oci;
namespace fs = std::filesystem;

namespace {

struct Layout {
  TempDir dir = TempDir::create("mpk-care-").take();
  fs::path root = dir.path() / "layout";
  std::unique_ptr<Store> open() const { return open_layout(root, {.create = true}).take(); }
  fs::path blob(const Digest& digest) const { return root / "blobs/sha256" / digest.hex(); }
  std::size_t blobs() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(root / "blobs/sha256"), fs::directory_iterator()));
  }
  std::size_t entries() const {
    const auto text = read_file(root / "index.json", 1U << 20).take();
    return json::parse(text).take()["manifests"].size();
  }
  Pruned prune(bool untagged = false, bool dry_run = false) const {
    return prune_layout(root, {.untagged = untagged, .dry_run = dry_run}).take();
  }
};

struct Filled : Layout {
  std::unique_ptr<Store> store = open();
  Descriptor tagged = test::push(*store, test::make_model(*store, {"kept", "shared"}), "1.0");
  Descriptor untagged = test::push(*store, test::make_model(*store, {"loose", "shared"}));
  Descriptor signature = test::push(*store, test::make_referrer(*store, tagged, "signed"));
  Filled() {
    test::push(*store, test::make_referrer(*store, signature, "countersigned"));
    REQUIRE(push_text(*store, "application/octet-stream", "garbage"));
    store.reset();  // nobody is adding any more
  }
};

}  // namespace

TEST_CASE("prune removes what nothing names, and only that") {
  const Filled layout;
  const auto before = layout.blobs();
  const auto dry = layout.prune(false, true);
  CHECK(layout.blobs() == before);
  // The blob that no manifest names, and an index of referrers that a newer one replaced.
  CHECK(std::ranges::count(dry.blobs, crypto::sha256("garbage"), &Descriptor::digest) == 1);

  const auto pruned = layout.prune();
  CHECK(test::digests(pruned.blobs) == test::digests(dry.blobs));
  CHECK(pruned.bytes == dry.bytes);
  CHECK(pruned.entries == 0);
  CHECK(layout.blobs() == before - pruned.blobs.size());
  CHECK(layout.prune().blobs.empty());

  const auto store = layout.open();
  CHECK(test::digests(store->referrers(layout.tagged.digest).take()) ==
        std::vector{layout.signature.digest});
  CHECK(store->referrers(layout.signature.digest).take().size() == 1);
  CHECK(check_layout(layout.root, {}).take().problems.empty());
}

TEST_CASE("untagged artifacts go only when asked, and with them what is attached") {
  const Filled layout;
  layout.prune();
  const auto before = layout.blobs();
  {
    const auto store = layout.open();
    test::push(*store, test::make_referrer(*store, layout.untagged, "about the loose one"));
  }
  CHECK(layout.prune().blobs.size() == 0);
  const auto pruned = layout.prune(true);
  CHECK(pruned.entries >= 2);
  CHECK(std::ranges::count(pruned.blobs, layout.untagged.digest, &Descriptor::digest) == 1);
  CHECK(std::ranges::count(pruned.blobs, crypto::sha256("loose"), &Descriptor::digest) == 1);
  // What the tagged one needs too.
  CHECK(std::ranges::count(pruned.blobs, crypto::sha256("shared"), &Descriptor::digest) == 0);
  CHECK(layout.blobs() < before);
  const auto store = layout.open();
  CHECK(store->resolve("1.0").take().digest == layout.tagged.digest);
  CHECK(store->referrers(layout.tagged.digest).take().size() == 1);
  CHECK(store->resolve(layout.untagged.digest.text()).error().kind() == ErrorKind::not_found);
  CHECK(check_layout(layout.root, {}).take().problems.empty());
}

TEST_CASE("referrers that cosign left in blobs/ without listing them stay") {
  const Filled layout;
  const auto file = layout.root / "index.json";
  auto index = json::parse(read_file(file, 1U << 20).take()).take();
  auto& manifests = index["manifests"];
  for (auto it = manifests.begin(); it != manifests.end();) {
    it = (*it)["digest"] == layout.tagged.digest.text() ? it + 1 : manifests.erase(it);
  }
  std::ofstream(file) << index.dump();
  layout.prune(true);
  CHECK(fs::exists(layout.blob(layout.signature.digest)));
  CHECK(fs::exists(layout.blob(crypto::sha256("countersigned"))));
  CHECK_FALSE(fs::exists(layout.blob(layout.untagged.digest)));
}

TEST_CASE("nothing is removed when a manifest can't be read") {
  const Filled layout;
  const auto before = layout.blobs();
  std::ofstream(layout.blob(layout.tagged.digest)) << "{}";
  const auto refused = prune_layout(layout.root, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::mismatch);
  CHECK(layout.blobs() == before);
  CHECK(layout.entries() > 0);
}

TEST_CASE("nothing is pruned while somebody adds, and an interrupted wait says so") {
  const Filled layout;
  const auto adding = layout.open();
  REQUIRE(push_text(*adding, "application/octet-stream", "not named yet"));
  CancelToken cancel;
  cancel.cancel();
  CHECK(prune_layout(layout.root, {.cancel = cancel}).error().kind() == ErrorKind::cancelled);
  CHECK(fs::exists(layout.blob(crypto::sha256("not named yet"))));
}

TEST_CASE("check finds what is damaged, missing or gone") {
  const Filled layout;
  Stats stats;
  const auto clean = check_layout(layout.root, {.stats = &stats}).take();
  CHECK(clean.problems.empty());
  CHECK(clean.blobs == layout.blobs());
  CHECK(stats.bytes_hashed == clean.bytes);

  const auto file = layout.dir.path() / "weights";
  std::ofstream(file) << "by reference";
  {
    const auto store = open_layout(layout.root, {.by_reference = true}).take();
    test::FileSource source(file);
    REQUIRE(store->push_blob({.digest = crypto::sha256("by reference"), .size = 12}, source));
  }
  CHECK(check_layout(layout.root, {}).take().problems.empty());
  fs::remove(file);
  std::ofstream(layout.blob(crypto::sha256("kept"))) << "KEPT";
  fs::remove(layout.blob(crypto::sha256("loose")));

  const auto found = check_layout(layout.root, {}).take().problems;
  REQUIRE(found.size() == 3);
  const auto code_of = [&](std::string_view content) {
    const auto digest = crypto::sha256(content).text();
    const auto it = std::ranges::find(found, digest, &LayoutCheck::Problem::digest);
    return it == found.end() ? std::string("none") : it->code;
  };
  CHECK(code_of("kept") == "damaged");
  CHECK(code_of("loose") == "missing");
  CHECK(code_of("by reference") == "gone");
}

TEST_CASE("what is no layout is neither pruned nor checked") {
  const TempDir dir = TempDir::create("mpk-care-").take();
  CHECK(prune_layout(dir.path(), {}).error().kind() == ErrorKind::malformed);
  CHECK(check_layout(dir.path(), {}).error().kind() == ErrorKind::malformed);
  CHECK(fs::is_empty(dir.path()));
}

// Tests of unpack after one that broke off: it goes on, and in the end nothing of it is left.
#include "modelpack/layer_downloads.hpp"
#include "modelpack/test_trees.hpp"
#include "modelpack/unpack.hpp"
#include "oci/memory_store.hpp"
#include "oci/test_download_registry.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;
using oci::test::DownloadFault;
using oci::test::DownloadRegistry;
using test::Tree;

namespace {

using Names = std::vector<std::string>;

/// A model of one file, big enough to be gone on with.
struct Model {
  explicit Model(std::uint64_t seed, std::size_t size = 3'000'000)
      : content(oci::test::noise(size, seed)) {
    const Tree tree;
    tree.write("deep/model.bin", content);
    const auto packed = test::pack_all(&memory, {.directory = tree.root()}).take();
    manifest = oci::parse_manifest(packed.artifact.manifest_bytes).take();
  }
  /// Breaks off after `share` of the file.
  Result<UnpackOutcome> break_off(const Tree& tree, double share) const {
    DownloadRegistry registry(content, [&](std::size_t number, const http::Request&) {
      return DownloadRegistry::Plan{number == 0 ? DownloadFault::reset : DownloadFault::refuse,
                                    share};
    });
    return unpack(*oci::test::store_over(registry), manifest, {.directory = tree.root()});
  }
  std::string content;
  oci::MemoryStore memory;
  oci::Manifest manifest{.config = oci::Descriptor::of("", "")};
};

DownloadRegistry::Plan well(std::size_t, const http::Request&) { return {}; }

bool has_part(const Tree& tree) {
  return std::ranges::any_of(tree.names(), [](const std::string& name) {
    return name.find(".mpk-") != std::string::npos;
  });
}

const Names kAll = {"deep", "deep/model.bin"};

}  // namespace

TEST_CASE("item 21: an unpack that broke off is gone on with, and the error says so") {
  const Model model(1);
  const Tree tree;
  const auto failed = model.break_off(tree, 0.6);
  CHECK(failed.error().kind() == ErrorKind::network);
  CHECK(failed.error().hint() == "what has come is kept; the same command continues");
  CHECK(has_part(tree));
  CHECK(tree.read("deep/model.bin") == "(none)");

  DownloadRegistry registry(model.content, well);
  Stats stats;
  const auto done = unpack(*oci::test::store_over(registry), model.manifest,
                           {.directory = tree.root(), .stats = &stats});
  REQUIRE(done.has_value());
  CHECK(done->written == 1);
  CHECK(tree.names() == kAll);
  CHECK(tree.read("deep/model.bin") == model.content);
  CHECK(registry.bytes_sent() == 1'200'000);
  CHECK(stats.bytes_written == 1'200'000);
  CHECK(stats.bytes_read == 1'800'000);
  CHECK(stats.bytes_hashed == model.content.size());
}

TEST_CASE("too little to be kept is not, and the hint promises nothing") {
  const Model model(2);
  const Tree tree;
  const auto failed = model.break_off(tree, 0.3);
  CHECK(failed.error().kind() == ErrorKind::network);
  CHECK(failed.error().hint().find("continues") == std::string::npos);
  CHECK(tree.names() == Names{"deep"});
}

TEST_CASE("the unpack of another artifact removes what was left of the first") {
  const Model one(3);
  const Tree tree;
  REQUIRE_FALSE(one.break_off(tree, 0.6));
  REQUIRE(has_part(tree));
  const Model other(4);
  DownloadRegistry registry(other.content, well);
  REQUIRE(unpack(*oci::test::store_over(registry), other.manifest, {.directory = tree.root()}));
  CHECK(tree.names() == kAll);
  CHECK(tree.read("deep/model.bin") == other.content);
  CHECK(registry.bytes_sent() == other.content.size());
}

TEST_CASE("what was left goes, too, when the file came in another way") {
  const Model model(5);
  const Tree tree;
  REQUIRE_FALSE(model.break_off(tree, 0.6));
  REQUIRE(has_part(tree));
  tree.write("deep/model.bin", model.content);
  DownloadRegistry registry(model.content, well);
  const auto out =
      unpack(*oci::test::store_over(registry), model.manifest, {.directory = tree.root()});
  REQUIRE(out.has_value());
  CHECK(out->kept == 1);
  CHECK(registry.seen().empty());
  CHECK(tree.names() == kAll);
}

TEST_CASE("a file that differs and comes meanwhile leaves no part behind") {
  const Model model(6);
  const Tree tree;
  DownloadRegistry registry(model.content, well);
  registry.on_piece = [&] { tree.write("deep/model.bin", "mine"); };
  registry.piece = 1'000'000;
  const auto refused =
      unpack(*oci::test::store_over(registry), model.manifest, {.directory = tree.root()});
  CHECK(refused.error().kind() == ErrorKind::exists);
  CHECK(tree.read("deep/model.bin") == "mine");
  CHECK(tree.names() == kAll);
}

TEST_CASE("wrong bytes leave no part behind") {
  Model model(7);
  const Tree tree;
  auto wrong = model.content;
  wrong[5] ^= 1;
  DownloadRegistry registry(wrong, well);
  const auto refused =
      unpack(*oci::test::store_over(registry), model.manifest, {.directory = tree.root()});
  CHECK(refused.error().kind() == ErrorKind::mismatch);
  CHECK(tree.names() == Names{"deep"});
}

TEST_CASE("the key of a part tells paths and digests apart") {
  const auto layer = [](const char* path, std::string_view content) {
    return LayerFile{.descriptor = oci::Descriptor::of("a/b", content),
                     .path = path,
                     .kind = model::Kind::weight,
                     .encoding = Encoding::raw};
  };
  const auto key = part_key(layer("a", "x"));
  CHECK(key.size() == 16);
  CHECK(key == part_key(layer("a", "x")));
  CHECK(key != part_key(layer("b", "x")));
  CHECK(key != part_key(layer("a", "y")));
}

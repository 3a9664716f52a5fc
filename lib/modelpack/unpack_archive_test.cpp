// Tests of unpack with archives: their files appear when the layer is proven, all or none.
#include "archive/test_archives.hpp"
#include "modelpack/kit.hpp"
#include "modelpack/staging.hpp"
#include "modelpack/test_trees.hpp"
#include "modelpack/unpack.hpp"
#include "oci/media_type.hpp"
#include "oci/memory_store.hpp"
#include "oci/test_stores.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;
using mpk::archive::Compression;
using test::Tree;
using Entries = std::vector<mpk::archive::test::Entry>;
using Names = std::vector<std::string>;

namespace {

struct Pack {
  void add(const std::string& type, const std::string& path, const std::string& content) {
    auto layer = oci::push_text(memory, "application/vnd.cncf.model." + type, content).take();
    if (!path.empty()) layer.annotations = {{std::string(kAnnotationFilepath), path}};
    manifest.layers.push_back(layer);
  }
  void add_tar(const std::string& path, const Entries& entries,
               const std::string& type = "dataset.v1.tar") {
    const auto compression = type.ends_with("+gzip")   ? Compression::gzip
                             : type.ends_with("+zstd") ? Compression::zstd
                                                       : Compression::none;
    add(type, path, mpk::archive::test::tar(entries, compression));
  }
  Result<UnpackOutcome> unpack(const Tree& tree, UnpackOptions options = {}) {
    options.directory = tree.root();
    return modelpack::unpack(store, manifest, options);
  }

  oci::MemoryStore memory;
  oci::test::WatchedStore store{memory};
  oci::Manifest manifest{.media_type = std::string(oci::kManifestType),
                         .artifact_type = std::string(kArtifactType),
                         .config = oci::Descriptor::of(kConfigType, "{}"),
                         .layers = {}};
};

}  // namespace

TEST_CASE("archives of every encoding are unpacked beside raw layers") {
  Pack pack;
  pack.add("weight.v1.raw", "model.bin", std::string(5000, 'w'));
  pack.add_tar("data", {{.path = "data/", .type = AE_IFDIR, .mode = 0755},
                        {.path = "data/a.csv", .content = "1,2\n"},
                        {.path = "data/deep/run", .content = "#!", .mode = 0755}});
  pack.add_tar("src", {{.path = "main.py", .content = "print()"}}, "code.v1.tar+gzip");
  pack.add_tar("docs/README.md", {{.path = "README.md", .content = std::string(300'000, 'd')}},
               "doc.v1.tar+zstd");
  const Tree tree;
  const auto out = pack.unpack(tree);
  REQUIRE(out.has_value());
  CHECK(out->written == 5);
  CHECK(out->kept == 0);
  CHECK(out->warnings.empty());
  CHECK(tree.names() == Names{"data", "data/a.csv", "data/deep", "data/deep/run", "docs",
                              "docs/README.md", "model.bin", "src", "src/main.py"});
  CHECK(tree.read("data/a.csv") == "1,2\n");
  CHECK(tree.mode("data/a.csv") == 0644);
  CHECK(tree.mode("data/deep/run") == 0755);
  CHECK(tree.read("docs/README.md") == std::string(300'000, 'd'));

  const auto again = pack.unpack(tree);
  REQUIRE(again.has_value());
  CHECK(again->written == 0);
  CHECK(again->kept == 5);
}

TEST_CASE("a file that differs stops everything before the first name is given") {
  Pack pack;
  pack.add("weight.v1.raw", "model.bin", "weights");
  pack.add_tar("data", {{.path = "a", .content = "new"}, {.path = "b", .content = "b"}});
  const Tree tree;
  tree.write("data/b", "mine");
  const auto refused = pack.unpack(tree);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind() == ErrorKind::exists);
  CHECK(tree.names() == Names{"data", "data/b"});
  CHECK(pack.unpack(tree, {.overwrite = true}).take().written == 3);
  CHECK(tree.read("data/b") == "b");
}

TEST_CASE("an archive that is not what it should be leaves nothing") {
  const auto good = mpk::archive::test::tar({{.path = "a", .content = std::string(9000, 'a')}});
  auto flipped = good;
  flipped[4000] = 'b';
  for (const auto& bytes :
       {flipped, good.substr(0, 5000), good + std::string(512, '\0'), std::string("no archive")}) {
    Pack pack;
    pack.add("dataset.v1.tar", "data", good);
    pack.memory.corrupt(pack.manifest.layers[0].digest, bytes);
    const Tree tree;
    const auto refused = pack.unpack(tree);
    REQUIRE_FALSE(refused.has_value());
    CHECK((refused.error().kind() == ErrorKind::mismatch ||
           refused.error().kind() == ErrorKind::malformed));
    CHECK(tree.names().empty());
    CHECK(refused.error().text().find("layer data (sha256:") != std::string::npos);
  }
}

TEST_CASE("links, and paths that leave the folder, are refused with nothing written") {
  const Tree outside;
  const Entries rows[] = {
      {{.path = "ok", .content = "x"}, {.path = "l", .type = AE_IFLNK, .target = outside.root()}},
      {{.path = "ok", .content = "x"}, {.path = "l", .hard_link = "ok"}},
      {{.path = "ok", .content = "x"}, {.path = "../escape", .content = "x"}},
      {{.path = "ok", .content = "x"}, {.path = "/escape", .content = "x"}},
      {{.path = "ok", .content = "x"}, {.path = "ok", .content = "y"}},
  };
  for (const auto& entries : rows) {
    Pack pack;
    pack.add_tar("data", entries);
    const Tree tree;
    const auto refused = pack.unpack(tree);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind() == ErrorKind::malformed);
    CHECK(tree.names().empty());
  }
}

TEST_CASE("two layers may not hold one path, as archives or raw") {
  const struct {
    Entries first, second;
    bool accepted;
  } rows[] = {
      {{{.path = "data/a"}}, {{.path = "data/b"}}, true},
      {{{.path = "data/a"}}, {{.path = "data/a"}}, false},
      {{{.path = "data/a"}}, {{.path = "data/a/b"}}, false},
  };
  for (const auto& row : rows) {
    Pack pack;
    pack.add_tar("data", row.first);
    pack.add_tar("data", row.second, "doc.v1.tar");
    const Tree tree;
    CHECK(pack.unpack(tree).has_value() == row.accepted);
    CHECK(tree.names().empty() == !row.accepted);
  }
  Pack raw;
  raw.add("doc.v1.raw", "data/a", "raw");
  raw.add_tar("data", {{.path = "a"}});
  const Tree tree;
  CHECK(raw.unpack(tree).error().kind() == ErrorKind::malformed);
  CHECK(tree.names().empty());
}

TEST_CASE("a symlink in the way is not followed") {
  const Tree outside;
  const Tree tree;
  std::filesystem::create_directory_symlink(outside.root(), tree.at("data"));
  Pack pack;
  pack.add_tar("data", {{.path = "a", .content = "x"}});
  const auto before = tree.names();
  for (const bool overwrite : {false, true})
    CHECK(pack.unpack(tree, {.overwrite = overwrite}).error().kind() == ErrorKind::mismatch);
  CHECK(outside.names().empty());
  CHECK(tree.names() == before);
}

TEST_CASE("special bits are left out, with a warning") {
  Pack pack;
  pack.add_tar(".", {{.path = "a", .content = "x", .mode = 04755}});
  const Tree tree;
  const auto out = pack.unpack(tree).take();
  REQUIRE(out.warnings.size() == 1);
  CHECK(out.warnings[0].find("setuid") != std::string::npos);
  CHECK(tree.mode("a") == 0755);

  // Of a raw layer its metadata says them.
  for (const auto& [mode, warnings] : {std::pair("2541", 1U), {"493", 0U}}) {
    Pack raw;
    raw.add("doc.v1.raw", "b", "x");
    raw.manifest.layers[0].annotations[std::string(kAnnotationMetadata)] =
        R"({"mode":)" + std::string(mode) + "}";
    const Tree target;
    CHECK(raw.unpack(target).take().warnings.size() == warnings);
    CHECK(target.mode("b") == 0755);
  }
}

TEST_CASE("a selection reaches into archives, and its patterns must take something") {
  Pack pack;
  pack.add("weight.v1.raw", "model.bin", "weights");
  pack.add_tar("data", {{.path = "a.csv"}, {.path = "b.txt"}});
  pack.add_tar("docs", {{.path = "c.txt"}}, "doc.v1.tar");
  const auto select = [](const Names& include, const Names& kinds) {
    UnpackOptions options;
    options.selection = Selection::make(include, {}, kinds).take();
    return options;
  };
  const Tree tree;
  CHECK(pack.unpack(tree, select({"*.csv"}, {})).take().written == 1);
  CHECK(tree.names() == Names{"data", "data/a.csv"});
  pack.store.fetched = 0;
  CHECK(pack.unpack(tree, select({}, {"doc"})).take().written == 1);
  CHECK(pack.store.fetched == 1);
  CHECK(tree.read("docs/c.txt").empty());
  CHECK(tree.read("data/b.txt") == "(none)");
  CHECK(pack.unpack(tree, select({"*.gguf"}, {})).error().kind() == ErrorKind::usage);
  CHECK(tree.read("model.bin") == "(none)");
}

TEST_CASE("ten thousand small files come out") {
  Entries entries;
  for (int i = 0; i < 10'000; ++i) {
    entries.push_back({.path = "d" + std::to_string(i % 7) + "/" + std::to_string(i),
                       .content = std::to_string(i)});
  }
  Pack pack;
  pack.add_tar("data", entries, "dataset.v1.tar+zstd");
  const Tree tree;
  CHECK(pack.unpack(tree).take().written == 10'000);
  CHECK(tree.read("data/d3/9999") == "9999");
  CHECK(tree.names().size() == 10'000 + 7 + 1);
}

TEST_CASE("what a killed unpack left is removed, what is in use stays") {
  const Tree tree;
  const auto root = Directory::open(tree.root()).take();
  tree.write(".mpk-tmp-abcdef.unpack/0", "left");
  tree.write(".mpk-tmp-abcdef/0", "not ours");
  const auto used = StagingDirectory::create(root).take();
  REQUIRE(used.create_file(0644).take().write(as_bytes("x")).has_value());
  Pack pack;
  pack.add("doc.v1.raw", "a", "x");
  REQUIRE(pack.unpack(tree).has_value());
  CHECK(tree.read(".mpk-tmp-abcdef.unpack/0") == "(none)");
  CHECK(tree.read(".mpk-tmp-abcdef/0") == "not ours");
  CHECK(tree.read(used.directory().path().filename().native() + "/0") == "x");
}

TEST_CASE("a ModelKit is unpacked where its Kitfile says, and its parent is named") {
  oci::MemoryStore store;
  oci::Manifest kit{.media_type = std::string(oci::kManifestType),
                    .config = oci::push_text(store, kKitConfigType,
                                             R"({"model":{"path":"ghcr.io/acme/base:1"},
                                                 "code":[{"path":"src"}],"docs":[{"path":"./"}]})")
                                  .take(),
                    .layers = {}};
  for (const auto& [type, entry] :
       {std::pair("code.v1.tar+gzip", "src/a.py"), std::pair("docs.v1.tar", "README.md")}) {
    const auto compression =
        std::string_view(type).ends_with("gzip") ? Compression::gzip : Compression::none;
    kit.layers.push_back(
        oci::push_text(store, std::string("application/vnd.kitops.modelkit.") + type,
                       mpk::archive::test::tar({{.path = entry, .content = "x"}}, compression))
            .take());
  }
  const Tree tree;
  const auto out = unpack(store, kit, {.directory = tree.root()});
  REQUIRE(out.has_value());
  CHECK(tree.names() == Names{"README.md", "src", "src/a.py"});
  REQUIRE(out->warnings.size() == 1);
  CHECK(out->warnings[0].find("ghcr.io/acme/base:1") != std::string::npos);
}

// Tests of unpack: what was packed comes out, and nothing unproven gets a name.
#include "modelpack/unpack.hpp"

#include "modelpack/pack.hpp"
#include "modelpack/test_trees.hpp"
#include "oci/memory_store.hpp"
#include "oci/test_stores.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;
using test::Tree;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

oci::Manifest pack_small_model(oci::Store& store) {
  const Tree tree;
  tree.write("bin/run.sh", "#!/bin/sh\n", true);
  tree.write("deep/er/a.txt", "text");
  tree.write("empty", "");
  tree.write("model.bin", std::string(300'000, 'w'));
  const auto outcome = test::pack_all(&store, {.directory = tree.root()}).take();
  return oci::parse_manifest(outcome.artifact.manifest_bytes).take();
}

struct Model {
  Digest digest_of(const std::string& path) const {
    for (const auto& layer : manifest.layers) {
      if (layer.annotations.at(std::string(kAnnotationFilepath)) == path) return layer.digest;
    }
    FAIL(path);
    return manifest.config.digest;
  }
  oci::MemoryStore memory;
  oci::test::WatchedStore store{memory};
  oci::Manifest manifest = pack_small_model(memory);
};

const Names kAll = {"bin", "bin/run.sh", "deep", "deep/er", "deep/er/a.txt", "empty", "model.bin"};

bool has_temporary(const Tree& tree) {
  return std::ranges::any_of(tree.names(), [](const std::string& name) {
    return name.find(".mpk-tmp") != std::string::npos;
  });
}

}  // namespace

TEST_CASE("what was packed comes out with its modes, in a directory that is made") {
  Model model;
  const Tree tree;
  const auto out = unpack(model.store, model.manifest, {.directory = tree.at("new/model")}).take();
  CHECK(out.written == 4);
  CHECK(out.kept == 0);
  CHECK(out.bytes == 300'000 + 4 + 10);
  CHECK(tree.read("new/model/deep/er/a.txt") == "text");
  CHECK(tree.read("new/model/empty").empty());
  CHECK(tree.read("new/model/model.bin") == std::string(300'000, 'w'));
  CHECK(tree.mode("new/model/bin/run.sh") == 0755);
  CHECK(tree.mode("new/model/model.bin") == 0644);
  CHECK(tree.names().size() == 2 + kAll.size());

  // And packs to the same digest again.
  const auto again = test::pack_all(nullptr, {.directory = tree.at("new/model")}).take();
  CHECK(oci::parse_manifest(again.artifact.manifest_bytes).take().layers.size() == 4);
  CHECK(again.artifact.manifest_bytes == oci::serialize(model.manifest));
}

TEST_CASE("identical files are kept without a fetch, unknown ones left alone") {
  Model model;
  const Tree tree;
  REQUIRE(unpack(model.store, model.manifest, {.directory = tree.root()}).has_value());
  CHECK(tree.names() == kAll);
  tree.write("mine.txt", "mine");
  fs::remove(tree.at("empty"));
  model.store.fetched = 0;
  const auto out = unpack(model.store, model.manifest, {.directory = tree.root()}).take();
  CHECK(out.written == 1);
  CHECK(out.kept == 3);
  CHECK(out.bytes == 0);
  CHECK(model.store.fetched == 1);
  CHECK(tree.read("mine.txt") == "mine");
}

TEST_CASE("a file that differs is refused before anything is fetched, unless it may be replaced") {
  for (const std::string& content : {std::string("tex"), std::string("texT"), std::string()}) {
    CAPTURE(content);
    Model model;
    const Tree tree;
    tree.write("deep/er/a.txt", content);
    const auto refused = unpack(model.store, model.manifest, {.directory = tree.root()});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind() == ErrorKind::exists);
    CHECK(refused.error().text().find("deep/er/a.txt") != std::string::npos);
    CHECK(model.store.fetched == 0);
    CHECK(tree.names() == Names{"deep", "deep/er", "deep/er/a.txt"});
    CHECK(tree.read("deep/er/a.txt") == content);

    const auto replaced =
        unpack(model.store, model.manifest, {.directory = tree.root(), .overwrite = true});
    REQUIRE(replaced.has_value());
    CHECK(replaced->written == 4);
    CHECK(tree.read("deep/er/a.txt") == "text");
    CHECK(tree.names() == kAll);
  }
}

TEST_CASE("a blob that is not what it should be leaves no file and nothing temporary") {
  const struct {
    const char* name;
    std::string bytes;
  } rows[] = {
      {"flipped", std::string(299'999, 'w') + "v"},
      {"truncated", std::string(299'999, 'w')},
      {"longer", std::string(300'001, 'w')},
      {"empty", ""},
  };
  for (const auto& row : rows) {
    for (const bool overwrite : {false, true}) {
      CAPTURE(row.name);
      CAPTURE(overwrite);
      Model model;
      model.memory.corrupt(model.digest_of("model.bin"), row.bytes);
      const Tree tree;
      if (overwrite) tree.write("model.bin", "old");
      const auto refused =
          unpack(model.store, model.manifest, {.directory = tree.root(), .overwrite = overwrite});
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().kind() == ErrorKind::mismatch);
      CHECK(refused.error().text().find("layer model.bin") != std::string::npos);
      CHECK(tree.read("model.bin") == (overwrite ? "old" : "(none)"));
      CHECK_FALSE(has_temporary(tree));
    }
  }
}

TEST_CASE("a transfer that fails leaves nothing behind, and the next one completes it") {
  Model model;
  model.store.on_fetch = [&](const oci::Descriptor& blob) -> Result<void> {
    if (blob.digest == model.digest_of("empty")) return Error(ErrorKind::network, "reset");
    return {};
  };
  const Tree tree;
  const auto failed = unpack(model.store, model.manifest, {.directory = tree.root(), .workers = 1});
  CHECK(failed.error().kind() == ErrorKind::network);
  CHECK_FALSE(has_temporary(tree));
  CHECK(tree.read("empty") == "(none)");
  model.store.on_fetch = [](const auto&) { return Result<void>(); };
  CHECK(unpack(model.store, model.manifest, {.directory = tree.root()}).has_value());
  CHECK(tree.names() == kAll);
}

TEST_CASE("a link, folder or file in the way is refused before anything is fetched") {
  const Tree outside;
  outside.write("er/a.txt", "text");
  outside.write("a.txt", "text");
  const struct {
    const char* name;
    std::function<void(const Tree&)> prepare;
  } rows[] = {
      {"a link to an identical file",
       [&](const Tree& tree) {
         fs::create_directories(tree.at("deep/er"));
         fs::create_symlink(outside.at("a.txt"), tree.at("deep/er/a.txt"));
       }},
      {"a link to nothing",
       [&](const Tree& tree) { fs::create_symlink(outside.at("nothing"), tree.at("model.bin")); }},
      {"a link as a folder, with the identical file behind",
       [&](const Tree& tree) { fs::create_directory_symlink(outside.root(), tree.at("deep")); }},
      {"a link as the inner folder",
       [&](const Tree& tree) {
         fs::create_directory(tree.at("deep"));
         fs::create_directory_symlink(outside.at("er"), tree.at("deep/er"));
       }},
      {"a link as a folder, with nothing behind",
       [&](const Tree& tree) { fs::create_directory_symlink(outside.at("er"), tree.at("bin")); }},
      {"a folder", [&](const Tree& tree) { fs::create_directory(tree.at("empty")); }},
      {"a file as a folder", [&](const Tree& tree) { tree.write("deep", "x"); }},
  };
  for (const auto& row : rows) {
    for (const bool overwrite : {false, true}) {
      CAPTURE(row.name);
      CAPTURE(overwrite);
      Model model;
      const Tree tree;
      row.prepare(tree);
      const auto before = tree.names();
      const auto refused =
          unpack(model.store, model.manifest, {.directory = tree.root(), .overwrite = overwrite});
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().kind() == ErrorKind::mismatch);
      CHECK(refused.error().text().find("in the way") != std::string::npos);
      CHECK(model.store.fetched == 0);
      CHECK(tree.names() == before);
    }
  }
  CHECK(outside.names() == Names{"a.txt", "er", "er/a.txt"});
}

TEST_CASE("the directory itself may be a link") {
  Model model;
  const Tree tree;
  fs::create_directory(tree.at("real"));
  fs::create_directory_symlink("real", tree.at("link"));
  CHECK(unpack(model.store, model.manifest, {.directory = tree.at("link")}).has_value());
  CHECK(tree.read("real/deep/er/a.txt") == "text");
}

TEST_CASE("a file where the directory should be is a matter of usage") {
  Model model;
  const Tree tree;
  tree.write("file", "x");
  for (const char* directory : {"file", "file/x", "file/x/y"}) {
    CAPTURE(directory);
    const auto refused = unpack(model.store, model.manifest, {.directory = tree.at(directory)});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind() == ErrorKind::usage);
    CHECK_FALSE(refused.error().hint().empty());
  }
  CHECK(tree.names() == Names{"file"});
}

TEST_CASE("paths are checked before anything else happens") {
  Model model;
  const Tree tree;
  model.manifest.layers[0].annotations = {{std::string(kAnnotationFilepath), "../escape"}};
  CHECK(unpack(model.store, model.manifest, {.directory = tree.at("new")}).error().kind() ==
        ErrorKind::malformed);
  CHECK(tree.names().empty());
  CHECK(model.store.fetched == 0);
}

TEST_CASE("an interrupted pull leaves nothing temporary") {
  Model model;
  const Tree tree;
  UnpackOptions options{.directory = tree.root(), .workers = 1};
  model.store.on_fetch = [&](const oci::Descriptor&) {
    options.cancel.cancel();
    return Result<void>();
  };
  CHECK(unpack(model.store, model.manifest, options).error().kind() == ErrorKind::cancelled);
  CHECK_FALSE(has_temporary(tree));
}

TEST_CASE("hashing what is there is counted, shown, and can be interrupted") {
  struct Task final : ProgressTask {
    explicit Task(const std::function<void()>& advanced) : on_advance(advanced) {}
    void advance(std::uint64_t /*bytes*/) override { on_advance(); }
    void restart() override {}
    void done(std::string_view /*outcome*/) override {}
    const std::function<void()>& on_advance;
  };
  struct Watch final : Progress {
    std::unique_ptr<ProgressTask> start(std::string_view name, std::uint64_t /*total*/) override {
      names.emplace_back(name);
      return std::make_unique<Task>(on_advance);
    }
    Names names;
    std::function<void()> on_advance = [] {};
  };
  Model model;
  const Tree tree;
  REQUIRE(unpack(model.store, model.manifest, {.directory = tree.root()}).has_value());
  fs::remove(tree.at("deep/er/a.txt"));
  Watch watch;
  Stats stats;
  UnpackOptions options{
      .directory = tree.root(), .workers = 1, .progress = &watch, .stats = &stats};
  REQUIRE(unpack(model.store, model.manifest, options).has_value());
  std::ranges::sort(watch.names);
  CHECK(watch.names ==
        Names{"checking bin/run.sh", "checking empty", "checking model.bin", "deep/er/a.txt"});
  CHECK(stats.bytes_read == 300'000 + 10);
  CHECK(stats.bytes_hashed == 300'000 + 10 + 4);
  CHECK(stats.bytes_written == 4);

  // After the first piece of the first file.
  Stats interrupted;
  options.stats = &interrupted;
  watch.on_advance = [&] { options.cancel.cancel(); };
  CHECK(unpack(model.store, model.manifest, options).error().kind() == ErrorKind::cancelled);
  CHECK(interrupted.bytes_hashed > 0);
  CHECK(interrupted.bytes_hashed < 300'000);
}

TEST_CASE("names that differ in case alone are two files where the file system says so") {
  Model model;
  const Tree tree;
  auto& layers = model.manifest.layers;
  layers[0].annotations = {{std::string(kAnnotationFilepath), "Same"}};
  layers[1].annotations = {{std::string(kAnnotationFilepath), "same"}};
  tree.write("probe", "");
  const bool folds = fs::exists(tree.at("PROBE"));
  const auto out = unpack(model.store, model.manifest, {.directory = tree.root()});
  CHECK(out.has_value() == !folds);
  if (!out) CHECK(out.error().kind() == ErrorKind::unsupported);
  CHECK_FALSE(has_temporary(tree));
}

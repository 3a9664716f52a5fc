// Tests of packing into archives: one tar of each kind, weights by themselves, one digest.
#include "crypto/hash.hpp"
#include "modelpack/archive_layer.hpp"
#include "modelpack/pack.hpp"
#include "modelpack/test_trees.hpp"
#include "modelpack/unpack.hpp"
#include "oci/memory_store.hpp"
#include "oci/test_stores.hpp"
#include "testing/progress_hook.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;
using test::Tree;
using testing::ProgressHook;
using When = ProgressHook::When;

namespace {

constexpr std::size_t kLarge = 300'000;  // a member over several reads

void fill(const Tree& tree) {
  tree.write("model.bin", std::string(kLarge, 'w'));
  tree.write("conf/config.json", "{}");
  tree.write("run.py", "print()", true);
  tree.write("src/empty.py", "");
  tree.write("README.md", std::string(kLarge, '#'));
  tree.write("ünder/räme.md", "text");
}

struct Packed {
  std::optional<PackOutcome> outcome;
  std::optional<Error> error;
  Stats stats;
};

// As if there were too many files.
std::unique_ptr<Packed> pack(oci::Store* store, const Tree& tree, PackOptions options = {}) {
  auto out = std::make_unique<Packed>();
  options.directory = tree.root();
  options.stats = &out->stats;
  auto plan = plan_pack(options).take();
  CHECK_FALSE(plan.archives);
  plan.archives = true;
  auto outcome = store == nullptr ? pack_dry(plan, options) : pack_into(*store, plan, options);
  if (outcome) {
    out->outcome = outcome.take();
  } else {
    out->error = outcome.error();
  }
  return out;
}

oci::Manifest manifest_of(const PackOutcome& outcome) {
  return oci::parse_manifest(outcome.artifact.manifest_bytes).take();
}

// Reads a little, goes back, refuses or passes on.
class Restless final : public oci::test::WatchedStore {
 public:
  Restless(oci::Store& inner, bool streams) : WatchedStore(inner), to_(inner), streams_(streams) {}
  Result<oci::Pushed> push_stream(oci::Source& source, std::uint64_t size,
                                  const std::function<Result<Digest>()>& digest) override {
    Bytes buffer(100'000);
    TRY(source.read(buffer));
    TRY(source.seek(50));
    TRY(source.seek(600));
    TRY(source.read(std::span(buffer).first(100)));
    if (!streams_) return Error(ErrorKind::unsupported, "no streams here");
    TRY(source.rewind());
    return to_.push_stream(source, size, digest);
  }

 private:
  oci::Store& to_;
  bool streams_;
};

}  // namespace

TEST_CASE("all files of a kind make one archive, weights stay as they are") {
  const Tree tree;
  fill(tree);
  oci::MemoryStore store;
  const auto packed = pack(&store, tree);
  REQUIRE(packed->outcome);
  const auto manifest = manifest_of(*packed->outcome);
  std::vector<std::string> layers;
  for (const auto& layer : layer_files(manifest).take())
    layers.push_back(layer.descriptor.media_type.substr(27) + " " + layer.path);
  CHECK(layers == std::vector<std::string>{"weight.config.v1.tar .", "weight.v1.raw model.bin",
                                           "code.v1.tar .", "doc.v1.tar ."});
  CHECK(packed->outcome->blobs_uploaded == 5);
  const auto& artifact = packed->outcome->artifact;
  CHECK(artifact.archives.size() == 3);
  CHECK(artifact.files.size() == 6);
  for (const auto& file : artifact.files) {
    CAPTURE(file.path);
    CHECK(file.archive.has_value() == (file.kind != model::Kind::weight));
    CHECK(file.digest == crypto::sha256(tree.read(file.path)));
    if (file.archive) CHECK(artifact.archives[*file.archive].kind == file.kind);
  }
  for (const auto& layer : manifest.layers) CHECK(store.has_blob(layer).take());
}

TEST_CASE("SHA-512 is that of each file and of each archive, packed or read from the store") {
  const Tree tree;
  fill(tree);
  oci::MemoryStore store;
  const auto packed = pack(&store, tree, {.sha512 = true});
  REQUIRE(packed->outcome);
  const auto& artifact = packed->outcome->artifact;
  CHECK(artifact.manifest.digest == pack(nullptr, tree)->outcome->artifact.manifest.digest);
  for (const auto& file : artifact.files) {
    CAPTURE(file.path);
    CHECK(file.sha512 == crypto::hash(DigestAlgorithm::sha512, as_bytes(tree.read(file.path))));
  }
  for (const auto& layer : layer_files(manifest_of(*packed->outcome)).take()) {
    CAPTURE(layer.descriptor.media_type);
    if (layer.encoding != Encoding::tar) continue;
    const auto bytes = oci::fetch_text(store, layer.descriptor, 1U << 20).take();
    const auto expected = crypto::hash(DigestAlgorithm::sha512, as_bytes(bytes));
    const auto made = std::ranges::find(artifact.archives, layer.kind, &Archive::kind);
    REQUIRE(made != artifact.archives.end());
    CHECK(made->sha512 == expected);
    const auto read = read_archive(store, layer, {.sha512 = true}).take();
    CHECK(read.sha512 == expected);
    for (const auto& each : read.files) {
      CHECK(each.file.sha512 ==
            crypto::hash(DigestAlgorithm::sha512, as_bytes(tree.read(each.file.path))));
    }
    const auto plain = read_archive(store, layer, {}).take();
    CHECK_FALSE(plain.sha512.has_value());
    for (const auto& each : plain.files) CHECK_FALSE(each.file.sha512.has_value());
  }
}

TEST_CASE("what was packed into archives is unpacked as it was") {
  const Tree tree;
  fill(tree);
  oci::MemoryStore store;
  const auto packed = pack(&store, tree);
  REQUIRE(packed->outcome);
  const Tree target;
  REQUIRE(unpack(store, manifest_of(*packed->outcome), {.directory = target.root()}));
  CHECK(target.names() == tree.names());
  for (const char* path :
       {"model.bin", "conf/config.json", "run.py", "src/empty.py", "README.md", "ünder/räme.md"}) {
    CAPTURE(path);
    CHECK(target.read(path) == tree.read(path));
    CHECK(target.mode(path) == tree.mode(path));
  }
}

TEST_CASE("archives are the same from other directories, by other threads, without a store") {
  const Tree one, other;
  fill(one);
  fill(other);
  std::filesystem::last_write_time(
      other.at("README.md"), std::filesystem::file_time_type::clock::now() - std::chrono::hours(9));
  REQUIRE(chmod(other.at("README.md").c_str(), 0400) == 0);
  oci::MemoryStore store;
  const auto first = pack(nullptr, one, {.workers = 1});
  const auto second = pack(&store, other, {.workers = 8});
  REQUIRE(first->outcome);
  REQUIRE(second->outcome);
  CHECK(first->outcome->artifact.manifest_bytes == second->outcome->artifact.manifest_bytes);
  CHECK(first->outcome->artifact.config_bytes == second->outcome->artifact.config_bytes);

  const auto dated = pack(nullptr, one, {.created = Timestamp::from_seconds(1'700'000'000)});
  CHECK(dated->outcome->artifact.archives[0].digest != first->outcome->artifact.archives[0].digest);
  REQUIRE(chmod(other.at("README.md").c_str(), 0755) == 0);
  CHECK(pack(nullptr, other)->outcome->artifact.manifest.digest !=
        first->outcome->artifact.manifest.digest);
}

TEST_CASE("a transfer that starts over, and a store without streams, get the same archives") {
  const Tree tree;
  fill(tree);
  const auto expected = pack(nullptr, tree)->outcome->artifact.manifest.digest;
  for (const bool streams : {true, false}) {
    CAPTURE(streams);
    oci::MemoryStore memory;
    Restless store(memory, streams);
    const auto packed = pack(&store, tree);
    REQUIRE(packed->outcome);
    CHECK(packed->outcome->artifact.manifest.digest == expected);
    const Tree target;
    REQUIRE(unpack(memory, manifest_of(*packed->outcome), {.directory = target.root()}));
    CHECK(target.names() == tree.names());
  }
}

TEST_CASE("archives that the target has are read once and not sent") {
  const Tree tree;
  fill(tree);
  oci::MemoryStore memory;
  const auto first = pack(&memory, tree);
  REQUIRE(first->outcome);
  const auto current = manifest_of(*first->outcome);
  const std::uint64_t heads = first->stats.bytes_read;  // and all contents, once
  const auto same = pack(&memory, tree, {.current = current});
  REQUIRE(same->outcome);
  CHECK(same->outcome->blobs_already_there == 5);
  CHECK(same->stats.bytes_read == heads);

  tree.write("run.py", "PRINT()", true);
  const auto changed = pack(&memory, tree, {.current = current});
  REQUIRE(changed->outcome);
  CHECK(changed->outcome->blobs_uploaded == 2);  // the code and the config
}

TEST_CASE("a member that changes after its head was read is refused by name") {
  const struct {
    const char* name;
    const char* content;
  } rows[] = {
      {"longer", "longer than before"},
      {"shorter", "x"},
      {"a weight now", "\x80\x02}q"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const Tree tree;
    fill(tree);
    tree.write("notes", "text");
    oci::MemoryStore store;
    // README.md is read before notes, by the same thread.
    // Its head was read before.
    ProgressHook hook("README.md", When::opened, [&] { tree.write("notes", row.content); });
    const auto packed = pack(&store, tree, {.progress = &hook});
    REQUIRE(packed->error);
    CHECK(packed->error->kind() == ErrorKind::mismatch);
    CHECK(packed->error->text().find("notes") != std::string::npos);
    CHECK_FALSE(packed->error->hint().empty());
  }
}

TEST_CASE("so many files that a manifest can't name them get archives, fewer do not") {
  const Tree tree;
  const std::string folder(200, 'd');
  const std::string deep = folder + "/" + folder + "/" + folder + "/";
  std::size_t count = 0;
  const auto add = [&](std::size_t files) {
    for (; files > 0; --files) tree.write(fmt::format("{}{:06}.txt", deep, count++), "x");
  };
  const auto plan = [&] { return plan_pack({.directory = tree.root()}).take(); };
  add(1000);
  CHECK_FALSE(plan().archives);
  add(1500);
  CHECK(plan().archives);
  oci::MemoryStore store;
  const auto packed = pack_into(store, plan(), {.directory = tree.root()});
  REQUIRE(packed);
  CHECK(packed->artifact.files.size() == 2500);
  CHECK(manifest_of(*packed).layers.size() == 1);
}

TEST_CASE("weights that a manifest can't name are refused before a byte is sent") {
  const Tree tree;
  const std::string folder(200, 'd');
  for (int i = 0; i < 2500; ++i) {
    tree.write(fmt::format("{0}/{0}/{0}/{1:06}.bin", folder, i), "x");
  }
  oci::MemoryStore memory;
  oci::test::WatchedStore store(memory);
  PackOptions options{.directory = tree.root()};
  const auto packed = pack_into(store, plan_pack(options).take(), options);
  REQUIRE_FALSE(packed);
  CHECK(packed.error().kind() == ErrorKind::too_large);
  CHECK(packed.error().text().find("2500 layers") != std::string::npos);
  CHECK_FALSE(packed.error().hint().empty());
  CHECK(store.log().empty());
}

// Tests of pack: one read, one hash, one digest, and files that change under the reader.
#include "modelpack/pack.hpp"

#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "modelpack/test_trees.hpp"
#include "oci/memory_store.hpp"
#include "oci/test_stores.hpp"
#include "testing/progress_hook.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <map>
#include <ostream>
#include <thread>

using namespace mpk;
using namespace mpk::modelpack;
using test::Tree;
using testing::ProgressHook;
using When = ProgressHook::When;

namespace {

constexpr std::size_t kLarge = 600'000;    // several reads of any store
constexpr std::uint64_t kHead = 64 << 10;  // no header of these files is longer

const std::string kWeights(kLarge, 'w');
const std::string kReadme = "# Tiny\n";
const std::uint64_t kTotal = kLarge + kReadme.size() + 2;

void fill(const Tree& tree) {
  tree.write("model.bin", kWeights);
  tree.write("README.md", kReadme);
  tree.write("conf/config.json", "{}");
}

struct Packed {
  std::optional<PackOutcome> outcome;
  std::optional<Error> error;
  std::uint64_t read = 0, hashed = 0;
};

Packed pack(oci::Store* store, const Tree& tree, PackOptions options = {}) {
  Stats stats;
  options.directory = tree.root();
  options.stats = &stats;
  auto outcome = test::pack_all(store, options);
  Packed out;
  if (outcome) {
    out.outcome = outcome.take();
  } else {
    out.error = outcome.error();
  }
  out.read = stats.bytes_read;
  out.hashed = stats.bytes_hashed;
  return out;
}

// "kind path" of each file, in order.
std::vector<std::string> files(const PackOutcome& outcome) {
  std::vector<std::string> out;
  for (const auto& file : outcome.artifact.files)
    out.push_back(std::string(model::to_string(file.kind)) + " " + file.path);
  return out;
}

// Refuses streams, after `reads` reads.
class NoStreams final : public oci::test::WatchedStore {
 public:
  NoStreams(oci::Store& inner, int reads) : WatchedStore(inner), reads_(reads) {}
  Result<oci::Pushed> push_stream(oci::Source& source, std::uint64_t,
                                  const std::function<Result<Digest>()>&) override {
    Bytes buffer(1000);
    for (int i = 0; i < reads_; ++i) TRY(source.read(buffer));
    return Error(ErrorKind::unsupported, "no streams here");
  }

 private:
  int reads_;
};

// Loses the connection in the middle, and sends again.
class Stuttering final : public oci::test::WatchedStore {
 public:
  explicit Stuttering(oci::Store& inner) : WatchedStore(inner), to_(inner) {}
  Result<oci::Pushed> push_stream(oci::Source& source, std::uint64_t size,
                                  const std::function<Result<Digest>()>& digest) override {
    Bytes buffer(1000);
    for (int i = 0; i < 3; ++i) TRY(source.read(buffer));
    TRY(source.rewind());
    return to_.push_stream(source, size, digest);
  }

 private:
  oci::Store& to_;
};

// So that a change shows, however coarse the clock of the file system is.
void age(const Tree& tree, std::string_view path, int hours = 1) {
  std::filesystem::last_write_time(
      tree.at(path), std::filesystem::file_time_type::clock::now() - std::chrono::hours(hours));
}

}  // namespace

TEST_CASE("every byte is read once and hashed once") {
  const Tree tree;
  fill(tree);
  oci::MemoryStore store;
  for (const bool dry : {true, false}) {
    CAPTURE(dry);
    const auto packed = pack(dry ? nullptr : &store, tree);
    REQUIRE(packed.outcome);
    CHECK(packed.read == kTotal);
    CHECK(packed.hashed == kTotal);
  }
}

TEST_CASE("a store gets all blobs and the config, and no manifest") {
  const Tree tree;
  fill(tree);
  oci::MemoryStore store;
  const auto packed = pack(&store, tree);
  REQUIRE(packed.outcome);
  const auto& artifact = packed.outcome->artifact;
  CHECK(packed.outcome->blobs_uploaded == 4);
  CHECK(packed.outcome->blobs_already_there == 0);
  for (const auto& layer : oci::parse_manifest(artifact.manifest_bytes).take().layers)
    CHECK(store.has_blob(layer).take());
  CHECK(oci::fetch_text(store, artifact.config, 1U << 20).take() == artifact.config_bytes);
  CHECK(store.resolve(artifact.manifest.digest.text()).error().kind() == ErrorKind::not_found);
  CHECK(files(*packed.outcome) ==
        std::vector<std::string>{"config conf/config.json", "weight model.bin", "doc README.md"});

  const auto again = pack(&store, tree);
  REQUIRE(again.outcome);
  CHECK(again.outcome->blobs_uploaded == 0);
  CHECK(again.outcome->blobs_already_there == 4);
}

TEST_CASE("two directories with the same files have one digest") {
  const Tree one, other;
  fill(one);
  for (const char* path : {"model.bin", "README.md"}) age(one, path, 1000);
  other.write("conf/config.json", "{}");
  other.write(".git/HEAD", "ref: x");
  other.write("README.md", kReadme);
  other.write("model.bin", kWeights);
  REQUIRE(chmod(other.at("README.md").c_str(), 0400) == 0);
  oci::MemoryStore store;
  const auto first = pack(nullptr, one, {.workers = 1});
  const auto second = pack(&store, other, {.workers = 8});
  REQUIRE(first.outcome);
  REQUIRE(second.outcome);
  CHECK(first.outcome->artifact.manifest_bytes == second.outcome->artifact.manifest_bytes);
  CHECK(first.outcome->artifact.config_bytes == second.outcome->artifact.config_bytes);

  REQUIRE(chmod(other.at("README.md").c_str(), 0755) == 0);
  CHECK(pack(nullptr, other).outcome->artifact.manifest.digest !=
        first.outcome->artifact.manifest.digest);
}

TEST_CASE("a store without streams costs a second read, not a second hash") {
  const Tree tree;
  fill(tree);
  const auto expected = pack(nullptr, tree);
  for (const int reads : {0, 2}) {
    CAPTURE(reads);
    oci::MemoryStore memory;
    NoStreams store(memory, reads);
    const auto packed = pack(&store, tree);
    REQUIRE(packed.outcome);
    CHECK(packed.read == kTotal + kLarge);  // what is small is in memory
    CHECK(packed.hashed == kTotal);
    CHECK(packed.outcome->artifact.manifest.digest == expected.outcome->artifact.manifest.digest);
    CHECK(packed.outcome->blobs_uploaded == 4);
    // What is there already is not even read again.
    NoStreams full(memory, 0);
    const auto again = pack(&full, tree);
    REQUIRE(again.outcome);
    CHECK(again.read == kTotal);
    CHECK(again.outcome->blobs_already_there == 4);
  }
}

TEST_CASE("a transfer that starts over is not hashed again") {
  const Tree tree;
  fill(tree);
  oci::MemoryStore memory;
  Stuttering store(memory);
  const auto packed = pack(&store, tree);
  REQUIRE(packed.outcome);
  CHECK(packed.hashed == kTotal);
  CHECK(packed.read == kTotal + 3000);
  CHECK(packed.outcome->artifact.manifest.digest ==
        pack(nullptr, tree).outcome->artifact.manifest.digest);
  for (const auto& layer :
       oci::parse_manifest(packed.outcome->artifact.manifest_bytes).take().layers)
    CHECK(oci::fetch_text(memory, layer, 1U << 20).has_value());
}

TEST_CASE("a file that changes while it is read is refused by name") {
  const struct {
    const char* name;
    std::function<void(const Tree&)> change;
  } rows[] = {
      {"grown",
       [](const Tree& tree) { std::ofstream(tree.at("model.bin"), std::ios::app) << "more"; }},
      {"shrunk", [](const Tree& tree) { std::filesystem::resize_file(tree.at("model.bin"), 10); }},
      {"changed",
       [](const Tree& tree) {
         std::fstream(tree.at("model.bin"), std::ios::in | std::ios::out) << "W";
       }},
  };
  for (const auto& row : rows) {
    for (const bool dry : {false, true}) {
      CAPTURE(row.name);
      CAPTURE(dry);
      const Tree tree;
      fill(tree);
      age(tree, "model.bin");
      oci::MemoryStore store;
      ProgressHook hook("model.bin", When::first_piece_read, [&] { row.change(tree); });
      const auto packed = pack(dry ? nullptr : &store, tree, {.progress = &hook});
      REQUIRE(packed.error);
      CHECK(packed.error->kind() == ErrorKind::mismatch);
      CHECK(packed.error->text().find("model.bin") != std::string::npos);
      CHECK_FALSE(packed.error->hint().empty());
    }
  }
}

TEST_CASE("a file that is replaced by another while it is read is refused") {
  const Tree tree;
  fill(tree);
  tree.write("new", kWeights);
  oci::MemoryStore store;
  ProgressHook hook("model.bin", When::first_piece_read,
                    [&] { std::filesystem::rename(tree.at("new"), tree.at("model.bin")); });
  // What was opened is complete and unchanged but for its link count: its ctime says so.
  age(tree, "model.bin");
  const auto packed = pack(&store, tree, {.workers = 1, .progress = &hook});
  REQUIRE(packed.error);
}

TEST_CASE("what the target has already is hashed first, and sent only when it is new") {
  const Tree tree;
  fill(tree);
  oci::MemoryStore memory;
  const auto first = pack(&memory, tree);
  REQUIRE(first.outcome);
  const auto current = oci::parse_manifest(first.outcome->artifact.manifest_bytes).take();

  NoStreams never(memory, 0);  // a stream would show as a second read
  const auto same = pack(&never, tree, {.current = current});
  REQUIRE(same.outcome);
  CHECK(same.read == kTotal);
  CHECK(same.hashed == kTotal);
  CHECK(same.outcome->blobs_already_there == 4);

  // Other bytes of the same size: read again to be sent. Another size: streamed.
  tree.write("model.bin", std::string(kLarge, 'x'));
  tree.write("README.md", "longer than before");
  const auto changed = pack(&memory, tree, {.current = current});
  REQUIRE(changed.outcome);
  CHECK(changed.read == kTotal + kLarge + 18 - kReadme.size());
  CHECK(changed.hashed == kTotal + 18 - kReadme.size());
  CHECK(changed.outcome->blobs_uploaded == 3);
  CHECK(changed.outcome->blobs_already_there == 1);
  CHECK(changed.outcome->artifact.manifest.digest ==
        pack(nullptr, tree).outcome->artifact.manifest.digest);
}

TEST_CASE("what the cache knows is not hashed, and not read if it is there") {
  const Tree tree;
  fill(tree);
  const auto reader = FileReader::open(tree.at("README.md")).take();
  while (!reader.settled()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const Tree home;
  auto cache = DigestCache::load(home.at("digests"));
  oci::MemoryStore memory;
  const auto first = pack(&memory, tree, {.cache = &cache});
  REQUIRE(first.outcome);
  CHECK(first.hashed == kTotal);

  const auto same = pack(&memory, tree, {.cache = &cache});
  REQUIRE(same.outcome);
  CHECK(same.outcome->artifact.manifest.digest == first.outcome->artifact.manifest.digest);
  CHECK(same.hashed == 0);
  CHECK(same.read < 3 * kHead);  // the heads, for the facts in them
  CHECK(same.outcome->blobs_already_there == 4);

  // Elsewhere it is sent as it is read, once.
  oci::MemoryStore other;
  const auto sent = pack(&other, tree, {.cache = &cache});
  REQUIRE(sent.outcome);
  CHECK(sent.hashed == 0);
  CHECK(sent.read < kTotal + 3 * kHead);
  CHECK(sent.outcome->blobs_uploaded == 4);

  tree.write("model.bin", std::string(kLarge, 'x'));
  const auto changed = pack(&memory, tree, {.cache = &cache});
  REQUIRE(changed.outcome);
  CHECK(changed.hashed == kLarge);
  CHECK(changed.outcome->artifact.manifest.digest ==
        pack(nullptr, tree).outcome->artifact.manifest.digest);
}

TEST_CASE("with SHA-512 the cache is not asked: both digests are of bytes that were read, once") {
  const Tree tree;
  fill(tree);
  const auto reader = FileReader::open(tree.at("README.md")).take();
  while (!reader.settled()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const Tree home;
  auto cache = DigestCache::load(home.at("digests"));
  REQUIRE(pack(nullptr, tree, {.cache = &cache}).outcome);
  CHECK(pack(nullptr, tree, {.cache = &cache}).hashed == 0);
  const auto both = pack(nullptr, tree, {.cache = &cache, .sha512 = true});
  REQUIRE(both.outcome);
  CHECK(both.read == kTotal);
  CHECK(both.hashed == kTotal);
  for (const auto& file : both.outcome->artifact.files) {
    CAPTURE(file.path);
    const auto content = tree.read(file.path);
    CHECK(file.digest == crypto::sha256(content));
    REQUIRE(file.sha512.has_value());
    CHECK(*file.sha512 == crypto::hash(DigestAlgorithm::sha512, as_bytes(content)));
  }
  CHECK(both.outcome->artifact.manifest.digest ==
        pack(nullptr, tree).outcome->artifact.manifest.digest);
  // What it put into the cache is right, too.
  const auto after = pack(nullptr, tree, {.cache = &cache});
  REQUIRE(after.outcome);
  CHECK(after.hashed == 0);
  for (const auto& file : after.outcome->artifact.files) CHECK_FALSE(file.sha512.has_value());
}

TEST_CASE("progress tells every file with its size and how it ended") {
  const Tree tree;
  fill(tree);
  oci::MemoryStore store;
  for (const char* outcome : {"pushed", "already there"}) {
    ProgressHook hook("", When::opened, [] {});
    REQUIRE(pack(&store, tree, {.workers = 1, .progress = &hook}).outcome);
    CHECK(hook.totals == std::map<std::string, std::uint64_t>{{"README.md", kReadme.size()},
                                                              {"conf/config.json", 2},
                                                              {"model.bin", kLarge}});
    CHECK(hook.outcomes == std::map<std::string, int>{{outcome, 3}});
  }
}

TEST_CASE("an interrupted pack says so and nothing else") {
  const Tree tree;
  fill(tree);
  oci::MemoryStore store;
  PackOptions before;
  before.cancel.cancel();
  CHECK(pack(&store, tree, before).error.value().kind() == ErrorKind::cancelled);
  PackOptions during;
  ProgressHook hook("model.bin", When::first_piece_read, [&] { during.cancel.cancel(); });
  during.progress = &hook;
  const auto packed = pack(&store, tree, during);
  CHECK(packed.error.value().kind() == ErrorKind::cancelled);
  CHECK(packed.read < kTotal);
}

TEST_CASE("what does not belong to a model is listed, not packed") {
  const Tree tree;
  fill(tree);
  tree.write(".gitattributes", "x");
  tree.write("__pycache__/a.pyc", "x");
  tree.write("notes~", "x");
  tree.write("drafts/a.txt", "x");
  tree.write(".mpkignore", "drafts/\n");
  const auto packed = pack(nullptr, tree);
  REQUIRE(packed.outcome);
  CHECK(packed.outcome->ignored == std::vector<std::string>{".gitattributes", ".mpkignore",
                                                            "__pycache__/", "drafts/", "notes~"});
  CHECK(packed.outcome->artifact.files.size() == 3);
}

TEST_CASE("a directory that cannot be packed is refused") {
  const Tree tree;
  CHECK(pack(nullptr, tree).error.value().kind() == ErrorKind::usage);
  tree.write(".git/HEAD", "x");
  CHECK(pack(nullptr, tree).error.value().kind() == ErrorKind::usage);
  tree.write("a", "x");
  CHECK(pack(nullptr, tree).outcome);
  std::filesystem::create_symlink("/etc/passwd", tree.at("b"));
  CHECK(pack(nullptr, tree).error.value().kind() == ErrorKind::usage);
  const auto elsewhere = tree.root().native() + "-moved";
  std::filesystem::rename(tree.root(), elsewhere);
  CHECK(pack(nullptr, tree).error.value().kind() == ErrorKind::usage);
  std::filesystem::rename(elsewhere, tree.root());
}

TEST_CASE("a file that fails ends the files beside it") {
  const Tree tree;
  tree.write("a.bin", kWeights + "first");
  tree.write("b.bin", kWeights);
  oci::MemoryStore inner;
  // Refuses the first file, and would take the second for ever.
  class Slow final : public oci::test::WatchedStore {
   public:
    explicit Slow(oci::Store& store) : WatchedStore(store) {}
    Result<oci::Pushed> push_stream(oci::Source& source, std::uint64_t size,
                                    const std::function<Result<Digest>()>&) override {
      if (size > kLarge) {
        while (!endless) std::this_thread::yield();
        return Error(ErrorKind::denied, "no");
      }
      endless = true;
      Bytes buffer(1);
      while (true) {
        TRY(source.rewind());
        TRY(source.read(buffer));
      }
    }
    std::atomic<bool> endless{false};
  };
  Slow store(inner);
  const auto refused = test::pack_all(&store, {.directory = tree.root(), .workers = 2});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::denied);
}

TEST_CASE("empty files are files, and a link inside the directory is what it names") {
  const Tree tree;
  tree.write("empty.txt", "");
  tree.write("also-empty.txt", "");
  tree.write("real.txt", "text");
  std::filesystem::create_symlink("real.txt", tree.at("link.txt"));
  oci::MemoryStore store;
  const auto packed = pack(&store, tree);
  REQUIRE(packed.outcome);
  const auto& all = packed.outcome->artifact.files;
  REQUIRE(all.size() == 4);
  CHECK(all[2].path == "link.txt");
  CHECK(all[2].digest == all[3].digest);
  CHECK(all[0].size == 0);
}

TEST_CASE("the facts in the headers get into the config") {
  const auto outcome =
      test::pack_all(nullptr, {.directory = MPK_SOURCE_DIR "/testdata/models/tiny-llama"}).take();
  const Json config = json::parse(outcome.artifact.config_bytes).take()["config"];
  CHECK(config["format"] == "safetensors");
  CHECK(config["paramSize"] == "295.4K");
  CHECK(config["precision"] == "bfloat16");
  CHECK(config["architecture"] == "LlamaForCausalLM");
  CHECK(outcome.info.tensors.parameters == 295'392);
}

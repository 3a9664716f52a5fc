// diff and inspect through a registry: what is said, and how few bytes it costs.
#include "flow/diff.hpp"

#include "archive/test_archives.hpp"
#include "base/file.hpp"
#include "crypto/hash.hpp"
#include "flow/look.hpp"
#include "flow/pack.hpp"
#include "flow/test_workbench.hpp"
#include "model/sample_files.hpp"
#include "modelpack/kit.hpp"
#include "modelpack/remote_heads.hpp"
#include "oci/media_type.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace mpk;
using namespace mpk::flow;
using test::must;
namespace sample = mpk::model::sample;

namespace {

constexpr std::size_t kWeights = 4U << 20;
using Lines = std::vector<std::string>;

/// {"NAME":{"dtype":"U8",…}, …}: tensors of `size` bytes each, filled with `fill`.
std::string shard(const std::vector<std::string>& names, std::size_t size, char fill = 'w') {
  std::string json = "{";
  for (std::size_t i = 0; i < names.size(); ++i) {
    json += (i > 0 ? "," : "") + ("\"" + names[i] + R"(":{"dtype":"U8","shape":[)") +
            std::to_string(size) + R"(],"data_offsets":[)" + std::to_string(i * size) + "," +
            std::to_string((i + 1) * size) + "]}";
  }
  json += "}";
  return sample::u64(json.size()) + json + std::string(names.size() * size, fill);
}

/// A registry, a model directory, and a count of what crosses the wire.
struct Scene {
  Scene() {
    write("config.json", R"({"model_type":"llama","max_position_embeddings":2048})");
    write("README.md", "---\nlicense: mit\n---\n# tiny\n");
    write("model-00001-of-00002.safetensors", shard({"a"}, kWeights));
    write("model-00002-of-00002.safetensors", shard({"b"}, kWeights));
  }
  std::filesystem::path model() const { return bench.directory.path() / "model"; }
  void write(const std::string& path, const std::string& content) const {
    std::filesystem::create_directories(model());
    std::ofstream(model() / path, std::ios::binary | std::ios::trunc) << content;
  }
  void remove(const std::string& path) const { std::filesystem::remove(model() / path); }
  DiffTarget push(const std::string& tag) {
    must(pack_to(bench.context, {.directory = model()}, bench.reference(tag)));
    return bench.reference(tag);
  }
  Diff compare(const DiffTarget& before, const DiffTarget& after) {
    stats.bytes_received = 0;
    stats.requests = 0;
    return must(diff(counted, before, after));
  }

  test::Workbench bench;
  Stats stats;
  std::unique_ptr<http::Transport> transport =
      http::make_curl_transport({.stats = &stats, .attempts = 1});
  Context counted{.transport = *transport,
                  .clock = bench.clock,
                  .env = bench.env,
                  .random = bench.random,
                  .logger = {},
                  .progress = bench.progress,
                  .stats = stats,
                  .cancel = {},
                  .plain_http = true,
                  .mpk_version = "0.0.0-test"};
};

Lines file_lines(const Diff& found) {
  Lines out;
  for (const auto& change : found.files.changes)
    out.push_back(std::string(change.word()) + " " + change.path());
  return out;
}

Lines fact_lines(const Diff& found) {
  Lines out;
  for (const auto& fact : found.facts)
    out.push_back(fact.name + ": " + fact.before.value_or("-") + " → " + fact.after.value_or("-"));
  return out;
}

/// An artifact of archives, by their folders.
struct Archives {
  std::map<std::string, std::string> layers;
  std::string config = "{}";
  std::string config_type = std::string(modelpack::kConfigType);
  std::string artifact_type = std::string(modelpack::kArtifactType);
  oci::Annotations layer_annotations = {};
  std::string behind = {};  // the manifest
};

oci::Reference push_archives(Scene& scene, const std::string& tag, const Archives& archives) {
  const auto reference = scene.bench.reference(tag);
  const auto store = must(open_store(scene.bench.context, reference));
  oci::Manifest manifest{
      .artifact_type = archives.artifact_type,
      .config = must(oci::push_text(*store, archives.config_type, archives.config))};
  const bool kit = archives.config_type == modelpack::kKitConfigType;
  for (const auto& [path, bytes] : archives.layers) {
    auto layer = must(
        oci::push_text(*store,
                       kit ? "application/vnd.kitops.modelkit.docs.v1.tar"
                           : modelpack::media_type({model::Kind::doc, modelpack::Encoding::tar}),
                       bytes));
    layer.annotations = archives.layer_annotations;
    if (!kit) layer.annotations[std::string(modelpack::kAnnotationFilepath)] = path;
    manifest.layers.push_back(layer);
  }
  const auto text = oci::serialize(manifest) + archives.behind;
  const auto pushed =
      store->push_manifest(oci::Descriptor::of(oci::kManifestType, text), text, tag);
  REQUIRE(pushed.has_value());
  return reference;
}

oci::Reference push_archive(Scene& scene, const std::string& tag, const std::string& bytes) {
  return push_archives(scene, tag, {.layers = {{".", bytes}}});
}

Lines manifest_lines(const Diff& found) {
  Lines out;
  for (const auto& change : found.manifest) out.push_back(change.name);
  return out;
}

}  // namespace

TEST_CASE("one artifact under two tags costs its manifest and config") {
  Scene scene;
  const auto first = scene.push("1");
  const auto found = scene.compare(first, scene.push("2"));
  CHECK_FALSE(found.differ());
  CHECK(found.weights.empty());
  CHECK(scene.stats.bytes_received < (16U << 10));
}

TEST_CASE("same tensors with other values cost two headers") {
  Scene scene;
  const auto before = scene.push("1");
  scene.write("model-00002-of-00002.safetensors", shard({"b"}, kWeights, 'x'));
  const auto found = scene.compare(before, scene.push("2"));
  CHECK(file_lines(found) == Lines{"changed model-00002-of-00002.safetensors"});
  CHECK(found.files.same == 3);
  REQUIRE(found.weights.size() == 1);
  CHECK(found.weights[0].other_values);
  CHECK(found.weights[0].same == 1);
  CHECK(found.facts.empty());
  CHECK(scene.stats.bytes_received < 2 * modelpack::kFirstRange + (16U << 10));
}

TEST_CASE("other shards of the same tensors are no change of tensors") {
  Scene scene;
  const auto before = scene.push("1");
  scene.remove("model-00001-of-00002.safetensors");
  scene.remove("model-00002-of-00002.safetensors");
  scene.write("model.safetensors", shard({"a", "b"}, kWeights));
  const auto found = scene.compare(before, scene.push("2"));
  CHECK(found.files.changes.size() == 3);
  REQUIRE(found.weights.size() == 1);
  CHECK(found.weights[0].changes.empty());
  CHECK(found.weights[0].other_files);
  CHECK_FALSE(found.weights[0].other_values);
  CHECK(found.facts.empty());
  CHECK(scene.stats.bytes_received < 3 * modelpack::kFirstRange + (16U << 10));
}

TEST_CASE("a tensor that is new changes the totals of the whole model") {
  Scene scene;
  const auto before = scene.push("1");
  scene.write("model-00002-of-00002.safetensors", shard({"b", "c"}, kWeights));
  const auto found = scene.compare(before, scene.push("2"));
  REQUIRE(found.weights.size() == 1);
  REQUIRE(found.weights[0].changes.size() == 1);
  CHECK(found.weights[0].changes[0].name() == "c");
  CHECK(fact_lines(found) ==
        Lines{"parameters: " + std::to_string(2 * kWeights) + " → " + std::to_string(3 * kWeights),
              "tensors: 2 → 3"});
}

TEST_CASE("facts and the artifact's config follow the documents") {
  Scene scene;
  const auto before = scene.push("1");
  scene.write("README.md", "---\nlicense: apache-2.0\n---\n# tiny\n");
  scene.write("config.json", R"({"model_type":"llama","max_position_embeddings":4096})");
  const auto found = scene.compare(before, scene.push("2"));
  CHECK(fact_lines(found) == Lines{"context_length: 2048 → 4096", "licences: MIT → Apache-2.0",
                                   "max_position_embeddings: 2048 → 4096"});
  CHECK(found.weights.empty());
  CHECK_FALSE(found.config.empty());
  CHECK(scene.stats.bytes_received < (32U << 10));
}

TEST_CASE("an artifact and the directory that it was made of have the same files") {
  Scene scene;
  const auto artifact = scene.push("1");
  CHECK_FALSE(scene.compare(artifact, scene.model()).differ());
  scene.write("model-00001-of-00002.safetensors", shard({"a"}, kWeights, 'x'));
  scene.write("new.py", "print()\n");
  for (const bool swapped : {false, true}) {
    CAPTURE(swapped);
    const DiffTarget directory = scene.model();
    const auto found =
        swapped ? scene.compare(directory, artifact) : scene.compare(artifact, directory);
    CHECK(file_lines(found) == Lines{"changed model-00001-of-00002.safetensors",
                                     swapped ? "removed new.py" : "added new.py"});
    REQUIRE(found.weights.size() == 1);
    CHECK(found.weights[0].other_values);
    CHECK(found.facts.empty());
  }
}

TEST_CASE("a directory is read, whatever the digest cache says of it") {
  Scene scene;
  const auto artifact = scene.push("1");
  scene.write("README.md", "another\n");
  const auto cache = scene.bench.directory.path() / "cache";
  scene.bench.env.set("XDG_CACHE_HOME", cache.string());
  std::filesystem::create_directories(cache / "mpk");
  const auto stamp = must(FileReader::open(scene.model() / "README.md")).stamp();
  std::ofstream(cache / "mpk" / "digests")
      << "mpk digests 2\n"
      << stamp.device << ' ' << stamp.inode << ' ' << stamp.size << ' ' << stamp.mtime_ns << ' '
      << stamp.ctime_ns << ' ' << crypto::sha256("---\nlicense: mit\n---\n# tiny\n").text() << '\n';
  std::filesystem::permissions(cache / "mpk" / "digests", std::filesystem::perms(0600));
  CHECK(file_lines(scene.compare(artifact, scene.model())) == Lines{"changed README.md"});
}

TEST_CASE("two manifests of the same files differ by something that is said") {
  Scene scene;
  const auto tar = mpk::archive::test::tar({{"x", "1"}});
  const Archives plain{.layers = {{".", tar}}};
  const auto first = push_archives(scene, "plain", plain);
  struct Case {
    std::string name;
    Archives other;
    Lines expected;
  };
  std::vector<Case> cases = {{"config", plain, {"config"}},
                             {"type", plain, {"artifact type"}},
                             {"annotation", plain, {"layer .: note"}},
                             {"spelling", plain, {"digest"}}};
  cases[0].other.config = R"({"modelfs":{"type":"layers"}})";
  cases[1].other.artifact_type = "application/x-other";
  cases[2].other.layer_annotations["note"] = "other";
  cases[3].other.behind = "\n";
  for (const auto& each : cases) {
    CAPTURE(each.name);
    const auto found = scene.compare(first, push_archives(scene, each.name, each.other));
    CHECK(found.files.changes.empty());
    CHECK(manifest_lines(found) == each.expected);
    CHECK(found.differ());
  }
}

TEST_CASE("two ModelKits of the same files differ by their Kitfiles") {
  Scene scene;
  Archives kit{.layers = {{".", mpk::archive::test::tar({{"x", "1"}})}},
               .config = R"({"manifestVersion":"1.0.0","docs":[{"path":"."}]})",
               .config_type = std::string(modelpack::kKitConfigType),
               .artifact_type = {}};
  const auto first = push_archives(scene, "1", kit);
  CHECK_FALSE(scene.compare(first, push_archives(scene, "2", kit)).differ());
  kit.config = R"({"manifestVersion":"1.0.0","docs":[{"path":".","description":"evil"}]})";
  const auto found = scene.compare(first, push_archives(scene, "3", kit));
  CHECK(found.files.changes.empty());
  CHECK(manifest_lines(found) == Lines{"config"});
  CHECK(found.differ());
}

TEST_CASE("a file that is named like an archive that can't be read is not hidden by it") {
  Scene scene;
  const auto with = [&](const std::string& tag, const std::string& content) {
    return push_archives(scene, tag,
                         {.layers = {{".", mpk::archive::test::tar({{"sub", content}})},
                                     {"sub", mpk::archive::test::tar({{"../" + content, "1"}})}}});
  };
  CHECK(file_lines(scene.compare(with("1", "a"), with("2", "b"))) ==
        Lines{"changed sub", "unknown sub"});
}

TEST_CASE("files in archives are compared one by one") {
  Scene scene;
  const auto first = push_archive(
      scene, "a", mpk::archive::test::tar({{"README.md", "---\nlicense: mit\n---\n"}, {"x", "1"}}));
  const auto second = push_archive(
      scene, "b", mpk::archive::test::tar({{"x", "1"}, {"README.md", "---\nlicense: bsd\n---\n"}}));
  const auto found = scene.compare(first, second);
  CHECK(file_lines(found) == Lines{"changed README.md"});
  CHECK(found.files.same == 1);
  CHECK(fact_lines(found).size() == 1);
  // The same files in another order, as another tool would pack them.
  const auto third = push_archive(
      scene, "c", mpk::archive::test::tar({{"x", "1"}, {"README.md", "---\nlicense: mit\n---\n"}}));
  CHECK_FALSE(scene.compare(first, third).differ());
}

TEST_CASE("an archive that can't be read is a note, and never the same") {
  Scene scene;
  const auto first = push_archive(scene, "a", mpk::archive::test::tar({{"x", "1"}}));
  const auto second = push_archive(scene, "b", mpk::archive::test::tar({{"../x", "1"}}));
  const auto found = scene.compare(first, second);
  CHECK(found.differ());
  REQUIRE(found.notes.size() == 1);
  CHECK(found.notes[0].find("..") != std::string::npos);
}

TEST_CASE("a header that can't be read is a note beside the file that changed") {
  Scene scene;
  const auto before = scene.push("1");
  scene.write("model-00002-of-00002.safetensors", std::string(kWeights, 'x'));
  const auto found = scene.compare(before, scene.push("2"));
  CHECK(file_lines(found) == Lines{"changed model-00002-of-00002.safetensors"});
  REQUIRE(found.notes.size() == 1);
  CHECK(found.notes[0].find("model-00002-of-00002.safetensors") != std::string::npos);
}

TEST_CASE("what is not there is refused by name") {
  Scene scene;
  const auto there = scene.push("1");
  const DiffTarget nobody = scene.bench.reference("nobody");
  CHECK(diff(scene.counted, there, nobody).error().kind() == ErrorKind::not_found);
  CHECK(diff(scene.counted, nobody, there).error().kind() == ErrorKind::not_found);
  CHECK(diff(scene.counted, there, scene.model() / "nowhere").error().kind() == ErrorKind::usage);
}

TEST_CASE("inspect lists tensors and facts without fetching weights") {
  Scene scene;
  scene.push("1");
  const auto reference = scene.bench.reference("1");
  scene.stats.bytes_received = 0;
  const auto tensors = must(inspect(scene.counted, reference, InspectDepth::headers));
  REQUIRE(tensors.headers.has_value());
  REQUIRE(tensors.headers->files.size() == 2);
  CHECK(tensors.headers->files[1].list.tensors.at(0).name == "b");
  CHECK(tensors.headers->files[1].list.tensors.at(0).bytes == kWeights);
  CHECK(scene.stats.bytes_received < 2 * modelpack::kFirstRange + (16U << 10));
  const auto facts = must(inspect(scene.counted, reference, InspectDepth::documents));
  CHECK(facts.headers->info.tensors.parameters == 2 * kWeights);
  CHECK(facts.headers->info.context_length == 2048);
  CHECK(facts.headers->problems.empty());
  CHECK_FALSE(must(inspect(scene.counted, reference)).headers.has_value());
}

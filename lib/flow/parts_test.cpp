// Tests of push --part and --join: one digest however many machines, and no model of wrong parts.
#include "flow/parts.hpp"

#include "base/identifiers.hpp"
#include "crypto/hash.hpp"
#include "flow/join.hpp"
#include "flow/test_workbench.hpp"
#include "json/parse.hpp"
#include "oci/media_type.hpp"
#include "oci/test_stores.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::flow;
using modelpack::PartNumber;
using test::must;

namespace {

// A copy of a model, and a layout beside it; a fixed time, as a shared file system shows it.
struct Scene {
  Scene() {
    std::filesystem::copy("testdata/models/tiny-llama", model(),
                          std::filesystem::copy_options::recursive);
  }
  std::filesystem::path model() const { return bench.directory.path() / "model"; }
  oci::Reference reference(const std::string& tag) const {
    return must(
        oci::Reference::parse("oci:" + (bench.directory.path() / "layout").string() + ":" + tag));
  }
  std::uint64_t size() const {
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(model()))
      if (entry.is_regular_file()) bytes += entry.file_size();
    return bytes;
  }
  PackRequest request() const { return {.directory = model()}; }
  Result<PartOutcome> push(std::size_t index, std::size_t count, const std::string& tag = "1") {
    return push_part(bench.context, request(), reference(tag), {.index = index, .count = count});
  }
  void push_all(std::size_t count) {
    for (std::size_t index = count; index > 0; --index) must(push(index, count));
  }
  Result<JoinOutcome> join(std::optional<std::size_t> count = std::nullopt) {
    return join_parts(bench.context, reference("1"), count);
  }
  Digest plain() {
    return must(pack_to(bench.context, request(), reference("plain"))).artifact.manifest.digest;
  }
  std::unique_ptr<oci::Store> store() { return must(open_store(bench.context, reference("1"))); }
  std::vector<std::string> tags() { return must(store()->tags()); }

  // The part's document, changed, as somebody with the right to push would put it there.
  void plant(const PartNumber& part, const std::function<void(Json&)>& change,
             const std::string& tag) {
    const auto open = store();
    const auto pushed = must(read_part(*open, modelpack::part_tag("1", part), part));
    Json json = must(json::parse(to_text(pushed.document)));
    change(json);
    auto manifest = pushed.content;
    manifest.layers[0] = must(oci::push_text(*open, identifiers::kPartType, json::compact(json)));
    const auto bytes = oci::serialize(manifest);
    must(open->push_manifest(oci::Descriptor::of(oci::kManifestType, bytes), bytes, tag));
  }

  test::Workbench bench;
};

void must(const Result<void>& result) {
  if (!result) FAIL(result.error().text());
}

void refused(const Result<JoinOutcome>& result, ErrorKind kind, const std::string& says) {
  CAPTURE(says);
  REQUIRE_FALSE(result);
  CHECK(result.error().kind() == kind);
  const auto text = result.error().text();
  CAPTURE(text);
  CHECK(text.find(says) != std::string::npos);
}

}  // namespace

TEST_CASE("so many files that they need archives join to the digest of one machine too") {
  Scene scene;
  const std::string folder(240, 'd');
  const auto deep = scene.model() / folder / folder / folder;
  std::filesystem::create_directories(deep);
  for (int i = 0; i < 2000; ++i) std::ofstream(deep / (std::to_string(i) + ".txt")) << "text " << i;
  scene.push_all(3);
  const auto joined = must(scene.join());
  REQUIRE(joined.packed);
  CHECK(joined.packed->artifact.archives.size() >= 2);
  CHECK(joined.packed->artifact.manifest.digest == scene.plain());
  CHECK(scene.tags() == std::vector<std::string>{"1", "plain"});
}

TEST_CASE("parts in any order join to the digest of one machine, and are gone afterwards") {
  for (const std::size_t count : {1U, 3U, 4U, 20U}) {
    CAPTURE(count);
    Scene scene;
    scene.push_all(count);
    CHECK(scene.tags().size() == count);
    // Each byte once, all parts together; the join reads no file.
    CHECK(scene.bench.stats.bytes_read == scene.size());
    CHECK(scene.bench.stats.bytes_hashed == scene.size());
    const auto joined = must(scene.join());
    CHECK(scene.bench.stats.bytes_read == scene.size());
    CHECK(joined.count == count);
    CHECK(joined.missing.empty());
    REQUIRE(joined.packed);
    CHECK(joined.packed->artifact.manifest.digest == scene.plain());
    CHECK(joined.tags_left.empty());
    CHECK(scene.tags() == std::vector<std::string>{"1", "plain"});
  }
}

TEST_CASE("Modelfile, date and mode get through the join") {
  Scene scene;
  std::ofstream(scene.model() / "Modelfile")
      << "NAME other\nMODEL *.safetensors\nDOC *.md\nCODE config.json\n";
  std::filesystem::permissions(scene.model() / "config.json", std::filesystem::perms::owner_exec,
                               std::filesystem::perm_options::add);
  auto request = scene.request();
  request.created = Timestamp::from_seconds(1'700'000'000);
  for (const std::size_t index : {1U, 2U}) {
    must(push_part(scene.bench.context, request, scene.reference("1"),
                   {.index = index, .count = 2}));
  }
  const auto joined = must(scene.join());
  REQUIRE(joined.packed);
  const auto plain = must(pack_to(scene.bench.context, request, scene.reference("plain")));
  CHECK(joined.packed->artifact.manifest.digest == plain.artifact.manifest.digest);
  CHECK(joined.packed->artifact.config_bytes.find("other") != std::string::npos);
}

TEST_CASE("what is not there yet is named, and nothing is published") {
  Scene scene;
  must(scene.push(1, 4));
  must(scene.push(3, 4));
  const auto joined = must(scene.join());
  CHECK(joined.missing == std::vector<std::size_t>{2, 4});
  CHECK_FALSE(joined.packed);
  CHECK_FALSE(joined.there_before);
  CHECK(scene.tags() == std::vector<std::string>{"1.part-1-of-4", "1.part-3-of-4"});
  must(scene.push(2, 4));
  must(scene.push(4, 4));
  CHECK(must(scene.join()).packed);
  const auto again = must(scene.join());
  CHECK(again.count == 0);
  CHECK(again.there_before);
  CHECK(must(scene.join(2)).missing == std::vector<std::size_t>{1, 2});
}

TEST_CASE("a part that is pushed again with the same bytes changes nothing") {
  Scene scene;
  scene.push_all(2);
  const auto first = must(scene.push(1, 2));
  CHECK(first.blobs_uploaded == 0);
  CHECK(must(scene.join()).packed->artifact.manifest.digest == scene.plain());
}

TEST_CASE("a part that is pushed again with other bytes of the same time and size is refused") {
  Scene scene;
  scene.push_all(2);
  const auto path = scene.model() / "README.md";
  const auto time = std::filesystem::last_write_time(path);
  const auto size = std::filesystem::file_size(path);
  std::ofstream(path) << std::string(size, 'x');
  std::filesystem::last_write_time(path, time);
  std::size_t disagreeing = 0;
  for (const std::size_t index : {1U, 2U}) {
    const auto again = scene.push(index, 2);
    if (again) continue;
    ++disagreeing;
    CHECK(again.error().kind() == ErrorKind::mismatch);
    CHECK(again.error().text().find("disagrees about README.md") != std::string::npos);
  }
  CHECK(disagreeing == 1);
}

TEST_CASE(
    "a part of an earlier state of the directory is refused, and replaced when pushed again") {
  Scene scene;
  must(scene.push(2, 2));
  const auto path = scene.model() / "README.md";
  std::filesystem::last_write_time(path,
                                   std::filesystem::last_write_time(path) + std::chrono::hours(1));
  must(scene.push(1, 2));
  refused(scene.join(), ErrorKind::mismatch,
          "parts 1 and 2 were made from different plans: README");
  must(scene.push(2, 2));
  CHECK(must(scene.join()).packed->artifact.manifest.digest == scene.plain());
}

TEST_CASE("a directory that changes while its part is pushed is refused") {
  Scene scene;
  // A file of another part: nobody here reads it.
  class Adding final : public Progress {
   public:
    explicit Adding(std::filesystem::path file) : file_(std::move(file)) {}
    std::unique_ptr<ProgressTask> start(std::string_view name, std::uint64_t total) override {
      std::ofstream(file_) << "late";
      return none_.start(name, total);
    }

   private:
    std::filesystem::path file_;
    NoProgress none_;
  };
  Adding adding(scene.model() / "late.txt");
  const auto& as = scene.bench.context;
  const Context context{.transport = as.transport,
                        .clock = as.clock,
                        .env = as.env,
                        .random = as.random,
                        .logger = {},
                        .progress = adding,
                        .stats = as.stats,
                        .cancel = {}};
  const auto pushed =
      push_part(context, scene.request(), scene.reference("1"), {.index = 1, .count = 2});
  REQUIRE_FALSE(pushed);
  CHECK(pushed.error().kind() == ErrorKind::mismatch);
  CHECK(pushed.error().text().find("changed while this part was pushed") != std::string::npos);
  CHECK(scene.tags().empty());
}

TEST_CASE("parts of several runs need a word about which to join") {
  Scene scene;
  scene.push_all(2);
  must(scene.push(1, 3));
  refused(scene.join(), ErrorKind::mismatch, "1.part-1-of-2, 1.part-2-of-2, 1.part-1-of-3");
  CHECK(must(scene.join(2)).packed);
  CHECK(scene.tags() == std::vector<std::string>{"1", "1.part-1-of-3"});
}

TEST_CASE("planted and foreign parts are refused with what and where") {
  struct Row {
    ErrorKind kind;
    const char* says;
    std::function<void(Json&)> change;
    const char* tag = "1.part-2-of-2";
  };
  const auto none = [](Json&) {};
  const auto other_plan = [](Json& j) {
    j["plan"]["files"][0]["size"] = 1;
    j["files"] = Json::array();
  };
  for (const auto& [kind, says, change, tag] : std::vector<Row>{
           {ErrorKind::malformed, "1.part-3-of-2: there can be no such part", none,
            "1.part-3-of-2"},
           {ErrorKind::malformed, "1.part-0-of-2: there can be no", none, "1.part-0-of-2"},
           {ErrorKind::mismatch, "parts of several runs", none, "1.part-1-of-7"},
           {ErrorKind::mismatch, "1.part-1-of-2: its document is that of part 2 of 2", none,
            "1.part-1-of-2"},
           {ErrorKind::malformed, "1.part-2-of-2: $.planDigest", other_plan},
           {ErrorKind::malformed, "evil: not in the plan",
            [](Json& j) { j["files"][0]["path"] = "evil"; }},
           {ErrorKind::mismatch, "in no part", [](Json& j) { j["files"].erase(0); }},
           {ErrorKind::not_found, "is gone",
            [](Json& j) { j["files"][0]["digest"] = "sha256:" + std::string(64, '0'); }},
           {ErrorKind::unsupported, "version 9", [](Json& j) { j["version"] = 9; }},
       }) {
    Scene scene;
    scene.push_all(2);
    scene.plant({.index = 2, .count = 2}, change, tag);
    refused(scene.join(), kind, says);
    CHECK_FALSE(scene.store()->resolve("1"));
  }

  Scene scene;
  scene.push_all(2);
  const auto open = scene.store();
  scene.plain();
  must(open->tag(must(open->resolve("plain")), "1.part-2-of-2"));
  refused(scene.join(), ErrorKind::malformed, "1.part-2-of-2: not a part");
  // Who has the part replaces what is there.
  must(scene.push(2, 2));
  CHECK(must(scene.join()).packed);
}

TEST_CASE("a file in two parts is refused, whether or not they agree about it") {
  for (const bool agree : {true, false}) {
    Scene scene;
    scene.push_all(2);
    const auto open = scene.store();
    auto entry =
        json::parse(
            to_text(must(read_part(*open, "1.part-1-of-2", {.index = 1, .count = 2})).document))
            .take();
    scene.plant(
        {.index = 2, .count = 2},
        [&](Json& j) {
          auto copied = entry["files"][0];
          if (!agree) copied["digest"] = crypto::sha256("other").text();
          j["files"].push_back(copied);
        },
        "1.part-2-of-2");
    refused(scene.join(), ErrorKind::mismatch,
            agree ? "is in parts 1 and 2" : "parts 1 and 2 disagree about");
  }
}

TEST_CASE("a tag that is too long is refused before a byte is read") {
  Scene scene;
  const std::string fits(128 - std::string(".part-10-of-10").size(), 'a');
  CHECK(scene.push(1, 10, fits));
  const auto read = scene.bench.stats.bytes_read.load();
  for (const std::size_t index : {1U, 10U}) {
    const auto result = scene.push(index, 10, fits + "a");
    REQUIRE_FALSE(result);
    CHECK(result.error().kind() == ErrorKind::usage);
  }
  CHECK(scene.bench.stats.bytes_read == read);
}

TEST_CASE("a registry that removes nothing keeps the tags, with a warning that names them") {
  Scene scene;
  scene.push_all(2);
  const auto plain = scene.plain();
  class Keeping final : public oci::test::WatchedStore {
   public:
    using WatchedStore::WatchedStore;
    Result<void> remove_tag(const std::string&) override {
      return Error(ErrorKind::unsupported, "no deletion here");
    }
    Result<void> remove_manifest(const oci::Descriptor&) override {
      return Error(ErrorKind::unsupported, "no deletion here");
    }
  };
  const auto inner = scene.store();
  Keeping store(*inner);
  std::string said;
  scene.bench.context.logger =
      Logger(LogLevel::warning, [&](LogLevel, std::string_view text) { said += text; });
  const auto joined =
      must(join_in_store(scene.bench.context, store, scene.reference("1"), std::nullopt));
  REQUIRE(joined.packed);
  CHECK(joined.packed->artifact.manifest.digest == plain);
  CHECK(joined.tags_left == std::vector<std::string>{"1.part-1-of-2", "1.part-2-of-2"});
  CHECK(said.find("1.part-1-of-2, 1.part-2-of-2") != std::string::npos);
}

TEST_CASE("the registry of the sandbox takes parts, and other versions are a warning") {
  Scene scene;
  const auto reference = scene.bench.reference("parts");
  std::string said;
  scene.bench.context.logger =
      Logger(LogLevel::warning, [&](LogLevel, std::string_view text) { said += text; });
  for (const std::size_t index : {2U, 1U}) {
    scene.bench.context.mpk_version = "1." + std::to_string(index);
    must(push_part(scene.bench.context, scene.request(), reference, {.index = index, .count = 2}));
  }
  const auto joined = must(join_parts(scene.bench.context, reference, 2));
  REQUIRE(joined.packed);
  CHECK(joined.packed->artifact.manifest.digest == scene.plain());
  CHECK(said.find("1.1, 1.2") != std::string::npos);
  const auto store = must(open_store(scene.bench.context, reference));
  CHECK(must(store->tags()) == std::vector<std::string>{"parts"});
}

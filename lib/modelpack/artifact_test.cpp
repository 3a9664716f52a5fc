// Tests of artifact: one manifest for one set of files, whatever order they come in.
#include "modelpack/artifact.hpp"

#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "oci/media_type.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <ostream>
#include <random>

using namespace mpk;
using namespace mpk::modelpack;

namespace {

ModelFile file(std::string path, model::Kind kind, std::string_view content,
               bool executable = false) {
  return {.path = std::move(path),
          .kind = kind,
          .size = content.size(),
          .executable = executable,
          .digest = crypto::sha256(content)};
}

const std::vector<ModelFile> kSmall = {
    file("bin/run.sh", model::Kind::code, "x", true),
    file("config.json", model::Kind::config, "{}"),
    file("model.safetensors", model::Kind::weight, "weights"),
};

model::ModelInfo small_info() {
  model::ModelInfo info;
  info.name = "tiny";
  info.precision = "bfloat16";
  info.tensors.parameters = 1'100'048'384;
  return info;
}

std::vector<std::string> paths(const Artifact& artifact) {
  std::vector<std::string> out;
  for (const auto& each : artifact.files) out.push_back(each.path);
  return out;
}

}  // namespace

TEST_CASE("a fixed input has a fixed digest, calculated by another program") {
  const auto artifact = build_artifact(kSmall, small_info(), {}).take();
  CHECK(artifact.config_bytes ==
        R"({"config":{"paramSize":"1.1B","precision":"bfloat16"},"descriptor":{"name":"tiny"},)"
        R"("modelfs":{"diffIds":[)"
        R"("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",)"
        R"("sha256:9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c",)"
        R"("sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"],)"
        R"("type":"layers"}})");
  CHECK(artifact.manifest.digest.text() ==
        "sha256:d847ce40ce8b5fc810ff4032665c3bcd28641662c768d0ccfbeea809d50d0b15");
  CHECK(artifact.config.digest.text() ==
        "sha256:9feabdf0302430c12c57ae45ae0ad0ebcef383bd84b82621dd39e97d8a222db4");
  CHECK(artifact.manifest.size == artifact.manifest_bytes.size());
  CHECK(artifact.manifest.media_type == oci::kManifestType);
  CHECK(artifact.manifest.artifact_type == kArtifactType);
  CHECK(artifact.config.media_type == kConfigType);
}

TEST_CASE("a layer carries its path twice and the seven constant fields") {
  const auto artifact = build_artifact(kSmall, small_info(), {}).take();
  const auto manifest = oci::parse_manifest(artifact.manifest_bytes, oci::kManifestType).take();
  CHECK(manifest.annotations.empty());
  REQUIRE(manifest.layers.size() == 3);
  const auto& run = manifest.layers[2];
  CHECK(run.media_type == "application/vnd.cncf.model.code.v1.raw");
  CHECK(run.annotations ==
        oci::Annotations{
            {"org.cncf.model.filepath", "bin/run.sh"},
            {"org.opencontainers.image.title", "bin/run.sh"},
            {"org.cncf.model.file.metadata+json",
             R"({"gid":0,"mode":493,"mtime":"1970-01-01T00:00:00Z","name":"run.sh","size":1,)"
             R"("typeflag":0,"uid":0})"}});
}

TEST_CASE("layers are in order of kind, then of path as bytes") {
  const auto artifact =
      build_artifact(
          {file("z.md", model::Kind::doc, "1"), file("data.csv", model::Kind::dataset, "2"),
           file("b/run.py", model::Kind::code, "3"), file("b.py", model::Kind::code, "4"),
           file("b-1.py", model::Kind::code, "5"), file("B.py", model::Kind::code, "6"),
           file("\xc3\xa9.py", model::Kind::code, "7"), file("w2", model::Kind::weight, "8"),
           file("w10", model::Kind::weight, "9"), file("config.json", model::Kind::config, "0")},
          {}, {})
          .take();
  CHECK(paths(artifact) == std::vector<std::string>{"config.json", "w10", "w2", "B.py", "b-1.py",
                                                    "b.py", "b/run.py", "\xc3\xa9.py", "data.csv",
                                                    "z.md"});
}

TEST_CASE("the order of the input does not matter") {
  std::vector<ModelFile> files;
  for (int i = 0; i < 40; ++i) {
    files.push_back(file(fmt::format("f{}", i), i % 3 == 0 ? model::Kind::weight : model::Kind::doc,
                         fmt::format("{}", i % 7)));
  }
  const auto expected = build_artifact(files, small_info(), {}).take();
  std::mt19937 random(7);
  for (int i = 0; i < 10; ++i) {
    std::ranges::shuffle(files, random);
    const auto again = build_artifact(files, small_info(), {}).take();
    CHECK(again.manifest_bytes == expected.manifest_bytes);
    CHECK(again.config_bytes == expected.config_bytes);
  }
}

TEST_CASE("each thing that belongs to the model changes the digest") {
  const auto digest = [](auto change) {
    auto files = kSmall;
    change(files);
    return build_artifact(files, small_info(), {}).take().manifest.digest;
  };
  const auto original = digest([](auto&) {});
  CHECK(digest([](auto& files) { files[0].path = "bin/run2.sh"; }) != original);
  CHECK(digest([](auto& files) { files[0].executable = false; }) != original);
  CHECK(digest([](auto& files) { files[0].kind = model::Kind::doc; }) != original);
  CHECK(digest([](auto& files) { files[0].digest = crypto::sha256("y"); }) != original);
  CHECK(digest([](auto& files) { files.pop_back(); }) != original);
}

TEST_CASE("a date goes to annotation, config and file times, and nowhere when there is none") {
  const auto created = Timestamp::parse("2026-11-20T14:03:00Z").take();
  const auto dated = build_artifact(kSmall, {}, {.created = created}).take();
  const auto manifest = oci::parse_manifest(dated.manifest_bytes).take();
  CHECK(manifest.annotations ==
        oci::Annotations{{"org.opencontainers.image.created", "2026-11-20T14:03:00Z"}});
  CHECK(dated.config_bytes.find(R"("createdAt":"2026-11-20T14:03:00Z")") != std::string::npos);
  for (const auto& layer : manifest.layers) {
    CHECK(layer.annotations.at(std::string(kAnnotationMetadata))
              .find(R"("mtime":"2026-11-20T14:03:00Z")") != std::string::npos);
  }
  const auto undated = build_artifact(kSmall, {}, {}).take();
  CHECK(undated.manifest_bytes.find("created") == std::string::npos);
  CHECK(undated.config_bytes.find("created") == std::string::npos);
}

TEST_CASE("no file, two of one path, and a path that nobody could unpack are refused") {
  const struct {
    const char* name;
    std::vector<ModelFile> files;
    ErrorKind kind;
  } rows[] = {
      {"none", {}, ErrorKind::usage},
      {"one path in two kinds",
       {file("a", model::Kind::doc, "1"), file("a", model::Kind::code, "2")},
       ErrorKind::usage},
      {"one path in one kind",
       {file("a", model::Kind::doc, "1"), file("a", model::Kind::doc, "1")},
       ErrorKind::usage},
      {"above", {file("../a", model::Kind::doc, "1")}, ErrorKind::malformed},
      {"absolute", {file("/a", model::Kind::doc, "1")}, ErrorKind::malformed},
      {"no UTF-8", {file("\xff", model::Kind::doc, "1")}, ErrorKind::malformed},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(build_artifact(row.files, {}, {}).error().kind() == row.kind);
  }
  CHECK(build_artifact({file("a", model::Kind::doc, "1"), file("A", model::Kind::doc, "1")}, {}, {})
            .has_value());
}

TEST_CASE("a manifest up to the limit is written, one character of a path more is not") {
  const auto many = [](std::size_t count) {
    std::vector<ModelFile> files;
    for (std::size_t i = 0; i < count; ++i)
      files.push_back(file(fmt::format("d/{:06}", i), model::Kind::doc, "same"));
    return files;
  };
  const auto size = [](const std::vector<ModelFile>& files) {
    return build_artifact(files, {}, {}).take().manifest_bytes.size();
  };
  const auto step = size(many(101)) - size(many(100));
  auto files = many(limits::kManifestEmit / step - 2);
  // A character of a folder stands in two annotations.
  const auto room = (limits::kManifestEmit - size(files)) / 2;
  REQUIRE(room < limits::kPathBytes - 100);
  std::string folders(room, 'd');
  for (std::size_t i = 100; i < room; i += 100) folders[i] = '/';
  files[0].path = folders + files[0].path;
  CHECK(size(files) > limits::kManifestEmit - 2);
  files[0].path = "d" + files[0].path;
  const auto over = build_artifact(files, {}, {});
  REQUIRE_FALSE(over.has_value());
  CHECK(over.error().kind() == ErrorKind::too_large);
  CHECK_FALSE(over.error().hint().empty());
}

TEST_CASE("the limit for archives is the limit of the manifest, or a few bytes below") {
  std::vector<ModelFile> files;
  const auto add = [&] {
    files.push_back(file(fmt::format("d/{:06}", files.size()), model::Kind::config, "same"));
  };
  while (files.size() < 4000) add();
  CHECK_FALSE(needs_archives(files, {}).take());
  while (!needs_archives(files, {}).take()) {
    for (int i = 0; i < 50; ++i) add();
  }
  while (needs_archives(files, {}).take()) files.pop_back();
  // What needs no archive fits, and there is no room for two more.
  const auto size = build_artifact(files, {}, {}).take().manifest_bytes.size();
  const auto step = size / files.size() + 1;
  CHECK(size <= limits::kManifestEmit);
  CHECK(size + 2 * step > limits::kManifestEmit);
  CHECK(needs_archives({}, {}).error().kind() == ErrorKind::usage);
  CHECK(needs_archives({file("../x", model::Kind::doc, "1")}, {}).error().kind() ==
        ErrorKind::malformed);
}

TEST_CASE("an archive is one layer in the place of its kind, with its digest as diffId") {
  const auto plain = build_artifact(kSmall, small_info(), {}).take();
  const Archive code{.kind = model::Kind::code, .digest = crypto::sha256("a tar"), .size = 2048};
  auto files = kSmall;
  files.push_back(file("bin/a.sh", model::Kind::code, "y"));
  const auto artifact = build_artifact(files, small_info(), {}, {code}).take();
  const auto manifest = oci::parse_manifest(artifact.manifest_bytes).take();
  REQUIRE(manifest.layers.size() == 3);
  const auto& layer = manifest.layers[2];
  CHECK(layer.media_type == "application/vnd.cncf.model.code.v1.tar");
  CHECK(layer.digest == code.digest);
  CHECK(layer.size == 2048);
  CHECK(layer.annotations == std::map<std::string, std::string>{{"org.cncf.model.filepath", "."}});
  CHECK(artifact.config_bytes.find(code.digest.text()) != std::string::npos);
  CHECK(artifact.config_bytes.find(crypto::sha256("x").text()) == std::string::npos);
  CHECK(paths(artifact) ==
        std::vector<std::string>{"config.json", "model.safetensors", "bin/a.sh", "bin/run.sh"});
  CHECK_FALSE(artifact.files[0].archive);
  CHECK(artifact.files[3].archive == 0U);
  CHECK(artifact.manifest.digest != plain.manifest.digest);
}

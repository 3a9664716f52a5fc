// Tests of layer_files: which manifests of others are taken, and what their paths may be.
#include "modelpack/artifact.hpp"
#include "oci/media_type.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::modelpack;

namespace {

constexpr const char* kWeight = "application/vnd.cncf.model.weight.v1.raw";

oci::Descriptor layer(const std::string& content, oci::Annotations annotations,
                      std::string_view type = kWeight) {
  auto out = oci::Descriptor::of(type, content);
  out.annotations = std::move(annotations);
  return out;
}
oci::Descriptor at(std::string path) {
  return layer("x", {{std::string(kAnnotationFilepath), std::move(path)}});
}
oci::Descriptor with_metadata(std::string metadata, std::string_view type = kWeight) {
  return layer("1234567",
               {{"org.cncf.model.filepath", "a"},
                {"org.cncf.model.file.metadata+json", std::move(metadata)}},
               type);
}

oci::Manifest manifest(std::vector<oci::Descriptor> layers) {
  return {.media_type = std::string(oci::kManifestType),
          .artifact_type = std::string(kArtifactType),
          .config = oci::Descriptor::of(kConfigType, "{}"),
          .layers = std::move(layers)};
}

}  // namespace

TEST_CASE("a path is taken if it stays in its folder") {
  for (const char* path : {"a", "a/b/c.txt", "a..b", "..foo", "foo..", ".hidden", "a b", "...",
                           "\xc3\xa9", "a\\b", "C:x"}) {
    CAPTURE(path);
    const auto files = layer_files(manifest({at(path)}));
    REQUIRE(files.has_value());
    CHECK(files->at(0).path == path);
  }
  for (const std::string& path :
       {std::string(), std::string("/a"), std::string("//a"), std::string(".."),
        std::string("../a"), std::string("a/../b"), std::string("a/.."), std::string("."),
        std::string("./a"), std::string("a//b"), std::string("a/"), std::string("a\0b", 3),
        std::string("a\nb"), std::string("a\x7f"), std::string("\xff"), std::string(1025, 'a')}) {
    CAPTURE(path);
    const auto files = layer_files(manifest({at("good"), at(path)}));
    REQUIRE_FALSE(files.has_value());
    CHECK(files.error().kind() == ErrorKind::malformed);
    CHECK(files.error().text().starts_with("layer 2 (sha256:"));
  }
}

TEST_CASE("the path comes from filepath, its predecessor or the title, which must agree") {
  const struct {
    const char* name;
    oci::Annotations annotations;
    const char* expected;  // null: refused
  } rows[] = {
      {"filepath", {{"org.cncf.model.filepath", "d/a"}}, "d/a"},
      {"cnai", {{"org.cnai.model.filepath", "d/a"}}, "d/a"},
      {"title", {{"org.opencontainers.image.title", "d/a"}}, "d/a"},
      {"both",
       {{"org.cncf.model.filepath", "d/a"}, {"org.opencontainers.image.title", "d/a"}},
       "d/a"},
      {"the title is the base name",
       {{"org.cncf.model.filepath", "d/a"}, {"org.opencontainers.image.title", "a"}},
       "d/a"},
      {"cncf and cnai", {{"org.cncf.model.filepath", "a"}, {"org.cnai.model.filepath", "a"}}, "a"},
      {"another title",
       {{"org.cncf.model.filepath", "d/a"}, {"org.opencontainers.image.title", "b"}},
       nullptr},
      {"a title that is a part of the path",
       {{"org.cncf.model.filepath", "x/d/a"}, {"org.opencontainers.image.title", "d/a"}},
       nullptr},
      {"a title above",
       {{"org.cncf.model.filepath", "a"}, {"org.opencontainers.image.title", "../a"}},
       nullptr},
      {"cncf and cnai disagree",
       {{"org.cncf.model.filepath", "a"}, {"org.cnai.model.filepath", "b"}},
       nullptr},
      {"cnai and title disagree",
       {{"org.cnai.model.filepath", "a"}, {"org.opencontainers.image.title", "b"}},
       nullptr},
      {"a bad title alone", {{"org.opencontainers.image.title", "/a"}}, nullptr},
      {"none", {{"other", "a"}}, nullptr},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto files = layer_files(manifest({layer("x", row.annotations)}));
    REQUIRE(files.has_value() == (row.expected != nullptr));
    if (files) CHECK(files->at(0).path == row.expected);
    if (!files) CHECK(files.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("two layers may not claim one place") {
  const struct {
    std::vector<const char*> paths;
    bool accepted;
  } rows[] = {
      {{"a", "b", "c/d", "c/e"}, true},
      {{"a", "ab", "a-b"}, true},
      {{"c/d", "c/d2", "c.d"}, true},
      {{"a", "A"}, true},
      {{"a", "a"}, false},
      {{"c/d", "x", "c/d"}, false},
      {{"a", "a/b"}, false},
      {{"a/b", "a"}, false},
      {{"a/b/c/d", "z", "a/b"}, false},
  };
  for (const auto& row : rows) {
    std::vector<oci::Descriptor> layers;
    for (const char* path : row.paths) layers.push_back(at(path));
    CAPTURE(row.paths.back());
    const auto files = layer_files(manifest(layers));
    CHECK(files.has_value() == row.accepted);
    if (!files) CHECK(files.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("metadata must not contradict the descriptor, nor make anything but a file") {
  const struct {
    const char* metadata;
    std::optional<unsigned> mode;  // none: refused
  } rows[] = {
      {R"({"name":"a","mode":420,"uid":0,"gid":0,"size":7,"mtime":"1970-01-01T00:00:00Z","typeflag":0})",
       0644},
      {"{}", 0644},
      {R"({"size":7})", 0644},
      {R"({"typeflag":48})", 0644},
      {R"({"mode":493})", 0755},
      {R"({"mode":64})", 0755},    // 0100
      {R"({"mode":9})", 0644},     // 0011: only the owner's bit counts
      {R"({"mode":2541})", 0755},  // 04755: setuid is stripped
      {R"({"mode":3565})", 0755},  // 06755
      {R"({"mode":511})", 0755},   // 0777: not for everybody
      {R"({"mode":0})", 0644},
      {R"({"mode":33261})", 0755},  // with S_IFREG, as some writers leave it
      {R"({"size":8})", {}},
      {R"({"size":0})", {}},
      {R"({"size":-7})", {}},
      {R"({"typeflag":49})", {}},  // '1', a hard link
      {R"({"typeflag":50})", {}},  // '2', a symlink
      {R"({"typeflag":2})", {}},
      {R"({"typeflag":51})", {}},  // '3', a device
      {R"({"typeflag":53})", {}},  // '5', a directory
      {R"({"mode":"rwx"})", {}},
      {"[]", {}},
      {"", {}},
      {R"({"size":7,"size":7})", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.metadata);
    const auto files = layer_files(manifest({with_metadata(row.metadata)}));
    REQUIRE(files.has_value() == row.mode.has_value());
    if (files) CHECK(files->at(0).mode == *row.mode);
    if (!files) CHECK(files.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("of a tar the metadata tells about its contents, not about the layer") {
  const auto files = layer_files(manifest({with_metadata(
      R"({"size":99,"typeflag":53,"mode":493})", "application/vnd.cncf.model.weight.v1.tar")}));
  REQUIRE(files.has_value());
  CHECK((files->at(0).encoding == Encoding::tar));
}

TEST_CASE("metadata under its old name counts too") {
  const auto files = layer_files(
      manifest({layer("x",
                      {{"org.cnai.model.filepath", "a"},
                       {"org.cnai.model.file.metadata+json", R"({"mode":493,"size":1})"}},
                      "application/vnd.cnai.model.code.v1.raw")}));
  REQUIRE(files.has_value());
  CHECK(files->at(0).mode == 0755);
  CHECK((files->at(0).kind == model::Kind::code));
}

TEST_CASE("a layer keeps its order, kind, encoding and descriptor") {
  const auto files = layer_files(manifest(
      {layer("2", {{"org.cncf.model.filepath", "b"}}, "application/vnd.cncf.model.doc.v1.tar+zstd"),
       layer("1", {{"org.cncf.model.filepath", "a"}},
             "application/vnd.cncf.model.weight.config.v1.raw")}));
  REQUIRE(files.has_value());
  REQUIRE(files->size() == 2);
  CHECK(files->at(0).path == "b");
  CHECK((files->at(0).kind == model::Kind::doc));
  CHECK((files->at(0).encoding == Encoding::tar_zstd));
  CHECK((files->at(1).kind == model::Kind::config));
  CHECK(files->at(1).descriptor.digest == oci::Descriptor::of("", "1").digest);
}

TEST_CASE("what is not ModelPack is refused, by its type or by a layer's") {
  auto legacy = manifest({at("a")});
  legacy.artifact_type.clear();
  CHECK(layer_files(legacy).has_value());
  legacy.config.media_type = "application/vnd.cnai.model.config.v1+json";
  CHECK(layer_files(legacy).has_value());
  legacy.artifact_type = "application/vnd.cnai.model.manifest.v1+json";
  CHECK(layer_files(legacy).has_value());

  auto image = manifest({at("a")});
  image.artifact_type.clear();
  image.config.media_type = "application/vnd.oci.image.config.v1+json";
  const auto refused = layer_files(image);
  CHECK(refused.error().kind() == ErrorKind::malformed);
  CHECK(refused.error().text().find("application/vnd.oci.image.config.v1+json") !=
        std::string::npos);

  CHECK(layer_files(manifest({})).error().kind() == ErrorKind::malformed);
  const auto odd = layer_files(
      manifest({at("a"), layer("x", {{"org.cncf.model.filepath", "b"}}, "text/\x1b[31m")}));
  REQUIRE_FALSE(odd.has_value());
  CHECK(odd.error().kind() == ErrorKind::malformed);
  CHECK(odd.error().text().find("layer 2") != std::string::npos);
  CHECK(odd.error().text().find('\x1b') == std::string::npos);
}

TEST_CASE("what build_artifact writes is read back as it was") {
  const auto artifact = build_artifact({{.path = "bin/run",
                                         .kind = model::Kind::code,
                                         .size = 0,
                                         .executable = true,
                                         .digest = oci::Descriptor::of("", "").digest},
                                        {.path = "README.md",
                                         .kind = model::Kind::doc,
                                         .size = 1,
                                         .digest = oci::Descriptor::of("", "x").digest}},
                                       {}, {})
                            .take();
  const auto files = layer_files(oci::parse_manifest(artifact.manifest_bytes).take()).take();
  REQUIRE(files.size() == 2);
  CHECK(files[0].path == "bin/run");
  CHECK(files[0].mode == 0755);
  CHECK(files[1].path == "README.md");
  CHECK(files[1].mode == 0644);
  CHECK((files[1].encoding == Encoding::raw));
}

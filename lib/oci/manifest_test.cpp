// Tests of manifest: what is a manifest, what is an index, and what is neither.
#include "oci/manifest.hpp"

#include "base/limits.hpp"
#include "oci/media_type.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <ostream>

using namespace mpk;
using namespace mpk::oci;

namespace {

const std::string kEmpty =
    fmt::format(R"({{"mediaType":"{}","digest":"{}","size":2}})", kEmptyType, kEmptyDigest);

std::string manifest_with(std::string_view members) {
  return fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[{}]{}}})", kEmpty, kEmpty,
                     members);
}
std::string index_with(std::string_view members) {
  return fmt::format(R"({{"schemaVersion":2,"manifests":[{}]{}}})", kEmpty, members);
}
std::string type(std::string_view name) { return fmt::format(R"(,"mediaType":"{}")", name); }

}  // namespace

TEST_CASE("item 10: manifests: accepted forms and their refused neighbours") {
  struct Row {
    const char* name;
    std::string text;
    std::string_view expected_type;
    std::optional<ErrorKind> problem;
  };
  const Row rows[] = {
      {"typed", manifest_with(type(kManifestType)), kManifestType, std::nullopt},
      {"type only in the header", manifest_with(""), kManifestType, std::nullopt},
      {"type only in the body", manifest_with(type(kManifestType)), "", std::nullopt},
      {"no type at all", manifest_with(""), "", std::nullopt},
      {"docker v2s2", manifest_with(type(kDockerManifestType)), kDockerManifestType, std::nullopt},
      {"header with parameters", manifest_with(type(kManifestType)),
       "Application/vnd.oci.image.manifest.v1+JSON; charset=utf-8", std::nullopt},
      {"layers null, as Go writes it",
       fmt::format(R"({{"schemaVersion":2,"config":{},"layers":null}})", kEmpty), "", std::nullopt},
      {"header and body disagree", manifest_with(type(kManifestType)), kDockerManifestType,
       ErrorKind::malformed},
      {"body an index, header a manifest", index_with(type(kIndexType)), kManifestType,
       ErrorKind::malformed},
      {"an index", index_with(type(kIndexType)), "", ErrorKind::unsupported},
      {"an index without type", index_with(""), "", ErrorKind::unsupported},
      {"an index by its header", index_with(""), kIndexType, ErrorKind::unsupported},
      {"a manifest and an index at once",
       manifest_with(fmt::format(R"(,"manifests":[{}])", kEmpty)), "", ErrorKind::malformed},
      {"another type", manifest_with(type("application/json")), "", ErrorKind::unsupported},
      {"another type in the header", manifest_with(""), "text/html", ErrorKind::unsupported},
      {"schema 1", R"({"schemaVersion":1,"fsLayers":[]})", "", ErrorKind::unsupported},
      {"schema 3", R"({"schemaVersion":3})", "", ErrorKind::malformed},
      {"no schemaVersion", fmt::format(R"({{"config":{},"layers":[]}})", kEmpty), "",
       ErrorKind::malformed},
      {"schemaVersion as a string", R"({"schemaVersion":"2"})", "", ErrorKind::malformed},
      {"no config", R"({"schemaVersion":2,"layers":[]})", "", ErrorKind::malformed},
      {"a layer without digest",
       fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[{{}}]}})", kEmpty), "",
       ErrorKind::malformed},
      {"a subject that is none", manifest_with(R"(,"subject":"x")"), "", ErrorKind::malformed},
      {"a key twice", manifest_with(R"(,"layers":[])"), "", ErrorKind::malformed},
      {"trailing bytes", manifest_with("") + "x", "", ErrorKind::malformed},
      {"nothing", "", "", ErrorKind::malformed},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto manifest = parse_manifest(row.text, row.expected_type);
    CHECK(manifest.has_value() == !row.problem);
    if (!manifest) {
      CHECK_MESSAGE(manifest.error().kind() == row.problem, manifest.error().text());
      CHECK(manifest.error().text().starts_with("manifest: "));
    }
  }
}

TEST_CASE("a missing mediaType is taken from the header, and is else the OCI type") {
  CHECK(parse_manifest(manifest_with("")).take().media_type == kManifestType);
  CHECK(parse_manifest(manifest_with(""), kDockerManifestType).take().media_type ==
        kDockerManifestType);
}

TEST_CASE("a manifest at the limit is read, one byte more is refused") {
  const std::string small = manifest_with(R"(,"annotations":{"a":""})");
  std::string large = small;
  large.insert(large.rfind("\"\"") + 1, std::string(limits::kManifest - small.size(), 'x'));
  REQUIRE(large.size() == limits::kManifest);
  CHECK(parse_manifest(large));
  large.insert(large.rfind('x'), "x");
  const auto refused = parse_manifest(large);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::too_large);
}

TEST_CASE("indexes: accepted forms and their refused neighbours") {
  CHECK(parse_index(index_with(type(kIndexType))));
  CHECK(parse_index(index_with(type(kDockerListType))));
  CHECK(parse_index(index_with("")));
  CHECK(parse_index(R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json",)"
                    R"("manifests":null})"));
  for (const std::string& text :
       {index_with(type(kManifestType)), manifest_with(""), std::string(R"({"schemaVersion":2})"),
        index_with(R"(,"layers":[])"), std::string(R"({"schemaVersion":2,"manifests":{}})")}) {
    CAPTURE(text);
    const auto index = parse_index(text);
    REQUIRE_FALSE(index);
    CHECK(index.error().kind() == ErrorKind::malformed);
    CHECK(index.error().text().starts_with("index: "));
  }
}

TEST_CASE("index or manifest: the media type decides, else the body") {
  CHECK(is_index("", kIndexType));
  CHECK(is_index("", kDockerListType));
  CHECK_FALSE(is_index(index_with(""), kManifestType));
  CHECK_FALSE(is_index(index_with(""), kDockerManifestType));
  CHECK(is_index(index_with(type(kIndexType)), ""));
  CHECK(is_index(index_with(""), "application/json"));
  CHECK_FALSE(is_index(manifest_with(type(kManifestType)), ""));
  CHECK_FALSE(is_index(manifest_with(""), ""));
  CHECK_FALSE(is_index("not json", ""));
}

TEST_CASE("bytes without a media type tell it themselves, or are no manifest") {
  CHECK(manifest_type_of(manifest_with("")) == kManifestType);
  CHECK(manifest_type_of(manifest_with(type(kDockerManifestType))) == kDockerManifestType);
  CHECK(manifest_type_of(index_with("")) == kIndexType);
  CHECK(manifest_type_of(index_with(type(kDockerListType))) == kDockerListType);
  for (const char* text : {"", "{}", "[]", "weights", R"({"schemaVersion":2})"}) {
    CAPTURE(text);
    CHECK_FALSE(manifest_type_of(text));
  }
}

TEST_CASE("what was read is written again, byte for byte the same each time") {
  const std::string text = manifest_with(fmt::format(
      R"(,"artifactType":"a/b","subject":{},"annotations":{{"z":"1","a":"2"}})", kEmpty));
  const Manifest manifest = parse_manifest(text).take();
  const std::string once = serialize(manifest);
  CHECK(once == serialize(parse_manifest(once, kManifestType).take()));
  CHECK(once.find(R"("annotations":{"a":"2","z":"1"},"artifactType":"a/b","config")") == 1);
  CHECK(manifest.subject->digest.text() == kEmptyDigest);

  const std::string index =
      serialize(parse_index(index_with(fmt::format(R"(,"subject":{})", kEmpty))).take());
  CHECK(index == serialize(parse_index(index).take()));
  CHECK(is_index(index, ""));
}

TEST_CASE("the effective artifact type is the config's when there is no other") {
  Manifest manifest = parse_manifest(manifest_with("")).take();
  CHECK(manifest.effective_artifact_type() == kEmptyType);
  manifest.artifact_type = "a/b";
  CHECK(manifest.effective_artifact_type() == "a/b");
}

TEST_CASE("a manifest with a subject is listed with its effective type and its annotations") {
  const std::string bytes =
      manifest_with(fmt::format(R"(,"subject":{},"annotations":{{"a":"1"}})", kEmpty));
  const Descriptor descriptor = Descriptor::of(kManifestType, bytes);
  const auto referrer = as_referrer(descriptor, bytes).take();
  REQUIRE(referrer);
  CHECK(referrer->subject.digest.text() == kEmptyDigest);
  CHECK(referrer->entry.digest == descriptor.digest);
  CHECK(referrer->entry.artifact_type == kEmptyType);
  CHECK(referrer->entry.annotations == Annotations{{"a", "1"}});

  const std::string none = manifest_with("");
  CHECK_FALSE(as_referrer(Descriptor::of(kManifestType, none), none).take());
}

TEST_CASE("an index with a subject is a referrer too") {
  const std::string bytes =
      index_with(fmt::format(R"(,"artifactType":"a/b","subject":{})", kEmpty));
  const auto referrer = as_referrer(Descriptor::of(kIndexType, bytes), bytes).take();
  REQUIRE(referrer);
  CHECK(referrer->entry.artifact_type == "a/b");
  CHECK(referrer->entry.media_type == kIndexType);
}

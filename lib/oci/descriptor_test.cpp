// Tests of descriptor: required members, sizes, inline data.
#include "oci/descriptor.hpp"

#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "oci/media_type.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::oci;

namespace {

const std::string kDigest(kEmptyDigest);

Result<Descriptor> read(const std::string& text) {
  const Json document = TRY(json::parse(text));
  return read_descriptor(json::Field(document));
}

std::string with(const std::string& members) {
  return R"({"mediaType":"a/b","digest":")" + kDigest + R"(","size":2)" + members + "}";
}

}  // namespace

TEST_CASE("the descriptor of the empty blob is the well-known one") {
  const Descriptor empty = Descriptor::of(kEmptyType, kEmptyBlob);
  CHECK(empty.digest.text() == kEmptyDigest);
  CHECK(empty.size == 2);
  CHECK(empty.media_type == kEmptyType);
}

TEST_CASE("all members of a descriptor survive writing and reading") {
  Descriptor before = Descriptor::of("application/x", "{}");
  before.artifact_type = "application/y";
  before.annotations = {{"a", "1"}, {"b", ""}};
  before.data = to_bytes("{}");
  const Json written = to_json(before);
  const Descriptor after = read_descriptor(json::Field(written)).take();
  CHECK(after.media_type == before.media_type);
  CHECK(after.digest == before.digest);
  CHECK(after.size == before.size);
  CHECK(after.artifact_type == before.artifact_type);
  CHECK(after.annotations == before.annotations);
  CHECK(after.data == before.data);
}

TEST_CASE("a bare descriptor is written without optional members") {
  CHECK(json::compact(to_json(Descriptor::of("a/b", "{}"))) ==
        R"({"digest":")" + kDigest + R"(","mediaType":"a/b","size":2})");
}

TEST_CASE("descriptors: accepted forms and their refused neighbours") {
  struct Row {
    const char* name;
    std::string text;
    const char* problem;  // null: accepted
  };
  const Row rows[] = {
      {"plain", with(""), nullptr},
      {"unknown member", with(R"(,"platform":{"os":"linux"},"urls":["https://x"])"), nullptr},
      {"inline data", with(R"(,"data":"e30=")"), nullptr},
      {"null annotations", with(R"(,"annotations":null)"), nullptr},
      {"data of another blob", with(R"(,"data":"W10=")"), "$: \"data\" is not the content"},
      {"data of another size", with(R"(,"data":"e30K")"), "$: \"data\" is not the content"},
      {"data without padding", with(R"(,"data":"e30")"), "$.data"},
      {"annotation that is no string", with(R"(,"annotations":{"a":1})"), "$.annotations.a"},
      {"artifactType that is no string", with(R"(,"artifactType":1)"), "$.artifactType"},
      {"no array", "[]", "$"},
      {"no mediaType", R"({"digest":")" + kDigest + R"(","size":2})", "missing \"mediaType\""},
      {"empty mediaType", R"({"mediaType":"","digest":")" + kDigest + R"(","size":2})",
       "empty \"mediaType\""},
      {"no digest", R"({"mediaType":"a/b","size":2})", "missing \"digest\""},
      {"path for a digest", R"({"mediaType":"a/b","digest":"sha256:../../x","size":2})",
       "$.digest"},
      {"no size", R"({"mediaType":"a/b","digest":")" + kDigest + "\"}", "missing \"size\""},
      {"negative size", R"({"mediaType":"a/b","digest":")" + kDigest + R"(","size":-1})", "$.size"},
      {"size as a string", R"({"mediaType":"a/b","digest":")" + kDigest + R"(","size":"2"})",
       "$.size"},
      {"size with a fraction", R"({"mediaType":"a/b","digest":")" + kDigest + R"(","size":2.5})",
       "$.size"},
      {"size over an int64",
       R"({"mediaType":"a/b","digest":")" + kDigest + R"(","size":9223372036854775808})", "$.size"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto result = read(row.text);
    CHECK(result.has_value() == (row.problem == nullptr));
    if (result || row.problem == nullptr) continue;
    CHECK(result.error().kind() == ErrorKind::malformed);
    CHECK_MESSAGE(result.error().text().find(row.problem) != std::string::npos,
                  result.error().text());
  }
}

TEST_CASE("an upper-case digest is refused with its path") {
  std::string upper = kDigest;
  upper[7] = '4';
  upper.back() = 'A';
  const auto result = read(R"({"mediaType":"a/b","digest":")" + upper + R"(","size":2})");
  REQUIRE_FALSE(result);
  CHECK(result.error().text().starts_with("$.digest: "));
}

TEST_CASE("content is proven against size and digest, and both values are told") {
  const Descriptor descriptor = Descriptor::of("a/b", "hello");
  CHECK(check_content(descriptor, "hello"));

  const auto longer = check_content(descriptor, "hello!");
  REQUIRE_FALSE(longer);
  CHECK(longer.error().kind() == ErrorKind::mismatch);
  CHECK(longer.error().text() == descriptor.digest.text() + ": expected 5 bytes, found 6");

  const auto flipped = check_content(descriptor, "hellp");
  REQUIRE_FALSE(flipped);
  CHECK(flipped.error().kind() == ErrorKind::mismatch);
  CHECK(flipped.error().text() == descriptor.digest.text() + ": the content has another digest, " +
                                      crypto::sha256("hellp").text());
}

TEST_CASE("content with a sha512 digest is proven with sha512") {
  Descriptor descriptor = Descriptor::of("a/b", "hello");
  descriptor.digest = crypto::hash(DigestAlgorithm::sha512, as_bytes("hello"));
  CHECK(check_content(descriptor, "hello"));
  CHECK_FALSE(check_content(descriptor, "hellp"));
}

// Manifests, tags and referrers of the registry.
#include "sandbox/test_registry.hpp"

namespace mpk::sandbox {
namespace {

using testing::body_of;
using testing::code_of;
using testing::must;
using testing::RegistryBench;

TEST_CASE("a manifest is found by tag and by digest, byte for byte") {
  const RegistryBench bench;
  const auto bytes = oci::serialize(bench.manifest("layer"));
  const auto digest = crypto::sha256(bytes);
  const auto made = bench.put("v1", bytes);
  CHECK(made.status == 201);
  CHECK(made.headers.get("Docker-Content-Digest") == digest.text());
  CHECK_FALSE(made.headers.get("OCI-Subject").has_value());
  for (const auto& target : {std::string("v1"), digest.text()}) {
    CAPTURE(target);
    const auto path = "/v2/acme/llm/manifests/" + target;
    const auto found = bench.call("GET", path);
    CHECK(found.body == bytes);
    CHECK(found.headers.get("Content-Type") == std::string(oci::kManifestType));
    CHECK(found.headers.get("Docker-Content-Digest") == digest.text());
    const auto head = bench.call("HEAD", path);
    CHECK(head.status == 200);
    CHECK(head.headers.get("Content-Length") == std::to_string(bytes.size()));
    CHECK(head.headers.get("Docker-Content-Digest") == digest.text());
  }
  const auto sha512 = crypto::hash(DigestAlgorithm::sha512, as_bytes(bytes));
  CHECK(bench.put(sha512.text(), bytes).headers.get("Docker-Content-Digest") == sha512.text());
  CHECK(bench.call("GET", "/v2/acme/llm/manifests/" + sha512.text()).body == bytes);
}

TEST_CASE("a manifest that is not in form, or not what its name says, is refused") {
  const RegistryBench bench;
  const auto manifest = bench.manifest("layer");
  const auto bytes = oci::serialize(manifest);
  CHECK(code_of(bench.put(crypto::sha256("other").text(), bytes)) == "DIGEST_INVALID");
  CHECK(code_of(bench.put("-v1", bytes)) == "MANIFEST_INVALID");
  CHECK(code_of(bench.put("v1", "{")) == "MANIFEST_INVALID");
  CHECK(code_of(bench.put("v1", bytes, "acme/llm", oci::kDockerManifestType)) ==
        "MANIFEST_INVALID");
  CHECK(bench.put(crypto::sha256(bytes).text(), bytes).status == 201);

  auto large = manifest;
  large.annotations["fill"] = "";
  large.annotations["fill"] = std::string(limits::kManifest - oci::serialize(large).size(), 'x');
  CHECK(bench.put("large", oci::serialize(large)).status == 201);
  large.annotations["fill"] += "x";
  CHECK(bench.put("larger", oci::serialize(large)).status == 413);
}

TEST_CASE(
    "item 33: a manifest needs its blobs, an index its manifests, but nothing needs its subject") {
  const RegistryBench bench;
  auto manifest = bench.manifest("layer");
  manifest.layers.push_back(oci::Descriptor::of("text/plain", "missing"));
  const auto refused = bench.put("v1", oci::serialize(manifest));
  CHECK(refused.status == 400);
  CHECK(code_of(refused) == "MANIFEST_BLOB_UNKNOWN");
  CHECK(bench.call("HEAD", "/v2/acme/llm/manifests/v1").status == 404);
  manifest.layers.pop_back();
  manifest.config = oci::Descriptor::of(oci::kEmptyType, "missing");
  CHECK(code_of(bench.put("v1", oci::serialize(manifest))) == "MANIFEST_BLOB_UNKNOWN");
  manifest.config = oci::Descriptor::of(oci::kEmptyType, "{}");
  manifest.subject = oci::Descriptor::of(oci::kManifestType, "not there");
  const auto bytes = oci::serialize(manifest);
  // In another repository the blobs are not there.
  CHECK(code_of(bench.put("v1", bytes, "acme/two")) == "MANIFEST_BLOB_UNKNOWN");

  oci::Index index;
  index.manifests.push_back(oci::Descriptor::of(oci::kManifestType, bytes));
  const auto list = oci::serialize(index);
  CHECK(code_of(bench.put("all", list, "acme/llm", oci::kIndexType)) == "MANIFEST_BLOB_UNKNOWN");
  const auto made = bench.put("v1", bytes);
  CHECK(made.status == 201);
  CHECK(made.headers.get("OCI-Subject") == manifest.subject->digest.text());
  CHECK(bench.put("all", list, "acme/llm", oci::kIndexType).status == 201);
  CHECK(bench.call("GET", "/v2/acme/llm/manifests/all").headers.get("Content-Type") ==
        std::string(oci::kIndexType));
}

TEST_CASE("a deleted tag leaves the manifest, a deleted manifest takes its tags along") {
  const RegistryBench bench;
  const auto bytes = oci::serialize(bench.manifest("layer"));
  const std::string base = "/v2/acme/llm/manifests/";
  const auto digest = crypto::sha256(bytes).text();
  for (const auto* tag : {"a", "b", "c"}) REQUIRE(bench.put(tag, bytes).status == 201);
  CHECK(bench.call("DELETE", base + "a").status == 202);
  CHECK(code_of(bench.call("GET", base + "a")) == "MANIFEST_UNKNOWN");
  CHECK(bench.call("GET", base + digest).status == 200);
  CHECK(bench.call("DELETE", base + digest).status == 202);
  CHECK(bench.call("GET", base + "b").status == 404);
  CHECK(body_of(bench.call("GET", "/v2/acme/llm/tags/list"))["tags"] == Json::array());
  CHECK(code_of(bench.call("DELETE", base + digest)) == "MANIFEST_UNKNOWN");
  CHECK(code_of(bench.call("DELETE", "/v2/acme/none/manifests/a")) == "NAME_UNKNOWN");
  CHECK(bench.call("PATCH", base + "a").status == 405);
}

TEST_CASE("tags are listed in order, in pages that lead to each other") {
  const RegistryBench bench;
  const auto bytes = oci::serialize(bench.manifest("layer"));
  for (const auto* tag : {"b", "a", "d", "c", "e"}) REQUIRE(bench.put(tag, bytes).status == 201);
  const std::string path = "/v2/acme/llm/tags/list";
  const auto all = bench.call("GET", path);
  CHECK(body_of(all)["name"] == "acme/llm");
  CHECK(body_of(all)["tags"] == must(json::parse(R"(["a","b","c","d","e"])")));
  CHECK_FALSE(all.headers.get("Link").has_value());

  const auto first = bench.call("GET", path + "?n=2");
  CHECK(body_of(first)["tags"] == must(json::parse(R"(["a","b"])")));
  const auto link = first.headers.get("Link").value();
  CHECK(link == "<" + path + "?n=2&last=b>; rel=\"next\"");
  const auto second = bench.call("GET", link.substr(1, link.find('>') - 1));
  CHECK(body_of(second)["tags"] == must(json::parse(R"(["c","d"])")));
  const auto last = bench.call("GET", path + "?n=2&last=d");
  CHECK(body_of(last)["tags"] == must(json::parse(R"(["e"])")));
  CHECK_FALSE(last.headers.get("Link").has_value());
  CHECK(body_of(bench.call("GET", path + "?n=0"))["tags"] == Json::array());
  CHECK(body_of(bench.call("GET", path + "?last=bb"))["tags"][0] == "c");
  CHECK(code_of(bench.call("GET", path + "?n=-1")) == "PAGINATION_NUMBER_INVALID");
  CHECK(code_of(bench.call("GET", "/v2/acme/none/tags/list")) == "NAME_UNKNOWN");
}

struct Referring : RegistryBench {
  Referring() {
    for (const auto* type : {"type/one", "type/two"}) {
      auto referrer = manifest("layer");
      referrer.artifact_type = type;
      referrer.subject = subject;
      referrer.annotations["key"] = type;
      REQUIRE(
          put(crypto::sha256(oci::serialize(referrer)).text(), oci::serialize(referrer)).status ==
          201);
    }
    auto by_config = manifest("layer");
    by_config.subject = subject;
    REQUIRE(put("plain", oci::serialize(by_config)).status == 201);
    REQUIRE(put("unrelated", oci::serialize(manifest("other"))).status == 201);
  }
  oci::Descriptor subject = oci::Descriptor::of(oci::kManifestType, "subject");
  std::string path = "/v2/acme/llm/referrers/" + subject.digest.text();
};

TEST_CASE("referrers are listed with type and annotations, and filtered when asked") {
  const Referring bench;
  const auto all = bench.call("GET", bench.path);
  CHECK(all.status == 200);
  CHECK(all.headers.get("Content-Type") == std::string(oci::kIndexType));
  CHECK_FALSE(all.headers.get("OCI-Filters-Applied").has_value());
  CHECK(must(oci::parse_index(all.body)).manifests.size() == 3);

  const auto one = bench.call("GET", bench.path + "?artifactType=type%2Fone");
  CHECK(one.headers.get("OCI-Filters-Applied") == "artifactType");
  const auto index = must(oci::parse_index(one.body));
  REQUIRE(index.manifests.size() == 1);
  CHECK(index.manifests[0].artifact_type == "type/one");
  CHECK(index.manifests[0].annotations.at("key") == "type/one");
  CHECK(index.manifests[0].media_type == oci::kManifestType);
  const auto plain =
      bench.call("GET", bench.path + "?artifactType=" + percent_encode(oci::kEmptyType));
  CHECK(must(oci::parse_index(plain.body)).manifests.size() == 1);

  const auto none = bench.call("GET", "/v2/acme/none/referrers/" + bench.subject.digest.text());
  CHECK(none.status == 200);
  CHECK(must(oci::parse_index(none.body)).manifests.empty());
  CHECK(code_of(bench.call("GET", "/v2/acme/llm/referrers/v1")) == "DIGEST_INVALID");
}

TEST_CASE("a deleted referrer is no longer listed") {
  const Referring bench;
  REQUIRE(bench.call("DELETE", "/v2/acme/llm/manifests/plain").status == 202);
  CHECK(must(oci::parse_index(bench.call("GET", bench.path).body)).manifests.size() == 3);
  for (const auto& entry : must(oci::parse_index(bench.call("GET", bench.path).body)).manifests) {
    REQUIRE(bench.call("DELETE", "/v2/acme/llm/manifests/" + entry.digest.text()).status == 202);
  }
  CHECK(must(oci::parse_index(bench.call("GET", bench.path).body)).manifests.empty());
}

TEST_CASE("without the referrers API there is no list and no word of a subject") {
  Referring bench;
  bench.registry.switches().referrers_api = false;
  CHECK(bench.call("GET", bench.path).status == 404);
  auto referrer = bench.manifest("layer");
  referrer.subject = bench.subject;
  const auto made = bench.put("more", oci::serialize(referrer));
  CHECK(made.status == 201);
  CHECK_FALSE(made.headers.get("OCI-Subject").has_value());
  bench.registry.switches().referrers_api = true;
  CHECK(bench.call("GET", bench.path).status == 200);
}

}  // namespace
}  // namespace mpk::sandbox

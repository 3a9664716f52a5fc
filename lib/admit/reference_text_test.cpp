// Tests of reference_text: what runtimes, the CSI driver and KServe make of a string.
#include "admit/reference_text.hpp"

#include "oci/reference.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::admit;

namespace {

using Kind = FoundReference::Kind;
const std::string kHex(64, 'a');

std::string reference(Kind kind, std::string_view text) {
  const auto read = read_reference(kind, text);
  REQUIRE(read);
  return read->reference ? read->reference->text() : "";
}

}  // namespace

TEST_CASE("an image is named as the kubelet names it: Docker Hub, library, latest") {
  struct Row {
    std::string text, reference;
  };
  const Row rows[] = {
      {"nginx", "docker.io/library/nginx:latest"},
      {"nginx:1.27", "docker.io/library/nginx:1.27"},
      {"nginx@sha256:" + kHex, "docker.io/library/nginx@sha256:" + kHex},
      {"library/nginx:1", "docker.io/library/nginx:1"},
      {"acme/llm", "docker.io/acme/llm:latest"},
      {"docker.io/nginx", "docker.io/library/nginx:latest"},
      {"index.docker.io/acme/llm:1", "docker.io/acme/llm:1"},
      {"ghcr.io/acme/llm", "ghcr.io/acme/llm:latest"},
      {"ghcr.io/acme/llm:1.0@sha256:" + kHex, "ghcr.io/acme/llm:1.0@sha256:" + kHex},
      {"localhost/llm:1", "localhost/llm:1"},
      {"registry:5000/llm:1", "registry:5000/llm:1"},
      {"[::1]:5000/llm:1", "[::1]:5000/llm:1"},
      {"GHCR.io/acme/llm:1", "ghcr.io/acme/llm:1"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(reference(Kind::container, row.text) == row.reference);
    const auto parsed = oci::Reference::parse(row.reference);
    REQUIRE(parsed);
    CHECK(parsed->text() == row.reference);
  }
}

TEST_CASE("what a runtime would not fetch from the named registry is no reference") {
  for (const auto& text :
       {std::string("Nginx"), std::string("ACME/llm"), std::string("acme/LLM"),
        std::string(" nginx"), std::string("nginx "), std::string("nginx:"),
        std::string("ghcr.io/"), std::string("user:secret@ghcr.io/acme/llm"),
        std::string("oci://ghcr.io/acme/llm"), std::string("https://ghcr.io/acme/llm"),
        std::string("nginx\n"), std::string("-"), std::string("/"), std::string("\xff"),
        // A local layout on the command line, here a host and its port.
        std::string("oci:5000/llm"), std::string("oci:dir:1"),
        // Images of the node, by their ids.
        kHex, "sha256:" + kHex, std::string("sha256:abcd")}) {
    CAPTURE(text);
    CHECK(reference(Kind::container, text).empty());
    CHECK(reference(Kind::image_volume, text).empty());
  }
}

TEST_CASE("the CSI driver's references have a host: short names would go elsewhere") {
  CHECK(reference(Kind::csi, "ghcr.io/acme/llm:1.0") == "ghcr.io/acme/llm:1.0");
  CHECK(reference(Kind::csi, "localhost/llm:1") == "localhost/llm:1");
  CHECK(reference(Kind::csi, "acme/llm:1.0").empty());
  CHECK(reference(Kind::csi, "llm:1.0").empty());
  CHECK(reference(Kind::csi, "oci://ghcr.io/acme/llm").empty());
}

TEST_CASE("each of KServe's schemes of registries is taken off") {
  for (const std::string scheme :
       {"oci://", "oci+native://", "oci+fetch://", "oci+modelcar://", "oci+later://", "OCI://"}) {
    CAPTURE(scheme);
    const auto read = read_reference(Kind::storage_uri, scheme + "ghcr.io/acme/llm:1");
    REQUIRE(read);
    CHECK(read->scheme == scheme);
    CHECK(read->reference->text() == "ghcr.io/acme/llm:1");
  }
  CHECK(reference(Kind::storage_uri, "oci://llm") == "docker.io/library/llm:latest");
  CHECK(reference(Kind::storage_uri, "oci://").empty());
  CHECK(reference(Kind::storage_uri, "oci://oci://ghcr.io/acme/llm").empty());
  CHECK(reference(Kind::storage_uri, "oci://ghcr.io/acme/LLM").empty());
}

TEST_CASE("schemes of no registry, and none where KServe wants one, are not looked at") {
  for (const std::string text : {"s3://bucket/llm", "hf://acme/llm", "pvc://claim/llm", "gs://a/b",
                                 "https://example.com/llm", "ocis://a/b", "ghcr.io/acme/llm",
                                 "oci:ghcr.io/acme/llm", "/mnt/llm", "oci/x"}) {
    CAPTURE(text);
    CHECK_FALSE(read_reference(Kind::storage_uri, text));
  }
}

TEST_CASE("a user's row and an agent's take references with and without a scheme") {
  for (const auto kind : {Kind::custom, Kind::agent}) {
    CHECK(reference(kind, "ghcr.io/acme/llm:1") == "ghcr.io/acme/llm:1");
    CHECK(reference(kind, "oci://ghcr.io/acme/llm:1") == "ghcr.io/acme/llm:1");
    CHECK(reference(kind, "acme/llm:1") == "docker.io/acme/llm:1");
    CHECK_FALSE(read_reference(kind, "s3://bucket/llm"));
    CHECK(reference(kind, "not a reference").empty());
    CHECK(reference(kind, "a b://ghcr.io/acme/llm").empty());
  }
}

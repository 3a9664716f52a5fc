// Tests of package URLs against purl-spec's examples.
#include "aibom/purl.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk;
using namespace mpk::aibom;

namespace {
const std::string kHex = "244fd47e07d1004f0aed9c156aa09083c82bf8944eceb67c946ff7430510a77b";
Digest digest() { return Digest::parse("sha256:" + kHex).take(); }
constexpr const char* kCommit = "043235d6088ecd3dd5fb5ca3592b6913fd516027";
}  // namespace

TEST_CASE("an oci purl names the last part in lower case and the whole repository") {
  CHECK(oci_purl("ghcr.io/acme/LLM", digest(), "") ==
        "pkg:oci/llm@sha256%3A" + kHex + "?repository_url=ghcr.io/acme/LLM");
  CHECK(oci_purl("127.0.0.1:5000/tiny", digest(), "1.0") ==
        "pkg:oci/tiny@sha256%3A" + kHex + "?repository_url=127.0.0.1:5000/tiny&tag=1.0");
  CHECK(oci_purl("[::1]:5000/a", digest(), "") ==
        "pkg:oci/a@sha256%3A" + kHex + "?repository_url=%5B::1%5D:5000/a");
}

TEST_CASE("the purl of a reference has its tag and needs its digest") {
  CHECK(artifact_purl("ghcr.io/acme/llm:1.0@sha256:" + kHex) ==
        oci_purl("ghcr.io/acme/llm", digest(), "1.0"));
  CHECK(artifact_purl("127.0.0.1:5000/tiny@sha256:" + kHex) ==
        oci_purl("127.0.0.1:5000/tiny", digest(), ""));
  for (const char* reference :
       {"", "ghcr.io/acme/llm:1.0", "ghcr.io/acme/llm@sha256:00", "llm@x"}) {
    CAPTURE(reference);
    CHECK(artifact_purl(reference).empty());
  }
}

TEST_CASE("a hub purl has a version only for a full commit") {
  CHECK(huggingface_purl("microsoft/deberta-v3-base", "559062AD13D311B87B2C455E67DCD5F1C8F65111") ==
        "pkg:huggingface/microsoft/deberta-v3-base@559062ad13d311b87b2c455e67dcd5f1c8f65111");
  for (const char* revision :
       {"main", "043235d6", "", "043235d6088ecd3dd5fb5ca3592b6913fd51602g"}) {
    CAPTURE(revision);
    CHECK(huggingface_purl("meta-llama/Llama-3.1-8B", revision) ==
          "pkg:huggingface/meta-llama/Llama-3.1-8B");
  }
}

TEST_CASE("what is no name on the hub gets no hub purl") {
  for (const char* name : {"gpt2", "/mnt/models/llama", "./llama", "../llama", "a/b/c", "a/", "/b",
                           "a b/c", "a/b?x=1", "https://example.com", "a/..", ""}) {
    CAPTURE(name);
    CHECK_FALSE(huggingface_purl(name, kCommit));
  }
}

TEST_CASE("the digest of an oci purl is read back, encoded or not") {
  CHECK(digest_of_purl(oci_purl("ghcr.io/acme/llm", digest(), "1.0")) == digest());
  CHECK(digest_of_purl("pkg:oci/llm@sha256:" + kHex) == digest());
  for (const char* other : {"pkg:oci/llm", "pkg:oci/llm@latest", "pkg:oci/llm@sha256%3Aabc",
                            "pkg:oci/llm@sha256%ZZ", "pkg:huggingface/a/b@sha256%3A", ""}) {
    CAPTURE(other);
    CHECK_FALSE(digest_of_purl(other));
  }
}

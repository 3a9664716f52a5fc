// Base models by name, and where their artifacts are.
#include "aibom/named_bases.hpp"

#include "aibom/purl.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::aibom;

namespace {
const std::string kDigest = "sha256:" + std::string(64, 'a');
}

TEST_CASE("a purl with digest and repository is a reference, one without either is none") {
  const auto digest = Digest::parse(kDigest).take();
  for (const char* repository : {"ghcr.io/acme/llm", "127.0.0.1:5000/tiny", "[::1]:5000/a"}) {
    for (const char* tag : {"", "1.0"}) {
      CHECK(reference_of_purl(oci_purl(repository, digest, tag)) ==
            std::string(repository) + "@" + kDigest);
    }
  }
  for (const auto& other :
       {"pkg:oci/llm@" + kDigest, std::string("pkg:oci/llm?repository_url=ghcr.io/a/llm"),
        "pkg:oci/llm@" + kDigest + "?tag=1", "pkg:oci/llm@" + kDigest + "?repository_url=",
        "pkg:oci/llm@" + kDigest + "?repository_url=%zz",
        "pkg:oci/llm@" + kDigest + "#repository_url=x",
        std::string("pkg:huggingface/a/b@") + std::string(40, '1'), std::string()}) {
    CAPTURE(other);
    CHECK_FALSE(reference_of_purl(other));
  }
}

TEST_CASE("ancestors are named in order, whatever else the document has") {
  const Json bom = {
      {"metadata",
       {{"component",
         {{"type", "machine-learning-model"},
          {"name", "m"},
          {"pedigree",
           {{"ancestors",
             {{{"name", "base"},
               {"purl", "pkg:oci/base@" + kDigest + "?repository_url=ghcr.io/acme/base"}},
              {{"name", "hub"}, {"purl", "pkg:huggingface/a/b"}},
              {{"name", "bare"}}}}}}}}}}};
  const auto bases = named_bases(bom);
  REQUIRE(bases.size() == 3);
  CHECK(bases[0].reference == "ghcr.io/acme/base@" + kDigest);
  CHECK(bases[1].name == "hub");
  CHECK_FALSE(bases[1].reference);
  CHECK_FALSE(bases[2].reference);
  for (const Json& other : {Json(), Json(1), Json::array(), Json{{"metadata", "x"}}})
    CHECK(named_bases(other).empty());
}

// Bundle files: one bundle, JSON Lines, arrays, npm's and GitHub's lists.
#include "sigstore/bundle_file.hpp"

#include "sigstore/test_bundles.hpp"

namespace mpk::sigstore {
namespace {

using namespace testing;
using Texts = std::vector<std::string>;

TEST_CASE("each form gives its bundles in order, and one bundle stays as it is") {
  const std::string a = R"({"mediaType":"a"})", b = R"({"mediaType":"b"})";
  CHECK(must(split_bundles("{\n \"mediaType\": \"a\"\n}\n")) ==
        Texts{"{\n \"mediaType\": \"a\"\n}\n"});
  CHECK(must(split_bundles(a + "\n\n" + b + "\n")) == Texts{a, b});
  CHECK(must(split_bundles("[" + a + "," + b + "]")) == Texts{a, b});
  CHECK(must(split_bundles(R"({"attestations":[{"predicateType":"t","bundle":)" + a +
                           R"(},{"bundle":)" + b + "}]}")) == Texts{a, b});
  CHECK(must(split_bundles(R"({"repository_id":1,"bundle":)" + a + "}")) == Texts{a});
}

TEST_CASE("an empty list and a broken line are refused, other text is the verifier's to judge") {
  CHECK(kind_of(split_bundles("[]")) == "malformed");
  const auto broken = split_bundles("{\"mediaType\":\"a\"}\n{\n");
  REQUIRE(!broken);
  CHECK(broken.error().text().find("line 2") != std::string::npos);
  CHECK(must(split_bundles("no JSON")) == Texts{"no JSON"});
}

}  // namespace
}  // namespace mpk::sigstore

// Tests of referrers_tag: the schema of distribution-spec, and its neighbours.
#include "oci/referrers_tag.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::oci;

TEST_CASE("item 24: a referrers tag is the digest with a dash, cut to 64 digits") {
  const std::string hex(64, 'a');
  CHECK(referrers_tag(Digest::parse("sha256:" + hex).take()) == "sha256-" + hex);
  const std::string longer = hex + std::string(64, 'b');
  CHECK(referrers_tag(Digest::parse("sha512:" + longer).take()) == "sha512-" + hex);
}

TEST_CASE("item 25: cosign's tags and look-alikes are no referrers tags") {
  const std::string hex(64, 'a');
  CHECK(is_referrers_tag("sha256-" + hex));
  CHECK(is_referrers_tag("sha512-" + hex));
  for (const std::string& tag :
       {"sha256-" + hex + ".sig", "sha256-" + hex + "a", "sha256-" + hex.substr(1), "sha256:" + hex,
        "sha256-" + std::string(64, 'A'), "sha1-" + hex, "-" + hex, hex, std::string()}) {
    CAPTURE(tag);
    CHECK_FALSE(is_referrers_tag(tag));
  }
}

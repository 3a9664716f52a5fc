// Tests of media_types: the twenty types of the specification, and what only looks like one.
#include "modelpack/media_types.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <set>
#include <string>

using namespace mpk;
using namespace mpk::modelpack;

TEST_CASE("every kind in every encoding has a type of its own, which is read back") {
  std::set<std::string> seen;
  for (const auto kind : {model::Kind::weight, model::Kind::config, model::Kind::doc,
                          model::Kind::code, model::Kind::dataset}) {
    for (const auto encoding :
         {Encoding::raw, Encoding::tar, Encoding::tar_gzip, Encoding::tar_zstd}) {
      const auto text = media_type({kind, encoding});
      CAPTURE(text);
      CHECK(seen.insert(text).second);
      auto legacy = text;
      legacy.replace(legacy.find("cncf"), 4, "cnai");
      for (const auto& each : {text, legacy}) {
        const auto read = parse_media_type(each);
        REQUIRE(read.has_value());
        CHECK(read->kind == kind);
        CHECK(read->encoding == encoding);
        CHECK(is_archive(read->encoding) == (text.find(".tar") != std::string::npos));
      }
    }
  }
  CHECK(seen.size() == 20);
}

TEST_CASE("the types are spelled as in docs/spec.md") {
  CHECK(media_type({model::Kind::weight, Encoding::raw}) ==
        "application/vnd.cncf.model.weight.v1.raw");
  CHECK(media_type({model::Kind::config, Encoding::tar_zstd}) ==
        "application/vnd.cncf.model.weight.config.v1.tar+zstd");
  CHECK(media_type({model::Kind::dataset, Encoding::tar_gzip}) ==
        "application/vnd.cncf.model.dataset.v1.tar+gzip");
}

TEST_CASE("another type is none of ModelPack's") {
  for (const char* text :
       {"", "application/vnd.cncf.model.weight.v1.raw+gzip", "application/vnd.cncf.model.weight.v1",
        "application/vnd.cncf.model.weight.v2.raw", "application/vnd.cncf.model.weight.v1.raw ",
        "APPLICATION/vnd.cncf.model.weight.v1.raw", "application/vnd.cncf.model.config.v1+json",
        "application/vnd.cncf.model.manifest.v1+json", "application/vnd.cncf.model.weights.v1.raw",
        "application/vnd.oci.image.layer.v1.tar", "application/vnd.cncf.model.weight.v1.gguf"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_media_type(text).has_value());
  }
}

// What is attached is found by its subject, with its type and annotations.
#include "oci/referrer.hpp"

#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/memory_store.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace mpk::oci;

TEST_CASE("a referrer is an artifact of one layer about its subject") {
  MemoryStore store;
  auto subject = push_text(store, kManifestType, "subject").take();
  subject.annotations = {{"of", "the subject"}};
  const auto layer = push_text(store, "application/vnd.example", "document").take();
  const auto referrer = push_referrer(store, subject, layer, {{"who", "me"}}).take();
  const auto listed = store.referrers(subject.digest, "application/vnd.example").take();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].digest == referrer.digest);
  CHECK(referrer.artifact_type == "application/vnd.example");
  CHECK(referrer.annotations == Annotations{{"who", "me"}});
  const auto manifest = parse_manifest(store.fetch_manifest(referrer).take()).take();
  CHECK(manifest.config.media_type == kEmptyType);
  REQUIRE(manifest.layers.size() == 1);
  CHECK(manifest.layers[0].digest == layer.digest);
  REQUIRE(manifest.subject);
  CHECK(manifest.subject->digest == subject.digest);
  CHECK(manifest.subject->annotations.empty());
  CHECK(store.referrers(layer.digest, {}).take().empty());
}

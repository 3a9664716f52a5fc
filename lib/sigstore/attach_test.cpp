// Bundles beside an artifact: what others attach must not hide the one that is sought.
#include "sigstore/attach.hpp"

#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/memory_store.hpp"
#include "sigstore/test_bundles.hpp"

#include <string>

namespace mpk::sigstore {
namespace {

using namespace testing;

TEST_CASE("a referrer that names a bundle's blob with a wrong size does not hide the bundle") {
  oci::MemoryStore store;
  const auto subject = must(oci::push_text(store, oci::kManifestType, "subject"));
  const std::string bundle = R"({"some": "bundle"})";
  const auto good = must(attach_bundle(store, subject, bundle, "https://example.com/type",
                                       Timestamp::from_seconds(1)));
  auto manifest = must(oci::parse_manifest(must(store.fetch_manifest(good))));
  manifest.layers.front().data.reset();
  ++manifest.layers.front().size;
  manifest.annotations.clear();
  // Whichever order the store lists them in, one of them comes first.
  constexpr int kPlanted = 32;
  for (int i = 0; i < kPlanted; ++i) {
    manifest.annotations["i"] = std::to_string(i);
    const auto bytes = oci::serialize(manifest);
    REQUIRE(store.push_manifest(oci::Descriptor::of(oci::kManifestType, bytes), bytes, {}));
  }
  int found = 0;
  int broken = 0;
  REQUIRE(each_bundle(store, subject.digest, [&](const FoundBundle& one) {
    ++(one.problem.empty() ? found : broken);
    if (one.problem.empty()) CHECK(one.text == bundle);
    return true;
  }));
  CHECK(found == 1);
  CHECK(broken > 0);  // those after it are left out: the blob is known
}

}  // namespace
}  // namespace mpk::sigstore

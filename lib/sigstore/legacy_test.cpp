// Signatures and attestations under cosign's tags: what is read as one, and what is refused.
#include "sigstore/legacy.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/memory_store.hpp"
#include "sigstore/test_bundles.hpp"

#include <functional>
#include <string>
#include <vector>

namespace mpk::sigstore {
namespace {

using namespace testing;

const Digest kImage = crypto::sha256("image");

Json payload() {
  Json out;
  out["critical"]["identity"]["docker-reference"] = "";
  out["critical"]["image"]["docker-manifest-digest"] = kImage.text();
  out["critical"]["type"] = "cosign container image signature";
  out["optional"] = nullptr;
  return out;
}

/// What a verifier finds under the tag of kImage.
FoundLegacy read(const Json& signed_payload) {
  oci::MemoryStore store;
  auto layer = must(oci::push_text(store, "application/vnd.dev.cosign.simplesigning.v1+json",
                                   json::compact(signed_payload)));
  layer.annotations["dev.cosignproject.cosign/signature"] = base64_encode(as_bytes("signature"));
  const auto config = must(oci::push_text(store, oci::kEmptyType, std::string(oci::kEmptyBlob)));
  const auto bytes = oci::serialize(
      {.media_type = std::string(oci::kManifestType), .config = config, .layers = {layer}});
  REQUIRE(store.push_manifest(oci::Descriptor::of(oci::kManifestType, bytes), bytes,
                              "sha256-" + kImage.hex() + ".sig"));
  std::vector<FoundLegacy> found;
  REQUIRE(each_legacy(store, kImage, [&](const FoundLegacy& one) { found.push_back(one); }));
  REQUIRE(found.size() == 1);
  return found.front();
}

TEST_CASE("a tag's payload names its artifact and says that it is a signature of cosign's") {
  const auto good = read(payload());
  CHECK(good.problem == "");
  CHECK(good.about == kImage);
  struct Row {
    const char* name;
    std::function<void(Json&)> edit;
  };
  for (const auto& row :
       {Row{"no type", [](Json& out) { out["critical"].erase("type"); }},
        Row{"type of another signer",
            [](Json& out) { out["critical"]["type"] = "atomic container signature"; }},
        Row{"no digest", [](Json& out) { out["critical"].erase("image"); }}}) {
    CAPTURE(std::string(row.name));
    auto edited = payload();
    row.edit(edited);
    CHECK(read(edited).problem != "");
  }
}

}  // namespace
}  // namespace mpk::sigstore

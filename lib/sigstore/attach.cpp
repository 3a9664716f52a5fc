// attach: bundles as OCI referrers, and back.
#include "sigstore/attach.hpp"

#include "base/encoding.hpp"
#include "base/identifiers.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "sigstore/bundle.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>

namespace mpk::sigstore {
namespace {

constexpr std::string_view kAnnotationContent = "dev.sigstore.bundle.content";
constexpr std::string_view kAnnotationPredicate = "dev.sigstore.bundle.predicateType";
// The annotation comes back in every referrers answer: a large aiBOM there would cost each reader
// more than the round trip that it saves.
constexpr std::size_t kInlineCap = 16U << 10;

bool is_bundle_type(std::string_view media_type) {
  return media_type.starts_with("application/vnd.dev.sigstore.bundle");
}

// Anyone with push rights can write a referrer: only those that say they are something else are
// left out unseen.
bool may_hold_bundle(const oci::Descriptor& referrer) {
  return referrer.artifact_type.empty() || is_bundle_type(referrer.artifact_type) ||
         referrer.artifact_type == oci::kEmptyType ||
         referrer.annotations.contains(std::string(kAnnotationPredicate)) ||
         referrer.artifact_type == "application/vnd.oci.image.config.v1+json";
}

// The layer that is the bundle; nullopt when the referrer holds none.
Result<std::optional<oci::Descriptor>> bundle_layer(oci::Store& store,
                                                    const oci::Descriptor& referrer) {
  auto bytes = TRY(store.fetch_manifest(referrer));
  if (oci::is_index(bytes, referrer.media_type)) return std::optional<oci::Descriptor>();
  auto manifest = TRY(oci::parse_manifest(bytes));
  if (manifest.layers.size() != 1 || !is_bundle_type(manifest.layers[0].media_type))
    return std::optional<oci::Descriptor>();
  if (store.local()) manifest.layers[0].data.reset();
  return std::optional(std::move(manifest.layers[0]));
}

// The annotation is a copy for speed. It needs no digest of its own: what counts is the signature
// inside, and a copy that does not parse falls back to the layer.
std::optional<std::string> inline_bundle(const oci::Descriptor& referrer) {
  auto found = referrer.annotations.find(std::string(identifiers::kAnnotationBundle));
  if (found == referrer.annotations.end()) return std::nullopt;
  auto decoded = base64_decode(found->second);
  if (!decoded || !parse_bundle(as_text(*decoded))) return std::nullopt;
  return std::string(as_text(*decoded));
}

// What an annotation says is a hint: it may change the order, and hides nothing.
int rank(const oci::Descriptor& referrer, std::string_view first) {
  const auto hint = referrer.annotations.find(std::string(kAnnotationPredicate));
  if (hint == referrer.annotations.end()) return 2;
  if (hint->second != first) return 3;
  return referrer.annotations.contains(std::string(identifiers::kAnnotationBundle)) ? 0 : 1;
}

bool is_about_the_bytes(ErrorKind kind) {
  return kind == ErrorKind::malformed || kind == ErrorKind::mismatch ||
         kind == ErrorKind::too_large || kind == ErrorKind::unsupported ||
         kind == ErrorKind::not_found;
}

}  // namespace

Result<oci::Descriptor> attach_bundle(oci::Store& store, const oci::Descriptor& subject,
                                      const std::string& bundle, const std::string& predicate_type,
                                      Timestamp created) {
  auto layer = TRY(oci::push_text(store, kBundleType, bundle));
  auto config = TRY(oci::push_text(store, oci::kEmptyType, std::string(oci::kEmptyBlob)));
  oci::Manifest manifest{.media_type = std::string(oci::kManifestType),
                         .artifact_type = std::string(kBundleType),
                         .config = config,
                         .layers = {layer}};
  manifest.subject = oci::Descriptor{
      .media_type = subject.media_type, .digest = subject.digest, .size = subject.size};
  manifest.annotations = {
      {std::string(kAnnotationContent), "dsse-envelope"},
      {std::string(kAnnotationPredicate), predicate_type},
      {std::string(oci::kAnnotationCreated), Timestamp::from_seconds(created.seconds()).text()}};
  if (bundle.size() <= kInlineCap) {
    manifest.layers[0].data = to_bytes(bundle);
    manifest.annotations[std::string(identifiers::kAnnotationBundle)] =
        base64_encode(as_bytes(bundle));
  }
  auto bytes = oci::serialize(manifest);
  auto descriptor = oci::Descriptor::of(oci::kManifestType, bytes);
  descriptor.artifact_type = manifest.artifact_type;
  descriptor.annotations = manifest.annotations;
  TRY(store.push_manifest(descriptor, bytes, std::nullopt).with("attaching " + predicate_type));
  return descriptor;
}

Result<void> each_bundle(oci::Store& store, const Digest& subject,
                         const std::function<bool(FoundBundle)>& visit, std::string_view first) {
  // Anyone with push rights can attach the same large blob a thousand times.
  std::set<Digest> seen;
  std::uint64_t read = 0;
  auto text_of = [&](const oci::Descriptor& referrer) -> Result<std::optional<std::string>> {
    auto copy = store.local() ? std::nullopt : inline_bundle(referrer);
    if (copy) {
      if (!seen.insert(crypto::sha256(*copy)).second) return std::optional<std::string>();
      return copy;
    }
    const auto layer = TRY(bundle_layer(store, referrer));
    if (!layer || seen.contains(layer->digest)) return std::optional<std::string>();
    if (layer->size > limits::kEvidence - std::min<std::uint64_t>(read, limits::kEvidence)) {
      return Error(ErrorKind::too_large,
                   "the bundles of this artifact take more than " + human_size(limits::kEvidence));
    }
    read += layer->size;
    auto text = TRY(oci::fetch_text(store, *layer, limits::kBundle));
    // Only now: a referrer that names this blob wrongly must not hide one that names it well.
    seen.insert(layer->digest);
    return std::optional(std::move(text));
  };
  // Returns whether to go on.
  auto show = [&](const oci::Descriptor& referrer) -> Result<bool> {
    auto text = text_of(referrer);
    if (!text && !is_about_the_bytes(text.error().kind()))
      return std::move(text).error().with("referrer " + referrer.digest.brief());
    if (!text) return visit({.referrer = referrer, .problem = text.error().text()});
    return !*text || visit({.referrer = referrer, .text = **std::move(text)});
  };
  auto in_order = [&](std::vector<oci::Descriptor>& referrers) {
    std::ranges::stable_sort(
        referrers, {}, [&](const oci::Descriptor& referrer) { return rank(referrer, first); });
  };
  std::set<Digest> shown;
  if (!first.empty() && !store.local()) {
    // One question is enough where what is looked for lies in the answer, three where only its
    // place does. What says that it is something else waits for the whole list.
    auto at_hand = TRY(store.referrers_at_hand(subject, may_hold_bundle));
    std::erase_if(at_hand, [&](const oci::Descriptor& each) { return rank(each, first) > 2; });
    in_order(at_hand);
    for (const auto& referrer : at_hand) {
      shown.insert(referrer.digest);
      if (!TRY(show(referrer))) return {};
    }
  }
  // Whoever may push could attach a thousand of something else: those do not count.
  auto referrers = TRY(store.referrers_where(subject, may_hold_bundle));
  if (!first.empty()) in_order(referrers);
  for (const auto& referrer : referrers) {
    if (!shown.contains(referrer.digest) && !TRY(show(referrer))) return {};
  }
  return {};
}

}  // namespace mpk::sigstore

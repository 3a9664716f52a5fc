// attach: bundles as OCI referrers, and back.
#include "sigstore/attach.hpp"

#include "base/encoding.hpp"
#include "base/identifiers.hpp"
#include "base/limits.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/referrer.hpp"
#include "sigstore/bundle.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace mpk::sigstore {
namespace {

constexpr std::string_view kAnnotationContent = "dev.sigstore.bundle.content";
constexpr std::string_view kAnnotationPredicate = "dev.sigstore.bundle.predicateType";
// The annotation comes back in every referrers answer: a large aiBOM there would cost each reader
// more than the round trip that it saves.
constexpr std::size_t kInlineCap = 16U << 10;
constexpr std::size_t kTogether = 8;        // referrers that are asked for ahead
constexpr std::size_t kWorkers = 4;         // each may need a connection of its own
constexpr std::uint64_t kSmall = 1U << 20;  // a bundle that may wait for its turn in memory

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

// Reads bundles in the order of their referrers; the small ones of the next few are asked for at
// the same time.
class Reader {
 public:
  explicit Reader(oci::Store& store) : store_(store) {}

  void ask_ahead(std::span<const oci::Descriptor> referrers) {
    ahead_.clear();
    std::vector<std::pair<const Digest, Ahead>*> asked;
    for (const auto& referrer : referrers) {
      if (referrer.annotations.contains(std::string(identifiers::kAnnotationBundle))) continue;
      const auto [at, added] = ahead_.try_emplace(referrer.digest);
      if (!added) continue;
      at->second.referrer = &referrer;
      asked.push_back(&*at);
    }
    if (asked.size() < 2) return ahead_.clear();
    at_once(asked.size(), [&](std::size_t i) {
      auto& one = asked[i]->second;
      one.layer = bundle_layer(store_, *one.referrer);
    });
    std::map<Digest, Ahead*> layers;
    auto left = limits::kEvidence - std::min<std::uint64_t>(read_, limits::kEvidence);
    for (auto* each : asked) {
      auto& one = each->second;
      if (!*one.layer || !**one.layer) continue;
      const auto& layer = ***one.layer;
      if (seen_.contains(layer.digest) || layer.size > std::min<std::uint64_t>(kSmall, left))
        continue;
      if (layers.try_emplace(layer.digest, &one).second) left -= layer.size;
    }
    std::vector<Ahead*> wanted;
    for (const auto& [digest, one] : layers) wanted.push_back(one);
    at_once(wanted.size(), [&](std::size_t i) {
      wanted[i]->text = oci::fetch_text(store_, ***wanted[i]->layer, limits::kBundle);
    });
  }

  // Returns whether to go on.
  Result<bool> show(const oci::Descriptor& referrer,
                    const std::function<bool(FoundBundle)>& visit) {
    auto text = text_of(referrer);
    if (!text && !is_about_the_bytes(text.error().kind()))
      return std::move(text).error().with("referrer " + referrer.digest.brief());
    if (!text) return visit({.referrer = referrer, .text = {}, .problem = text.error().text()});
    return !*text || visit({.referrer = referrer, .text = **std::move(text), .problem = {}});
  }

 private:
  // What came, or why it did not, is looked at when its turn comes.
  struct Ahead {
    const oci::Descriptor* referrer = nullptr;
    std::optional<Result<std::optional<oci::Descriptor>>> layer = {};
    std::optional<Result<std::string>> text = {};
  };

  static void at_once(std::size_t count, const std::function<void(std::size_t)>& work) {
    [[maybe_unused]] const auto never_fails =
        parallel_for(count, kWorkers, CancelToken(), [&](std::size_t i) -> Result<void> {
          work(i);
          return {};
        });
  }

  // nullopt: it holds none, or one that was shown.
  Result<std::optional<std::string>> text_of(const oci::Descriptor& referrer) {
    auto copy = store_.local() ? std::nullopt : inline_bundle(referrer);
    if (copy) {
      if (!seen_.insert(crypto::sha256(*copy)).second) return std::optional<std::string>();
      return copy;
    }
    const auto asked = ahead_.find(referrer.digest);
    const bool is_here = asked != ahead_.end() && asked->second.layer;
    const auto layer = TRY(is_here ? *std::exchange(asked->second.layer, std::nullopt)
                                   : bundle_layer(store_, referrer));
    if (!layer || seen_.contains(layer->digest)) return std::optional<std::string>();
    if (layer->size > limits::kEvidence - std::min<std::uint64_t>(read_, limits::kEvidence)) {
      return Error(ErrorKind::too_large,
                   "the bundles of this artifact take more than " + human_size(limits::kEvidence));
    }
    read_ += layer->size;
    auto text =
        TRY(is_here && asked->second.text ? *std::exchange(asked->second.text, std::nullopt)
                                          : oci::fetch_text(store_, *layer, limits::kBundle));
    // Only now: a referrer that names this blob wrongly must not hide one that names it well.
    seen_.insert(layer->digest);
    return std::optional(std::move(text));
  }

  oci::Store& store_;
  // Anyone with push rights can attach the same large blob a thousand times.
  std::set<Digest> seen_;
  std::uint64_t read_ = 0;
  std::map<Digest, Ahead> ahead_;
};

}  // namespace

Result<oci::Descriptor> attach_bundle(oci::Store& store, const oci::Descriptor& subject,
                                      const std::string& bundle, const std::string& predicate_type,
                                      Timestamp created) {
  auto layer = TRY(oci::push_text(store, kBundleType, bundle));
  oci::Annotations annotations = {
      {std::string(kAnnotationContent), "dsse-envelope"},
      {std::string(kAnnotationPredicate), predicate_type},
      {std::string(oci::kAnnotationCreated), Timestamp::from_seconds(created.seconds()).text()}};
  if (bundle.size() <= kInlineCap) {
    layer.data = to_bytes(bundle);
    annotations[std::string(identifiers::kAnnotationBundle)] = base64_encode(as_bytes(bundle));
  }
  return oci::push_referrer(store, subject, layer, std::move(annotations))
      .with("attaching " + predicate_type);
}

Result<void> each_bundle(oci::Store& store, const Digest& subject,
                         const std::function<bool(FoundBundle)>& visit, std::string_view first) {
  Reader reader(store);
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
      if (!TRY(reader.show(referrer, visit))) return {};
    }
  }
  // Whoever may push could attach a thousand of something else: those do not count.
  auto referrers = TRY(store.referrers_where(subject, may_hold_bundle));
  if (!first.empty()) in_order(referrers);
  std::erase_if(referrers, [&](const auto& each) { return shown.contains(each.digest); });
  // Whoever looks for one may have it with the next question: nothing is asked ahead.
  const bool ahead = first.empty() && !store.local();
  for (std::size_t i = 0; i < referrers.size(); ++i) {
    if (ahead && i % kTogether == 0)
      reader.ask_ahead(std::span(referrers).subspan(i, std::min(kTogether, referrers.size() - i)));
    if (!TRY(reader.show(referrers[i], visit))) return {};
  }
  return {};
}

}  // namespace mpk::sigstore

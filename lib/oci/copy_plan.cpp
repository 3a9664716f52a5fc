// CopyPlan: a walk over manifests, their children and their referrers.
#include "oci/copy_plan.hpp"

#include "oci/manifest.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

namespace mpk::oci {
namespace {

// A signature on an attestation on an artifact in an index is four deep.
constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxManifests = 4096;

class Planner {
 public:
  Planner(Store& from, bool referrers, const CancelToken& cancel)
      : from_(from), with_referrers_(referrers), cancel_(cancel) {}

  Result<void> plan(const Descriptor& root) {
    TRY(visit_tree(root, {}));
    plan_.root = plan_.manifests.size() - 1;
    if (!with_referrers_) return {};
    // Grows while it is walked: referrers have referrers.
    for (std::size_t at = 0; at < plan_.manifests.size(); ++at) {
      const Descriptor subject = plan_.manifests[at].descriptor;
      TRY(visit_referrers(subject).with(fmt::format("referrers of {}", subject.digest.brief())));
    }
    return {};
  }

  CopyPlan take() && { return std::move(plan_); }

 private:
  // Where a manifest hangs: how deep, and from which subject if it is a referrer.
  struct Place {
    std::size_t depth = 0;
    const Digest* subject = nullptr;
  };

  Result<void> visit_tree(const Descriptor& descriptor, const Place& place) {
    TRY(cancel_.check());
    if (open_.contains(descriptor.digest)) {
      return Error(ErrorKind::malformed,
                   fmt::format("{} contains itself", descriptor.digest.text()));
    }
    if (depth_.contains(descriptor.digest)) return {};
    if (place.depth > kMaxDepth) {
      return Error(ErrorKind::too_large, fmt::format("{}: nested more than {} deep",
                                                     descriptor.digest.text(), kMaxDepth));
    }
    if (plan_.manifests.size() + open_.size() >= kMaxManifests) {
      return Error(ErrorKind::too_large, fmt::format("more than {} manifests", kMaxManifests));
    }
    std::string bytes = TRY(from_.fetch_manifest(descriptor)
                                .with(fmt::format("manifest {}", descriptor.digest.brief())));
    if (place.subject != nullptr) TRY(check_subject(descriptor, bytes, *place.subject));
    open_.insert(descriptor.digest);
    TRY(visit_content(descriptor, bytes, place.depth));
    open_.erase(descriptor.digest);
    depth_.emplace(descriptor.digest, place.depth);
    plan_.manifests.push_back({descriptor, std::move(bytes)});
    return {};
  }

  Result<void> visit_content(const Descriptor& descriptor, const std::string& bytes,
                             std::size_t depth) {
    if (is_index(bytes, descriptor.media_type)) {
      const Index index = TRY(parse_index(bytes));
      for (const auto& child : index.manifests) {
        TRY(visit_tree(child, {.depth = depth + 1, .subject = nullptr}));
      }
      return {};
    }
    const Manifest manifest = TRY(parse_manifest(bytes, descriptor.media_type));
    add_blob(manifest.config);
    for (const auto& layer : manifest.layers) add_blob(layer);
    return {};
  }

  // Planted by whoever may write to the fallback tag, or a fault of the registry: a copy of the
  // artifact would not have it as a referrer.
  static Result<void> check_subject(const Descriptor& descriptor, const std::string& bytes,
                                    const Digest& subject) {
    const auto referrer = TRY(as_referrer(descriptor, bytes));
    if (referrer && referrer->subject.digest == subject) return {};
    return Error(
        ErrorKind::mismatch,
        fmt::format("{} is listed as a referrer, but its subject is {}", descriptor.digest.text(),
                    referrer ? referrer->subject.digest.text() : std::string("none")));
  }

  // A circle needs one manifest that is listed under another than its subject, for two digests
  // can't be in each other; so the check of the subject ends circles too.
  Result<void> visit_referrers(const Descriptor& subject) {
    for (const auto& referrer : TRY(from_.referrers(subject.digest))) {
      const std::size_t manifests = plan_.manifests.size();
      const std::size_t blobs = plan_.blobs.size();
      auto visited = visit_referrer(referrer, subject.digest);
      if (visited) continue;
      if (!is_fault_of_entry(visited.error().kind())) return visited;
      take_back(manifests, blobs);
      plan_.warnings.push_back(fmt::format("referrers of {}: {}; not copied",
                                           subject.digest.brief(), visited.error().text()));
    }
    return {};
  }

  Result<void> visit_referrer(const Descriptor& referrer, const Digest& subject) {
    if (depth_.contains(referrer.digest)) {
      const auto known = std::ranges::find(plan_.manifests, referrer.digest,
                                           [](const auto& m) { return m.descriptor.digest; });
      return check_subject(known->descriptor, known->bytes, subject);
    }
    TRY(visit_tree(referrer, {.depth = depth_.at(subject) + 1, .subject = &subject}));
    ++plan_.referrers;
    return {};
  }

  static bool is_fault_of_entry(ErrorKind kind) {
    return kind == ErrorKind::not_found || kind == ErrorKind::mismatch ||
           kind == ErrorKind::malformed || kind == ErrorKind::unsupported;
  }

  // What a referrer that turned out faulty has left in the plan.
  void take_back(std::size_t manifests, std::size_t blobs) {
    for (; plan_.manifests.size() > manifests; plan_.manifests.pop_back()) {
      depth_.erase(plan_.manifests.back().descriptor.digest);
    }
    for (; plan_.blobs.size() > blobs; plan_.blobs.pop_back()) {
      blobs_.erase(plan_.blobs.back().digest);
    }
    open_.clear();
  }

  void add_blob(const Descriptor& blob) {
    if (blobs_.insert(blob.digest).second) plan_.blobs.push_back(blob);
  }

  Store& from_;
  const bool with_referrers_;
  const CancelToken& cancel_;
  CopyPlan plan_;
  std::set<Digest> open_;                // being visited
  std::map<Digest, std::size_t> depth_;  // of what is planned
  std::set<Digest> blobs_;
};

}  // namespace

Result<CopyPlan> plan_copy(Store& from, const Descriptor& root, bool referrers,
                           const CancelToken& cancel) {
  Planner planner(from, referrers, cancel);
  TRY(planner.plan(root));
  return std::move(planner).take();
}

}  // namespace mpk::oci

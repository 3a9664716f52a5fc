// Care of an image layout: mark what is reached, sweep the rest; or hash all of it.
#include "oci/layout_care.hpp"

#include "base/limits.hpp"
#include "oci/layout_blobs.hpp"
#include "oci/layout_files.hpp"
#include "oci/layout_index.hpp"
#include "oci/layout_reach.hpp"
#include "oci/manifest.hpp"
#include "oci/referrers_tag.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace mpk::oci {
namespace {

using layout::Blobs;
using layout::Entry;

constexpr std::uint64_t kAnySize = ~std::uint64_t{0};

// Small blobs that say what they are about, by that: also those that `cosign save` does not list.
Result<std::multimap<Digest, Descriptor>> referrers_in(const Blobs& blobs) {
  std::multimap<Digest, Descriptor> found;
  for (auto& blob : TRY(blobs.list(limits::kManifest))) {
    const auto bytes = blobs.text(blob, limits::kManifest);
    if (!bytes) continue;  // damaged, or gone meanwhile; what leads to it says so
    auto type = manifest_type_of(*bytes);
    if (!type) continue;
    blob.media_type = *std::move(type);
    const auto referrer = as_referrer(blob, *bytes);
    if (referrer && *referrer) found.emplace((*referrer)->subject.digest, std::move(blob));
  }
  return found;
}

class Marking {
 public:
  Marking(const Blobs& blobs, const std::vector<Entry>& entries) : blobs_(blobs) {
    for (const auto& entry : entries) {
      if (is_referrers_tag(entry.tag)) lists_.emplace(entry.tag, entry.descriptor);
    }
  }

  // Depth first; a referrer's own referrers too.
  Result<void> mark(const std::vector<Descriptor>& roots, const CancelToken& cancel) {
    auto about = TRY(referrers_in(blobs_));
    auto open = roots;
    while (!open.empty()) {
      TRY(cancel.check());
      const Descriptor at = std::move(open.back());
      open.pop_back();
      if (!reached_.insert(at.digest).second) continue;
      if (layout::may_name_parts(at)) TRY(add_parts(at, open));
      const auto [first, last] = about.equal_range(at.digest);
      for (auto it = first; it != last; ++it) open.push_back(it->second);
      const auto list = lists_.find(referrers_tag(at.digest));
      if (list != lists_.end()) open.push_back(list->second);
    }
    return {};
  }

  const std::set<Digest>& reached() const { return reached_; }

 private:
  Result<void> add_parts(const Descriptor& at, std::vector<Descriptor>& open) {
    auto parts = layout::parts_of(at, blobs_);
    if (!parts) {
      return std::move(parts)
          .error()
          .with("manifest " + at.digest.brief())
          .with_kind(ErrorKind::mismatch)
          .with_hint("mpk check-store shows what is damaged; nothing was removed");
    }
    std::ranges::move(*parts, std::back_inserter(open));
    return {};
  }

  const Blobs& blobs_;
  std::map<std::string, Descriptor> lists_;  // by referrers tag
  std::set<Digest> reached_;
};

std::vector<Descriptor> roots_of(const std::vector<Entry>& entries, bool tagged_only) {
  std::vector<Descriptor> roots;
  for (const auto& entry : entries) {
    if (is_referrers_tag(entry.tag)) continue;  // with its subject
    if (!tagged_only || !entry.tag.empty()) roots.push_back(entry.descriptor);
  }
  return roots;
}

Result<Pruned> sweep(const Blobs& blobs, const layout::References& references,
                     const std::set<Digest>& reached, bool dry_run) {
  Pruned pruned;
  std::set<Digest> rest;
  for (const auto& blob : TRY(blobs.list(kAnySize))) {
    if (reached.contains(blob.digest)) continue;
    rest.insert(blob.digest);
    pruned.bytes += blob.size;
    pruned.blobs.push_back(blob);
  }
  for (const auto& digest : TRY(references.list())) {
    if (!reached.contains(digest) && rest.insert(digest).second) {
      pruned.blobs.push_back({.digest = digest, .size = 0});
    }
  }
  std::ranges::sort(pruned.blobs, {}, &Descriptor::digest);
  if (dry_run) return pruned;
  for (const auto& blob : pruned.blobs) TRY(blobs.erase(blob.digest));
  return pruned;
}

// Everything that is named somewhere, listed or not.
Result<std::vector<Descriptor>> named(const Blobs& blobs, const std::vector<Entry>& entries) {
  std::map<Digest, Descriptor> found;
  std::vector<Descriptor> open;
  for (const auto& entry : entries) open.push_back(entry.descriptor);
  while (!open.empty()) {
    Descriptor at = std::move(open.back());
    open.pop_back();
    const auto [place, fresh] = found.emplace(at.digest, at);
    if (!fresh || !layout::may_name_parts(at)) continue;
    auto parts = layout::parts_of(at, blobs);
    if (parts) std::ranges::move(*parts, std::back_inserter(open));
  }
  std::vector<Descriptor> out;
  for (auto& [digest, descriptor] : found) out.push_back(std::move(descriptor));
  return out;
}

LayoutCheck::Problem problem_of(const Descriptor& blob, const Error& error) {
  std::string code = "unreadable";
  if (error.kind() == ErrorKind::mismatch) code = "damaged";
  if (error.kind() == ErrorKind::not_found) code = "gone";
  return {.digest = blob.digest.text(), .code = std::move(code), .message = error.text()};
}

}  // namespace

Result<Pruned> prune_layout(const std::filesystem::path& directory, const PruneOptions& options) {
  TRY(layout::open_files(directory, false, options.cancel));
  const layout::Files files(directory, options.cancel);
  const Blobs blobs(directory);
  const auto alone = TRY(files.lock_for_pruning());
  std::optional<std::set<Digest>> reached;
  std::size_t dropped = 0;
  Pruned pruned;
  TRY(files.update_index(
      [&](Json& index) -> Result<void> {
        const auto entries = TRY(layout::entries(index));
        Marking marking(blobs, entries);
        TRY(marking.mark(roots_of(entries, options.untagged), options.cancel));
        reached = marking.reached();
        for (const auto& entry : entries) {
          if (reached->contains(entry.descriptor.digest)) continue;
          ++dropped;
          if (!options.dry_run) layout::erase(index, entry.descriptor.digest);
        }
        return {};
      },
      // The index first: it must not name a blob that is gone.
      [&]() -> Result<void> {
        pruned = TRY(sweep(blobs, layout::References(directory), *reached, options.dry_run));
        return {};
      }));
  pruned.entries = dropped;
  return pruned;
}

Result<LayoutCheck> check_layout(const std::filesystem::path& directory,
                                 const CheckOptions& options) {
  TRY(layout::open_files(directory, false, options.cancel));
  const Blobs blobs(directory);
  auto all = TRY(blobs.list(kAnySize));
  const layout::References references(directory);
  for (const auto& digest : TRY(references.list())) {
    const auto file = references.find(digest);
    all.push_back({.digest = digest, .size = file && *file ? (*file)->stamp.size : 0});
  }
  LayoutCheck check;
  std::mutex mutex;
  std::set<Digest> there;
  for (const auto& blob : all) {
    there.insert(blob.digest);
    check.bytes += blob.size;
  }
  check.blobs = all.size();
  TRY(parallel_for(all.size(), options.workers, options.cancel,
                   [&](std::size_t i, const CancelToken& stop) -> Result<void> {
                     const auto& blob = all[i];
                     std::unique_ptr<ProgressTask> task;
                     if (options.progress != nullptr) {
                       task = options.progress->start(blob.digest.brief(), blob.size);
                     }
                     const auto proven = blobs.stream(blob, [&](BytesView piece) -> Result<void> {
                       TRY(stop.check());
                       if (task) task->advance(piece.size());
                       if (options.stats != nullptr) {
                         options.stats->bytes_read += piece.size();
                         options.stats->bytes_hashed += piece.size();
                       }
                       return {};
                     });
                     TRY(stop.check());
                     if (task) task->done(proven ? "proven" : "damaged");
                     if (proven) return {};
                     const std::scoped_lock lock(mutex);
                     check.problems.push_back(problem_of(blob, proven.error()));
                     return {};
                   }));
  const layout::Files files(directory, options.cancel);
  for (const auto& blob : TRY(named(blobs, TRY(layout::entries(TRY(files.read_index())))))) {
    if (there.contains(blob.digest) || blob.data) continue;
    check.problems.push_back({.digest = blob.digest.text(),
                              .code = "missing",
                              .message = "named by a manifest, and not in the layout"});
  }
  std::ranges::sort(check.problems, {}, &LayoutCheck::Problem::digest);
  return check;
}

}  // namespace mpk::oci

// Referrers of a layout: untagged entries (oras), an index tagged sha256-<hex> (regctl), and the
// annotation that cosign wants on the subject.
#include "oci/layout_referrers.hpp"

#include "base/identifiers.hpp"
#include "base/limits.hpp"
#include "oci/layout_index.hpp"
#include "oci/media_type.hpp"
#include "oci/referrers_tag.hpp"

#include <fmt/core.h>

#include <map>

namespace mpk::oci::layout {
namespace {

// A listed manifest that is gone is damage. As not_found it could be taken for "no referrers".
Error damaged(Error error) {
  return std::move(error).with_kind(ErrorKind::mismatch).with("the layout is damaged");
}

Result<std::string> manifest_text(const Blobs& blobs, const Descriptor& descriptor) {
  auto text = blobs.text(descriptor, limits::kManifest);
  if (!text && text.error().kind() == ErrorKind::not_found) return damaged(text.error());
  return text;
}

bool may_have_subject(const Descriptor& descriptor) {
  return descriptor.media_type == kManifestType || descriptor.media_type == kIndexType;
}

class Collection {
 public:
  Collection(const Blobs& blobs, const Digest& subject, const Wanted& wanted)
      : blobs_(blobs), subject_(subject), wanted_(wanted) {}

  Result<void> consider(const Descriptor& descriptor) {
    if (!may_have_subject(descriptor) || found_.contains(descriptor.digest)) return {};
    const std::string bytes = TRY(manifest_text(blobs_, descriptor));
    auto read = as_referrer(descriptor, bytes);
    // The bytes are what was put there: no manifest, and it does not even name our subject.
    if (!read && bytes.find(subject_.hex()) == std::string::npos) return {};
    auto referrer = TRY(std::move(read).with(descriptor.digest.text()));
    if (!referrer || referrer->subject.digest != subject_) return {};
    if (wanted_ && !wanted_(referrer->entry)) return {};
    if (found_.size() == limits::kReferrers) {
      return Error(ErrorKind::too_large, fmt::format("{} has more than {} referrers",
                                                     subject_.text(), limits::kReferrers));
    }
    found_.emplace(descriptor.digest, std::move(referrer->entry));
    return {};
  }

  // `cosign save` lists the subject alone; cosign itself looks through all blobs for the referrers.
  Result<void> consider_unlisted() {
    for (Descriptor& blob : TRY(blobs_.list(limits::kManifest))) {
      std::string bytes;
      const auto proven = blobs_.stream(blob, [&](BytesView piece) -> Result<void> {
        bytes.append(as_text(piece));
        return {};
      });
      // Cheaper than parsing; and a damaged blob matters only if it may be one of ours.
      if (bytes.find(subject_.hex()) == std::string::npos) continue;
      if (!proven) return damaged(proven.error());
      auto type = manifest_type_of(bytes);
      if (!type) continue;
      blob.media_type = *std::move(type);
      TRY(consider(blob));
    }
    return {};
  }

  std::vector<Descriptor> sorted() && {
    std::vector<Descriptor> out;
    for (auto& [digest, descriptor] : found_) out.push_back(std::move(descriptor));
    return out;
  }

 private:
  const Blobs& blobs_;
  const Digest& subject_;
  const Wanted& wanted_;
  std::map<Digest, Descriptor> found_;
};

Result<Index> tagged_index(const Blobs& blobs, const Entry& entry) {
  const std::string bytes = TRY(manifest_text(blobs, entry.descriptor));
  auto index = oci::parse_index(bytes);
  if (!index) {
    return std::move(index).error().with(fmt::format("referrers tag \"{}\"", entry.tag));
  }
  return index;
}

// The bundle itself stays in the manifest: no round trip is saved by a copy in a local list.
Descriptor without_bundle(Descriptor descriptor) {
  descriptor.annotations.erase(std::string(identifiers::kAnnotationBundle));
  return descriptor;
}

Result<void> put_tagged_index(const Blobs& blobs, Json& index, const std::string& tag,
                              const Index& referrers) {
  erase_tag(index, tag);
  if (referrers.manifests.empty()) return {};
  const std::string bytes = serialize(referrers);
  if (bytes.size() > limits::kManifest) {
    return Error(ErrorKind::too_large,
                 fmt::format("the list of referrers \"{}\" has {} bytes, at most {} can be read",
                             tag, bytes.size(), limits::kManifest));
  }
  const Descriptor descriptor = Descriptor::of(kIndexType, bytes);
  TRY(blobs.put_text(descriptor, bytes));
  set_tag(index, descriptor, tag);
  return {};
}

}  // namespace

Result<std::vector<Descriptor>> collect_referrers(const Blobs& blobs, const Json& index,
                                                  const Digest& subject, const Wanted& wanted) {
  const std::string tag = referrers_tag(subject);
  Collection collection(blobs, subject, wanted);
  bool has_tag = false;
  bool has_mark = false;
  for (const auto& entry : TRY(entries(index))) {
    if (!is_referrers_tag(entry.tag)) {
      TRY(collection.consider(entry.descriptor));
      has_mark |= entry.descriptor.digest == subject && is_marked_for_cosign(entry);
      continue;
    }
    if (entry.tag != tag) continue;
    has_tag = true;
    for (const auto& listed : TRY(tagged_index(blobs, entry)).manifests) {
      TRY(collection.consider(listed));
    }
  }
  // mpk and regctl list what they write: a mark alone is cosign's.
  if (has_mark && !has_tag) TRY(collection.consider_unlisted());
  return std::move(collection).sorted();
}

Result<void> list_referrer(const Blobs& blobs, Json& index, const Referrer& referrer) {
  const Digest& subject = referrer.subject.digest;
  add(index, without_bundle(referrer.entry));
  Index all;
  for (auto& descriptor : TRY(collect_referrers(blobs, index, subject))) {
    descriptor = without_bundle(std::move(descriptor));
    add(index, descriptor);
    all.manifests.push_back(std::move(descriptor));
  }
  TRY(put_tagged_index(blobs, index, referrers_tag(subject), all));
  mark_for_cosign(index, subject);
  return {};
}

Result<void> unlist_referrer(const Blobs& blobs, Json& index, const Digest& digest) {
  for (const auto& entry : TRY(entries(index))) {
    if (!is_referrers_tag(entry.tag)) continue;
    Index referrers = TRY(tagged_index(blobs, entry));
    const auto removed = std::erase_if(
        referrers.manifests, [&](const Descriptor& listed) { return listed.digest == digest; });
    if (removed != 0) TRY(put_tagged_index(blobs, index, entry.tag, referrers));
  }
  return {};
}

}  // namespace mpk::oci::layout

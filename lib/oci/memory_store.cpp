// MemoryStore: maps under one lock; what comes out is proven as in any other store.
#include "oci/memory_store.hpp"

#include "base/limits.hpp"
#include "oci/manifest.hpp"

#include <fmt/core.h>

#include <array>

namespace mpk::oci {
namespace {

Error missing(const std::string& what) {
  return Error(ErrorKind::not_found, fmt::format("memory: {} not found", what));
}

// One byte over `size` is enough to know that there is too much.
Result<std::string> read_all(Source& source, std::uint64_t size) {
  std::string content;
  std::array<std::uint8_t, 65536> buffer{};
  while (content.size() <= size) {
    const std::size_t count = TRY(source.read(buffer));
    if (count == 0) break;
    content.append(as_text({buffer.data(), count}));
  }
  return content;
}

}  // namespace

Result<Descriptor> MemoryStore::resolve(const std::string& tag_or_digest) {
  const std::lock_guard lock(mutex_);
  std::optional<Digest> digest;
  if (auto parsed = Digest::parse(tag_or_digest)) {
    digest = *std::move(parsed);
  } else if (const auto found = tags_.find(tag_or_digest); found != tags_.end()) {
    digest = found->second;
  }
  const auto manifest = digest ? manifests_.find(*digest) : manifests_.end();
  if (manifest == manifests_.end()) return missing(tag_or_digest);
  return manifest->second;
}

Result<std::string> MemoryStore::fetch_manifest(const Descriptor& descriptor) {
  if (descriptor.size > limits::kManifest) {
    return Error(ErrorKind::too_large,
                 fmt::format("{}: a manifest of {} bytes, at most {} are read",
                             descriptor.digest.text(), descriptor.size, limits::kManifest));
  }
  const std::lock_guard lock(mutex_);
  const auto found = blobs_.find(descriptor.digest);
  if (found == blobs_.end() || !manifests_.contains(descriptor.digest)) {
    return missing(descriptor.digest.text());
  }
  TRY(check_content(descriptor, found->second));
  return found->second;
}

Result<void> MemoryStore::fetch_blob(const Descriptor& descriptor, const Sink& sink) {
  std::string content;
  {
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find(descriptor.digest);
    if (found == blobs_.end()) return missing(descriptor.digest.text());
    // The sink may call this store.
    content = found->second;
  }
  TRY(sink(as_bytes(content)));
  return check_content(descriptor, content);
}

Result<bool> MemoryStore::has_blob(const Descriptor& descriptor) {
  const std::lock_guard lock(mutex_);
  return blobs_.contains(descriptor.digest);
}

Result<Pushed> MemoryStore::push_blob(const Descriptor& descriptor, Source& source,
                                      const std::vector<std::string>& /*mount_from*/) {
  if (TRY(has_blob(descriptor))) return Pushed::already_there;
  std::string content = TRY(read_all(source, descriptor.size));
  TRY(check_content(descriptor, content));
  const std::lock_guard lock(mutex_);
  blobs_.insert_or_assign(descriptor.digest, std::move(content));
  return Pushed::uploaded;
}

Result<Pushed> MemoryStore::push_stream(Source& source, std::uint64_t size,
                                        const std::function<Result<Digest>()>& digest) {
  std::string content = TRY(read_all(source, size));
  const Digest answer = TRY(digest());
  const Descriptor descriptor{.digest = answer, .size = size};
  TRY(check_content(descriptor, content));
  const std::lock_guard lock(mutex_);
  const bool inserted = blobs_.emplace(descriptor.digest, std::move(content)).second;
  return inserted ? Pushed::uploaded : Pushed::already_there;
}

Result<void> MemoryStore::push_manifest(const Descriptor& descriptor, const std::string& bytes,
                                        const std::optional<std::string>& tag) {
  TRY(check_content(descriptor, bytes));
  // Also proves that it is a manifest or an index at all.
  TRY(as_referrer(descriptor, bytes));
  const std::lock_guard lock(mutex_);
  blobs_.insert_or_assign(descriptor.digest, bytes);
  manifests_.insert_or_assign(descriptor.digest, Descriptor{.media_type = descriptor.media_type,
                                                            .digest = descriptor.digest,
                                                            .size = descriptor.size});
  if (tag) tags_.insert_or_assign(*tag, descriptor.digest);
  return {};
}

Result<std::vector<std::string>> MemoryStore::tags() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, digest] : tags_) names.push_back(name);
  return names;
}

Result<void> MemoryStore::tag(const Descriptor& descriptor, const std::string& tag) {
  const std::lock_guard lock(mutex_);
  if (!manifests_.contains(descriptor.digest)) return missing(descriptor.digest.text());
  tags_.insert_or_assign(tag, descriptor.digest);
  return {};
}

Result<void> MemoryStore::remove_tag(const std::string& tag) {
  const std::lock_guard lock(mutex_);
  if (tags_.erase(tag) == 0) return missing(tag);
  return {};
}

Result<void> MemoryStore::remove_manifest(const Descriptor& descriptor) {
  const std::lock_guard lock(mutex_);
  if (manifests_.erase(descriptor.digest) == 0) return missing(descriptor.digest.text());
  blobs_.erase(descriptor.digest);
  std::erase_if(tags_, [&](const auto& tag) { return tag.second == descriptor.digest; });
  return {};
}

Result<std::vector<Descriptor>> MemoryStore::referrers(const Digest& subject,
                                                       std::string_view artifact_type) {
  const std::lock_guard lock(mutex_);
  std::vector<Descriptor> found;
  for (const auto& [digest, descriptor] : manifests_) {
    const std::string& bytes = blobs_.at(digest);
    TRY(check_content(descriptor, bytes));
    auto referrer = TRY(as_referrer(descriptor, bytes));
    if (!referrer || referrer->subject.digest != subject) continue;
    if (!artifact_type.empty() && referrer->entry.artifact_type != artifact_type) continue;
    found.push_back(std::move(referrer->entry));
  }
  return found;
}

void MemoryStore::corrupt(const Digest& digest, std::string bytes) {
  const std::lock_guard lock(mutex_);
  blobs_.insert_or_assign(digest, std::move(bytes));
}

}  // namespace mpk::oci

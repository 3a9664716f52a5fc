// RepositoryIndex: a few maps under one lock.
#include "sandbox/registry_index.hpp"

#include <algorithm>

namespace mpk::sandbox {

const RepositoryIndex::Repository* RepositoryIndex::find(const std::string& repository) const {
  const auto found = repositories_.find(repository);
  return found == repositories_.end() ? nullptr : &found->second;
}

bool RepositoryIndex::has_repository(const std::string& repository) const {
  const std::lock_guard lock(mutex_);
  return find(repository) != nullptr;
}

bool RepositoryIndex::has_blob(const std::string& repository, const Digest& digest) const {
  const std::lock_guard lock(mutex_);
  const auto* held = find(repository);
  return held != nullptr && held->blobs.contains(digest);
}

void RepositoryIndex::add_blob(const std::string& repository, const Digest& digest) {
  const std::lock_guard lock(mutex_);
  repositories_[repository].blobs.insert(digest);
}

RepositoryIndex::Removed RepositoryIndex::remove_blob(const std::string& repository,
                                                      const Digest& digest) {
  const std::lock_guard lock(mutex_);
  const auto found = repositories_.find(repository);
  if (found == repositories_.end() || found->second.blobs.erase(digest) == 0) {
    return Removed::absent;
  }
  const bool used = std::any_of(repositories_.begin(), repositories_.end(), [&](const auto& entry) {
    return entry.second.blobs.contains(digest);
  });
  return used ? Removed::still_used : Removed::last;
}

void RepositoryIndex::put_manifest(const std::string& repository, StoredManifest manifest,
                                   const std::string& tag) {
  const std::lock_guard lock(mutex_);
  auto& held = repositories_[repository];
  const Digest digest = manifest.digest;
  if (!tag.empty()) held.tags.insert_or_assign(tag, digest);
  held.manifests.insert_or_assign(digest, std::move(manifest));
}

std::optional<StoredManifest> RepositoryIndex::manifest(const std::string& repository,
                                                        const std::string& target) const {
  const std::lock_guard lock(mutex_);
  const auto* held = find(repository);
  if (held == nullptr) return std::nullopt;
  auto digest = Digest::parse(target);
  if (!digest) {
    const auto tag = held->tags.find(target);
    if (tag == held->tags.end()) return std::nullopt;
    digest = tag->second;
  }
  const auto found = held->manifests.find(*digest);
  if (found == held->manifests.end()) return std::nullopt;
  return found->second;
}

bool RepositoryIndex::remove_manifest(const std::string& repository, const std::string& target) {
  const std::lock_guard lock(mutex_);
  const auto found = repositories_.find(repository);
  if (found == repositories_.end()) return false;
  auto& held = found->second;
  const auto digest = Digest::parse(target);
  if (!digest) return held.tags.erase(target) > 0;
  if (held.manifests.erase(*digest) == 0) return false;
  std::erase_if(held.tags, [&](const auto& tag) { return tag.second == *digest; });
  return true;
}

bool RepositoryIndex::change_manifest(const Digest& digest,
                                      const std::function<void(std::string&)>& change) {
  const std::lock_guard lock(mutex_);
  bool changed = false;
  for (auto& [name, held] : repositories_) {
    const auto found = held.manifests.find(digest);
    if (found == held.manifests.end()) continue;
    change(found->second.bytes);
    changed = true;
  }
  return changed;
}

std::vector<std::string> RepositoryIndex::tags(const std::string& repository) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  if (const auto* held = find(repository)) {
    for (const auto& [name, digest] : held->tags) names.push_back(name);
  }
  return names;
}

std::vector<oci::Descriptor> RepositoryIndex::referrers(const std::string& repository,
                                                        const Digest& subject) const {
  const std::lock_guard lock(mutex_);
  std::vector<oci::Descriptor> entries;
  if (const auto* held = find(repository)) {
    for (const auto& [digest, manifest] : held->manifests) {
      const auto& referrer = manifest.referrer;
      if (referrer && referrer->subject.digest == subject) entries.push_back(referrer->entry);
    }
  }
  return entries;
}

}  // namespace mpk::sandbox

// What the registry's repositories hold: manifests, tags, and which blobs.
#pragma once

#include "base/digest.hpp"
#include "oci/manifest.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mpk::sandbox {

struct StoredManifest {
  Digest digest;
  std::string media_type;
  std::string bytes;
  std::optional<oci::Referrer> referrer;  // when it has a subject
};

/// Thread-safe; in memory only.
class RepositoryIndex {
 public:
  bool has_repository(const std::string& repository) const;

  bool has_blob(const std::string& repository, const Digest& digest) const;
  void add_blob(const std::string& repository, const Digest& digest);
  enum class Removed { absent, still_used, last };
  Removed remove_blob(const std::string& repository, const Digest& digest);

  /// `tag` empty: none.
  void put_manifest(const std::string& repository, StoredManifest manifest, const std::string& tag);
  /// `target`: a tag or a digest.
  std::optional<StoredManifest> manifest(const std::string& repository,
                                         const std::string& target) const;
  /// A digest goes with its tags, a tag alone.
  bool remove_manifest(const std::string& repository, const std::string& target);
  /// Of all repositories; false when there is no such manifest.
  bool change_manifest(const Digest& digest, const std::function<void(std::string&)>& change);

  std::vector<std::string> tags(const std::string& repository) const;  // sorted
  std::vector<oci::Descriptor> referrers(const std::string& repository,
                                         const Digest& subject) const;

 private:
  struct Repository {
    std::set<Digest> blobs;
    std::map<Digest, StoredManifest> manifests;
    std::map<std::string, Digest> tags;
  };
  const Repository* find(const std::string& repository) const;
  mutable std::mutex mutex_;
  std::map<std::string, Repository> repositories_;
};

}  // namespace mpk::sandbox

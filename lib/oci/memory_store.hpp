// MemoryStore: a Store in memory, for tests.
#pragma once

#include "oci/store.hpp"

#include <map>
#include <mutex>

namespace mpk::oci {

class MemoryStore final : public Store {
 public:
  std::string name() const override { return "memory"; }
  Result<Descriptor> resolve(const std::string& tag_or_digest) override;
  Result<std::string> fetch_manifest(const Descriptor& descriptor) override;
  Result<void> fetch_blob(const Descriptor& descriptor, const Sink& sink) override;
  Result<bool> has_blob(const Descriptor& descriptor) override;
  Result<Pushed> push_blob(const Descriptor& descriptor, Source& source,
                           const std::vector<std::string>& mount_from) override;
  Result<Pushed> push_stream(Source& source, std::uint64_t size,
                             const std::function<Result<Digest>()>& digest) override;
  Result<void> push_manifest(const Descriptor& descriptor, const std::string& bytes,
                             const std::optional<std::string>& tag) override;
  Result<std::vector<std::string>> tags() override;
  Result<void> tag(const Descriptor& descriptor, const std::string& tag) override;
  Result<void> remove_tag(const std::string& tag) override;
  Result<void> remove_manifest(const Descriptor& descriptor) override;
  Result<std::vector<Descriptor>> referrers(const Digest& subject,
                                            std::string_view artifact_type) override;

  /// Replaces stored bytes without asking: for tests of tampering.
  void corrupt(const Digest& digest, std::string bytes);

 private:
  std::mutex mutex_;
  std::map<Digest, std::string> blobs_;
  std::map<Digest, Descriptor> manifests_;
  std::map<std::string, Digest> tags_;
};

}  // namespace mpk::oci

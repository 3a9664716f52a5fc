// For tests: a Store that watches, and at a chosen moment breaks, another.
#pragma once

#include "oci/store.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace mpk::oci::test {

/// Passes everything on to `inner`; the hooks come first and may fail.
class WatchedStore : public Store {
 public:
  explicit WatchedStore(Store& inner) : inner_(inner) {}

  std::function<Result<void>(const Descriptor&)> on_fetch = [](const auto&) {
    return Result<void>();
  };
  std::function<Result<void>(const Descriptor&)> on_push = [](const auto&) {
    return Result<void>();
  };
  /// Replaces the answer of referrers() for a subject.
  std::map<Digest, std::vector<Descriptor>> planted;
  std::atomic<int> fetched{0};

  /// "blob <digest>", "manifest <digest>", "tag <name>", in the order of their ends.
  std::vector<std::string> log() const {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  std::string name() const override { return "watched"; }
  Result<Descriptor> resolve(const std::string& name) override { return inner_.resolve(name); }
  Result<std::string> fetch_manifest(const Descriptor& descriptor) override {
    return inner_.fetch_manifest(descriptor);
  }
  Result<void> fetch_blob(const Descriptor& descriptor, const Sink& sink) override {
    ++fetched;
    TRY(on_fetch(descriptor));
    return inner_.fetch_blob(descriptor, sink);
  }
  Result<bool> has_blob(const Descriptor& descriptor) override {
    return inner_.has_blob(descriptor);
  }
  Result<Pushed> push_blob(const Descriptor& descriptor, Source& source,
                           const std::vector<std::string>& mount_from) override {
    TRY(on_push(descriptor));
    const Pushed pushed = TRY(inner_.push_blob(descriptor, source, mount_from));
    note("blob " + descriptor.digest.text());
    return pushed;
  }
  Result<Pushed> push_stream(Source& source, std::uint64_t size,
                             const std::function<Result<Digest>()>& digest) override {
    return inner_.push_stream(source, size, digest);
  }
  Result<void> push_manifest(const Descriptor& descriptor, const std::string& bytes,
                             const std::optional<std::string>& tag) override {
    TRY(on_push(descriptor));
    TRY(inner_.push_manifest(descriptor, bytes, tag));
    note("manifest " + descriptor.digest.text());
    if (tag) note("tag " + *tag);
    return {};
  }
  Result<std::vector<std::string>> tags() override { return inner_.tags(); }
  Result<void> tag(const Descriptor& descriptor, const std::string& tag) override {
    return inner_.tag(descriptor, tag);
  }
  Result<void> remove_tag(const std::string& tag) override { return inner_.remove_tag(tag); }
  Result<void> remove_manifest(const Descriptor& descriptor) override {
    return inner_.remove_manifest(descriptor);
  }
  Result<std::vector<Descriptor>> referrers(const Digest& subject,
                                            std::string_view artifact_type) override {
    if (const auto found = planted.find(subject); found != planted.end()) return found->second;
    return inner_.referrers(subject, artifact_type);
  }

 private:
  void note(std::string line) {
    const std::lock_guard lock(mutex_);
    log_.push_back(std::move(line));
  }
  Store& inner_;
  mutable std::mutex mutex_;
  std::vector<std::string> log_;
};

}  // namespace mpk::oci::test

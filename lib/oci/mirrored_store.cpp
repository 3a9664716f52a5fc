// MirroredStore: mirrors in their order, then the registry itself; every byte proven as ever.
#include "oci/mirrored_store.hpp"

#include "crypto/hash.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace mpk::oci {
namespace {

// So much is held in memory, so that wrong bytes of a mirror never reach the sink.
constexpr std::uint64_t kHeld = 4U << 20;

class MirroredStore final : public Store {
 public:
  MirroredStore(std::unique_ptr<Store> upstream, std::vector<MirrorStore> mirrors, Logger logger)
      : upstream_(std::move(upstream)), logger_(std::move(logger)), mirrors_(mirrors.size()) {
    for (std::size_t i = 0; i < mirrors.size(); ++i) {
      mirrors_[i].store = std::move(mirrors[i].store);
      mirrors_[i].resolves = mirrors[i].resolves;
    }
  }

  std::string name() const override { return upstream_->name(); }

  Result<Descriptor> resolve(const std::string& target) override {
    const bool by_digest = Digest::parse(target).has_value();
    for (auto& mirror : mirrors_) {
      if (mirror.down || !(by_digest || mirror.resolves)) continue;
      auto found = mirror.store->resolve(target);
      if (found) remember(found->digest, *mirror.store);
      if (found || !go_on(mirror, found.error())) return found;
    }
    auto found = upstream_->resolve(target);
    if (found) remember(found->digest, *upstream_);
    return found;
  }

  Result<std::string> fetch_manifest(const Descriptor& descriptor) override {
    // Whoever resolved it has the bytes still: that costs no request.
    if (auto* known = resolver_of(descriptor.digest)) {
      auto found = known->fetch_manifest(descriptor);
      if (found) return found;
    }
    for (auto& mirror : mirrors_) {
      if (mirror.down) continue;
      auto found = mirror.store->fetch_manifest(descriptor);
      if (found || !go_on(mirror, found.error())) return found;
    }
    return upstream_->fetch_manifest(descriptor);
  }

  Result<void> fetch_blob(const Descriptor& blob, const Sink& sink) override {
    if (blob.size <= kHeld) return sink_of(TRY(held(blob, sink)), sink);
    crypto::Hasher hasher(blob.digest.algorithm());
    std::vector<Entry*> gave;
    TRY(range(blob, 0, blob.size, gave, [&](BytesView bytes) {
      hasher.update(bytes);
      return sink(bytes);
    }));
    const auto found = hasher.finish();
    if (found == blob.digest) return {};
    const Error wrong(
        ErrorKind::mismatch,
        "blob " + blob.digest.brief() + ": its bytes have the digest " + found.brief(),
        gave.empty() ? "the registry served other bytes than were pushed"
                     : "the mirror " + gave.front()->store->name() +
                           " gave of them: without its entry in hosts.toml it is not asked");
    // Nobody can tell whose bytes were wrong when there were several.
    for (auto* mirror : gave) take_down(*mirror, wrong);
    return wrong;
  }

  Result<void> fetch_range(const Descriptor& blob, std::uint64_t offset, std::uint64_t length,
                           const Sink& sink) override {
    std::vector<Entry*> gave;
    return range(blob, offset, length, gave, sink);
  }

  Result<bool> has_blob(const Descriptor& descriptor) override {
    return upstream_->has_blob(descriptor);
  }
  Result<Pushed> push_blob(const Descriptor& descriptor, Source& source,
                           const std::vector<std::string>& mount_from) override {
    return upstream_->push_blob(descriptor, source, mount_from);
  }
  Result<Pushed> push_stream(Source& source, std::uint64_t size,
                             const std::function<Result<Digest>()>& digest) override {
    return upstream_->push_stream(source, size, digest);
  }
  Result<void> push_manifest(const Descriptor& descriptor, const std::string& bytes,
                             const std::optional<std::string>& tag) override {
    return upstream_->push_manifest(descriptor, bytes, tag);
  }
  Result<std::vector<std::string>> tags() override { return upstream_->tags(); }
  Result<void> tag(const Descriptor& descriptor, const std::string& tag) override {
    return upstream_->tag(descriptor, tag);
  }
  Result<void> remove_tag(const std::string& tag) override { return upstream_->remove_tag(tag); }
  Result<void> remove_manifest(const Descriptor& descriptor) override {
    return upstream_->remove_manifest(descriptor);
  }
  Result<std::vector<Descriptor>> referrers(const Digest& subject,
                                            std::string_view artifact_type) override {
    return upstream_->referrers(subject, artifact_type);
  }
  Result<std::vector<Descriptor>> referrers_where(
      const Digest& subject, const std::function<bool(const Descriptor&)>& wanted) override {
    return upstream_->referrers_where(subject, wanted);
  }
  Result<std::vector<Descriptor>> referrers_at_hand(
      const Digest& subject, const std::function<bool(const Descriptor&)>& wanted) override {
    return upstream_->referrers_at_hand(subject, wanted);
  }

 private:
  struct Entry {
    std::unique_ptr<Store> store;
    bool resolves = false;
    std::atomic<bool> down{false};
    std::set<std::pair<Digest, std::uint64_t>> asked;  // ranges, by their start
  };

  // `gave`: the mirrors that bytes came from.
  Result<void> range(const Descriptor& blob, std::uint64_t offset, std::uint64_t length,
                     std::vector<Entry*>& gave, const Sink& sink) {
    std::uint64_t next = offset;
    const std::uint64_t end = offset + length;
    bool refused = false;
    const Sink counting = [&](BytesView bytes) -> Result<void> {
      if (bytes.size() > end - next)
        return Error(ErrorKind::mismatch, blob.digest.text() + ": more bytes than were asked for");
      auto taken = sink(bytes);
      refused = refused || !taken;
      if (taken) next += bytes.size();
      return taken;
    };
    for (auto& mirror : mirrors_) {
      // What it gave before was not good enough, or nobody would ask again.
      if (mirror.down || !first_time(mirror, blob, offset)) continue;
      const std::uint64_t before = next;
      auto fetched = mirror.store->fetch_range(blob, next, end - next, counting);
      if (next != before) gave.push_back(&mirror);
      if (fetched && next != end) {
        fetched =
            Error(ErrorKind::mismatch, blob.digest.text() + ": fewer bytes than were asked for");
      }
      if (fetched || refused || !go_on(mirror, fetched.error())) return fetched;
    }
    auto fetched = upstream_->fetch_range(blob, next, end - next, counting);
    // Store: from offset 0 there is no such answer.
    if (!fetched && !refused && offset == 0 && fetched.error().kind() == ErrorKind::unsupported)
      return std::move(fetched).error().with_kind(ErrorKind::network);
    return fetched;
  }

  static Result<void> sink_of(const std::string& content, const Sink& sink) {
    return content.empty() ? Result<void>() : sink(as_bytes(content));
  }

  Result<std::string> held(const Descriptor& blob, const Sink& sink) {
    bool refused = false;
    const auto from = [&](Store& store) -> Result<std::string> {
      std::string content;
      TRY(store.fetch_blob(blob, [&](BytesView bytes) -> Result<void> {
        if (bytes.empty()) {  // it may want to end the transfer
          auto polled = sink({});
          refused = refused || !polled;
          return polled;
        }
        content += as_text(bytes);
        return {};
      }));
      return content;
    };
    for (auto& mirror : mirrors_) {
      if (mirror.down) continue;
      auto content = from(*mirror.store);
      if (content || refused || !go_on(mirror, content.error())) return content;
    }
    return from(*upstream_);
  }

  void remember(const Digest& digest, Store& store) {
    const std::scoped_lock lock(mutex_);
    resolvers_.insert_or_assign(digest, &store);
  }
  Store* resolver_of(const Digest& digest) {
    const std::scoped_lock lock(mutex_);
    const auto found = resolvers_.find(digest);
    return found == resolvers_.end() ? nullptr : found->second;
  }

  bool first_time(Entry& mirror, const Descriptor& blob, std::uint64_t offset) {
    const std::scoped_lock lock(mutex_);
    return mirror.asked.emplace(blob.digest, offset).second;
  }

  // Whether the next one is asked.
  bool go_on(Entry& mirror, const Error& error) {
    if (error.kind() == ErrorKind::cancelled) return false;
    if (error.kind() == ErrorKind::not_found || error.kind() == ErrorKind::unsupported) return true;
    take_down(mirror, error);
    return true;
  }
  void take_down(Entry& mirror, const Error& error) {
    if (!mirror.down.exchange(true))
      logger_.warning("mirror " + mirror.store->name() + " is not asked again: " + error.text());
  }

  std::unique_ptr<Store> upstream_;
  Logger logger_;
  std::vector<Entry> mirrors_;
  std::mutex mutex_;
  std::map<Digest, Store*> resolvers_;
};

}  // namespace

std::unique_ptr<Store> with_mirrors(std::unique_ptr<Store> upstream,
                                    std::vector<MirrorStore> mirrors, const Logger& logger) {
  if (mirrors.empty()) return upstream;
  return std::make_unique<MirroredStore>(std::move(upstream), std::move(mirrors), logger);
}

bool may_be_spoilt(const Store& store, const Descriptor& blob) {
  return blob.size > kHeld && dynamic_cast<const MirroredStore*>(&store) != nullptr;
}

}  // namespace mpk::oci

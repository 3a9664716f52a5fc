// RemoteStore: blobs and manifests of one repository.
#include "oci/remote_store.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/referrers_tag.hpp"
#include "oci/remote_client.hpp"
#include "oci/remote_download.hpp"
#include "oci/remote_referrers.hpp"
#include "oci/remote_retry.hpp"
#include "oci/remote_upload.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>

namespace mpk::oci {
namespace {

constexpr std::size_t kManifestCache = 64;
constexpr unsigned kTagPages = 1000;
constexpr unsigned kAgainAfterDoubt = 3;
constexpr std::chrono::milliseconds kPauseAfterDoubt{100};

std::string accept_manifests() {
  return std::string(kManifestType) + ", " + std::string(kIndexType) + ", " +
         std::string(kDockerManifestType) + ", " + std::string(kDockerListType);
}

// "application/json; charset=utf-8" → "application/json"
std::string bare_type(const std::string& header) {
  return std::string(trim(std::string_view(header).substr(0, header.find(';'))));
}

class RemoteStore final : public Store {
 public:
  RemoteStore(const Reference& reference, Url base, http::Transport& transport, const Env& env,
              const Logger& logger, const RemoteOptions& options)
      : name_(reference.name()),
        client_(
            transport, std::move(base), reference.repository,
            [registry = reference.registry, repository = reference.repository, &env] {
              return find_credential(registry, repository, env);
            },
            logger, options.mirrored),
        pauses_(options, logger),
        downloads_(client_, pauses_),
        uploads_(client_, pauses_, options, logger),
        referrers_(client_, *this, pauses_) {}

  std::string name() const override { return name_; }

  // By GET: the digest is computed from the bytes, and the bytes are needed next anyway.
  Result<Descriptor> resolve(const std::string& target) override {
    auto request = client_.request("GET", client_.url("manifests/" + target));
    request.headers.set("Accept", accept_manifests());
    request.response_cap = limits::kManifest;
    auto response = TRY(client_.send(std::move(request), Access::pull));
    if (response.status != 200) return client_.error(response, target);
    auto descriptor =
        Descriptor::of(bare_type(response.headers.get("Content-Type").value_or("")), response.body);
    if (descriptor.media_type.empty() || descriptor.media_type == "application/json" ||
        descriptor.media_type == "application/octet-stream")
      descriptor.media_type = is_index(response.body, {}) ? kIndexType : kManifestType;
    TRY(check_named_digest(response, target, descriptor, response.body));
    remember(descriptor.digest, response.body);
    return descriptor;
  }

  Result<std::string> fetch_manifest(const Descriptor& descriptor) override {
    {
      std::scoped_lock lock(mutex_);
      auto found = manifests_.find(descriptor.digest);
      if (found != manifests_.end()) {
        TRY(check_content(descriptor, found->second));
        return found->second;
      }
    }
    auto request = client_.request("GET", client_.url("manifests/" + descriptor.digest.text()));
    request.headers.set("Accept", descriptor.media_type.empty()
                                      ? accept_manifests()
                                      : descriptor.media_type + ", " + accept_manifests());
    request.response_cap = limits::kManifest;
    auto response = TRY(client_.send(std::move(request), Access::pull));
    if (response.status != 200)
      return client_.error(response, "manifest " + descriptor.digest.brief());
    TRY(check_content(descriptor, response.body));
    remember(descriptor.digest, response.body);
    return response.body;
  }

  Result<void> fetch_blob(const Descriptor& descriptor, const Sink& sink) override {
    return downloads_.fetch_blob(descriptor, sink);
  }
  Result<void> fetch_range(const Descriptor& descriptor, std::uint64_t offset, std::uint64_t length,
                           const Sink& sink) override {
    return downloads_.fetch_range(descriptor, offset, length, sink);
  }
  Result<bool> has_blob(const Descriptor& descriptor) override {
    return uploads_.has_blob(descriptor);
  }
  Result<Pushed> push_blob(const Descriptor& descriptor, Source& source,
                           const std::vector<std::string>& mount_from) override {
    return uploads_.push_blob(descriptor, source, mount_from);
  }
  Result<Pushed> push_stream(Source& source, std::uint64_t size,
                             const std::function<Result<Digest>()>& digest) override {
    return uploads_.push_stream(source, size, digest);
  }

  Result<void> push_manifest(const Descriptor& descriptor, const std::string& bytes,
                             const std::optional<std::string>& tag) override {
    TRY(check_content(descriptor, bytes));
    auto referrer = TRY(as_referrer(descriptor, bytes));
    // Under a tag alone a registry would know it by SHA-256 only.
    const bool by_digest = !tag || descriptor.digest.algorithm() != DigestAlgorithm::sha256;
    bool acknowledged = false;
    if (by_digest)
      acknowledged = TRY(put_manifest(descriptor, bytes, descriptor.digest.text(), referrer));
    if (tag) acknowledged = TRY(put_manifest(descriptor, bytes, *tag, referrer));
    remember(descriptor.digest, bytes);
    if (!referrer || acknowledged) return {};
    return referrers_.add(*referrer);
  }

  Result<std::vector<std::string>> tags() override;

  Result<void> tag(const Descriptor& descriptor, const std::string& tag) override {
    return push_manifest(descriptor, TRY(fetch_manifest(descriptor)), tag);
  }
  Result<void> remove_tag(const std::string& tag) override { return remove(tag); }
  Result<void> remove_manifest(const Descriptor& descriptor) override {
    // The index first: it must not name a manifest that is gone.
    auto forgotten = TRY(referrers_.forget(descriptor));
    auto removed = remove(descriptor.digest.text());
    if (!removed && removed.error().kind() != ErrorKind::not_found) {
      // It stays, so it has to be found.
      if (forgotten) TRY(referrers_.add(*forgotten));
      return removed;
    }
    {
      std::scoped_lock lock(mutex_);
      manifests_.erase(descriptor.digest);
    }
    // A writer who had read the index before may have brought the entry back; from now on none
    // does.
    if (forgotten) TRY(referrers_.forget(*forgotten));
    return removed;
  }
  Result<std::vector<Descriptor>> referrers(const Digest& subject,
                                            std::string_view artifact_type) override {
    return referrers_.list(subject, artifact_type);
  }
  Result<std::vector<Descriptor>> referrers_where(
      const Digest& subject, const std::function<bool(const Descriptor&)>& wanted) override {
    return referrers_.list(subject, wanted);
  }
  Result<std::vector<Descriptor>> referrers_at_hand(
      const Digest& subject, const std::function<bool(const Descriptor&)>& wanted) override {
    return referrers_.at_hand(subject, wanted);
  }

 private:
  void remember(const Digest& digest, const std::string& bytes) {
    std::scoped_lock lock(mutex_);
    if (manifests_.size() >= kManifestCache) manifests_.clear();
    manifests_.insert_or_assign(digest, bytes);
  }

  // Distribution says so of a digest that is right while another writer is linking a blob that this
  // manifest names, as the empty config of every referrer is: it reads the link half written.
  static bool doubts_digest(const http::Response& response) {
    return response.status == 400 && response.body.find("DIGEST_INVALID") != std::string::npos;
  }

  Result<http::Response> send_manifest(const Descriptor& descriptor, const std::string& bytes,
                                       const std::string& target) {
    http::TextSource body(bytes);
    auto request = client_.request("PUT", client_.url("manifests/" + target));
    request.headers.set("Content-Type", descriptor.media_type);
    request.body = &body;
    return client_.send(std::move(request), Access::push);
  }

  // True: the registry says that it lists the referrer by itself.
  Result<bool> put_manifest(const Descriptor& descriptor, const std::string& bytes,
                            const std::string& target, const std::optional<Referrer>& referrer) {
    auto response = TRY(send_manifest(descriptor, bytes, target));
    for (unsigned again = 0; again < kAgainAfterDoubt && doubts_digest(response); ++again) {
      TRY(pauses_.pause(kPauseAfterDoubt));
      response = TRY(send_manifest(descriptor, bytes, target));
    }
    // distribution-spec: 201. Redirects of a PUT are not followed, so no page can be taken for it.
    if (response.status < 200 || response.status > 202)
      return client_.error(response, "manifest " + target);
    // It may name another algorithm than ours.
    const auto header = response.headers.get("Docker-Content-Digest");
    const auto stored = header ? Digest::parse(*header) : Result<Digest>(descriptor.digest);
    if (!stored || crypto::hash(stored->algorithm(), as_bytes(bytes)) != *stored) {
      return Error(ErrorKind::mismatch, client_.base().authority() + " stored the manifest as " +
                                            printable(header.value_or(""), 80) + ", it is " +
                                            descriptor.digest.text());
    }
    const auto subject = Digest::parse(response.headers.get("OCI-Subject").value_or(""));
    const bool lists = referrer && subject && *subject == referrer->subject.digest;
    if (lists) referrers_.acknowledged();
    return lists;
  }

  // What was asked for, what the header says and what came must be one digest.
  Result<void> check_named_digest(const http::Response& response, const std::string& target,
                                  Descriptor& descriptor, const std::string& bytes) const {
    auto asked = Digest::parse(target);
    if (asked) {
      descriptor.digest = crypto::hash(asked->algorithm(), as_bytes(bytes));
      if (descriptor.digest != *asked) {
        return Error(ErrorKind::mismatch,
                     "manifest " + asked->brief() + ": its bytes have the digest " +
                         descriptor.digest.brief(),
                     "the registry served other bytes than were pushed");
      }
    }
    auto header = response.headers.get("Docker-Content-Digest");
    if (!header) return {};
    auto said = Digest::parse(*header);
    if (!said)
      return Error(ErrorKind::malformed, "Docker-Content-Digest is " + printable(*header, 80));
    if (crypto::hash(said->algorithm(), as_bytes(bytes)) != *said) {
      return Error(ErrorKind::mismatch,
                   "manifest " + target + ": the registry names " + said->brief() +
                       ", its bytes have the digest " + descriptor.digest.brief(),
                   "the registry served other bytes than were pushed");
    }
    return {};
  }

  Result<void> remove(const std::string& target) {
    auto response = TRY(client_.send(client_.request("DELETE", client_.url("manifests/" + target)),
                                     Access::remove));
    // distribution-spec: 202; others answer 200 or 204.
    if (response.status == 200 || response.status == 202 || response.status == 204) return {};
    if (response.status == 400 || response.status == 405 || response.status == 501) {
      return client_.error(response, target)
          .with_kind(ErrorKind::unsupported)
          .with_hint("this registry does not let clients delete that");
    }
    return client_.error(response, target);
  }

  std::string name_;
  RemoteClient client_;
  RemotePauses pauses_;
  RemoteDownloads downloads_;
  RemoteUploads uploads_;
  RemoteReferrers referrers_;
  std::mutex mutex_;
  std::map<Digest, std::string> manifests_;
};

// distribution-spec, "Listing Tags": pages by Link headers.
Result<std::vector<std::string>> RemoteStore::tags() {
  std::vector<std::string> out;
  auto url = client_.url("tags/list").with_query("n", std::to_string(kTagPages));
  for (std::size_t page = 0; page < limits::kReferrerPages; ++page) {
    auto response = TRY(client_.send(client_.request("GET", url), Access::pull));
    if (response.status != 200) return client_.error(response, "tags");
    auto document = TRY(json::parse(response.body).with("tag list"));
    for (auto& tag : TRY(json::Field(document).optional_strings("tags"))) {
      if (is_tag(tag)) out.push_back(std::move(tag));
    }
    auto next = TRY(next_page(response, url));
    if (!next) {
      std::erase_if(out, [](const std::string& tag) { return is_referrers_tag(tag); });
      std::sort(out.begin(), out.end());
      out.erase(std::unique(out.begin(), out.end()), out.end());
      return out;
    }
    url = *next;
  }
  return Error(ErrorKind::too_large,
               "tags: more than " + std::to_string(limits::kReferrerPages) + " pages");
}

}  // namespace

Result<std::unique_ptr<Store>> make_remote_store(const Reference& reference,
                                                 http::Transport& transport, const Env& env,
                                                 const Logger& logger,
                                                 const RemoteOptions& options) {
  auto base =
      options.base ? *options.base : TRY(registry_url(reference.registry, options.plain_http));
  return std::unique_ptr<Store>(
      std::make_unique<RemoteStore>(reference, std::move(base), transport, env, logger, options));
}

Result<void> check_login(const std::string& registry, const Credential& credential,
                         http::Transport& transport, const RemoteOptions& options) {
  auto url = TRY(registry_url(registry, options.plain_http));
  url.path = "/v2/";
  Authenticator authenticator(transport, url, [&]() -> Result<std::optional<Credential>> {
    return std::optional(credential);
  });
  http::Request request;
  request.url = url;
  request.redirects = http::Redirects::none;  // a log-in page for people is no login
  auto response = TRY(authenticator.send(std::move(request), {}));
  if (response.status == 200) return {};
  return Error(ErrorKind::network,
               registry + " answered " + std::to_string(response.status) + " to GET /v2/",
               "is this a registry?");
}

}  // namespace mpk::oci

// Sandbox: makes keys, starts the servers, writes the trust files.
#include "sandbox/sandbox.hpp"

#include "base/file.hpp"
#include "sandbox/rekor_v1.hpp"
#include "sandbox/trust_files.hpp"

#include <thread>
#include <vector>

namespace mpk::sandbox {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr unsigned kServiceThreads =
    80;  // a batch of 64 and its stragglers: an idle connection pins one
// Verifiers take only the host of the log's URL as its origin (rekor-tiles --hostname).
constexpr std::string_view kOrigin = "127.0.0.1";

std::string host_of(const http::Server& server) {
  return "127.0.0.1:" + std::to_string(server.port());
}
std::string url_of(const http::Server& server) { return "http://" + host_of(server); }

template <class Service>
http::Server::Handler handler_of(Service& service) {
  return [&service](const http::ServerRequest& request) { return service.handle(request); };
}

class RunningSandbox final : public Sandbox {
 public:
  RunningSandbox(const SandboxOptions& options, crypto::PrivateKey oidc_key,
                 crypto::PrivateKey ctlog_key, crypto::PrivateKey rekor_key)
      : directory_(options.directory),
        clock_(*options.clock),
        issuer_(std::move(oidc_key), clock_),
        ctlog_(std::move(ctlog_key), clock_, faults_),
        rekor_(std::move(rekor_key), std::string(kOrigin), faults_),
        registry_(directory_ / "registry") {}

  /// Before run().
  void add_rekor_v1(crypto::PrivateKey key) {
    rekor_v1_ = std::make_unique<RekorV1>(std::move(key), std::string(kOrigin), clock_, faults_);
  }

  RunningSandbox(const RunningSandbox&) = delete;
  RunningSandbox& operator=(const RunningSandbox&) = delete;
  // All at once: each server waits for its idle connections.
  ~RunningSandbox() override {
    std::vector<std::thread> stops;
    for (auto* server : {&issuer_server_, &ctlog_server_, &fulcio_server_, &rekor_server_,
                         &tsa_server_, &rekor_v1_server_, &registry_server_}) {
      stops.emplace_back([server] { server->reset(); });
    }
    for (auto& stop : stops) stop.join();
  }

  Result<void> run(std::uint16_t registry_port) {
    fulcio_ = TRY(Fulcio::create(issuer_, ctlog_, clock_, faults_));
    tsa_ = TRY(Tsa::create(clock_, faults_));
    auto next = registry_port;
    const auto serve = [&next](http::Server::Handler handler) {
      if (next != 0) ++next;  // beside the registry, so that all addresses are known beforehand
      return http::Server::start(next, std::move(handler), kServiceThreads);
    };
    issuer_server_ = TRY(serve(handler_of(issuer_)));
    issuer_.set_url(url_of(*issuer_server_));
    ctlog_server_ = TRY(serve(handler_of(ctlog_)));
    fulcio_server_ = TRY(serve(handler_of(*fulcio_)));
    rekor_server_ = TRY(serve(handler_of(rekor_)));
    tsa_server_ = TRY(serve(handler_of(*tsa_)));
    if (rekor_v1_) rekor_v1_server_ = TRY(serve(handler_of(*rekor_v1_)));
    registry_server_ = TRY(http::Server::start(registry_port, handler_of(registry_)));
    return write_files();
  }

  std::string registry_host() const override { return host_of(*registry_server_); }
  const OidcIssuer& issuer() const override { return issuer_; }
  std::string ctlog_url() const override { return url_of(*ctlog_server_); }
  const std::filesystem::path& directory() const override { return directory_; }
  Registry& registry() override { return registry_; }
  Faults& faults() override { return faults_; }

 private:
  Result<void> write_files() const {
    TrustParts parts{.oidc_url = issuer_.url(),
                     .fulcio_url = url_of(*fulcio_server_),
                     .ctlog_url = ctlog_url(),
                     .rekor_url = url_of(*rekor_server_),
                     .tsa_url = url_of(*tsa_server_) + "/api/v1/timestamp",
                     .rekor_origin = rekor_.origin(),
                     .fulcio_chain = fulcio_->chain(),
                     .tsa_chain = tsa_->chain(),
                     .ctlog_key = ctlog_.key().public_key(),
                     .rekor_key = rekor_.key().public_key(),
                     .start = clock_.now().plus_seconds(-kDay),
                     .rekor_v1_url = {},
                     .rekor_v1_key = {}};
    if (rekor_v1_) {
      parts.rekor_v1_url = url_of(*rekor_v1_server_);
      parts.rekor_v1_key = rekor_v1_->key().public_key();
    }
    TRY(write_trust_files(directory_, parts));
    // Without a line break: cosign takes it for a part of the token.
    return write_file_atomic(directory_ / "identity-token",
                             TRY(issuer_.mint(std::string(kIdentity))), 0600);
  }

  std::filesystem::path directory_;
  const Clock& clock_;
  Faults faults_;
  OidcIssuer issuer_;
  CtLog ctlog_;
  std::unique_ptr<Fulcio> fulcio_;
  Rekor rekor_;
  std::unique_ptr<RekorV1> rekor_v1_;  // when it was asked for
  std::unique_ptr<Tsa> tsa_;
  Registry registry_;
  std::unique_ptr<http::Server> issuer_server_, ctlog_server_, fulcio_server_, rekor_server_,
      tsa_server_, rekor_v1_server_, registry_server_;
};

}  // namespace

Result<std::unique_ptr<Sandbox>> Sandbox::start(const SandboxOptions& options) {
  if (options.clock == nullptr) return Error(ErrorKind::internal, "sandbox: no clock");
  auto oidc_key = TRY(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  auto ctlog_key = TRY(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  auto rekor_key = TRY(crypto::PrivateKey::generate(crypto::KeyType::ed25519));
  auto sandbox = std::make_unique<RunningSandbox>(options, std::move(oidc_key),
                                                  std::move(ctlog_key), std::move(rekor_key));
  if (options.rekor_v1) {
    sandbox->add_rekor_v1(TRY(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256)));
  }
  TRY(sandbox->run(options.registry_port).with("sandbox"));
  return std::unique_ptr<Sandbox>(std::move(sandbox));
}

}  // namespace mpk::sandbox

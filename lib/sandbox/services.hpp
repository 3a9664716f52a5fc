// The sandbox's Sigstore services: OIDC issuer, Fulcio v2, CT log, Rekor v2 and TSA; real
// cryptography, throw-away keys.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/certificate.hpp"
#include "crypto/issue.hpp"
#include "crypto/key.hpp"
#include "crypto/merkle.hpp"
#include "http/server.hpp"
#include "json/value.hpp"
#include "sandbox/oidc_logins.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace mpk::sandbox {

/// Switches that make a service misbehave; tests flip them while it runs.
struct Faults {
  std::atomic<bool> garbage_sct{false};         // the CT log signs something else
  std::atomic<bool> fulcio_unavailable{false};  // 503
  std::atomic<bool> rekor_unavailable{false};
  std::atomic<bool> tsa_unavailable{false};
  std::atomic<bool> rekor_lose_answer{false};  // the entry is made, the answer is a 502, once
  std::atomic<std::size_t> rekor_v1_limit{0};  // a larger request to Rekor v1 is a 502; 0: none
  std::atomic<std::int64_t> tsa_offset_seconds{0};  // time-stamps from another time
};

/// Believes everyone. GET /.well-known/openid-configuration, /keys (JWKS, ES256),
/// /token?email=…&sub=…&audience=… (a token without any ceremony; claims={…}: further claims of
/// texts, such as a CI's), and the flows of people:
/// GET /auth       code flow with PKCE S256; the log-in is approved at once, for login_hint or
///                 Sandbox::kIdentity, by a 302; with display=page by a form that a script submits;
///                 redirect_uri is loopback's /auth/callback, or oob, which shows the code
/// POST /device/code, GET /device?user_code=…  device flow; whoever opens the page approves, with
///                 deny=1 refuses
/// POST /token     the grants of both, and client_credentials for any client whose secret is
///                 "sandbox-secret" (sub is a URI below this issuer)
/// POST /fault?is=NAME  misbehaves from now on (OidcFault's names); is=none ends it
class OidcIssuer {
 public:
  OidcIssuer(crypto::PrivateKey key, const Clock& clock)
      : key_(std::move(key)), clock_(clock), logins_(std::make_shared<OidcLogins>(clock)) {}
  void set_url(std::string url) { url_ = std::move(url); }
  const std::string& url() const { return url_; }
  http::ServerResponse handle(const http::ServerRequest& request) const;
  /// A JWT for aud "sigstore", ten minutes of life; its subject is the e-mail address too.
  Result<std::string> mint(const std::string& email,
                           const std::string& audience = "sigstore") const;
  /// The same with a subject of its own; without an e-mail address it is a workload's token.
  /// `others`: further claims; none replaces one of these.
  Result<std::string> mint(const std::string& subject, const std::string& email,
                           const std::string& audience,
                           const std::map<std::string, std::string>& others = {}) const;
  /// The verified claims of one of our tokens, for Fulcio. unauthorized otherwise.
  struct Claims {
    std::string issuer, subject, email;
    std::map<std::string, std::string> others;  // that are texts
  };
  Result<Claims> verify(std::string_view jwt, std::string_view audience) const;
  /// Copies share the log-ins and their fault.
  OidcLogins& logins() const { return *logins_; }

 private:
  http::ServerResponse mint_for_query(const http::ServerRequest& request) const;
  http::ServerResponse token_endpoint(const http::ServerRequest& request) const;
  Result<std::string> sign(const Json& claims) const;
  Json claims_of(const std::string& subject, const std::string& email,
                 const std::string& audience) const;
  crypto::PrivateKey key_;
  const Clock& clock_;
  std::shared_ptr<OidcLogins> logins_;
  std::string url_;
};

/// POST /ct/v1/add-pre-chain; reads (get-sth, get-entries) are not offered.
class CtLog {
 public:
  CtLog(crypto::PrivateKey key, const Clock& clock, const Faults& faults)
      : key_(std::move(key)), clock_(clock), faults_(faults) {}
  const crypto::PrivateKey& key() const { return key_; }
  http::ServerResponse handle(const http::ServerRequest& request) const;
  Result<crypto::SignedSct> submit(const crypto::Certificate& precertificate,
                                   const crypto::PublicKey& issuer_key) const;

 private:
  crypto::PrivateKey key_;
  const Clock& clock_;
  const Faults& faults_;
};

/// POST /api/v2/signingCert (CSR and publicKeyRequest forms), GET /api/v2/trustBundle,
/// /api/v2/configuration, /api/v1/rootCert, /healthz.
class Fulcio {
 public:
  static Result<std::unique_ptr<Fulcio>> create(const OidcIssuer& issuer, const CtLog& log,
                                                const Clock& clock, const Faults& faults);
  const std::vector<crypto::Certificate>& chain() const { return chain_; }  // intermediate, root
  http::ServerResponse handle(const http::ServerRequest& request) const;

 private:
  Fulcio(crypto::PrivateKey key, std::vector<crypto::Certificate> chain, const OidcIssuer& issuer,
         const CtLog& log, const Clock& clock, const Faults& faults)
      : key_(std::move(key)),
        chain_(std::move(chain)),
        issuer_(issuer),
        log_(log),
        clock_(clock),
        faults_(faults) {}
  http::ServerResponse sign(const http::ServerRequest& request) const;
  Result<crypto::Certificate> issue(const crypto::PublicKey& key,
                                    const OidcIssuer::Claims& claims) const;
  crypto::PrivateKey key_;
  std::vector<crypto::Certificate> chain_;
  const OidcIssuer& issuer_;
  const CtLog& log_;
  const Clock& clock_;
  const Faults& faults_;
};

/// POST /api/v2/log/entries (hashedRekordRequestV002), GET /api/v2/checkpoint; one 409 per
/// duplicate.
class Rekor {
 public:
  Rekor(crypto::PrivateKey ed25519_key, std::string origin, Faults& faults)
      : key_(std::move(ed25519_key)), origin_(std::move(origin)), faults_(faults) {}
  const crypto::PrivateKey& key() const { return key_; }
  const std::string& origin() const { return origin_; }
  http::ServerResponse handle(const http::ServerRequest& request);

 private:
  http::ServerResponse add_entry(const http::ServerRequest& request);
  Result<std::string> checkpoint() const;
  crypto::PrivateKey key_;
  std::string origin_;
  Faults& faults_;
  std::mutex mutex_;
  crypto::MerkleTree tree_;
  std::map<std::string, std::uint64_t, std::less<>> indexes_;  // by canonicalized body
};

/// POST /api/v1/timestamp, GET /api/v1/timestamp/certchain.
class Tsa {
 public:
  static Result<std::unique_ptr<Tsa>> create(const Clock& clock, const Faults& faults);
  const std::vector<crypto::Certificate>& chain() const { return chain_; }  // leaf, root
  http::ServerResponse handle(const http::ServerRequest& request) const;

 private:
  Tsa(crypto::PrivateKey key, std::vector<crypto::Certificate> chain, const Clock& clock,
      const Faults& faults)
      : key_(std::move(key)), chain_(std::move(chain)), clock_(clock), faults_(faults) {}
  crypto::PrivateKey key_;
  std::vector<crypto::Certificate> chain_;
  const Clock& clock_;
  const Faults& faults_;
};

}  // namespace mpk::sandbox

// Rekor v2: a signature over a PAE becomes a log entry (hashedrekord 0.0.2).
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "sigstore/service_error.hpp"
#include "sigstore/services.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sigstore {
namespace {

// protobuf-specs, PublicKeyDetails: what the log accepts for each kind of key.
Result<std::string> key_details(const crypto::PublicKey& key) {
  switch (key.type()) {
    case crypto::KeyType::ecdsa_p256:
      return std::string("PKIX_ECDSA_P256_SHA_256");
    case crypto::KeyType::ecdsa_p384:
      return std::string("PKIX_ECDSA_P384_SHA_384");
    case crypto::KeyType::ecdsa_p521:
      return std::string("PKIX_ECDSA_P521_SHA_512");
    case crypto::KeyType::rsa:
      return "PKIX_RSA_PKCS1V15_" + std::to_string(key.rsa_bits()) + "_SHA256";
    case crypto::KeyType::ed25519:
      break;
  }
  return Error(ErrorKind::unsupported, "Ed25519 signatures can't be logged by Rekor v2",
               "use an ECDSA key");
}

// The answer must be an entry for what was sent: the log is not trusted to echo.
Result<void> check_answer(const std::string& body, BytesView digest, BytesView signature) {
  auto document = TRY(json::parse(body));
  auto entry = TRY(read_log_entry(json::Field(document)));
  auto logged = TRY(json::parse(entry.canonicalized_body));
  auto spec = TRY(TRY(json::Field(logged).at("spec")).at("hashedRekordV002"));
  auto logged_digest = TRY(TRY(spec.at("data")).base64("digest"));
  auto logged_signature = TRY(TRY(spec.at("signature")).base64("content"));
  if (!equal_constant_time(logged_digest, digest) ||
      !equal_constant_time(logged_signature, signature))
    return Error(ErrorKind::mismatch, "the entry is of another signature");
  return {};
}

Result<std::string> post_entry(http::Transport& transport, const std::string& base_url,
                               BytesView digest, BytesView signature, Json verifier) {
  Json entry = {{"hashedRekordRequestV002",
                 {{"digest", base64_encode(digest)},
                  {"signature",
                   {{"content", base64_encode(signature)}, {"verifier", std::move(verifier)}}}}}};
  http::TextSource body(json::compact(entry));
  http::Request request;
  request.method = "POST";
  request.url = TRY(Url::parse(service_url(base_url, "/api/v2/log/entries")));
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = &body;
  request.redirects = http::Redirects::all;  // all of it becomes public
  request.response_cap = limits::kApiResponse;
  request.timeout_seconds = 60;  // the answer waits for the next checkpoint
  request.idempotent = false;    // a second post of the same entry is a 409 without the entry
  auto response = TRY(transport.send(request).with("Rekor " + request.url.redacted()));
  if (response.status == 409)
    return Error(ErrorKind::exists, "Rekor has this entry already and does not give it out again");
  if (response.status < 200 || response.status > 299) return service_error("Rekor", response);
  TRY(check_answer(response.body, digest, signature).with("Rekor's answer"));
  return response.body;
}

}  // namespace

Result<std::string> log_signature(http::Transport& transport, const std::string& base_url,
                                  BytesView pae_digest, BytesView signature,
                                  const crypto::Certificate& certificate) {
  auto public_key = TRY(certificate.public_key());
  auto details = TRY(key_details(public_key));
  Json verifier = {{"x509Certificate", {{"rawBytes", base64_encode(certificate.der())}}},
                   {"keyDetails", details}};
  return post_entry(transport, base_url, pae_digest, signature, std::move(verifier));
}

Result<std::string> log_signature(http::Transport& transport, const std::string& base_url,
                                  BytesView pae_digest, BytesView signature,
                                  const crypto::PublicKey& key) {
  auto details = TRY(key_details(key));
  Json verifier = {{"publicKey", {{"rawBytes", base64_encode(key.spki())}}},
                   {"keyDetails", details}};
  return post_entry(transport, base_url, pae_digest, signature, std::move(verifier));
}

}  // namespace mpk::sigstore

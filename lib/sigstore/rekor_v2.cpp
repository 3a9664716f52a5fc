// Rekor v2: a signature over a digest or a PAE becomes a log entry (hashedrekord 0.0.2).
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "sigstore/proto_names.hpp"
#include "sigstore/rekor_api.hpp"
#include "sigstore/service_error.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sigstore {
namespace {

Result<std::string> key_details(const crypto::PublicKey& key) {
  if (auto details = public_key_details(key)) return *details;
  if (key.type() == crypto::KeyType::ed25519) return ed25519_unloggable();
  return Error(ErrorKind::unsupported,
               "Rekor v2 takes no RSA key of " + std::to_string(key.rsa_bits()) + " bits",
               "2048, 3072 or 4096 bits are taken, and ECDSA keys");
}

// The answer must be an entry for what was sent: the log is not trusted to echo.
Result<void> check_answer(const std::string& body, const LogRequest& sent) {
  auto document = TRY(json::parse(body));
  auto entry = TRY(read_log_entry(json::Field(document)));
  auto logged = TRY(json::parse(entry.canonicalized_body));
  auto spec = TRY(TRY(json::Field(logged).at("spec")).at("hashedRekordV002"));
  auto digest = TRY(TRY(spec.at("data")).base64("digest"));
  auto signature = TRY(TRY(spec.at("signature")).base64("content"));
  if (!equal_constant_time(digest, sent.digest.bytes()) ||
      !equal_constant_time(signature, sent.signature))
    return Error(ErrorKind::mismatch, "the entry is of another signature");
  return {};
}

Result<Json> verifier_json(const LogRequest& sent) {
  const auto details = TRY(key_details(sent.key));
  Json out = {{"keyDetails", details}};
  if (sent.certificate) {
    out["x509Certificate"]["rawBytes"] = base64_encode(sent.certificate->der());
  } else {
    out["publicKey"]["rawBytes"] = base64_encode(sent.key.spki());
  }
  return out;
}

}  // namespace

Result<void> check_loggable_v2(const crypto::PublicKey& key) {
  TRY(key_details(key));
  return {};
}

Result<std::string> log_to_v2(http::Transport& transport, const std::string& base_url,
                              const LogRequest& sent) {
  auto verifier = TRY(verifier_json(sent));
  Json entry = Json::object();
  auto& record = entry["hashedRekordRequestV002"];
  record["digest"] = base64_encode(sent.digest.bytes());
  record["signature"]["content"] = base64_encode(sent.signature);
  record["signature"]["verifier"] = std::move(verifier);
  http::TextSource body(json::compact(entry));
  http::Request request;
  request.method = "POST";
  request.url = TRY(Url::parse(service_url(base_url, "/api/v2/log/entries")));
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = &body;
  request.redirects = http::Redirects::all;  // all of it becomes public
  request.response_cap = limits::kApiResponse;
  request.timeout_seconds = 60;  // the answer waits for the next checkpoint
  // A second post of the same entry is a 409 without the entry. Only RSA can't get past that by
  // signing again, and then has to have a connection of its own for each post.
  request.idempotent = sent.key.type() != crypto::KeyType::rsa;
  auto response = TRY(transport.send(request).with("Rekor " + request.url.redacted()));
  if (response.status == 409)
    return Error(ErrorKind::exists, "Rekor has this entry already and does not give it out again");
  if (response.status < 200 || response.status > 299) return service_error("Rekor", response);
  TRY(check_answer(response.body, sent).with("Rekor's answer"));
  return response.body;
}

}  // namespace mpk::sigstore

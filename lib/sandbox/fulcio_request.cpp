// Reading a CreateSigningCertificateRequest (fulcio.proto) in its two forms.
#include "sandbox/fulcio_request.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/issue.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sandbox {
namespace {

constexpr int kMaxRsaBits = 4096;

Result<std::string> read_token(const http::ServerRequest& request, const json::Field& root) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto header = request.headers.get("Authorization");
  if (header && header->size() > kScheme.size() &&
      iequals_ascii(header->substr(0, kScheme.size()), kScheme)) {
    return header->substr(kScheme.size());
  }
  if (const auto credentials = TRY(root.find("credentials"))) {
    TRY(credentials->only({"oidcIdentityToken"}));
    return credentials->string("oidcIdentityToken");
  }
  return Error(ErrorKind::unauthorized, "no identity token");
}

Result<void> read_key(const json::Field& field, FulcioRequest& out) {
  TRY(field.only({"publicKey", "proofOfPossession"}));
  const auto key = TRY(field.at("publicKey"));
  TRY(key.only({"algorithm", "content"}));
  out.key = TRY(crypto::PublicKey::from_pem(TRY(key.string("content"))).with(key.path()));
  out.proof_of_possession = TRY(field.base64("proofOfPossession"));
  return {};
}

Result<void> check_strength(const crypto::PublicKey& key) {
  if (key.rsa_bits() > kMaxRsaBits) {
    return Error(ErrorKind::unsupported, "key: RSA over " + std::to_string(kMaxRsaBits) + " bits");
  }
  return {};
}

}  // namespace

Result<FulcioRequest> read_fulcio_request(const http::ServerRequest& request) {
  const auto text = TRY(request.body(limits::kApiResponse));
  const Json document = TRY(json::parse(text));
  const json::Field root(document);
  TRY(root.only({"credentials", "publicKeyRequest", "certificateSigningRequest"}));
  FulcioRequest out;
  out.token = TRY(read_token(request, root));
  if (const auto csr = TRY(root.optional_base64("certificateSigningRequest"))) {
    out.csr = std::string(as_text(*csr));
  }
  const auto key = TRY(root.find("publicKeyRequest"));
  if (key) TRY(read_key(*key, out));
  if (key.has_value() == out.csr.has_value()) {
    return root.error("expected either publicKeyRequest or certificateSigningRequest");
  }
  return out;
}

Result<crypto::PublicKey> proven_key(const FulcioRequest& request, const std::string& challenge) {
  if (request.csr) {
    auto key = TRY(crypto::verify_csr(*request.csr));
    TRY(check_strength(key));
    return key;
  }
  TRY(check_strength(*request.key));
  TRY(request.key->verify(as_bytes(challenge), request.proof_of_possession)
          .with("proof of possession over \"" + challenge + "\""));
  return *request.key;
}

}  // namespace mpk::sandbox

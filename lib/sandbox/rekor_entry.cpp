// Reading a hashedRekordRequestV002 and writing the canonicalized body (RFC 8785) that is logged.
#include "sandbox/rekor_entry.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "json/canonical.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "sigstore/proto_names.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sandbox {
namespace {

struct Verifier {
  crypto::PublicKey key;
  Json canonical;
};

Result<Bytes> raw_bytes(const json::Field& field) {
  TRY(field.only({"rawBytes"}));
  return field.base64("rawBytes");
}

Result<std::string> key_details(const crypto::PublicKey& key) {
  if (auto details = sigstore::public_key_details(key)) return *details;
  return Error(ErrorKind::unsupported,
               "key of type " + std::string(to_string(key.type())) + " is not accepted by the log");
}

Result<Verifier> read_verifier(const json::Field& field) {
  TRY(field.only({"x509Certificate", "publicKey", "keyDetails"}));
  const auto certificate = TRY(field.find("x509Certificate"));
  const auto public_key = TRY(field.find("publicKey"));
  if (certificate.has_value() == public_key.has_value()) {
    return field.error("expected either x509Certificate or publicKey");
  }
  const auto& form = certificate ? *certificate : *public_key;
  const Bytes der = TRY(raw_bytes(form));
  auto key = certificate ? TRY(TRY(crypto::Certificate::from_der(der).with(form.path()))
                                   .public_key()
                                   .with(form.path()))
                         : TRY(crypto::PublicKey::from_spki(der).with(form.path()));
  const auto details = TRY(key_details(key));
  const auto stated = TRY(field.string("keyDetails"));
  if (stated != details) {
    return Error(ErrorKind::mismatch, field.path() + ".keyDetails: expected " + details +
                                          ", found " + printable(stated, 60));
  }
  return Verifier{
      std::move(key),
      {{"keyDetails", details},
       {certificate ? "x509Certificate" : "publicKey", {{"rawBytes", base64_encode(der)}}}}};
}

}  // namespace

Result<std::string> entry_body(std::string_view request) {
  const Json document = TRY(json::parse(request));
  const json::Field root(document);
  TRY(root.only({"hashedRekordRequestV002"}));
  const auto entry = TRY(root.at("hashedRekordRequestV002"));
  TRY(entry.only({"digest", "signature"}));
  const auto signature = TRY(entry.at("signature"));
  TRY(signature.only({"content", "verifier"}));
  auto verifier = TRY(read_verifier(TRY(signature.at("verifier"))));
  const Bytes content = TRY(signature.base64("content"));
  const Bytes raw = TRY(entry.base64("digest"));
  const auto algorithm = crypto::default_hash(verifier.key.type());
  const auto digest = TRY(Digest::from_bytes(algorithm, raw).with(entry.path() + ".digest"));
  TRY(verifier.key.verify_digest(digest, content).with(signature.path()));
  const Json data = {{"algorithm", sigstore::hash_output_name(algorithm)},
                     {"digest", base64_encode(raw)}};
  const Json signed_by = {{"content", base64_encode(content)}, {"verifier", verifier.canonical}};
  const Json spec = {{"hashedRekordV002", {{"data", data}, {"signature", signed_by}}}};
  return json::canonical({{"apiVersion", "0.0.2"}, {"kind", "hashedrekord"}, {"spec", spec}});
}

}  // namespace mpk::sandbox

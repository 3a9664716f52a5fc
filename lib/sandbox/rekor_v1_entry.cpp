// Reading proposed entries of Rekor v1 and writing the canonicalized body (RFC 8785).
#include "sandbox/rekor_v1_entry.hpp"

#include "attest/dsse.hpp"
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/hash.hpp"
#include "json/canonical.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sandbox {
namespace {

// Base64 of a PEM certificate or public key.
Result<crypto::PublicKey> key_of(const Bytes& pem) {
  if (as_text(pem).find("CERTIFICATE") == std::string_view::npos)
    return crypto::PublicKey::from_pem(as_text(pem));
  const auto certificate = TRY(crypto::Certificate::from_pem(as_text(pem)));
  return certificate.public_key();
}

Json hash_json(const Digest& digest) {
  return {{"algorithm", to_string(digest.algorithm())}, {"value", digest.hex()}};
}

Result<Json> hashedrekord(const json::Field& spec) {
  TRY(spec.only({"data", "signature"}));
  const auto hash = TRY(TRY(spec.at("data")).at("hash"));
  const auto algorithm = TRY(hash.string("algorithm"));
  const auto value = TRY(hash.string("value"));
  const auto digest = TRY(Digest::parse(algorithm + ":" + value).with(hash.path()));
  const auto signature = TRY(spec.at("signature"));
  const auto content = TRY(signature.base64("content"));
  const auto pem = TRY(TRY(signature.at("publicKey")).base64("content"));
  const auto key = TRY(key_of(pem).with(signature.path()));
  TRY(key.verify_digest(digest, content).with(signature.path()));
  return spec.value();
}

Result<Json> dsse(const json::Field& spec) {
  TRY(spec.only({"proposedContent"}));
  const auto proposed = TRY(spec.at("proposedContent"));
  TRY(proposed.only({"envelope", "verifiers"}));
  const auto text = TRY(proposed.string("envelope"));
  const auto document = TRY(json::parse(text, {.max_bytes = limits::kBundle}));
  const auto envelope = TRY(attest::read_envelope(json::Field(document)));
  const auto verifiers = TRY(proposed.items("verifiers"));
  if (envelope.signatures.size() != 1 || verifiers.size() != 1)
    return proposed.error("expected one signature and one verifier");
  const auto pem = TRY(verifiers.front().base64());
  const auto key = TRY(key_of(pem).with(proposed.path()));
  const auto& signature = envelope.signatures.front().sig;
  const auto pae = attest::pae(envelope.payload_type, envelope.payload);
  TRY(key.verify(as_bytes(pae), signature).with(proposed.path()));
  Json out = {{"envelopeHash", hash_json(crypto::sha256(text))},
              {"payloadHash", hash_json(crypto::sha256(envelope.payload))}};
  Json recorded = {{"signature", base64_encode(signature)}, {"verifier", base64_encode(pem)}};
  out["signatures"] = Json::array({std::move(recorded)});
  return out;
}

}  // namespace

Result<std::string> entry_body_v1(std::string_view request) {
  const Json document = TRY(json::parse(request, {.max_bytes = limits::kBundle}));
  const json::Field root(document);
  TRY(root.only({"apiVersion", "kind", "spec"}));
  const auto kind = TRY(root.string("kind"));
  const auto version = TRY(root.string("apiVersion"));
  const auto spec = TRY(root.at("spec"));
  if (version != "0.0.1" || (kind != "hashedrekord" && kind != "dsse")) {
    return Error(ErrorKind::unsupported,
                 "entries of kind " + printable(kind + " " + version, 60) + " are not taken");
  }
  auto recorded = kind == "dsse" ? TRY(dsse(spec)) : TRY(hashedrekord(spec));
  return json::canonical({{"apiVersion", version}, {"kind", kind}, {"spec", std::move(recorded)}});
}

}  // namespace mpk::sandbox

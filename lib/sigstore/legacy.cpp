// Legacy: cosign's signatures and attestations under tags.
#include "sigstore/legacy.hpp"

#include "attest/predicate_type.hpp"
#include "attest/statement.hpp"
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "json/parse.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace mpk::sigstore {
namespace {

constexpr std::string_view kSimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";
constexpr std::string_view kEnvelope = "application/vnd.dsse.envelope.v1+json";
// cosign specs/SIGNATURE_SPEC.md, and what its verifier insists on.
constexpr std::string_view kPayloadType = "cosign container image signature";
constexpr const char* kSignature = "dev.cosignproject.cosign/signature";
constexpr const char* kCertificate = "dev.sigstore.cosign/certificate";
constexpr const char* kChain = "dev.sigstore.cosign/chain";
constexpr const char* kLogBundle = "dev.sigstore.cosign/bundle";
constexpr const char* kTimestamp = "dev.sigstore.cosign/rfc3161timestamp";

const std::string* annotation(const oci::Descriptor& layer, const char* name) {
  const auto found = layer.annotations.find(name);
  return found == layer.annotations.end() || found->second.empty() ? nullptr : &found->second;
}

// {"SignedEntryTimestamp": base64, "Payload": {body, integratedTime, logIndex, logID in hex}}
Result<LogEntry> read_entry(const std::string& text) {
  const auto document = TRY(json::parse(text, {.max_bytes = limits::kBundle}));
  const json::Field top(document);
  const auto payload = TRY(top.at("Payload"));
  const auto int64 = [&](std::string_view key) -> Result<std::uint64_t> {
    const auto value = TRY(payload.unsigned_integer(key));
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return payload.error(std::string(key) + ": expected a 64-bit signed integer");
    return value;
  };
  LogEntry out;
  out.signed_entry_timestamp = TRY(top.base64("SignedEntryTimestamp"));
  out.canonicalized_body = as_text(TRY(payload.base64("body")));
  out.integrated_time = static_cast<std::int64_t>(TRY(int64("integratedTime")));
  out.log_index = TRY(int64("logIndex"));
  out.log_id = TRY(hex_decode(TRY(payload.string("logID"))).with("logID"));
  const auto body =
      TRY(json::parse(out.canonicalized_body, {.max_bytes = limits::kBundle}).with("body"));
  const json::Field entry(body, "body");
  out.kind = TRY(entry.string("kind"));
  out.version = TRY(entry.string("apiVersion"));
  return out;
}

Result<Bytes> read_timestamp(const std::string& text) {
  const auto document = TRY(json::parse(text, {.max_bytes = limits::kApiResponse}));
  return json::Field(document).base64("SignedRFC3161Timestamp");
}

Result<void> read_evidence(const oci::Descriptor& layer, Bundle& out) {
  if (const auto* pem = annotation(layer, kCertificate)) {
    out.certificates.push_back(TRY(crypto::Certificate::from_pem(*pem).with("certificate")));
    if (const auto* chain = annotation(layer, kChain)) {
      auto all = TRY(crypto::Certificate::list_from_pem(*chain).with("chain"));
      if (all.size() > limits::kBundleCertificates)
        return Error(ErrorKind::too_large, "chain has too many certificates");
      // Whose root counts is not the bundle's to say.
      std::erase_if(all, [](const auto& each) { return each.is_self_signed(); });
      out.certificates.insert(out.certificates.end(), all.begin(), all.end());
    }
  } else {
    out.key_hint = "";
  }
  if (const auto* entry = annotation(layer, kLogBundle))
    out.log_entries.push_back(TRY(read_entry(*entry).with("log entry")));
  if (const auto* timestamp = annotation(layer, kTimestamp))
    out.timestamps.push_back(TRY(read_timestamp(*timestamp).with("timestamp")));
  return {};
}

// {"critical": {"image": {"docker-manifest-digest": …}, "type": "cosign container image
// signature"}}
Result<Digest> read_payload(const std::string& text) {
  const auto document = TRY(json::parse(text, {.max_bytes = limits::kApiResponse}));
  const auto critical = TRY(json::Field(document).at("critical"));
  // Else somebody's signature for another purpose would be one of the artifact.
  const auto type = TRY(critical.at("type"));
  if (const auto found = TRY(type.string()); found != kPayloadType) {
    return type.error("expected \"" + std::string(kPayloadType) + "\", found \"" +
                      printable(found, 80) + "\"");
  }
  const auto image = TRY(critical.at("image"));
  return Digest::parse(TRY(image.string("docker-manifest-digest")));
}

Result<void> read_signature(const oci::Descriptor& layer, const std::string& payload,
                            FoundLegacy& out) {
  out.about = TRY(read_payload(payload).with("payload"));
  out.signed_digest = crypto::sha256(payload);
  const auto* signature = annotation(layer, kSignature);
  if (signature == nullptr) return Error(ErrorKind::malformed, "layer carries no signature");
  out.bundle.message = MessageSignature{
      .digest = out.signed_digest, .signature = TRY(base64_decode(*signature).with("signature"))};
  return {};
}

Result<void> read_attestation(const std::string& text, FoundLegacy& out) {
  const auto document = TRY(json::parse(text, {.max_bytes = limits::kBundle}));
  out.bundle.envelope = TRY(attest::read_envelope(json::Field(document)));
  if (out.bundle.envelope->signatures.size() != 1) {
    return Error(ErrorKind::malformed, "envelope: expected one signature, found " +
                                           std::to_string(out.bundle.envelope->signatures.size()));
  }
  out.bundle.envelope_digest = crypto::sha256(text);
  // To sort by; what counts is what verification returns.
  if (auto statement = attest::parse_statement(out.bundle.envelope->payload))
    out.predicate_type = statement->predicate_type;
  return {};
}

Result<void> read_layer(oci::Store& store, const oci::Descriptor& layer, bool simple_signing,
                        FoundLegacy& out) {
  const auto text = TRY(oci::fetch_text(store, layer, limits::kBundle));
  out.bundle.minor_version = 1;
  TRY(read_evidence(layer, out.bundle));
  return simple_signing ? read_signature(layer, text, out) : read_attestation(text, out);
}

bool is_about_the_bytes(ErrorKind kind) {
  return kind == ErrorKind::malformed || kind == ErrorKind::mismatch ||
         kind == ErrorKind::too_large || kind == ErrorKind::unsupported ||
         kind == ErrorKind::not_found;
}

Result<void> each_of(oci::Store& store, const Digest& subject, bool simple_signing,
                     const std::function<void(const FoundLegacy&)>& visit) {
  const auto tag = std::string(to_string(subject.algorithm())) + "-" + subject.hex() +
                   (simple_signing ? ".sig" : ".att");
  const auto found = store.resolve(tag);
  if (!found && found.error().kind() == ErrorKind::not_found) return {};
  if (!found) return Error(found.error()).with("tag " + tag);
  const auto bytes = TRY(store.fetch_manifest(*found).with("tag " + tag));
  const auto manifest = TRY(oci::parse_manifest(bytes).with("tag " + tag));
  std::uint64_t read = 0;
  for (const auto& layer : manifest.layers) {
    if (layer.media_type != (simple_signing ? kSimpleSigning : kEnvelope)) continue;
    FoundLegacy out{.manifest = found->digest.text(),
                    .layer = layer.digest.text(),
                    .predicate_type = simple_signing ? std::string(attest::kCosignSign) : "",
                    .simple_signing = simple_signing,
                    .problem = {},
                    .bundle = {},
                    .signed_digest = subject,
                    .about = subject};
    if (layer.size > limits::kEvidence - std::min<std::uint64_t>(read, limits::kEvidence)) {
      return Error(ErrorKind::too_large,
                   "the layers of " + tag + " take more than " + human_size(limits::kEvidence));
    }
    read += layer.size;
    const auto outcome = read_layer(store, layer, simple_signing, out);
    if (!outcome && !is_about_the_bytes(outcome.error().kind()))
      return Error(outcome.error()).with("tag " + tag);
    if (!outcome) out.problem = outcome.error().text();
    visit(out);
  }
  return {};
}

}  // namespace

Result<void> each_legacy(oci::Store& store, const Digest& subject,
                         const std::function<void(const FoundLegacy&)>& visit) {
  TRY(each_of(store, subject, true, visit));
  return each_of(store, subject, false, visit);
}

}  // namespace mpk::sigstore

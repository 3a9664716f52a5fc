// Sigstore bundles: reading, with the rules of each version.
#include "sigstore/bundle.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "sigstore/proto_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace mpk::sigstore {
namespace {

struct MediaType {
  std::string_view name;
  unsigned minor_version;
};
constexpr std::array<MediaType, 4> kMediaTypes = {{
    {"application/vnd.dev.sigstore.bundle+json;version=0.1", 1},
    {"application/vnd.dev.sigstore.bundle+json;version=0.2", 2},
    {"application/vnd.dev.sigstore.bundle+json;version=0.3", 3},
    {kBundleType, 3},
}};

// What slsa-github-generator wrote before v2.1.0, and what cosign prints of an attestation.
Result<void> refuse_envelope(const json::Field& top) {
  if (!TRY(top.find("payloadType")) || !TRY(top.find("signatures")) || TRY(top.find("mediaType")))
    return {};
  return Error(ErrorKind::malformed,
               "a bare DSSE envelope: it has no log entry and no timestamp, so that nothing proves "
               "when its certificate was used",
               "ask for the Sigstore bundle of the same attestation (mediaType "
               "application/vnd.dev.sigstore.bundle…); slsa-github-generator writes one since "
               "v2.1.0");
}

Result<void> read_media_type(const json::Field& top, Bundle& out) {
  out.media_type = TRY(top.string("mediaType"));
  for (const auto& known : kMediaTypes) {
    if (out.media_type == known.name) {
      out.minor_version = known.minor_version;
      return {};
    }
  }
  return top.error("mediaType \"" + printable(out.media_type, 120) +
                   "\" is not that of a bundle (v0.1 to v0.3)");
}

// Exactly one of certificate, x509CertificateChain and publicKey (a oneof in the proto).
Result<void> read_key_material(const json::Field& material, Bundle& out) {
  const auto certificate = TRY(material.find("certificate"));
  const auto chain = TRY(material.find("x509CertificateChain"));
  const auto key = TRY(material.find("publicKey"));
  const int count = (certificate ? 1 : 0) + (chain ? 1 : 0) + (key ? 1 : 0);
  if (count != 1) {
    return material.error(
        "expected one of certificate, x509CertificateChain and publicKey, found " +
        std::to_string(count));
  }
  if (key) {
    TRY(key->only({"hint"}));
    out.key_hint = TRY(key->optional_string("hint")).value_or("");
    return {};
  }
  if (certificate) {
    if (out.minor_version < 3) return certificate->error("not a member before v0.3");
    out.certificates.push_back(TRY(read_certificate(*certificate)));
    return {};
  }
  out.has_chain = true;
  if (TRY(chain->optional_items("certificates")).size() > limits::kBundleCertificates) {
    return Error(ErrorKind::too_large,
                 "more than " + std::to_string(limits::kBundleCertificates) + " certificates");
  }
  out.certificates = TRY(read_certificates(*chain));
  return {};
}

Result<void> check_evidence_of_entry(const json::Field& field, const LogEntry& entry,
                                     unsigned minor_version) {
  if (minor_version == 1 && !entry.signed_entry_timestamp) {
    return field.error("missing \"inclusionPromise\", required in v0.1");
  }
  if (minor_version >= 2 && !entry.proof) {
    return field.error("missing \"inclusionProof\", required since v0.2");
  }
  if (minor_version >= 2 && entry.proof->checkpoint.empty()) {
    return field.error("inclusionProof has no checkpoint, required since v0.2");
  }
  return {};
}

Result<void> read_verification_material(const json::Field& material, Bundle& out) {
  TRY(material.only({"certificate", "x509CertificateChain", "publicKey", "tlogEntries",
                     "timestampVerificationData"}));
  TRY(read_key_material(material, out));

  const auto entries = TRY(material.optional_items("tlogEntries"));
  if (entries.size() > limits::kLogEntries) {
    return Error(ErrorKind::too_large,
                 "more than " + std::to_string(limits::kLogEntries) + " log entries");
  }
  for (const auto& item : entries) {
    out.log_entries.push_back(TRY(read_log_entry(item)));
    TRY(check_evidence_of_entry(item, out.log_entries.back(), out.minor_version));
  }

  const auto timestamps = TRY(material.find("timestampVerificationData"));
  if (!timestamps) return {};
  TRY(timestamps->only({"rfc3161Timestamps"}));
  const auto list = TRY(timestamps->optional_items("rfc3161Timestamps"));
  if (list.size() > limits::kTimestamps) {
    return Error(ErrorKind::too_large,
                 "more than " + std::to_string(limits::kTimestamps) + " time-stamps");
  }
  for (const auto& item : list) {
    TRY(item.only({"signedTimestamp"}));
    out.timestamps.push_back(TRY(read_bytes(item, "signedTimestamp")));
  }
  return {};
}

Result<MessageSignature> read_message(const json::Field& field) {
  TRY(field.only({"messageDigest", "signature"}));
  MessageSignature out;
  if (const auto digest = TRY(field.find("messageDigest"))) {
    out.digest = TRY(read_hash_output(*digest));
  }
  out.signature = TRY(read_bytes(field, "signature"));
  return out;
}

Result<void> read_content(const json::Field& top, Bundle& out) {
  const auto message = TRY(top.find("messageSignature"));
  const auto envelope = TRY(top.find("dsseEnvelope"));
  if (message.has_value() == envelope.has_value()) {
    return top.error("expected one of messageSignature and dsseEnvelope");
  }
  if (message) {
    out.message = TRY(read_message(*message));
    return {};
  }
  out.envelope = TRY(attest::read_envelope(*envelope));
  if (out.envelope->signatures.size() != 1) {
    return envelope->error("expected one signature, found " +
                           std::to_string(out.envelope->signatures.size()));
  }
  return {};
}

}  // namespace

Result<Bundle> parse_bundle(std::string_view text) {
  const auto document =
      TRY(json::parse(text, {.max_bytes = limits::kBundle, .max_values = limits::kBundleValues})
              .with("bundle"));
  const json::Field top(document);
  auto read = [&]() -> Result<Bundle> {
    Bundle out;
    TRY(refuse_envelope(top));
    TRY(read_media_type(top, out));
    TRY(top.only({"mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"}));
    TRY(read_verification_material(TRY(top.at("verificationMaterial")), out));
    TRY(read_content(top, out));
    return out;
  };
  return read().with("bundle");
}

Result<void> check_certificates(const Bundle& bundle,
                                const std::vector<crypto::Certificate>& known) {
  const std::string place = bundle.has_chain
                                ? "bundle: $.verificationMaterial.x509CertificateChain: "
                                : "bundle: $.verificationMaterial.certificate: ";
  if (bundle.has_chain && bundle.minor_version >= 3) {
    return Error(ErrorKind::malformed, place + "not a member since v0.3, expected certificate",
                 "of an authority of your own? then give it with --certificate-chain FILE");
  }
  const auto is_known = [&](const crypto::Certificate& certificate) {
    return std::ranges::any_of(known,
                               [&](const auto& other) { return other.der() == certificate.der(); });
  };
  for (const auto& certificate : bundle.certificates) {
    if (!certificate.is_ca() || !certificate.is_self_signed()) continue;
    if (&certificate != &bundle.certificates.front() && is_known(certificate)) continue;
    return Error(ErrorKind::malformed,
                 place + "a self-signed certificate authority does not belong into a bundle");
  }
  return {};
}

}  // namespace mpk::sigstore

// Sigstore bundles: writing v0.3.
#include "base/encoding.hpp"
#include "json/parse.hpp"
#include "sigstore/bundle.hpp"
#include "sigstore/proto_json.hpp"
#include "sigstore/proto_names.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sigstore {
namespace {

Json raw_bytes(const crypto::Certificate& certificate) {
  return {{"rawBytes", base64_encode(certificate.der())}};
}

Result<Json> evidence(const BundleParts& parts) {
  Json material = Json::object();
  Json entries = Json::array();
  if (parts.log_entry) entries.push_back(TRY(json::parse(*parts.log_entry).with("log entry")));
  for (const auto& text : parts.further_log_entries) {
    entries.push_back(TRY(json::parse(text).with("log entry")));
  }
  if (!entries.empty()) material["tlogEntries"] = std::move(entries);
  if (!parts.timestamps.empty()) {
    Json list = Json::array();
    for (const auto& timestamp : parts.timestamps) {
      list.push_back({{"signedTimestamp", base64_encode(timestamp)}});
    }
    material["timestampVerificationData"]["rfc3161Timestamps"] = std::move(list);
  }
  return material;
}

Json message_json(const MessageSignature& message) {
  Json out = Json::object();
  if (message.digest) {
    out["messageDigest"] = {{"algorithm", hash_output_name(message.digest->algorithm())},
                            {"digest", base64_encode(message.digest->bytes())}};
  }
  out["signature"] = base64_encode(message.signature);
  return out;
}

}  // namespace

Result<std::string> make_bundle(const BundleParts& parts) {
  Json material = TRY(evidence(parts));
  if (parts.certificate) {
    material["certificate"] = raw_bytes(*parts.certificate);
  } else {
    material["publicKey"] = {{"hint", parts.key_hint}};
  }
  Json bundle = Json::object();
  bundle["mediaType"] = std::string(kBundleType);
  bundle["verificationMaterial"] = std::move(material);
  if (parts.message) {
    bundle["messageSignature"] = message_json(*parts.message);
  } else {
    bundle["dsseEnvelope"] = attest::to_json(parts.envelope);
  }
  auto text = json::compact(bundle);
  // What mpk itself would refuse must not leave it.
  const bool chained = parts.certificate && (parts.whole_chain || !parts.intermediates.empty());
  const auto written = TRY(parse_bundle(text));
  if (!chained) {
    TRY(check_certificates(written));
    return text;
  }
  // The rest of the chain comes last: not every reader of v0.3 takes one.
  Json chain = Json::array();
  chain.push_back(raw_bytes(*parts.certificate));
  for (const auto& certificate : parts.intermediates) chain.push_back(raw_bytes(certificate));
  auto& place = bundle["verificationMaterial"];
  place.erase("certificate");
  place["x509CertificateChain"]["certificates"] = std::move(chain);
  return json::compact(bundle);
}

}  // namespace mpk::sigstore

// Sigstore bundles: writing v0.3.
#include "base/encoding.hpp"
#include "json/parse.hpp"
#include "sigstore/bundle.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sigstore {

Result<std::string> make_bundle(const BundleParts& parts) {
  Json material = Json::object();
  if (parts.certificate) {
    material["certificate"] = {{"rawBytes", base64_encode(parts.certificate->der())}};
  } else {
    material["publicKey"] = {{"hint", parts.key_hint}};
  }
  if (parts.log_entry) {
    auto entry = TRY(json::parse(*parts.log_entry).with("log entry"));
    Json entries = Json::array();
    entries.push_back(std::move(entry));
    material["tlogEntries"] = std::move(entries);
  }
  if (!parts.timestamps.empty()) {
    Json list = Json::array();
    for (const auto& timestamp : parts.timestamps) {
      list.push_back({{"signedTimestamp", base64_encode(timestamp)}});
    }
    material["timestampVerificationData"]["rfc3161Timestamps"] = std::move(list);
  }
  Json bundle = Json::object();
  bundle["mediaType"] = std::string(kBundleType);
  bundle["verificationMaterial"] = std::move(material);
  bundle["dsseEnvelope"] = attest::to_json(parts.envelope);
  auto text = json::compact(bundle);
  // What mpk itself would refuse must not leave it.
  TRY(parse_bundle(text));
  return text;
}

}  // namespace mpk::sigstore

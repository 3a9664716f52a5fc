// Writing the trust files (protobuf-specs, sigstore_trustroot.proto).
#include "sandbox/trust_files.hpp"

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "crypto/hash.hpp"
#include "json/value.hpp"
#include "sigstore/note.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sandbox {
namespace {

constexpr std::string_view kOperator = "sandbox";

Json validity(const TrustParts& parts) { return {{"start", parts.start.text()}}; }

Json log_entry(const TrustParts& parts, const std::string& url, const crypto::PublicKey& key,
               std::string_view details, BytesView log_id) {
  return {{"baseUrl", url},
          {"hashAlgorithm", "SHA2_256"},
          {"publicKey",
           {{"rawBytes", base64_encode(key.spki())},
            {"keyDetails", details},
            {"validFor", validity(parts)}}},
          {"logId", {{"keyId", base64_encode(log_id)}}}};
}

// sigstore-python refuses an authority without a common name: it is taken from the first
// certificate, which has one.
Json authority(const TrustParts& parts, const std::string& url,
               const std::vector<crypto::Certificate>& chain) {
  Json certificates = Json::array();
  for (const auto& certificate : chain) {
    certificates.push_back({{"rawBytes", base64_encode(certificate.der())}});
  }
  return {{"subject",
           {{"organization", chain.front().organization()},
            {"commonName", chain.front().common_name()}}},
          {"uri", url},
          {"certChain", {{"certificates", certificates}}},
          {"validFor", validity(parts)}};
}

Json service(const TrustParts& parts, const std::string& url, unsigned version) {
  return Json::array({Json::object({{"url", url},
                                    {"majorApiVersion", version},
                                    {"validFor", validity(parts)},
                                    {"operator", kOperator}})});
}

Result<Json> trusted_root(const TrustParts& parts) {
  const auto rekor_id = TRY(sigstore::note_key_id(parts.rekor_origin, parts.rekor_key));
  const auto ctlog_id = crypto::sha256(parts.ctlog_key.spki()).bytes();
  Json root;
  root["mediaType"] = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
  root["tlogs"].push_back(
      log_entry(parts, parts.rekor_url, parts.rekor_key, "PKIX_ED25519", rekor_id));
  if (parts.rekor_v1_key) {
    root["tlogs"].push_back(log_entry(parts, parts.rekor_v1_url, *parts.rekor_v1_key,
                                      "PKIX_ECDSA_P256_SHA_256",
                                      parts.rekor_v1_key->fingerprint().bytes()));
  }
  root["certificateAuthorities"].push_back(authority(parts, parts.fulcio_url, parts.fulcio_chain));
  root["ctlogs"].push_back(
      log_entry(parts, parts.ctlog_url, parts.ctlog_key, "PKIX_ECDSA_P256_SHA_256", ctlog_id));
  root["timestampAuthorities"].push_back(authority(parts, parts.tsa_url, parts.tsa_chain));
  return root;
}

Json signing_config(const TrustParts& parts) {
  Json config;
  config["mediaType"] = "application/vnd.dev.sigstore.signingconfig.v0.2+json";
  config["caUrls"] = service(parts, parts.fulcio_url, 1);
  config["oidcUrls"] = service(parts, parts.oidc_url, 1);
  config["rekorTlogUrls"] = service(parts, parts.rekor_url, 2);
  config["rekorTlogConfig"] = {{"selector", "ANY"}};
  config["tsaUrls"] = service(parts, parts.tsa_url, 1);
  config["tsaConfig"] = {{"selector", "ANY"}};
  return config;
}

Json trust_config(const Json& trusted_root, const Json& signing_config) {
  Json config;
  config["mediaType"] = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json";
  config["trustedRoot"] = trusted_root;
  config["signingConfig"] = signing_config;
  return config;
}

}  // namespace

Result<void> write_trust_files(const std::filesystem::path& directory, const TrustParts& parts) {
  const Json root = TRY(trusted_root(parts));
  const Json config = signing_config(parts);
  TRY(write_file_atomic(directory / "trusted-root.json", json::pretty(root)));
  TRY(write_file_atomic(directory / "signing-config.json", json::pretty(config)));
  TRY(write_file_atomic(directory / "trust-config.json", json::pretty(trust_config(root, config))));
  if (parts.rekor_v1_key) {
    // The log's own time is enough: what signs by this config shows that.
    auto v1 = config;
    v1["rekorTlogUrls"] = service(parts, parts.rekor_v1_url, 1);
    v1.erase("tsaUrls");
    v1.erase("tsaConfig");
    TRY(write_file_atomic(directory / "signing-config-rekor-v1.json", json::pretty(v1)));
  }
  return write_file_atomic(directory / "ctlog.pub", parts.ctlog_key.pem());
}

}  // namespace mpk::sandbox

// The bundles of sigstore-conformance, cut down to what lib/crypto judges: certificates and times.
#pragma once

#include "base/encoding.hpp"
#include "crypto/chain.hpp"
#include "crypto/test_pki.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace mpk::crypto::testing {

inline std::filesystem::path conformance_folder() {
  return std::filesystem::path(MPK_VECTORS_DIR) / "sigstore-conformance" / "bundle-verify";
}

class ConformanceBundle {
 public:
  explicit ConformanceBundle(const std::string& name)
      : bundle_(read(conformance_folder() / name / "bundle.sigstore.json")),
        root_(read(conformance_folder() / name / "trusted_root.json")) {}

  Certificate leaf() const {
    const auto& material = bundle_.at("verificationMaterial");
    if (material.contains("certificate")) return certificate(material.at("certificate"));
    return certificate(material.at("x509CertificateChain").at("certificates").at(0));
  }
  bool has_certificate() const {
    const auto& material = bundle_.at("verificationMaterial");
    return material.contains("certificate") || material.contains("x509CertificateChain");
  }
  Bytes signature() const {
    if (bundle_.contains("messageSignature")) {
      return decode(bundle_.at("messageSignature").at("signature"));
    }
    return decode(bundle_.at("dsseEnvelope").at("signatures").at(0).at("sig"));
  }
  Bytes timestamp() const {
    const auto& data = bundle_.at("verificationMaterial").at("timestampVerificationData");
    return decode(data.at("rfc3161Timestamps").at(0).at("signedTimestamp"));
  }
  /// The issuer of the leaf among the trusted certificate authorities.
  Certificate issuer() const {
    for (const auto& authority : root_.at("certificateAuthorities")) {
      const auto chain = chain_of(authority);
      auto path = verify_chain(leaf(), chain, {chain.back()}, leaf().not_before());
      if (path) return path->at(1);
    }
    FAIL("no trusted authority has issued the leaf");
    return leaf();
  }
  std::vector<CtLog> ct_logs() const {
    std::vector<CtLog> logs;
    for (const auto& entry : root_.at("ctlogs")) {
      const Bytes raw = decode(entry.at("publicKey").at("rawBytes"));
      const auto details = entry.at("publicKey").at("keyDetails").get<std::string>();
      auto key = must(details.starts_with("PKCS1") ? PublicKey::from_pkcs1(raw)
                                                   : PublicKey::from_spki(raw));
      const auto [from, to] = validity(entry.at("publicKey"));
      logs.push_back({decode(entry.at("logId").at("keyId")), std::move(key), from, to});
    }
    return logs;
  }
  std::vector<TimestampAuthority> authorities() const {
    std::vector<TimestampAuthority> list;
    if (!root_.contains("timestampAuthorities")) return list;
    for (const auto& entry : root_.at("timestampAuthorities")) {
      const auto [from, to] = validity(entry);
      list.push_back({chain_of(entry), from, to, entry.value("uri", std::string())});
    }
    return list;
  }

 private:
  using Json = nlohmann::json;

  static Json read(const std::filesystem::path& path) {
    std::ifstream file(path);
    REQUIRE_MESSAGE(file.good(), path.string());
    return Json::parse(file);
  }
  static Bytes decode(const Json& value) {
    auto text = value.get<std::string>();
    std::erase(text, '\n');  // one bundle was made with base64(1), which breaks lines
    return must(base64_decode(text));
  }
  static Certificate certificate(const Json& object) {
    return must(Certificate::from_der(decode(object.at("rawBytes"))));
  }
  static std::vector<Certificate> chain_of(const Json& authority) {
    std::vector<Certificate> chain;
    for (const auto& entry : authority.at("certChain").at("certificates")) {
      chain.push_back(certificate(entry));
    }
    return chain;
  }
  static std::pair<Timestamp, std::optional<Timestamp>> validity(const Json& object) {
    const auto& range = object.at("validFor");
    std::optional<Timestamp> end;
    if (range.contains("end") && !range.at("end").is_null()) {
      end = must(Timestamp::parse(range.at("end").get<std::string>()));
    }
    return {must(Timestamp::parse(range.at("start").get<std::string>())), end};
  }

  Json bundle_;
  Json root_;
};

}  // namespace mpk::crypto::testing
